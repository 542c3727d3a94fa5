"""The hall log of many windows: JetStream, replicated by Raft when the hall has three nodes.

A claim is one publish that carries the stream sequence of its subject's newest event. When the answer is
lost, the leader is asked for that subject's newest event: if it is ours, the claim stands. Nothing is
guessed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall import refusals
from app.hall.address import HallAddress
from app.hall.connection import Connection
from app.hall.heard import Heard
from app.hall.log import LoggedEvent, counter_subject
from app.hall.numbering import skipping
from app.hall.proving import hear_leader, prove_setting
from app.hall.reading import Readings
from app.hall.wire import (
    Names,
    Place,
    Refused,
    Stored,
    Unavailable,
    from_answer,
    from_headers,
    published,
    to_count,
    to_send,
)
from app.hall.within import stay_cancelled, within

PATIENCE: Final = 2.5
"""Seconds a call waits for the hall before it says so."""
_TRY: Final = 1.0
_PAUSE: Final = 0.03
_KNOCK: Final = 0.15
_ANSWER: Final = 0.5
"""Seconds for an answer: whoever asks does not wait longer."""
_AT_ONCE: Final = 64
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class NatsLog:
    """Implements ``app.hall.log.HallLog``. Calls block up to ``patience`` seconds; any thread may call.

    The connection lives on a thread of its own and comes back by itself. Every connection first proves that
    the servers write each event to the disk at once and that they hold what this log has seen before.
    """

    def __init__(self, address: HallAddress, patience: float = PATIENCE) -> None:
        self._address = address
        self._names = Names(address.hall)
        self._patience = patience
        self._line = Connection(address, self._lost, lambda: self._tell(None))
        self._proven = False
        self._newest_seen: tuple[int, str] | None = None
        self._places: dict[str, tuple[int, int]] = {}
        self._high: dict[str, int] = {}
        self._heard = Heard()
        self._readings = Readings(self._saw)
        self._foreign_seen = 0
        self._replies: set[asyncio.Task[None]] = set()
        self._answering = True
        self._knocking: asyncio.Task[None] | None = None
        self._watchers: list[Callable[[LoggedEvent | None], None]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hall-log", daemon=True)
        self._thread.start()
        self._keeping = asyncio.run_coroutine_threadsafe(self._line.keep(), self._loop)

    # ---- the protocol -----------------------------------------------------------------------------

    def append(self, day: date, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        """See ``HallLog.append``. Raises HallProblem when the hall does not answer in time."""
        full = self._names.day(day) + subject
        return self._wait(self._append(full, expected, event_id, event))

    def take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        """See ``HallLog.take``. Raises HallProblem when the hall does not answer in time."""
        return self._wait(self._take(day, prefix, event_id, event))

    def skip_to(self, day: date, prefix: str, count: int, event_id: str, now: datetime) -> None:
        """See ``HallLog.skip_to``. Raises HallProblem when the hall does not answer in time."""
        self._wait(self._count(day, prefix, event_id, skipping(prefix, count, now)))

    def since(self, day: date, seq: int) -> Sequence[LoggedEvent]:
        """See ``HallLog.since``. Raises HallProblem when the hall does not answer in time."""
        return self._wait(self._since(day, seq))

    def watch(self, told: Callable[[LoggedEvent | None], None]) -> Callable[[], None]:
        """See ``HallLog.watch``; events of every day are told, in order as far as nothing was lost."""
        self._watchers.append(told)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        return lambda: self._watchers.remove(told)

    def ask(self, work: Callable[[Client], Coroutine[Any, Any, _T]]) -> _T:
        """Do something else over the proven connection, again until it is answered; it may be done twice.

        Raises HallProblem when the hall does not answer in time, or refuses.
        """

        async def ready() -> _T:
            await self._ready()
            return await work(self._client)

        return self._wait(self._patiently(ready))

    def question(self, subject: str, data: bytes, seconds: float) -> bytes | None:
        """Return what whoever serves the subject answers; None when nobody does in time."""
        answer = self.talk(lambda client: client.request(subject, data, timeout=seconds), seconds)
        return None if answer is None else bytes(answer.data)

    def talk(self, work: Callable[[Client], Coroutine[Any, Any, _T]], seconds: float) -> _T | None:
        """Do something over the connection as it is, proven or not; None when there is none, or no answer."""
        if not self.connected:
            return None
        talking = asyncio.run_coroutine_threadsafe(work(self._client), self._loop)
        try:
            return talking.result(seconds + _PAUSE)
        except (nats.errors.Error, TimeoutError, OSError, CancelledError):
            talking.cancel()
            return None

    def serve(self, subject: str, answer: Callable[[str, bytes], bytes | Future[bytes]]) -> None:
        """Answer what is asked on the subject, from when the hall is reached on.

        The subject's last part is the window that asks, which the server vouches for; only its own inbox is
        answered: whoever asks names where the answer goes, and this member may write where others may not.

        ``answer`` is called on this log's thread and must not wait; what takes longer it promises. A promise
        that is not kept while somebody waits for it is cancelled; other questions do not wait for it.
        """

        async def reply(message: Msg) -> None:
            said = answer(message.subject, message.data)
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                if isinstance(said, Future):
                    said = await within(_ANSWER, asyncio.wrap_future(said))
                await self._client.publish(message.reply, said)

        async def said(message: Msg) -> None:
            asker = self._names.inbox(f"window-{message.subject.rpartition('.')[2]}")
            if message.reply.startswith(f"{asker}.") and len(self._replies) < _AT_ONCE:
                task = self._loop.create_task(reply(message))
                self._replies.add(task)
                task.add_done_callback(self._replies.discard)

        asyncio.run_coroutine_threadsafe(self._line.hear(subject, said), self._loop)

    def close(self) -> None:
        """End the connection and its thread; waits at most two seconds. Again does nothing."""
        if not self._thread.is_alive():
            return
        ending = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with contextlib.suppress(TimeoutError, nats.errors.Error, OSError):
            ending.result(2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2)
        if not self._thread.is_alive():
            self._end_tasks()
            self._loop.close()

    def _end_tasks(self) -> None:
        """A silent line can outlast the two seconds: what still waits is cancelled, not left pending."""
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=1))

    @property
    def answering(self) -> bool:
        """Whether the last call was answered in time; after one that was not, the log tries by itself."""
        return self._answering

    @property
    def connected(self) -> bool:
        """Whether a server is reachable just now; it may still have no quorum."""
        return bool(self._client.is_connected)

    @property
    def _client(self) -> Client:
        return self._line.client

    # ---- connection -------------------------------------------------------------------------------

    def _lost(self) -> None:
        self._proven = False
        self._heard.forget()
        self._tell(None)

    async def _listen(self) -> None:
        """Have every event told, once somebody follows; who only claims is spared what all others do."""
        if not self._heard.listening:
            self._heard.listening = True
            await self._line.hear(self._names.pushed, self._pushed)
            self._tell(None)

    async def _close(self) -> None:
        if self._knocking is not None:  # before it sees that the line was given up
            self._knocking.cancel()
        self._keeping.cancel()
        await self._line.close()
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:  # again, as nats-py turns being cancelled into its connection's end
                task.cancel()
            await asyncio.wait(left, timeout=_PAUSE)
            await asyncio.gather(*(task for task in left if task.done()), return_exceptions=True)

    async def _ready(self) -> None:
        """Wait for a connection and prove it once. Raises HallProblem when the hall must not be used."""
        while not self._client.is_connected:
            if self._keeping.done():
                self._keeping.result()
            await asyncio.sleep(_PAUSE)
        if not self._proven:
            await prove_setting(self._client, self._names, self._address.replicas)
            await self._prove_memory()
            self._proven = True

    async def _prove_memory(self) -> None:
        """Refuse a log that lacks the newest event we have seen: it was restored from an older copy."""
        if self._newest_seen is None:
            return
        seq, event_id = self._newest_seen
        found = await self._leader({"seq": seq})
        if found is None or found.event_id != event_id:
            raise refusals.older_copy()

    def remember(self, seq: int, event_id: str) -> None:
        """Say what this member saw in an earlier run; the log is refused if it does not hold it."""
        self._newest_seen = (seq, event_id)
        self._proven = False
        self._begin_anew()

    def accept_restored(self) -> None:
        """Use the older copy from now on: the epoch was raised and this window reports what it knew."""
        self._newest_seen = None
        self._places.clear()
        self._high.clear()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._loop.call_soon_threadsafe(self._heard.begin_anew)
        self._loop.call_soon_threadsafe(self._readings.begin_anew)

    # ---- append -----------------------------------------------------------------------------------

    async def _append(self, subject: str, expected: int, event_id: str, event: HallEvent) -> int | None:
        count, last = self._places.get(subject, (0, 0))
        while True:
            await self._patiently(self._ready)
            newest: Place | None = None
            if count == expected:
                try:
                    seq = await self._publish(subject, last, expected, event_id, event)
                except (Unavailable, nats.errors.Error):
                    await asyncio.sleep(_PAUSE)
                else:
                    if seq is not None:
                        return self._stored(subject, expected + event.span, seq, event_id)
                    _hall, _name, on, short = subject.split(".", 3)
                    told = await self._heard.after(on, short, last)
                    newest = Place(told.subject_seq, told.seq, told.event_id) if told else None
            after = last if count == expected else None
            if newest is None:
                newest = await self._patiently(partial(self._place, subject))
            count, last = newest.count, newest.seq
            if newest.event_id == event_id:
                return self._stored(subject, count, last, event_id)
            if count != expected:
                self._learn(subject, count, last)
                if count == expected + event.span:
                    return None  # the only event after what was expected, and not ours
                return await self._patiently(partial(self._found, subject, event_id, last, after))

    async def _publish(
        self, subject: str, last: int, expected: int, event_id: str, event: HallEvent
    ) -> int | None:
        body, headers = to_send(event, event_id, expected, last)
        answer = await self._client.request(subject, body, timeout=_TRY, headers=headers)
        return published(answer.data)

    async def _take(self, day: date, prefix: str, event_id: str, event: HallEvent) -> str:
        seq = await self._count(day, prefix, event_id, event)
        number = (await self._since(day, seq - 1))[0].event.number
        if not number:
            raise Refused("no number is left")
        return number

    async def _count(self, day: date, prefix: str, event_id: str, event: HallEvent) -> int:
        """Store after whatever is there, again until it is answered: the same id is stored once."""
        subject = self._names.day(day) + counter_subject(prefix)
        body, headers = to_count(event, event_id)

        async def publish() -> int:
            await self._ready()
            answer = await self._client.request(subject, body, timeout=_TRY, headers=headers)
            seq = published(answer.data)
            if seq is None:
                raise Unavailable("what expects nothing was refused")
            return seq

        seq = await self._patiently(publish)
        return self._stored(subject, 0, seq, event_id)

    def _stored(self, subject: str, count: int, seq: int, event_id: str) -> int:
        self._learn(subject, count, seq)
        self._saw(seq, event_id)
        return seq

    def _learn(self, subject: str, count: int, seq: int) -> None:
        """Remember the subject's newest place; what is read from now on has to reach as far."""
        self._places[subject] = (count, seq)
        day = subject.split(".", 3)[2]
        self._high[day] = max(seq, self._high.get(day, 0))

    def _saw(self, seq: int, event_id: str) -> None:
        if event_id and (self._newest_seen is None or seq > self._newest_seen[0]):
            self._newest_seen = (seq, event_id)

    async def _found(self, subject: str, event_id: str, newest: int, after: int | None) -> int | None:
        """Return where among the subject's events ours is: others may have gone on after it.

        ``after`` is the sequence of the event before it, where known: then it can be in one place only.
        """
        if after is not None:
            following = await self._leader({"seq": after + 1, "next_by_subj": subject})
            return following.seq if following is not None and following.event_id == event_id else None
        events = await self._readings.whole(self._client, self._names, subject, 1, newest)
        return next((e.seq for e in events if e.event_id == event_id), None)

    # ---- reading ----------------------------------------------------------------------------------

    async def _place(self, subject: str) -> Place:
        """Ask the leader for the subject's newest event."""
        newest = await self._leader({"last_by_subj": subject})
        return Place(newest.count, newest.seq, newest.event_id) if newest else Place(0, 0, "")

    async def _leader(self, what: dict[str, object]) -> Stored | None:
        """Ask the stream's leader for one message; followers may be behind."""
        body = json.dumps(what).encode()
        answer = await self._client.request(self._names.get_message, body, timeout=_TRY)
        return from_answer(answer.data)

    async def _since(self, day: date, seq: int) -> list[LoggedEvent]:
        events = await self._heard_since(day.isoformat(), seq)
        if events is None:
            events = await self._patiently(partial(self._complete, day, seq))
        for event in events:
            if event.subject_seq:  # one that a counter gave its number is not on its ticket's subject
                self._places[self._names.day(day) + event.subject] = (event.subject_seq, event.seq)
            self._saw(event.seq, event.event_id)
        return events

    async def _heard_since(self, day: str, seq: int) -> list[LoggedEvent] | None:
        """Return what was heard, None unless it reaches what the hall has just answered of.

        Only then: a question to a hall that is silent has to be noticed as one.
        """
        high = self._high.get(day, 0)
        return self._heard.since(day, seq) if high > seq and await self._heard.reaches(high) else None

    async def _complete(self, day: date, seq: int) -> list[LoggedEvent]:
        """Read from any replica that is not behind what is known to be there."""
        await self._ready()
        numbers = self._heard.numbering(day.isoformat())
        start, high = min(seq, numbers.seq) + 1, self._high.get(day.isoformat(), 0)
        whole = self._readings.whole
        events = await whole(self._client, self._names, self._names.day(day) + ">", start, high)
        read = [numbers.read(self._logged(event)) for event in events]
        return [event for event in read if event.seq > seq]

    async def _pushed(self, message: Msg) -> None:
        try:
            stored = from_headers(message.headers or {}, message.data)
        except (KeyError, ValueError):
            return  # nothing that the server has stored
        if stored.subject != self._names.stored(message.subject):
            return  # an answer of the server that somebody has sent here
        self._tell(self._heard.add(self._logged(stored)))

    def _logged(self, stored: Stored) -> LoggedEvent:
        """Read one event, however it came; what has no effect is said once."""
        logged = stored.logged()
        if logged.event.kind is EventKind.FOREIGN and stored.seq > self._foreign_seen:
            self._foreign_seen = stored.seq
            _log.warning(
                "hall log: event %d on %s is not ours, or may not be there", stored.seq, stored.subject
            )
        return logged

    def _tell(self, told: LoggedEvent | None) -> None:
        for watcher in tuple(self._watchers):
            watcher(told)

    # ---- time limits ------------------------------------------------------------------------------

    async def _patiently(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Ask until there is an answer; the caller's time limit ends it."""
        while True:
            stay_cancelled()
            try:
                return await ask()
            except (Unavailable, nats.errors.Error, ConnectionError) as error:
                if self._keeping.done():
                    raise
                _log.debug("hall log: asking again after %s", type(error).__name__)
                await asyncio.sleep(_PAUSE)

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run on the log's thread and wait. Raises HallProblem when it takes longer than the patience."""
        started = time.monotonic()
        working = asyncio.run_coroutine_threadsafe(within(self._patience, work), self._loop)
        try:
            return working.result(self._patience + _PAUSE)
        except Refused as refused:
            raise refusals.not_stored(str(refused)) from refused
        except (TimeoutError, CancelledError, Unavailable, nats.errors.Error, OSError) as error:
            working.cancel()
            waited = time.monotonic() - started
            self._silent()
            if not self.connected and isinstance(self._line.last_error, ssl.SSLError):
                raise refusals.not_admitted(str(self._line.last_error.reason)) from error
            raise refusals.unreachable(type(error).__name__, waited) from error

    def _silent(self) -> None:
        """From now on somebody else than the caller waits for the hall to answer again."""
        self._answering = False
        with contextlib.suppress(RuntimeError):  # closed meanwhile: nobody follows any more
            self._loop.call_soon_threadsafe(self._start_knocking)

    def _start_knocking(self) -> None:
        if self._knocking is None or self._knocking.done():
            self._knocking = self._loop.create_task(self._knock())

    async def _knock(self) -> None:
        """Ask the leader for what may not exist until it answers, then tell whoever follows.

        A hall that must not be used, being an older copy, answers too: whoever asks next is told.
        """
        while not self._answering:
            await asyncio.sleep(_KNOCK)
            try:
                await hear_leader(self._client, self._names)
                with contextlib.suppress(HallProblem):
                    await within(PATIENCE, self._ready())
            except (Unavailable, nats.errors.Error, TimeoutError, OSError) as error:
                _log.debug("hall log: still silent: %s", type(error).__name__)
                continue
            self._answering = True
            self._tell(None)
