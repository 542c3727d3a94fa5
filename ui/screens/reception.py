"""The reception: a digit gives a number for a matter, one key before it gives priority."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.domain.ticket import Wanted
from app.services.reception import Given, GroupRow, ReceptionView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.row_list import ListRow, RowList

MOST_GROUPS: Final = 9
MOST_NEEDS: Final = 4
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ReceptionPage(QWidget):
    """Emits ``wanted(Wanted)``, ``swiped(group)``, ``reprinted(number)`` and ``admitted(stubs, since)``."""

    wanted = Signal(object)
    swiped = Signal(str)
    reprinted = Signal(str)
    admitted = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view = ReceptionView((), (), 0, 0, reader=False, printer=False)
        self._needs: list[KeyButton] = []
        self._boxes: dict[QObject, Callable[[], None]] = {}
        right = column(self._given(), self._again(), self._roll(), gap=look.grid(1.5))
        whole = row(self._groups(), gap=look.grid(2))
        whole.addLayout(right, 1)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        for place in range(1, MOST_GROUPS + 1):
            self._bind(str(place), partial(self._give, place))

    def _bind(self, key: str, slot: Callable[[], object]) -> None:
        """A key of this page; in a box it is a character like any other."""
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)

    def _toggle(self, name: str, text: str, key: str, icon: str = "") -> KeyButton:
        button = KeyButton(self._look, name, text, icon=icon, key=key)
        button.setCheckable(True)
        self._bind(key, button.toggle)
        button.toggled.connect(lambda on: button.set_kind("primary" if on else "plain"))
        button.toggled.connect(lambda _on: self._say_next())
        return button

    def _groups(self) -> QFrame:
        look = self._look
        self._hall = Label(tone="sub", size="small", wrap=True)
        self.green = self._toggle("green", _("绿色通道"), "G", "leaf")
        self.urgent = self._toggle("urgent", _("时效临近"), "U", "clock")
        needs = row(gap=look.grid(1))
        for place in range(MOST_NEEDS):
            button = self._toggle(f"need_{place}", "", "HJKL"[place])
            button.hide()
            self._needs.append(button)
            needs.addWidget(button)
        needs.addStretch(1)
        self._next = Label(bold=True, wrap=True)
        self.groups = RowList(look, _("取号事项"), empty=_("没有设置取号的事项。"))
        self.groups.chosen.connect(lambda key: self._give(int(key)))
        self.swipe = KeyButton(look, "swipe", _("刷身份证取号"), kind="primary", icon="card", key="S")
        self.swipe.clicked.connect(self._swipe)
        self._bind("S", self.swipe.click)
        inside = column(
            Label(_("取号"), bold=True, size="lead"),
            self._hall,
            row(self.green, self.urgent, None),
            gap=look.grid(1),
        )
        inside.addLayout(needs)
        inside.addWidget(self._next)
        inside.addWidget(self.groups, 1)
        inside.addLayout(row(None, self.swipe))
        inside.setContentsMargins(*margins(look, 2, 2))
        return surface("card", inside)

    def _given(self) -> QFrame:
        look = self._look
        self._number = Label("—", bold=True, size="party_title")
        self._words = Label(_("还没有取号"), tone="sub", wrap=True)
        inside = column(self._number, self._words, gap=look.grid(0.5))
        inside.setContentsMargins(*margins(look, 2, 1.5))
        return surface("card", inside)

    def _again(self) -> QFrame:
        look = self._look
        self.lost = self._box(_("号票遗失：扫码或输入号码"), self._reprint)
        self.print = KeyButton(look, "reprint", _("补打"), icon="print", key="Enter")
        self.print.clicked.connect(self._reprint)
        inside = column(Label(_("补打号票"), bold=True), row(self.lost, self.print), gap=look.grid(1))
        inside.setContentsMargins(*margins(look, 2, 1.5))
        return surface("card", inside)

    def _roll(self) -> QFrame:
        look = self._look
        words = _("停电断网时撕出去的备用号卷：恢复后一次录入，按撕下的次序排队。")
        self.stubs = self._box(_("P001-P030"), lambda: self.since.setFocus())
        self.since = self._box(_("从几点开始，如 9:30"), self._admit)
        self.since.setFixedWidth(look.px(170))
        self.admit = KeyButton(look, "admit", _("补录"), icon="import", key="Enter")
        self.admit.clicked.connect(self._admit)
        line = row(self.stubs, self.since, self.admit)
        inside = column(
            Label(_("号卷补录"), bold=True), Label(words, tone="sub", size="small", wrap=True), line, None
        )
        inside.setContentsMargins(*margins(look, 2, 1.5))
        return surface("card", inside)

    def _box(self, words: str, entered: Callable[[], None]) -> QLineEdit:
        box = QLineEdit()
        box.setPlaceholderText(words)
        box.setAccessibleName(words)
        box.setMaxLength(2000)
        box.installEventFilter(self)
        self._boxes[box] = entered
        return box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in a box does what its button does; Tab and the arrows stay what they are."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self._boxes[watched]()
            return True
        return super().eventFilter(watched, event)

    # ---- views --------------------------------------------------------------------------------------

    def show_view(self, view: ReceptionView) -> None:
        """Draw the page; what is chosen for the next number stays chosen."""
        self._view = view
        words = _("今天已发 {given} 个号，{windows} 个窗口在叫号")
        self._hall.setText(words.format(given=view.given, windows=view.windows))
        self.groups.show_rows(
            tuple(_row(place, one) for place, one in enumerate(view.groups[:MOST_GROUPS], 1))
        )
        for place, button in enumerate(self._needs):
            button.setVisible(place < len(view.needs))
            if place < len(view.needs):
                button.set_label(_("要能办“{tag}”").format(tag=view.needs[place]))
        self.swipe.setVisible(view.reader)
        self.print.setEnabled(view.printer)
        self._say_next()

    def begin(self) -> None:
        """The cursor stands on the matters, where every key means a number."""
        self.groups.setFocus()

    def show_given(self, given: Given) -> None:
        """Show a number as it is told to the person; what was chosen for it is chosen no more."""
        self._number.setText(given.number)
        told = [_("已有号，补打了号票") if given.again else _("已取号")]
        told.append(_("前面 {count} 人").format(count=given.ahead))
        if given.wait:
            told.append(_("约等 {first}–{last} 分钟").format(first=given.wait[0], last=given.wait[-1]))
        self._words.setText("，".join(told))
        for button in (self.green, self.urgent, *self._needs):
            button.setChecked(False)
        self.lost.clear()

    def show_admitted(self, numbers: tuple[str, ...]) -> None:
        """Say which stubs are in the queue now."""
        words = _("已补录 {count} 个：{numbers}") if numbers else _("这些号都已在队里，没有重复录入")
        self._number.setText(_("号卷"))
        self._words.setText(words.format(count=len(numbers), numbers="、".join(numbers[:12])))
        self.stubs.clear()

    def _say_next(self) -> None:
        chosen = [b.text() for b in (self.green, self.urgent, *self._needs) if b.isChecked()]
        some = _("下一个号：{marks}").format(marks="、".join(chosen))
        self._next.setText(some if chosen else _("下一个号：普通"))

    # ---- acts ---------------------------------------------------------------------------------------

    def _wanted(self, group: str) -> Wanted:
        chosen = [
            tag for tag, button in zip(self._view.needs, self._needs, strict=False) if button.isChecked()
        ]
        green = self.green.isChecked() or bool(chosen)
        return Wanted(group, green=green, urgent=self.urgent.isChecked(), needs=tuple(chosen))

    def marked(self, wanted: Wanted) -> Wanted:
        """Return what a card asks for with what was chosen by keys on top."""
        own = self._wanted(wanted.group)
        return Wanted(
            self._group_here(), wanted.green or own.green, own.urgent, own.needs, person=wanted.person
        )

    def _group_here(self) -> str:
        place = int(self.groups.current() or 1)
        return self._view.groups[place - 1].group if self._view.groups else ""

    def _give(self, place: int) -> None:
        if 1 <= place <= len(self._view.groups):
            self.wanted.emit(self._wanted(self._view.groups[place - 1].group))

    def _swipe(self) -> None:
        self.swiped.emit(self._group_here())

    def _reprint(self) -> None:
        if self.lost.text().strip() and self.print.isEnabled():
            self.reprinted.emit(self.lost.text())

    def _admit(self) -> None:
        if self.stubs.text().strip():
            self.admitted.emit(self.stubs.text(), self.since.text())


def _row(place: int, one: GroupRow) -> ListRow:
    wait = _("约 {first}–{last} 分").format(first=one.wait[0], last=one.wait[-1]) if one.wait else ""
    detail = _("等候 {count} 人").format(count=one.waiting)
    title = _("{group}（{prefix} 字头）").format(group=one.group, prefix=one.prefix)
    return ListRow(str(place), title, detail, icon="ticket", right=wait, cap=str(place))
