"""What the hall knows of approvals asked for at one window and given at another, and of PINs tried."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.hall_event import EventKind, HallEvent
from app.domain.staff import APPROVAL_LIFE, LOCKED_FOR, MOST_FAILURES

RIGHT: Final = "right"
WRONG: Final = "wrong"
ABOUT_STAFF: Final = frozenset(
    {
        EventKind.STAFF_CHANGED,
        EventKind.PIN_TRIED,
        EventKind.APPROVAL_WANTED,
        EventKind.APPROVED,
        EventKind.NOT_APPROVED,
        EventKind.APPROVAL_OVER,
    }
)
_MOST_ANSWERS: Final = 16


@dataclass(frozen=True)
class Tried:
    """Where a person's PIN stands since the last attempt: wrong ones since a right one, and the lock."""

    at: datetime
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What a window said to a question: signed by ``person``, or refused with ``reason``."""

    window: int
    person: str
    at: datetime
    seal: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Ask:
    """A window asks other windows' supervisors for an approval; no name and no fact of a case is in it."""

    id: str
    window: int
    person: str
    purpose: str
    about: str
    reason: str
    at: datetime
    answers: tuple[Answer, ...] = ()
    over: bool = False

    def stands(self, now: datetime) -> bool:
        """Say whether it can still be answered; the clocks of two windows may differ."""
        return not self.over and abs(now - self.at) <= APPROVAL_LIFE


def tried(known: Tried | None, event: HallEvent) -> Tried:
    """Return where the PIN stands after an attempt; wrong ones of two windows add up, whoever saw fewer."""
    if event.reason == RIGHT:
        return Tried(event.at)
    before = max(known.failures if known else 0, *event.limits, 0)
    if before + 1 >= MOST_FAILURES:
        return Tried(event.at, 0, event.at + LOCKED_FOR)
    return Tried(event.at, before + 1, known.locked_until if known else None)


def asked(asks: MutableMapping[str, Ask], event: HallEvent) -> None:
    """Apply what concerns a question; only the window that asked ends it, and no window answers its own."""
    known = asks.get(event.wish)
    if event.window is None or not event.wish:
        return
    if event.kind is EventKind.APPROVAL_WANTED:
        question = Ask(
            event.wish, event.window, event.person, event.rule, event.about, event.reason, event.at
        )
        asks.setdefault(event.wish, question)
    elif known is None or known.over:
        return
    elif event.kind is EventKind.APPROVAL_OVER:
        if known.window == event.window:
            asks[event.wish] = replace(known, over=True)
    elif known.window != event.window and len(known.answers) < _MOST_ANSWERS:
        said = Answer(event.window, event.person, event.at, event.seal, event.reason)
        asks[event.wish] = replace(known, answers=(*known.answers, said))
