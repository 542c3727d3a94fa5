"""The signature pad serves what is on show for the party; whoever signs first, there or on the screen."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import QObject

from app import lanes
from app.errors import Expected
from app.services import pad
from app.services.desk import Desk
from app.services.pad import Captured
from app.texts import _
from ui.act import Acts
from ui.bridge import Bridge
from ui.main_window import MainWindow


class PadSigning(QObject):
    """Asks the pad while a text is on show. A pad that fails costs nothing: the screen can be signed on."""

    def __init__(self, window: MainWindow, desk: Desk, acts: Acts, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._party = window.party
        self._desk = desk
        self._acts = acts
        self._bridge = bridge
        self._unwanted = threading.Event()
        self._count = 0
        self._party.on_show.connect(self._ask)

    def _ask(self, sha256: str) -> None:
        """Ask for a signature of the text with this hash; "" takes the question back."""
        self._unwanted.set()
        if not sha256 or not self._desk.bench.has(lanes.SIGNATURE_PAD):
            return
        self._unwanted = self._desk.cancel_flag(lanes.SIGNATURE_PAD)
        self._count += 1
        self._party.show_pad(_("也可以在签名板上签"))
        self._acts.run(
            self,
            pad.capture,
            self._unwanted,
            partial(self._bridge.deliver, partial(self._writing, sha256)),
            name=f"pad.{self._count}",
            done=partial(self._captured, sha256),
            problem=partial(self._failed, sha256),
        )

    def _writing(self, sha256: str) -> None:
        if self._party.shown == sha256:
            self._party.show_pad(_("正在签名板上签…"))

    def _captured(self, sha256: str, captured: Captured | None) -> None:
        if self._party.shown != sha256:
            return
        if captured is None:
            self._party.show_pad("")
            self._window.flash(_("签名板上没有签成。可在客屏上签，或再按 F10。"))
            return
        self._party.sign_with(captured.png, captured.strokes)

    def _failed(self, sha256: str, problem: Expected) -> None:
        if self._party.shown == sha256:
            self._party.show_pad(_("签名板用不了，请在这里签"))
            self._window.flash(_("{happened}请在客屏上签。").format(happened=problem.happened))
