"""Follows the hall's log and keeps the board of its host current."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from app.clock import SystemClock, business_day
from app.errors import HallProblem
from app.hall.address import HallAddress
from app.hall.board.picture import Picture
from app.hall.board.server import BoardServer
from app.hall.follow import HallFollower
from app.hall.log import HallLog
from app.hall.nats_log import NatsLog

_LOOK: Final = 1.0
"""Seconds after which the day is looked at without a push: it may be another one."""
_log = logging.getLogger(__name__)


class BoardFeed:
    """A thread that reads what the log tells; ends with ``close``."""

    def __init__(
        self,
        log: HallLog,
        board: BoardServer,
        now: Callable[[], datetime] = lambda: SystemClock().now(),
    ) -> None:
        self._board = board
        self._now = now
        self._follower = HallFollower(log)
        self._changed = threading.Event()
        self._ending = False
        self._unfollow = self._follower.follow(self._changed.set)
        self._thread = threading.Thread(target=self._run, name="hall-board-feed")
        self._thread.start()

    def close(self) -> None:
        """End the thread; a call to a silent log is waited for."""
        self._ending = True
        self._changed.set()
        self._unfollow()
        self._thread.join()

    def _run(self) -> None:
        shown = None
        while not self._ending:
            self._changed.clear()
            day = business_day(self._now())
            try:
                state = self._follower.catch_up(day)
            except HallProblem as problem:
                _log.info("board: the log is out of reach: %s", problem.detail)
                self._board.alive(well=False)
            else:
                self._board.alive(well=True)
                if shown is None or shown[0] != day or shown[1] is not state:
                    shown = (day, state)
                    self._board.show(Picture(day, state))
            self._changed.wait(_LOOK)


class HallBoard:
    """The board of a hall's host: log, server and the thread between them.

    Raises HallProblem when the port is taken or the credentials cannot be read.
    """

    def __init__(
        self,
        address: HallAddress,
        host: str,
        port: int,
        name: str = "",
        others: Sequence[str] = (),
        mongolian: str = "",
    ) -> None:
        self._log = NatsLog(address)
        try:
            self._server = BoardServer(host, port, name, others, mongolian)
        except HallProblem:
            self._log.close()
            raise
        self._feed = BoardFeed(self._log, self._server)

    @property
    def port(self) -> int:
        return self._server.port

    def close(self) -> None:
        """End all of it."""
        self._feed.close()
        self._server.close()
        self._log.close()
