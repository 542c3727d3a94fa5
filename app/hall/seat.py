"""This window's place in its hall, day after day: one window alone, or one of many on a shared log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from app.clock import Clock
from app.domain.hall import HallState, Promise
from app.domain.hall_event import HallEvent
from app.domain.hall_next import Choice
from app.errors import HallProblem
from app.hall.certs import TOLD
from app.hall.giving import Asked, Giving, Offer, give, offer, take_best
from app.hall.isolated import RESERVE, Member
from app.hall.journal import Journal
from app.hall.log import HallLog, RestorableLog, is_claim
from app.hall.roll import Roll
from app.hall.speech import LocalTurn, SpeechTurn
from app.hall.transfer import DayDiffers, take_along

ALONE_PREFIX: Final = "Z"
"""Numbers given while cut off have a series of their own, so that the others stay without holes."""
_RELEASE_SECONDS: Final = 0.6
_LOOK_SECONDS: Final = 0.25
_WANTED_SECONDS: Final = 20.0
"""A hall of three servers has a new leader within ten seconds."""
_DAYS_BACK: Final = 7
"""How far back a window looks for work done alone that has not reached the hall."""


class SharedLog(RestorableLog, Protocol):
    """The log of a hall of many windows."""

    @property
    def answering(self) -> bool:
        """Whether the last question was answered in time; it becomes true again by itself."""

    def close(self) -> None: ...


class Parcels(Protocol):
    """The way papers take between windows. Calls block; they belong to the ``hall`` lane."""

    def announce(self) -> None:
        """Show this window's certificate to the others. Raises HallProblem."""

    def send(self, to: int, parcel: str, data: bytes) -> None:
        """Seal papers for a window and lay them into the hall. Raises HallProblem."""

    def fetch(self, giver: int, parcel: str) -> bytes | None:
        """Return papers sealed for this window, None while they are not all there. Raises HallProblem."""

    def clear(self, to: int, parcel: str) -> None:
        """Take papers of this window out of the hall. Raises HallProblem."""


class Standing(StrEnum):
    """How this window stands to its hall."""

    OWN = "own"
    OUTSIDE = "outside"
    CONNECTED = "connected"
    MERGING = "merging"
    ALONE = "alone"


@dataclass(frozen=True)
class Terms:
    """What a window brings: its number, what it can do, and the promise the hall makes unless changed.

    ``issues`` says that it gives out numbers, so that it holds some for when it is cut off.
    """

    window: int
    tags: frozenset[str] = frozenset()
    promise: Promise | None = None
    issues: bool = False


