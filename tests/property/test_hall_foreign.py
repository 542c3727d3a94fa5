"""Any bytes into the log: every window goes on, and all of them agree on what is there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.hall import HallState, Promise, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_next import next_ticket, to_bind
from app.domain.hall_promise import proved
from app.domain.hall_replay import replay
from app.hall.heard import Heard
from app.hall.log import FOREIGN, LoggedEvent, encode, is_claim, read_event
from app.hall.numbering import Numbering, counted
from app.hall.wire import COUNT, EVENT_ID, Stored

DAY = "2026-11-23"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OURS = [
    ("ticket.A001", HallEvent(EventKind.ISSUED, "A001", NOW, booked=NOW.isoformat(), wait=(3, 9))),
    ("ticket.A001", HallEvent(EventKind.CALLED, "A001", NOW, 3, rule="turn", other="A002")),
    ("ticket.A001", HallEvent(EventKind.TRANSFERRED, "A001", NOW, 3, needs=("执行",))),
    ("ticket.A001", HallEvent(EventKind.UNDONE, "A001", NOW, 3)),
    ("ticket.A002", HallEvent(EventKind.ISSUED, "A002", NOW, green=True)),
    ("counter.A", HallEvent(EventKind.ISSUED, "", NOW)),
    ("counter.A", HallEvent(EventKind.BLOCK, "", NOW, 3, span=60)),
    ("counter.A", HallEvent(EventKind.BLOCK, "A9990", NOW)),
    ("window.3", HallEvent(EventKind.ENROLLED, "", NOW, 3, tags=("立案",))),
    ("window.3", HallEvent(EventKind.ALARM, "", NOW, 3)),
    ("window.3", HallEvent(EventKind.PIN_TRIED, "", NOW, 3, person="p", limits=(2,))),
    ("window.3", HallEvent(EventKind.GIVEN, "", NOW, 3, parcel="p", to=4)),
    ("epoch", HallEvent(EventKind.EPOCH, "", NOW, windows=(3,))),
    ("rules", HallEvent(EventKind.PROMISED, "", NOW, 3, limits=Promise().limits)),
]
ODD: list[Any] = [None, True, -1, 0, 3, 10_000, 10**9, 10**400, 1.5, "", "foo", "A001", "Ａ００１", "\ud800"]
ODD += [[], [3], [3, 4], [3, 4, 5, 6], [0] * 9, ["a"], [[]], {}, {"a": 1}, "next version"]
ODD += ["promised", "block", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "2026-11-23T09:00:00"]
SUBJECTS = ["ticket.A001", "ticket.A002", "ticket.x", "counter.A", "counter.AB", "counter.", "window.3"]
SUBJECTS += ["window.4", "epoch", "rules", "ticket.A001.more", "", "hall"]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    _subject, event = draw(st.sampled_from(OURS))
    body = json.loads(encode(event))
    for name in draw(st.sets(st.sampled_from([*vars(event), "unknown"]), max_size=2)):
        body[name] = draw(st.sampled_from(ODD))
    ours = json.dumps(body).encode()
    return draw(
        st.sampled_from([ours, ours[:-1], b"[]", b"7", b"", b"[" * 9000, b"\xff"]) | st.binary(max_size=9)
    )


counts = st.sampled_from(["1", "0", "-1", "9" * 5000, "x", "１", "", " 2"])


@st.composite
def messages(draw: st.DrawFn) -> list[Stored]:
    """Return a day as the server holds it: what windows wrote, and among it whatever somebody else did."""
    made: list[Stored] = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        subject, event = draw(st.sampled_from(OURS))
        headers, body = {COUNT: "1", EVENT_ID: f"id {seq}"}, encode(event).encode()
        if draw(st.booleans()):
            subject, body = draw(st.sampled_from([subject, *SUBJECTS])), draw(bodies())
            headers = draw(
                st.fixed_dictionaries({}, optional={COUNT: counts, EVENT_ID: st.just(f"id {seq}")})
            )
        made.append(Stored.of(f"hall.h.{DAY}.{subject}", seq, headers, body))
    return made


def read(stored: list[Stored]) -> list[LoggedEvent]:
    numbers = Numbering()
    return [numbers.read(one.logged()) for one in stored]


@given(messages())
def test_any_bytes_in_the_log_stop_no_window_and_all_agree(stored: list[Stored]) -> None:
    whole = read(stored)
    heard = Heard()
    heard.numbering(DAY).seq = 0
    assert [heard.add(one.logged()) for one in stored] == whole
    events = [logged.event for logged in whole if not is_claim(logged)]
    state = HallState()
    for event in events:
        state = fold([event], state)
    assert state == fold(events)
    for now in (NOW, NOW + timedelta(minutes=30)):
        next_ticket(state, now, window=3)
        to_bind(state, 3, now, 2)
    proved(events)
    replay(events, state.promise or Promise())
    counted(whole)


def test_what_a_window_writes_is_read_as_it_was_written_and_nowhere_else() -> None:
    for subject, event in OURS:
        body = encode(event).encode()
        assert read_event(subject, body) == event
        family = subject.partition(".")[0]
        for other in {*SUBJECTS, *(where for where, _event in OURS)} - {subject}:
            if (family, other) != ("ticket", "counter.A"):
                assert read_event(other, body) == FOREIGN, (other, event.kind)
    about_another = replace(OURS[9][1], window=4)
    assert read_event("window.3", encode(about_another).encode()) == FOREIGN
