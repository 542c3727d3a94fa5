"""How windows give each other people while the log is silent: questions over the servers that are left.

Core NATS only: any one server does, no leader and no quorum. Who asks is its subject, which the server
vouches for. A question is ``{"day": "2026-11-23", "number": ""}``, an answer ``{"holder": 3, "number":
"A012", "facts": [[event id, event], ...]}``, or ``{}`` when there is nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Final

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from app.hall.giving import Asked, Offer
from app.hall.journal import Entry
from app.hall.log import encode, read_event, ticket_subject
from app.hall.nats_log import NatsLog
from app.hall.wire import STATUS, Names
from app.hall.within import within

_SECONDS: Final = 0.6
"""A window whose own call is just failing answers when that is over, or is left out."""
_LOOK: Final = _SECONDS + 0.2
_ALL: Final = "all"
_LONGEST: Final = 64 << 10


class NatsGiving:
    """Implements ``app.hall.giving.Giving`` over the connection of the hall's log."""

    def __init__(self, log: NatsLog, names: Names, window: int) -> None:
        self._log = log
        self._names = names
        self._window = window

    def offers(self, day: date, others: int) -> list[Offer]:
        """See ``Giving.offers``."""
        subject = self._names.spare(_ALL, self._window)
        ask = partial(_gather, subject=subject, said=_question(day), most=others)
        found = self._log.talk(ask, _LOOK) or []
        return [read for read in map(read_offer, found) if read is not None and read.holder != self._window]

    def take(self, day: date, chosen: Offer) -> Offer | None:
        """See ``Giving.take``."""
        subject = self._names.spare(chosen.holder, self._window)
        answer = self._log.question(subject, _question(day, chosen.number), _SECONDS)
        return read_offer(answer) if answer is not None else None

    def serve(self, answer: Callable[[Asked], Future[Offer | None]]) -> None:
        """See ``Giving.serve``."""

        def said(subject: str, question: bytes) -> bytes | Future[bytes]:
            asked = _asked(subject, question)
            if asked is None:
                return _NOBODY
            with suppress(RuntimeError):  # the window is closing: nobody is given
                return _promised(answer(asked))
            return _NOBODY

        for subject in (self._names.spare(_ALL, "*"), self._names.spare(self._window, "*")):
            self._log.serve(subject, said)


async def _gather(client: Client, *, subject: str, said: bytes, most: int) -> list[bytes]:
    found: list[bytes] = []
    inbox = await client.subscribe(client.new_inbox())
    try:
        await client.publish(subject, said, reply=inbox.subject)
        with suppress(TimeoutError, nats.errors.TimeoutError):
            await within(_SECONDS, _hear(partial(inbox.next_msg, _SECONDS), most, found))
    finally:
        await inbox.unsubscribe()
    return found


async def _hear(following: Callable[[], Coroutine[Any, Any, Msg]], most: int, found: list[bytes]) -> None:
    while len(found) < most:
        message = await following()
        if STATUS in (message.headers or {}):
            return  # nobody listens
        found.append(message.data)


_NOBODY: Final = b"{}"


def _question(day: date, number: str = "") -> bytes:
    return json.dumps({"day": day.isoformat(), "number": number}).encode()


def _asked(subject: str, question: bytes) -> Asked | None:
    try:
        told = json.loads(question)
        return Asked(int(subject.rsplit(".", 1)[1]), date.fromisoformat(told["day"]), str(told["number"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _promised(giving: Future[Offer | None]) -> Future[bytes]:
    """Return what will be told; when nobody waits for it any more, nobody is given who was not yet."""
    told: Future[bytes] = Future()

    def given(done: Future[Offer | None]) -> None:
        if told.set_running_or_notify_cancel():
            told.set_result(_told(done))

    giving.add_done_callback(given)
    told.add_done_callback(lambda end: giving.cancel() if end.cancelled() else None)
    return told


def _told(done: Future[Offer | None]) -> bytes:
    given = None if done.cancelled() or done.exception() else done.result()
    if given is None:
        return _NOBODY
    facts = [[fact.event_id, encode(fact.event)] for fact in given.facts]
    return json.dumps({"holder": given.holder, "number": given.number, "facts": facts}).encode()


def read_offer(answer: bytes) -> Offer | None:
    """Read another window's word; None for nobody, and for what is no such word."""
    if len(answer) > _LONGEST:
        return None
    try:
        told = json.loads(answer)
        number = str(told["number"])
        about = ticket_subject(number)
        facts = tuple(Entry(str(i), about, read_event(about, body.encode())) for i, body in told["facts"])
        offer = Offer(int(told["holder"]), number, facts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return offer if offer.is_about_one else None
