"""Keys that come before the view they go by: they wait for it, in their order."""

from __future__ import annotations

from collections import deque
from typing import Final

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from app.texts import _
from ui.main_window import MainWindow
from ui.widgets.combo import ListKey

MOST_HELD_MS: Final = 3_000
"""How long keys wait for a view that does not come: the disk hangs, or the hall chooses a leader."""
_PRESS, _RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
_OVERRIDE, _CLICK = QEvent.Type.ShortcutOverride, QEvent.Type.MouseButtonPress
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAB: Final = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_MODIFIERS: Final = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}
)
_EDITING: Final = (
    QKeySequence.StandardKey.SelectAll,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
)
_COMMAND: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class HeldKeys(QObject):
    """Lets a key that leads on (Enter, Tab, F10, Alt+3) act on a view with everything entered before it.

    What an answer asks for is known when it has been saved and the form was drawn anew. A key that goes by
    that waits, with all that come after it, until a view has arrived that was asked for after the last
    change; then they are given out one by one to where the cursor then stands. So the same keys lead the
    same way however fast they come. What moves the cursor only with its view holds every key: a new party
    or matter, whose boxes are not there yet, and the answer on mediation.
    Nothing waits longer than ``MOST_HELD_MS``, and a click of the mouse ends the waiting.

    ``changes`` counts what was entered; whoever brings a view says by ``caught_up`` what count it was
    asked for at. Changes and views go through one lane, so that a view holds what came before it.
    """

    def __init__(self, window: MainWindow, bound_ms: int = MOST_HELD_MS) -> None:
        super().__init__(window)
        self.changes = 0
        self._window = window
        self._seen = 0
        self._held: deque[QEvent] = deque()
        self._waiting = False
        self._giving = False
        self._late = False
        self._watched: QWidget | None = None
        self._bound = self._timer(bound_ms, self._give_up)
        self._next = self._timer(0, self._give_one)
        window.field_edited.connect(self._changed)
        for change in (window.add_party, window.remove_party, window.add_matter, window.clone_matter):
            change.connect(self._hold_all)
        for change in (window.remove_matter, window.turn_matter, window.put_back, window.advice.answered):
            change.connect(self._hold_all)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]
        window.installEventFilter(self)
        self._follow(None, QApplication.focusWidget())

    def _timer(self, milliseconds: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    @property
    def holding(self) -> bool:
        """Whether keys wait, or are being given out."""
        return self._waiting or bool(self._held)

    def start(self) -> None:
        """Watch the mouse from now on: a click comes to the window before it comes to any box."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def caught_up(self, changes: int) -> None:
        """A view is on the window that was asked for when so many changes had been made."""
        self._seen = max(self._seen, changes)
        if self._seen == self.changes:
            self._late = False
            self._go_on()

    def stop(self) -> None:
        """Let go of what waits: the window closes."""
        self._bound.stop()
        self._next.stop()
        self._held.clear()
        self._waiting = False
        QApplication.instance().focusChanged.disconnect(self._follow)  # type: ignore[union-attr]

    def _changed(self) -> None:
        self.changes += 1

    def _hold_all(self) -> None:
        self.changes += 1
        self._wait()

    def _wait(self) -> None:
        if not self._late:
            self._waiting = True
            self._bound.start()

    def _go_on(self) -> None:
        self._waiting = False
        self._bound.stop()
        if self._held:
            self._next.start()

    def _give_up(self) -> None:
        """The view does not come: go by what is on the window until one has, and say so."""
        self._late = True
        self._window.flash(_("保存得慢，请看一下光标在哪一项。"))
        self._go_on()

    # ---- which keys -------------------------------------------------------------------------------

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Watch the box that has the cursor: its keys come there first."""
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = None
        if now is not None and now is not self._window and now.window() is self._window:
            self._watched = now
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == _CLICK and self.holding:
            self._give_all()
            return False
        if isinstance(event, ListKey):
            self._held.append(event.key)
            if not self._waiting:
                self._next.start()
            return True
        # What a box ignores comes to the window too, where it was seen before.
        if self._giving or watched is not (QApplication.focusWidget() or self._window):
            return False
        if isinstance(event, QKeyEvent):
            return self._key(event)
        if isinstance(event, QInputMethodEvent) and self.holding:
            self._held.append(event.clone())
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if not self.holding:
            if event.type() == _RELEASE or not _leads_on(event) or not self._is_ahead():
                return False
            self._wait()
        if event.type() == _OVERRIDE:
            event.accept()  # so that it comes as a key press instead of a shortcut
        else:
            self._held.append(event.clone())
        return True

    def _is_ahead(self) -> bool:
        """Whether anything was entered that no view holds yet; what is half typed is handed on first."""
        if self._late:
            return False
        self._window.visit.flush()
        return self._seen != self.changes

    # ---- giving out -------------------------------------------------------------------------------

    def _give_one(self) -> None:
        """Give out the next key, unless it goes by an answer given out just before it."""
        if not self._held:
            return
        first = self._held[0]
        if isinstance(first, QKeyEvent) and first.type() == _PRESS and _leads_on(first) and self._is_ahead():
            self._wait()
            return
        self._give(self._held.popleft())
        if self._held and not self._waiting:
            self._next.start()

    def _give_all(self) -> None:
        self._waiting = False
        self._bound.stop()
        self._next.stop()
        while self._held:
            self._give(self._held.popleft())
        self._waiting = False
        self._bound.stop()

    def _give(self, event: QEvent) -> None:
        places: tuple[QWidget | None, ...] = (QApplication.focusWidget(), self._window.focusWidget())
        box = next((place for place in places if place is not None), self._window)
        self._giving = True
        try:
            if not (
                isinstance(event, QKeyEvent) and event.type() == _PRESS and self._by_shortcut(box, event)
            ):
                QCoreApplication.sendEvent(box, event)
        finally:
            self._giving = False

    def _by_shortcut(self, box: QWidget, event: QKeyEvent) -> bool:
        """Do what Qt does before a key press: ask the box whether it wants the key, else the shortcuts."""
        asked = QKeyEvent(_OVERRIDE, event.key(), event.modifiers(), event.text(), event.isAutoRepeat())
        asked.ignore()
        QCoreApplication.sendEvent(box, asked)
        if asked.isAccepted() or box.window() is not self._window:
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        wanted = QKeySequence(plain.value | event.key())
        for shortcut in self._window.findChildren(QShortcut):
            parent = shortcut.parent()
            seen = isinstance(parent, QWidget) and parent.isVisible() and parent.window() is self._window
            if shortcut.isEnabled() and seen and shortcut.key() == wanted:
                if shortcut.autoRepeat() or not event.isAutoRepeat():
                    shortcut.activated.emit()
                return True
        return False


def _leads_on(event: QKeyEvent) -> bool:
    """Whether the key leaves the box or acts on the window; what edits a text does neither."""
    key = event.key()
    if key in _MODIFIERS or any(event.matches(edits) for edits in _EDITING):
        return False
    if event.modifiers() & _COMMAND or key in _TAB or Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        return True
    return key in _ENTER and not isinstance(QApplication.focusWidget(), QPlainTextEdit)
