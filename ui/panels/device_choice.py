"""Choosing devices: look around, try, use."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from app.services import device_choice
from app.services.bench import TITLES
from app.services.device_choice import Choice
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.device_choice import DeviceChoicePage


class DeviceChoicePanel(Panel):
    """Writes an address into the settings only when it is told to use it."""

    key = "device_choice"
    icon = "gear"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: DeviceChoicePage | None = None
        self._role = ""

    @property
    def title(self) -> str:
        return _("选择设备")

    @property
    def purpose(self) -> str:
        return _("找到接在本机的设备，当场试，再写进设置")

    def make(self) -> QWidget:
        page = self._made = DeviceChoicePage(self.controls.look)
        page.selected.connect(self._look)
        page.look.connect(self._look)
        page.test.connect(self._test)
        page.use.connect(self._use)
        return page

    @property
    def _choice(self) -> DeviceChoicePage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._show()

    def seek(self, text: str) -> None:
        self._choice.go_to(text)

    def _show(self) -> None:
        urls = dict(self.controls.desk.bench.urls)
        self._choice.show_roles({role: _(title) for role, title in TITLES.items()}, urls)

    def _look(self, role: str) -> None:
        self._role = role
        self._choice.show_looking()
        self.controls.acts.run(
            self._choice,
            device_choice.look_around,
            role,
            name=f"look.{role}",
            done=partial(self._found, role),
        )

    def _found(self, role: str, choices: tuple[Choice, ...]) -> None:
        if role == self._role:
            self._choice.show_found(choices)

    def _test(self, role: str, url: str) -> None:
        self._choice.say(_("正在试…"))
        self.controls.acts.run(
            self._choice,
            device_choice.TRY[role],
            role,
            url,
            name=f"try.{role}",
            done=self._choice.say,
            problem=lambda problem: self._choice.say(str(problem)),
        )

    def _use(self, role: str, url: str) -> None:
        self.controls.acts.run(
            self._choice,
            device_choice.USE[role],
            role,
            url,
            name=f"use.{role}",
            done=lambda _none: self._used(url),
            problem=lambda problem: self._choice.say(str(problem)),
        )

    def _used(self, url: str) -> None:
        self._show()
        self._choice.say(_("已写进设置，现在起用它。") if url else _("已写进设置，这里不用设备。"))
