"""The box in which a PIN is typed: dots only, digits offered first, and no input method that learns it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

_LONGEST: Final = 32


def pin_box(words: str) -> QLineEdit:
    """Return an empty box that says what is typed there, to the eye and to a screen reader."""
    box = QLineEdit()
    box.setEchoMode(QLineEdit.EchoMode.Password)
    box.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhDigitsOnly)
    box.setMaxLength(_LONGEST)
    box.setPlaceholderText(words)
    box.setAccessibleName(words)
    return box
