"""The line under the visit: the same acts in the same place, and one sentence of what just happened."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.services.views import VisitView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row

FLASH_MS: Final = 5_000
UNDO_MS: Final = 15_000


class ActionBar(QWidget):
    """Emits ``pressed(act)``."""

    pressed = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.buttons: dict[str, KeyButton] = {}
        self.line = Label(tone="sub", wrap=True)
        self._undo = self._button("restore_page", _("撤销"), kind="quiet", icon="undo")
        self._undo.hide()
        self.line.setVisible(not look.large)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.quiet)
        read = self._button("read_card", _("读证件"), icon="card")
        self._chips = False
        self._of_visit = False
        self._visit: tuple[str, bool] = ("", False)
        self._view: VisitView | None = None
        chips = self._button("read_chip", _("社保卡"), icon="card")
        confirm = _("交确认") if look.large else _("交当事人确认")
        show = self._button("show_confirmation", confirm, icon="sign")
        end = self._button("finish", _("办结"), icon="check")
        acts = row(read, chips, show, end) if look.large else row(show, end)
        words = row(gap=look.grid()) if look.large else row(read, chips, gap=look.grid(1.5))
        words.addWidget(self.line, 1)
        words.addWidget(self._undo)
        if look.large:
            self.setLayout(column(words, acts, gap=look.grid()))
        else:
            words.addLayout(acts)
            self.setLayout(words)

    def say(self, text: str, *, of_visit: bool = False) -> None:
        """Show one line for a few seconds, one ``of_visit`` no longer than the visit is open."""
        self._of_visit = of_visit
        self._undo.hide()
        self._write(text)
        self._timer.start(FLASH_MS)

    def amend(self, before: str, after: str) -> None:
        """Say a line anew while it stands; "" takes it away."""
        if self.line.text() == before and after:
            self._write(after)
        elif self.line.text() == before:
            self.quiet()

    def offer_undo(self, text: str) -> None:
        """Show one line with a way back, as long as the visit is open."""
        self._of_visit = True
        self._write(text)
        self._undo.show()
        self._timer.start(UNDO_MS)

    def quiet(self) -> None:
        """Take the line away; what stands there of the visit itself comes back."""
        self._of_visit = False
        self._timer.stop()
        self._undo.hide()
        self._hint(self._view)

    def show_chips(self, *, there: bool) -> None:
        """Offer the reader of chip cards where the counter has one."""
        self._chips = there
        self.buttons["read_chip"].setVisible(there and not self.buttons["read_card"].isHidden())

    def show_visit(self, view: VisitView | None) -> None:
        self._view = view
        open_visit = view is not None and view.outcome is None
        for act in ("read_card", "show_confirmation", "finish"):
            self.buttons[act].setVisible(view is not None)
            self.buttons[act].setEnabled(open_visit)
        self.buttons["read_chip"].setEnabled(open_visit)
        self.show_chips(there=self._chips)
        now = (view.visit_id if view is not None else "", open_visit)
        if now != self._visit and self._of_visit:
            self.quiet()
        self._visit = now
        self._hint(view)
        signed = (
            view is not None and view.confirmation.signed_at is not None and not view.confirmation.outdated
        )
        self.buttons["show_confirmation"].set_kind("plain" if signed else "primary")
        self.buttons["finish"].set_kind("primary" if signed else "plain")

    def _hint(self, view: VisitView | None) -> None:
        if self._timer.isActive():
            return
        words = ""
        if view is not None and view.outcome is not None:
            frozen = _("已收件，事项冻结待处理。按 F5 叫下一位。")
            words = frozen if view.outcome.received_only else _("已办结。按 F5 叫下一位。")
        self._write(words)

    def _write(self, text: str) -> None:
        self.line.setText(text)
        self.line.setVisible(bool(text) or not self._look.large)

    def _button(self, act: str, text: str, *, kind: str = "plain", icon: str = "") -> KeyButton:
        button = KeyButton(self._look, act, text, kind=kind, icon=icon)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button
