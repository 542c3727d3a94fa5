"""Where a scanned code goes: a ticket to the window, a receipt to the ledger, other text to the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from app import lanes
from app.errors import Expected
from app.services import scanning
from app.services.desk import Desk
from app.services.scanning import Brought, Kind, Outcome, Scanned
from app.texts import _
from ui.act import Acts
from ui.keyboard_gun import KeyboardGun
from ui.main_window import MainWindow
from ui.panels.host import Panels

_AFTER_TROUBLE_MS: Final = 2_000


class Codes(QObject):
    """Asks the gun again and again; a gun that failed is asked again two seconds later."""

    def __init__(
        self,
        window: MainWindow,
        desk: Desk,
        acts: Acts,
        panels: Panels,
        called: Callable[[str], None],
        locked: Callable[[], bool],
    ) -> None:
        """``called`` is told the number of a ticket that was called; while ``locked`` nothing is scanned."""
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._acts = acts
        self._panels = panels
        self._called = called
        self._locked = locked
        self._keyboard: KeyboardGun | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._listen)

    def start(self) -> None:
        """Listen from now on; again does nothing."""
        detector = scanning.typed_codes(self._desk)
        if detector is not None and self._keyboard is None:
            handle = self._window.windowHandle()
            self._keyboard = KeyboardGun(handle, detector, self._desk.bench.scanned, self)
        if self._desk.bench.has(lanes.SCAN_GUN) and not self._again.isActive():
            self._listen()

    def stop(self) -> None:
        self._again.stop()

    def _listen(self) -> None:
        self._acts.run(self, scanning.listen, name="gun.listen", done=self._heard, problem=self._failed)

    def _failed(self, _problem: Expected) -> None:
        """Nobody asked, so nobody is interrupted: the gun's dot is red and says why."""
        self._again.start(_AFTER_TROUBLE_MS)

    def _heard(self, code: Scanned | None) -> None:
        if code is not None:
            self.take(code)
        if self._desk.bench.has(lanes.SCAN_GUN):
            self._listen()

    # ---- what is done with it -------------------------------------------------------------------

    def take(self, code: Scanned) -> None:
        """Do what the code is for; nobody signed in who could be doing it while the window is locked."""
        if self._locked():
            return
        if code.kind is Kind.TICKET and code.day is not None:
            self._acts.run(self, scanning.bring, code.value, code.day, busy=_("正在叫号"), done=self._brought)
        elif code.kind is Kind.RECEIPT:
            self._panels.open_with("ledger", code.value)
        elif code.kind is Kind.RETURN:
            self._panels.open_with("comeback", code.value)
        elif not self._typed(code.value):
            self._nowhere(code)

    def _brought(self, brought: Brought) -> None:
        self._window.flash(_said(brought))
        if brought.outcome is Outcome.CALLED:
            self._called(brought.number)

    def _typed(self, text: str) -> bool:
        """Put the text where the cursor is, as if it had been typed; only where text belongs."""
        field = QApplication.focusWidget()
        if not self._window.isAncestorOf(field or self._window):
            return False
        if isinstance(field, QLineEdit):
            if field.isReadOnly() or field.echoMode() is not QLineEdit.EchoMode.Normal:
                return False
            field.insert(text)
            field.textEdited.emit(field.text())
            return True
        if isinstance(field, QPlainTextEdit) and not field.isReadOnly():
            field.insertPlainText(text)
            return True
        return False

    def _nowhere(self, code: Scanned) -> None:
        if code.kind is Kind.CASE:
            self._panels.open_with("ledger", code.value)
            return
        self._window.flash(_("扫到一个码，光标不在能填的格里，没有用。"))


def _said(brought: Brought) -> str:
    words = {
        Outcome.CALLED: _("已叫 {number}"),
        Outcome.BACK: _("{number} 过号后回来了，已放回队里"),
        Outcome.HERE: _("{number} 就在本窗口"),
    }
    return words[brought.outcome].format(number=brought.number)
