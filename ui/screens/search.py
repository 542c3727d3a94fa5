"""Records of this window found again: one box, what fits below it, the newest first."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.services.search import Found, Shown
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row
from ui.widgets.row_list import ListRow, RowList

_PAUSE_MS: Final = 120
_TO_THE_LIST: Final = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)


class SearchPage(QWidget):
    """Emits ``searched(text)``, and for the record under the cursor ``looked``, ``papers``, ``added_to``."""

    searched = Signal(str)
    looked = Signal(str)
    papers = Signal(str)
    added_to = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._hits: dict[str, Shown] = {}
        self.box = QLineEdit()
        self.box.setPlaceholderText(_("姓名、拼音、证件号或尾号、案号、电话、收据号、号票；几个词用空格隔开"))
        self.box.setAccessibleName(_("查找办过的事项"))
        self.box.setClearButtonEnabled(True)
        self.box.setMaxLength(200)
        self.box.installEventFilter(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.box.text()))
        self.box.textChanged.connect(lambda _text: self._pause.start())
        self.list = RowList(look, _("找到的事项"), empty=_("输入任何记得的一点，如姓、拼音、尾号。"))
        self.list.chosen.connect(self.looked)
        self.list.moved.connect(self._show)
        self.count = Label(tone="sub", size="small")
        self.story = Label(tone="sub", wrap=True)
        self.open = self._button("look", _("看收件"), "", "primary", self.looked)
        self.print = self._button("papers", _("文书与补打"), "Ctrl+P", "plain", self.papers)
        self.add = self._button("additions", _("补充材料"), KEYS["panel_additions"], "plain", self.added_to)
        whole = column(self.box, self.count, gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addWidget(self.story)
        whole.addLayout(row(None, self.add, self.print, self.open, gap=look.grid(1.5)))
        self.setLayout(whole)
        self.show_found(Found((), more=False, behind=False))

    def _button(self, name: str, text: str, key: str, kind: str, signal: SignalInstance) -> KeyButton:
        button = KeyButton(self._look, name, text, kind=kind, key=key or "Enter")
        button.clicked.connect(lambda: self._tell(signal))
        if key:
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        return button

    def _tell(self, signal: SignalInstance) -> None:
        if self.list.current():
            signal.emit(self.list.current())

    def receipt_of(self, visit_id: str) -> str:
        """Return the receipt number of a record that is listed."""
        return self._hits[visit_id].receipt_no

    def show_found(self, found: Found) -> None:
        """Draw what was found; the cursor stays on its record."""
        self._hits = {hit.visit_id: hit for hit in found.hits}
        self.list.show_rows(tuple(_row(hit) for hit in found.hits))
        self.count.setText(self._counted(found))
        self._show(self.list.current())

    def _counted(self, found: Found) -> str:
        words = []
        if self.box.text().strip() and not found.hits:
            words.append(_("没有找到。请换个词，或少写几个字。"))
        if found.more:
            words.append(_("只列最近的 {count} 件，再加一个词会更准。").format(count=len(found.hits)))
        if found.behind:
            words.append(_("索引正在补建，较早的可能还没有列出。"))
        return "".join(words)

    def _show(self, key: str) -> None:
        hit = self._hits.get(key)
        for button in (self.open, self.print, self.add):
            button.setEnabled(hit is not None)
        self.story.setText(_story(hit) if hit is not None else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter act on the list while the cursor stays in the box."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in _TO_THE_LIST:
            QApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)


def _row(hit: Shown) -> ListRow:
    detail = " · ".join(part for part in (hit.matter, hit.receipt_no) if part)
    return ListRow(
        hit.visit_id, hit.name or hit.ticket, detail, icon="file", right=f"{hit.day}  {hit.ticket}"
    )


def _story(hit: Shown) -> str:
    cases = "、".join(hit.cases)
    words = (
        hit.name,
        hit.number,
        hit.matter,
        _("收据 {number}").format(number=hit.receipt_no) if hit.receipt_no else "",
        _("案号 {cases}").format(cases=cases) if cases else "",
    )
    return "　".join(word for word in words if word)
