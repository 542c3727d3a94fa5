"""What was taken out last, a page or an entry, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ui.screens.action_bar import ActionBar


class Undo(QObject):
    """Offers Ctrl+Z in the line of the acts; emits ``page_back(page_id)`` or ``entry_back(path, before)``."""

    page_back = Signal(str)
    entry_back = Signal(str, str)

    def __init__(self, line: ActionBar, parent: QObject) -> None:
        super().__init__(parent)
        self._line = line
        self._page = ""
        self._entry = ("", "")

    def page_out(self, text: str, page_id: str) -> None:
        """Say which page was taken out; only the last thing comes back."""
        self._page, self._entry = page_id, ("", "")
        self._line.offer_undo(text)

    def entry_out(self, text: str, path: str, before: str) -> None:
        """Say what was taken out of the field ``path``, which held ``before``."""
        self._page, self._entry = "", (path, before)
        self._line.offer_undo(text)

    def put_back(self) -> None:
        """Bring the last thing back, once."""
        page, entry = self._page, self._entry
        self._page, self._entry = "", ("", "")
        if page or entry[0]:
            self._line.quiet()
        if entry[0]:
            self.entry_back.emit(*entry)
        elif page:
            self.page_back.emit(page)
