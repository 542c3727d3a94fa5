"""The papers a visit gives out: which are printed, in which type, and what others lack."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.services.views import PaperView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row
from ui.widgets.row_list import ListRow, RowList

_TOGGLE: Final = (Qt.Key.Key_Space,)


class PapersPage(QWidget):
    """Emits ``printed(keys, large)``."""

    printed = Signal(tuple, bool)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._papers: tuple[PaperView, ...] = ()
        self._off: set[str] = set()
        self._on: set[str] = set()
        self.large = False
        self.list = RowList(look, _("文书"), empty=_("这次来访没有要发的文书。"))
        self.list.chosen.connect(lambda _key: self._print())
        self.list.installEventFilter(self)
        self._type = Label(tone="sub")
        self._toggle = KeyButton(look, "paper_toggle", _("要 / 不要"), icon="check", key="Space")
        self._toggle.clicked.connect(lambda: self._turn(self.list.current()))
        self._size = KeyButton(look, "paper_large", _("大字"), icon="print", key="Ctrl+L")
        self._size.clicked.connect(self._turn_size)
        self.button = KeyButton(
            look, "paper_print", _("打印"), kind="primary", icon="print", key="Ctrl+Return"
        )
        self.button.clicked.connect(self._print)
        for button in (self._size, self.button):
            QShortcut(QKeySequence(button.key), self).activated.connect(button.click)
        foot = row(self._type, None, self._toggle, self._size, self.button, gap=look.grid(1.5))
        whole = column(gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addLayout(foot)
        self.setLayout(whole)

    def show_papers(self, papers: tuple[PaperView, ...], *, large: bool, anew: bool) -> None:
        """Draw the papers; ``anew`` forgets what was chosen for the visit before."""
        if anew:
            self._off, self._on, self.large = set(), set(), large
        self._papers = papers
        self._draw()

    def chosen(self) -> tuple[str, ...]:
        """Return the keys of the papers that would be printed now."""
        return tuple(paper.key for paper in self._papers if self._is_chosen(paper))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press of the space bar says whether the paper under the cursor is wanted."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _TOGGLE:
            self._turn(self.list.current())
            return True
        return super().eventFilter(watched, event)

    def _is_chosen(self, paper: PaperView) -> bool:
        wanted = (paper.chosen or paper.key in self._on) and paper.key not in self._off
        return paper.state == "ready" and wanted

    def _turn(self, key: str) -> None:
        paper = next((one for one in self._papers if one.key == key), None)
        if paper is None or paper.state != "ready":
            return
        wanted = self._is_chosen(paper)
        (self._off if wanted else self._on).add(key)
        (self._on if wanted else self._off).discard(key)
        self._draw()

    def _turn_size(self) -> None:
        self.large = not self.large
        self._draw()

    def _print(self) -> None:
        self.printed.emit(self.chosen(), self.large)

    def _draw(self) -> None:
        self.list.show_rows(tuple(self._row(paper) for paper in self._papers))
        count = len(self.chosen())
        self.button.setEnabled(bool(count))
        size = _("大字") if self.large else _("普通字号")
        self._type.setText(_("将打印 {count} 种，{size}").format(count=count, size=size))

    def _row(self, paper: PaperView) -> ListRow:
        if paper.state == "lacking":
            return ListRow(paper.key, paper.title, paper.note, icon="dash", pill=_("还不能打"), tone="sub")
        if paper.state == "left_out":
            return ListRow(paper.key, paper.title, paper.note, icon="dash", pill=_("不出"), tone="sub")
        if paper.state == "made":
            return ListRow(paper.key, paper.title, paper.note, icon="check", pill=_("已打"), tone="ok")
        if self._is_chosen(paper):
            tone = "warn" if paper.note else "brand"
            return ListRow(paper.key, paper.title, paper.note, icon="print", pill=_("要打"), tone=tone)
        return ListRow(paper.key, paper.title, paper.note, icon="file", pill=_("不打"), tone="sub")
