"""Reading a passport or card from a page: the page under the cursor is read at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app import lanes
from app.errors import Expected
from app.lanes import Act
from app.services import mrz
from app.services.desk import Desk
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.mrz import MrzPage


@dataclass(frozen=True)
class _Found:
    read: mrz.Read
    picture: QImage


def _read(desk: Desk, page_id: str, room: QSize) -> _Found | None:
    """Read on the lane of recognition and decode the picture there."""
    found = mrz.read(desk, page_id)
    if found is None:
        return None
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return _Found(found, QImage.fromData(found.picture).scaled(room, keep, smooth))


_READ: Final[Act[Desk, [str, QSize], _Found | None]] = Act(lanes.RECOGNITION, _read)


class MrzPanel(Panel):
    """Nothing goes into the form before the clerk says so, and nothing whose check digits do not agree."""

    key = "mrz"
    icon = "card"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._visit = ""
        self._wanted = ""

    @property
    def title(self) -> str:
        return _("护照和证件机读码")

    @property
    def purpose(self) -> str:
        return _("从扫描或高拍的资料页上读，校验位相符、核对后才采用")

    def make(self) -> QWidget:
        page = MrzPage(self.controls.look)
        page.read.connect(self._ask)
        page.changed.connect(self._judge)
        page.take.connect(self._take)
        return page

    @property
    def _mine(self) -> MrzPage:
        return cast(MrzPage, self.page)

    def opened(self) -> None:
        papers = self.controls.papers
        pages = papers.strip.pages.all() if papers.open else ()
        chosen = papers.strip.current() or (pages[-1] if pages else None)
        self._mine.begin(pages, chosen.page_id if chosen is not None else "")
        if chosen is not None and pages:
            self._ask(chosen.page_id)

    def left(self) -> None:
        self._wanted = ""
        flag = self.controls.desk.cancelled.get("read_mrz")
        if flag is not None:
            flag.set()
        self.controls.acts.run(self.page, mrz.let_go, name="mrz.let_go")

    def _ask(self, page_id: str) -> None:
        if not page_id:
            return
        started = self.controls.acts.run(
            self.page,
            _READ,
            page_id,
            self._mine.room,
            name="read_mrz",
            busy=_("正在读机读码（Esc 停止）"),
            done=self._found,
            problem=self._failed,
        )
        if started:
            self._wanted = page_id
            self._mine.show_nothing(_("正在读…"))

    def _found(self, found: _Found | None) -> None:
        if not self._wanted:
            return
        if found is None:
            self._mine.show_nothing(_("这一页上没有找到机读码。换一页，或扫清楚些再试。"), "warn")
            return
        self._visit = found.read.visit_id
        self._mine.show_lines(found.picture, found.read.lines)
        self._judge()

    def _failed(self, problem: Expected) -> None:
        self._mine.show_nothing(f"{problem.happened}{problem.next_step}", "bad")

    def _judge(self) -> None:
        self._mine.show_judged(mrz.judge(self._mine.lines, self.controls.desk.today()))

    def _take(self) -> None:
        self.controls.acts.run(
            self.page, mrz.take, self._visit, self._mine.lines, name="take_mrz", done=self._taken
        )

    def _taken(self, _none: object) -> None:
        self.controls.close()
        self.controls.flash(_("已采用机读码"))
        self.controls.refresh()
