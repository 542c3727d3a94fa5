"""The hall's word on who speaks: the program of the first host answers the windows, with its clock only."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.hall.address import HallAddress
from app.hall.nats_log import NatsLog
from app.hall.speech import DONE, NO, YES, Turns, asked_seconds
from app.hall.wire import Names


class SpeechHost:
    """One row of windows for one hall; which window asks is its subject, which the server vouches for."""

    def __init__(self, address: HallAddress, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = Turns()
        self._clock = clock
        self._log = NatsLog(address)
        self._log.serve(Names(address.hall).speech(), self._answer)

    def close(self) -> None:
        self._log.close()

    def _answer(self, subject: str, said: bytes) -> bytes:
        window = int(subject.rsplit(".", 1)[1])
        if said == DONE:
            self._turns.done(window)
            return YES
        seconds = asked_seconds(said)
        if seconds is None:
            return NO
        return YES if self._turns.ask(window, seconds, self._clock()) else NO
