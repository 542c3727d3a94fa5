"""The order in which Tab walks; boxes made later would otherwise come last."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

_TAB = Qt.FocusPolicy.TabFocus.value


def chain(*zones: QWidget) -> None:
    """Let Tab walk through the controls of the zones in the order of the zones."""
    controls = [
        widget
        for zone in zones
        for widget in zone.findChildren(QWidget)
        if widget.focusPolicy().value & _TAB and widget.window() is zone.window()
    ]
    for one, other in pairwise(controls):
        QWidget.setTabOrder(one, other)
