"""Papers that came after the end of a visit: what they are, their pages, why, and what was added before."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.domain.amendment import MOST_REASON
from app.services.additions import AddedView, AdditionsView, Material
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.page_strip import PageStrip
from ui.widgets.row_list import ListRow, RowList

_BEFORE_HEIGHT: Final = 118


class AdditionsPage(QWidget):
    """Emits ``scan(feeder)``, ``choose_files``, ``remove(page_id)``, ``sent(reason)``, ``find_visit``."""

    scan = Signal(bool)
    choose_files = Signal()
    remove = Signal(str)
    sent = Signal(str)
    find_visit = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view = AdditionsView("")
        self._head = Label(bold=True, size="lead")
        told = _("原来的记录和收据原样保留；新的页作为更正送法院，并打印回执。")
        self._told = Label(told, tone="sub", wrap=True)
        self.strip = PageStrip(look)
        self.strip.show_as(wall=True)
        self.strip.remove.connect(self.remove)
        self.strip.setAccessibleName(_("要补充的页，Delete 取出"))
        self._nothing = Label(_("还没有页。按 Ctrl+S 扫描，或 Ctrl+O 导入。"), tone="sub")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.reason = QLineEdit()
        self.reason.setMaxLength(MOST_REASON)
        self.reason.setPlaceholderText(_("例如：当事人次日送来借条原件。回执和法院的记录上都会写明。"))
        self.reason.setAccessibleName(_("补充的理由，必填"))
        self.reason.textChanged.connect(lambda _text: self._count())
        self.before = RowList(look, _("以前补充的"))
        self.before.setFixedHeight(look.px(_BEFORE_HEIGHT))
        self._work, self._empty = self._working(), self._without()
        self.setLayout(column(self._work, self._empty))
        self.show_additions(self._view)

    # ---- parts ----------------------------------------------------------------------------------

    def _working(self) -> QFrame:
        look = self._look
        self.send = self._button("send_addition", _("补充并送法院"), "Ctrl+Return", "primary", "send")
        self.send.clicked.connect(lambda: self.sent.emit(self.reason.text()))
        label = Label(_("补充的理由（必填）"), tone="sub", size="small")
        label.setBuddy(self.reason)
        self._counted = Label(tone="sub", size="small")
        self._before_label = Label(_("以前补充的"), tone="sub", size="small")
        pages = column(self._nothing, gap=0, margins=margins(look, 1, 1))
        pages.addWidget(self.strip, 1)
        whole = column(self._head, self._told, self._taking(), gap=look.grid(1))
        whole.addWidget(surface("card", pages), 1)
        whole.addLayout(column(label, self.reason, gap=2))
        whole.addLayout(row(self.send, self._counted, None, gap=look.grid(1.5)))
        whole.addLayout(column(self._before_label, self.before, gap=2))
        return surface("clear", whole)

    def _taking(self) -> QFrame:
        look = self._look
        self.materials = Combo(look)
        self.materials.setAccessibleName(_("下一页是什么材料 {key}").format(key=KEYS["material"]))
        shortcut = QShortcut(QKeySequence(KEYS["material"]), self)
        shortcut.activated.connect(self._open_materials)
        label = Label(_("下一页是 {key}").format(key=KEYS["material"]), tone="sub", size="small")
        label.setBuddy(self.materials)
        self.glass = self._button("addition_scan", _("扫一页"), "Ctrl+S", "plain", "scan")
        self.glass.clicked.connect(lambda: self.scan.emit(False))
        self.feeder = self._button("addition_feeder", _("送纸器"), "Ctrl+Shift+S", "plain", "feeder")
        self.feeder.clicked.connect(lambda: self.scan.emit(True))
        self.files = self._button("addition_files", _("导入"), "Ctrl+O", "plain", "import")
        self.files.clicked.connect(self.choose_files)
        line = row(label, gap=look.grid(1))
        line.addWidget(self.materials, 1)
        for button in (self.glass, self.feeder, self.files):
            line.addWidget(button)
        return surface("clear", line)

    def _without(self) -> QFrame:
        look = self._look
        words = Label(_("这里没有已办结的收件。"), bold=True, size="lead")
        more = Label(
            _("先找到办结的那一件，再补充。还在办的，材料直接收进去；告知过要补正的，按 Shift+F9 接着办。"),
            tone="sub",
            wrap=True,
        )
        button = self._button("find_finished", _("查找"), "Ctrl+F", "primary", "search")
        button.clicked.connect(self.find_visit)
        self.found = button
        icon = row(Icon("file", look.tokens.sub, look.px(32)), None)
        inside = column(None, icon, words, more, row(button, None), None)
        inside.setContentsMargins(*margins(look, 4, 4))
        return surface("clear", inside)

    def _button(self, name: str, text: str, key: str, kind: str, icon: str) -> KeyButton:
        button = KeyButton(self._look, name, text, kind=kind, icon=icon, key=key)
        QShortcut(QKeySequence(key), self).activated.connect(button.click)
        return button

    # ---- views ----------------------------------------------------------------------------------

    @property
    def material(self) -> Material | None:
        """What the next page is."""
        data = self.materials.currentData()
        return data if isinstance(data, Material) else None

    def show_additions(self, view: AdditionsView) -> None:
        """Draw a visit; what is typed and chosen stays while it is the same one."""
        other = view.visit_id != self._view.visit_id
        self._view = view
        there = bool(view.visit_id)
        self._work.setVisible(there)
        self._empty.setVisible(not there)
        self._head.setText("　".join(part for part in (view.person, view.receipt_no, view.matter) if part))
        if other:
            self.reason.clear()
            self.materials.clear()
            for one in view.materials:
                self.materials.addItem(one.name, one)
        self.strip.pages.show_pages(view.pages)
        self.strip.setVisible(bool(view.pages))
        self._nothing.setVisible(not view.pages)
        self.before.show_rows(tuple(_row(one) for one in view.added))
        for part in (self._before_label, self.before):
            part.setVisible(bool(view.added))
        self._count()

    def take_focus(self) -> None:
        """Put the cursor where one begins: on what the next page is, or on the way to a finished visit."""
        (self.materials if self._view.visit_id else self.found).setFocus()

    def done(self) -> None:
        """The pages are sent: the reason was theirs."""
        self.reason.clear()

    def _open_materials(self) -> None:
        self.materials.setFocus()
        self.materials.showPopup()

    def _count(self) -> None:
        count = len(self._view.pages)
        ready = bool(count and self.reason.text().strip())
        self.send.setEnabled(ready)
        lacking = _("先扫描或导入") if not count else _("写明理由后可以送出")
        words = _("{count} 页，打印回执一份").format(count=count)
        self._counted.setText(words if ready else lacking)


def _row(one: AddedView) -> ListRow:
    detail = _("{by}　{reason}").format(by=one.by, reason=one.reason)
    return ListRow(one.number, one.papers, detail, icon="file", right=f"{one.at}　{one.number}")
