"""Handing over: who is here goes to another window with everything entered; what others offer is taken."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.services.handover import LONGEST_REASON, REASONS, HandoverView, OfferRow, WindowRow
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.row_list import ListRow, RowList

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_OUT = "out:"


class HandoverPage(QWidget):
    """Emits ``given(window, reason)``, ``accepted(number)`` and ``declined(number, reason)``."""

    given = Signal(int, str)
    accepted = Signal(str)
    declined = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view = HandoverView("", "", (), (), ())
        whole = row(self._giving(), self._taking(), gap=look.grid(2))
        whole.setStretch(0, 1)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _giving(self) -> QFrame:
        look = self._look
        self.title = Label(bold=True, size="lead", wrap=True)
        self._promise = Label(
            _("号码、到达时间、填写、材料和签名都跟过去；原因两边都留记录（首问负责制）。"),
            tone="sub",
            size="small",
            wrap=True,
        )
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("移交或退回的原因"))
        self.reason.setAccessibleName(_("移交或退回的原因"))
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.textChanged.connect(lambda _text: self._allow())
        self.reason.installEventFilter(self)
        self.windows = RowList(look, _("移交给哪个窗口"), empty=_("现在没有可以移交的窗口。"))
        self.windows.chosen.connect(lambda _key: self.reason.setFocus())
        self.windows.moved.connect(lambda _key: self._allow())
        reasons = column(gap=look.grid(0.5))
        buttons = [
            self._button(f"reason_{place}", _(words), f"Ctrl+{place}", "quiet")
            for place, words in enumerate(REASONS, 1)
        ]
        for two in (buttons[:2], buttons[2:]):
            reasons.addLayout(row(*two, None))
        self.give = self._button("give", _("移交"), "Enter", "primary")
        inside = column(self.title, self._promise, gap=look.grid(1))
        inside.addWidget(self.windows, 1)
        inside.addWidget(self.reason)
        inside.addLayout(reasons)
        inside.addLayout(row(None, self.give))
        inside.setContentsMargins(*margins(look, 2, 2))
        return surface("card", inside)

    def _taking(self) -> QFrame:
        look = self._look
        self.offers = RowList(look, _("移交来的和交出去的"), empty=_("没有别的窗口移交来的。"))
        self.offers.chosen.connect(lambda _key: self._accept())
        self.offers.moved.connect(lambda _key: self._allow())
        self.decline = self._button("decline", _("退回"), "Ctrl+Del", "quiet")
        self.accept = self._button("accept", _("接手"), "Enter", "primary")
        inside = column(Label(_("交来的和交出去的"), bold=True, size="lead"), gap=look.grid(1))
        inside.addWidget(self.offers, 1)
        inside.addLayout(row(None, self.decline, self.accept, gap=look.grid(1.5)))
        inside.setContentsMargins(*margins(look, 2, 2))
        return surface("card", inside)

    def _button(self, name: str, text: str, key: str, kind: str) -> KeyButton:
        button = KeyButton(self._look, name, text, kind=kind, key=key)
        press = {"give": self._give, "accept": self._accept, "decline": self._decline}
        button.clicked.connect(press.get(name, lambda: self._choose_reason(text)))
        if key != "Enter":
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)
        return button

    # ---- views --------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin anew without a reason."""
        self.reason.clear()

    def show_view(self, view: HandoverView) -> None:
        """Draw the page; the cursors stay on their rows."""
        self._view = view
        words = _("把 {number} 移交给").format(number=view.number)
        self.title.setText(view.obstacle or words)
        self.windows.show_rows(tuple(map(_window, view.windows)))
        self.offers.show_rows((*map(_offer, view.offers), *map(_given, view.given)))
        self._allow()
        if not (self.reason.hasFocus() or self.windows.hasFocus() or self.offers.hasFocus()):
            (self.offers if view.offers and not view.number else self.windows).setFocus()

    def _allow(self) -> None:
        ready = not self._view.obstacle and bool(self.windows.current())
        self.give.setEnabled(ready and bool(self.reason.text().strip()))
        offered = self._offered() is not None
        self.accept.setEnabled(offered and not self._view.number)
        self.decline.setEnabled(offered)

    def _offered(self) -> OfferRow | None:
        key = self.offers.current()
        return next((one for one in self._view.offers if one.number == key), None)

    # ---- keys ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter after the reason hands over."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self.give.click()
            return True
        return super().eventFilter(watched, event)

    def _choose_reason(self, words: str) -> None:
        self.reason.setText(words)
        self.reason.setFocus()

    def _give(self) -> None:
        if self.windows.current():
            self.given.emit(int(self.windows.current()), self.reason.text().strip())

    def _accept(self) -> None:
        if self.accept.isEnabled():
            self.accepted.emit(self.offers.current())

    def _decline(self) -> None:
        if self._offered() is not None:
            reason = self.reason.text().strip() or _(REASONS[0])
            self.declined.emit(self.offers.current(), reason)


def _window(one: WindowRow) -> ListRow:
    detail = _("能办：{tags}").format(tags=one.tags) if one.tags else _("普通窗口")
    pill = _("暂停：{reason}").format(reason=one.paused) if one.paused else ""
    title = _("{window} 号窗口").format(window=one.window)
    return ListRow(str(one.window), title, detail, icon="window", pill=pill, tone="warn")


def _offer(one: OfferRow) -> ListRow:
    title = _("{number}　来自 {window} 号窗口").format(number=one.number, window=one.window)
    pill, tone = (_("材料已到"), "ok") if one.ready else (_("材料在路上"), "warn")
    return ListRow(one.number, title, one.reason, icon="import", pill=pill, tone=tone)


def _given(one: OfferRow) -> ListRow:
    title = _("{number}　交给 {window} 号窗口").format(number=one.number, window=one.window)
    return ListRow(f"{_OUT}{one.number}", title, one.reason, icon="send", pill=_("还没有接"), tone="sub")
