"""The device page: the opening check, and each device for a technician."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app import lanes
from app.errors import Expected
from app.services import checks_of_day, checkup, devices, screens, tries
from app.services.bench import TITLES
from app.services.desk import Desk
from app.services.views import DeviceView, Health
from app.texts import _
from ui.call_board.screen import number_of
from ui.call_board.window import CallBoard
from ui.panels.panel import Controls, Panel
from ui.screens.devices import DevicesPage

_LOOK_AGAIN_MS = 1_000
_CURES = frozenset({"court", "backup"})


class DevicesPanel(Panel):
    """Checks everything when it is opened; F11 is the key a clerk presses each morning."""

    key = "devices"
    icon = "device"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: DevicesPage | None = None
        self._wire = QTimer()

    @property
    def title(self) -> str:
        return _("设备与自检")

    @property
    def purpose(self) -> str:
        return _("开门前一键自检；设备的状态、测试和通信记录")

    def make(self) -> QWidget:
        page = self._made = DevicesPage(self.controls.look)
        page.selected.connect(self._selected)
        page.check_all.connect(self._check_all)
        page.try_one.connect(self._try)
        page.bypass.connect(self._bypass)
        page.save.connect(self._save)
        page.replay.connect(self._replay)
        page.cure.connect(self._cure)
        self._wire.setParent(page)
        self._wire.setInterval(_LOOK_AGAIN_MS)
        self._wire.timeout.connect(self._look)
        return page

    @property
    def _shown(self) -> DevicesPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._wire.start()
        self.controls.acts.run(self.page, checkup.bypassed, done=self._begin)

    def left(self) -> None:
        self._wire.stop()
        self.controls.desk.cancel()

    def _begin(self, bypassed: frozenset[str]) -> None:
        known = {view.key: view for view in self.controls.desk.bench.views()}
        unknown = (
            known.get(key) or DeviceView(key, checkup.title(key), Health.UNKNOWN)
            for key in checkup.checks(self.controls.desk)
        )
        self._shown.show_lines(
            (*unknown, *_screens(self.controls.desk, self.page.window())),
            self.controls.desk.bench.urls,
            bypassed,
        )
        self._check_all()

    def _check_all(self) -> None:
        for key, act in checkup.checks(self.controls.desk).items():
            if self.controls.acts.run(self.page, act, name=f"check.{key}", done=self._shown.show_line):
                self._shown.show_running(key)

    def _selected(self, key: str) -> None:
        there = bool(self.controls.desk.bench.urls.get(key))
        wire = there and key in TITLES
        cure = key in TITLES or key in _CURES
        self._shown.show_possible(test=there, wire=wire, replay=wire and key == lanes.READER, cure=cure)
        self._look()

    def _look(self) -> None:
        screens_now = _screens(self.controls.desk, self.page.window())
        self._shown.show_live((*self.controls.desk.bench.views(), *screens_now))
        role = self._shown.list.current()
        self.controls.acts.run(
            self.page, devices.traffic, role, name="traffic", done=partial(self._draw_traffic, role)
        )

    def _draw_traffic(self, role: str, traffic: devices.Traffic) -> None:
        if role == self._shown.list.current():
            self._shown.show_traffic(traffic)

    def _try(self, key: str) -> None:
        act = tries.TRY.get(key)
        if act is None or not self.controls.desk.bench.has(key):
            return
        self._shown.say(_("正在测试…"))
        self.controls.acts.run(
            self.page,
            act,
            key,
            name=f"try.{key}",
            done=self._shown.say,
            problem=lambda problem: self._shown.say(str(problem)),
        )

    def _cure(self, key: str) -> None:
        """Go to where the thing is put right: another address, the way to the court, a backup made now."""
        if key in TITLES:
            self.controls.open_with("device_choice", key)
        elif key == "court":
            self.controls.open("sending")
        elif key == "backup":
            self._shown.say(_("正在备份…"))
            self.controls.acts.run(
                self.page, checks_of_day.back_up_now, name="cure.backup", done=self._cured, problem=self._said
            )

    def _cured(self, words: str) -> None:
        self._shown.say(words)
        self._check_all()

    def _said(self, problem: Expected) -> None:
        self._shown.say(str(problem))

    def _bypass(self, key: str) -> None:
        self.controls.acts.run(self.page, checkup.bypass, key, done=self._shown.show_bypassed)

    def _save(self, key: str) -> None:
        self.controls.acts.run(
            self.page,
            devices.save_traffic,
            key,
            done=lambda path: self._shown.say(_("已存到 {path}").format(path=path)),
        )

    def _replay(self, _key: str) -> None:
        self._shown.say(_("正在重放…"))
        self.controls.acts.run(
            self.page,
            devices.replay,
            busy=_("正在重放故障"),
            done=self._shown.say,
            problem=lambda problem: self._shown.say(str(problem)),
        )


def _screens(desk: Desk, clerk: QWidget) -> tuple[DeviceView, ...]:
    """A board keeps its screen when another is pulled out, and then counts from there."""
    boards = (one for one in QApplication.topLevelWidgets() if isinstance(one, CallBoard) and one.isVisible())
    wanted = next(map(number_of, boards), desk.settings.hall.board_screen)
    lost = any(notice.key == screens.PARTY_SCREEN_LOST for notice in desk.notices.standing())
    return screens.views(wanted, len(QGuiApplication.screens()), number_of(clerk), lost=lost)
