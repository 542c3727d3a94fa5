"""What tests of windows share: a window with a desk on it, keys, and a look at what is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.desk_views import FixedClock, desk, status
from ui.application import dress
from ui.main_window import MainWindow
from ui.theme import Theme, theme

W = TypeVar("W", bound=QWidget)


def delete(widget: QWidget) -> None:
    """Close and delete a window now, not some turns of the event loop later."""
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@contextmanager
def shown(widget: W) -> Iterator[W]:
    """Show a window while the block runs; nothing of it is there afterwards."""
    widget.show()
    widget.activateWindow()
    QCoreApplication.processEvents()
    try:
        yield widget
    finally:
        delete(widget)


@contextmanager
def desk_window(view: object = None, look: Theme | None = None) -> Iterator[MainWindow]:
    """Show the clerk's window at 1366×768 with a visit open, or with the given view."""
    chosen = look or theme()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if look is not None:
        dress(application, chosen)
    window = MainWindow(chosen, FixedClock(), group="立案")
    window.resize(1366, 768)
    window.show_status(status())
    window.show_desk(desk() if view is None else view)  # type: ignore[arg-type]
    try:
        with shown(window):
            yield window
    finally:
        if look is not None:
            dress(application, theme())


def press(window: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key on whatever has the focus, as a keyboard does."""
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def commit(widget: QWidget, text: str) -> None:
    """Enter text as an input method does: in one piece, of any script."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def child(parent: QObject, kind: type[W], name: str) -> W:
    """Return the widget of that name; fails when there is none."""
    found = parent.findChild(kind, name)
    assert isinstance(found, kind), f"no {kind.__name__} named {name}"
    return found
