"""Ctrl+K: the backups there are, whether they are good, one more now, and how one is put back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.errors import Expected
from app.services import backups
from app.services.backups import Made
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.backups import BackupsPage


class BackupsPanel(Panel):
    """Nothing is put back from here: that is done while the window is closed, and the page says how."""

    key = "backups"
    icon = "disk"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: BackupsPage | None = None

    @property
    def title(self) -> str:
        return _("备份")

    @property
    def purpose(self) -> str:
        return _("有哪些备份、是否完好；现在再做一份；怎么恢复")

    def make(self) -> QWidget:
        page = self._made = BackupsPage(self.controls.look)
        page.wanted.connect(self._back_up)
        page.asked.connect(self._check)
        return page

    @property
    def _shown(self) -> BackupsPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.list.setFocus()
        self._refresh()

    def _refresh(self) -> None:
        self.controls.acts.run(self._shown, backups.overview, name="backups", done=self._shown.show_view)

    def _back_up(self) -> None:
        self.controls.acts.run(
            self._shown,
            backups.back_up,
            busy=_("正在备份并逐页核对"),
            done=self._backed_up,
            problem=self.controls.problem,
        )

    def _backed_up(self, made: Made) -> None:
        self.controls.flash(_("已做好 {count} 份备份，逐页核对过").format(count=len(made.backups)))
        for one in made.backups:
            self._shown.mark(str(one.path), good=True)
        self._refresh()

    def _check(self, path: str) -> None:
        self.controls.acts.run(
            self._shown,
            backups.check,
            Path(path),
            busy=_("正在逐页核对备份"),
            done=lambda _one: self._shown.mark(path, good=True),
            problem=partial(self._bad, path),
        )

    def _bad(self, path: str, problem: Expected) -> None:
        self._shown.mark(path, good=False)
        self.controls.problem(problem)
