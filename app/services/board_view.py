"""What a call board on a screen of this computer shows: the same as the page, from the same picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.hall import HallState
from app.hall.board.picture import Picture
from app.hall.seat import Standing
from app.lanes import HALL, on
from app.services.desk import Desk

_SURE = frozenset({Standing.OWN, Standing.CONNECTED})


@dataclass(frozen=True)
class BoardCall:
    """A number and the window it goes to; ``times`` grows when the person is called again."""

    number: str
    window: int
    times: int


@dataclass(frozen=True)
class BoardView:
    """Numbers and windows, nothing else. ``sure`` is False while they may be old: then none is shown."""

    calls: tuple[BoardCall, ...]
    last: tuple[BoardCall, ...]
    waiting: int
    sure: bool


@on(HALL)
def look(desk: Desk) -> BoardView:
    """Return the board as the hall is known; it is not read for that."""
    return of_state(desk, desk.hall.state, sure=desk.hall.standing() in _SURE)


def of_state(desk: Desk, state: HallState, *, sure: bool) -> BoardView:
    """Return the board of a state of the hall."""
    told: dict[str, Any] = Picture(desk.today(), state).board()
    calls, last = (tuple(BoardCall(**one) for one in told[key]) for key in ("calls", "last"))
    return BoardView(calls, last, int(told["waiting"]), sure)