class Seat:
    """Belongs to the ``hall`` lane, but for ``follow`` and ``standing``.

    ``log`` and ``journal`` are those of a one-window hall, or with ``shared`` of many; ``local`` is then the
    log of the window's own store, whose running day is taken along into an empty hall, ``parcels`` the way
    papers take to other windows, ``giving`` the way to the people they hold. ``speech`` says whose turn it is
    to speak; ``roll`` keeps the list of staff of the whole hall. ``admitted_until`` is when the window's
    certificate ends.
    """

    def __init__(
        self,
        log: RestorableLog,
        journal: Journal,
        terms: Terms,
        clock: Clock,
        *,
        shared: SharedLog | None = None,
        local: HallLog | None = None,
        parcels: Parcels | None = None,
        outside: HallProblem | None = None,
        speech: SpeechTurn | None = None,
        roll: Roll | None = None,
        giving: Giving | None = None,
        admitted_until: datetime | None = None,
    ) -> None:
        self.outside = outside
        self.parcels = parcels
        self.roll = roll
        self.speech: SpeechTurn = speech or LocalTurn()
        self._log = log
        self._journal = journal
        self._terms = terms
        self._clock = clock
        self._shared = shared
        self._local = local
        self._giving = giving
        self._member: Member | None = None
        self._leaving: list[Member] = []
        self._call_wanted = 0.0
        self._admitted_until = admitted_until
        self._told = threading.Event()
        self._unwatch: Callable[[], None] = lambda: None

    @property
    def window(self) -> int:
        return self._terms.window

    @property
    def is_shared(self) -> bool:
        return self._shared is not None

    @property
    def state(self) -> HallState:
        """Return the day as last read."""
        return self._member.state if self._member else HallState()

    def member(self, day: date) -> Member:
        """Return the day's member, on a new day a new one that has read what there is.

        Raises HallProblem for a window that has not joined its hall, or cannot bring its day along.
        """
        if self.outside is not None:
            raise self.outside
        try:
            return self._of_day(day)
        except DayDiffers as problem:
            self.outside = problem
            raise

    def _of_day(self, day: date) -> Member:
        if self._member is None or self._member.day != day:
            self._member = self._enter(day)
        return self._member

    def _enter(self, day: date) -> Member:
        if self._member is not None:
            self._leaving.append(self._member)
        elif self.is_shared:
            before = (day - timedelta(days=n) for n in range(1, _DAYS_BACK + 1))
            self._leaving = [self._new(past) for past in before if self._journal.entries(past)]
        if self._local is not None:
            take_along(self._local, self._log, self._journal, day, self._clock.now())
        member = self._new(day)
        member.settle(self._clock.now())
        return member

    def _new(self, day: date) -> Member:
        terms, shared = self._terms, self.is_shared
        return Member(
            self._log,
            self._journal,
            terms.window,
            day,
            reserve=RESERVE if shared else 0,
            promise=terms.promise,
            tags=terms.tags,
            alone=ALONE_PREFIX if shared else "",
        )

    def refresh(self, day: date) -> HallState:
        """Read what is new unless cut off; return the day's state. Raises HallProblem as ``member`` does."""
        member = self.member(day)
        if not member.cut_off and member.read():
            member.take_back_unannounced(self._clock.now())
        return member.state

    def is_answering(self) -> bool:
        """Whether the log can be read: a window's own always can."""
        return self._shared is None or self._shared.answering

    def past(self, day: date) -> list[HallEvent]:
        """Return the events of a day, a claim of a number left out. Raises what the log raises."""
        if not self.is_answering():
            return []
        return [e.event for e in self._log.since(day, 0) if not is_claim(e)]

    def tend(self, day: date) -> HallState:
        """Do what has to be done between two acts: come back, get ready for being alone, let go; and look
        for somebody to call as long as a call is wanted.

        Waits for the network only where it answered last. Raises HallProblem as ``member`` does.
        """
        member = self.member(day)
        now = self._clock.now()
        if self._shared is not None and not self._shared.answering:
            member.cut_off = True
        elif member.settle(now):
            member.prepare(now, (ALONE_PREFIX,) if self._terms.issues and self.is_shared else ())
            self._leaving = [old for old in self._leaving if not old.settle(now)]
        if self._call_is_wanted and not self.held:
            self.take_from_others(day)
        return member.state

    def ask_around(self, day: date) -> None:
        """Before calling: ask for whom this window should call but another holds, and wait a moment."""
        member = self.member(day)
        self._told.clear()
        if not self.is_shared or not member.ask(self._clock.now()):
            return
        until = self._clock.monotonic() + _RELEASE_SECONDS
        while (left := until - self._clock.monotonic()) > 0 and member.waits_for_release:
            self._told.wait(left)
            self._told.clear()
            if not member.read():
                return
        member.give_up()

    def call_next(self, day: date) -> Choice | None:
        """Call whom the rule chooses; cut off and nobody left to call, somebody another window gives.

        None: nobody may be called. Raises HallProblem as ``member`` does.
        """
        member = self.member(day)
        choice = member.call_next(self._clock.now())
        if choice is None and self.take_from_others(day):
            choice = member.call_next(self._clock.now())
        return choice

    def take_from_others(self, day: date) -> bool:
        """Cut off: take over a person whom another window holds; False when nobody gives one."""
        member = self.member(day)
        if self._giving is None or not member.cut_off:
            return False
        others = len(member.state.enrolled - {self.window})
        offers = self._giving.offers(day, others)
        return take_best(member, offers, partial(self._giving.take, day), self._clock.now())

    def give_to_others(self, on_lane: Callable[[Callable[[], Offer | None]], Future[Offer | None]]) -> None:
        """Answer other windows that are cut off; ``on_lane`` does what it is given on the ``hall`` lane."""
        if self._giving is not None:
            self._giving.serve(lambda asked: on_lane(partial(self._give, asked)))

    def _give(self, asked: Asked) -> Offer | None:
        member = self._member
        if member is None or member.day != asked.day:
            return None
        now = self._clock.now()
        if asked.number:
            return give(member, asked.asker, asked.number, now)
        return offer(member, asked.asker, now)

    def want_call(self) -> None:
        """Remember for a while that a call was asked for while the hall could not be reached."""
        self._call_wanted = self._clock.monotonic() + _WANTED_SECONDS

    def forget_call(self) -> None:
        """Whoever asked for the call goes on otherwise."""
        self._call_wanted = 0.0

    @property
    def call_is_due(self) -> bool:
        """Whether a call asked for not long ago can be made now: the hall is back, or somebody was given."""
        return self._call_is_wanted and (self.standing() is Standing.CONNECTED or self.held > 0)

    @property
    def _call_is_wanted(self) -> bool:
        return self._clock.monotonic() < self._call_wanted

    def wait_for(self, day: date, come: Callable[[HallState], bool], seconds: float) -> bool:
        """Wait until the hall's state is so; False after ``seconds``, or when the hall is out of reach."""
        until = self._clock.monotonic() + seconds
        member = self.member(day)
        self._told.clear()
        while not come(member.state):
            left = until - self._clock.monotonic()
            if left <= 0:
                return False
            self._told.wait(min(left, _LOOK_SECONDS))
            self._told.clear()
            if not member.read():
                return False
        return True

    def follow(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` on a thread of the log whenever something happened in the hall."""

        def told(_event: object) -> None:
            self._told.set()
            changed()

        self._unwatch()
        self._unwatch = self._log.watch(told)

    def standing(self) -> Standing:
        """Say how this window stands to its hall; any thread may ask."""
        if self.outside is not None:
            return Standing.OUTSIDE
        if self._shared is None:
            return Standing.OWN
        member = self._member
        if member is not None and not member.cut_off:
            return Standing.CONNECTED
        return Standing.MERGING if self._shared.answering else Standing.ALONE

    @property
    def leaves_on(self) -> date | None:
        """Return the day the hall lets this window in no longer, once it is near and somebody has to act."""
        until = self._admitted_until
        near = until is not None and until - self._clock.now() < TOLD
        return until.date() if near and until is not None else None

    @property
    def conflicts(self) -> int:
        """How many facts of this window the hall had overruled when they reached it."""
        members = [*self._leaving, self._member] if self._member else self._leaving
        return sum(len(member.conflicts) for member in members)

    @property
    def held(self) -> int:
        """How many waiting people this window may call when it is alone."""
        member = self._member
        return len(member.state.bound_to(self.window)) if member else 0

    def close(self) -> None:
        """Let the shared log go; again does nothing."""
        self._unwatch()
        self._unwatch = lambda: None
        if self._shared is not None:
            self._shared.close()
