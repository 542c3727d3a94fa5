"""The Qt binding gives back what it borrows (docs/decisions/0008-pyside-6-11.md)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal

EMITS = 300


class Sender(QObject):
    told = Signal()


def test_emitting_a_signal_costs_no_reference_to_true(qapp: object) -> None:
    sender = Sender()
    sender.told.connect(lambda: None)
    before = sys.getrefcount(True)
    for _ in range(EMITS):
        sender.told.emit()
    assert sys.getrefcount(True) > before - EMITS // 2
