"""The sender's rules, one by one, against a court that says exactly what the test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.sync.errors import BlobRestart, CourtRefused, CourtTrouble, CourtUnreachable
from app.sync.inbox import ASK_EVERY
from app.sync.line import SMALLEST_CHUNK, InTurn, Pace
from app.sync.office import AnswerPage, OfficeAnswer
from app.sync.protocol import (
    Answer,
    Answers,
    BlobProgress,
    Conflict,
    CourtInfo,
    Event,
    Later,
    Rejected,
    Stored,
    sha256_hex,
)
from app.sync.schedule import CAP, FLOOR
from app.sync.sender import HEARTBEAT, Did
from tests.helpers.court import Desk
from tests.helpers.outbox import FakeClock, intake, new_id, with_body

Verdict = Callable[[Event], Answer | None]


class ScriptedCourt:
    """Answers as told, counts what it was asked, and keeps blobs."""

    def __init__(self) -> None:
        self.epoch = "e1"
        self.trouble: Exception | None = None
        self.verdict: Verdict = self.stored
        self.calls: list[str] = []
        self.posts: list[list[str]] = []
        self.blobs: dict[str, bytearray] = {}
        self.said: list[OfficeAnswer] = []

    def stored(self, event: Event) -> Answer | None:
        return Stored(f"R-{event.seq}", event.sha256, self.epoch)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if self.trouble is not None:
            raise self.trouble

    def hello(self) -> CourtInfo:
        self._note("hello")
        return CourtInfo(self.epoch, "2026-11-22T00:00:00+00:00")

    def post(self, events: Sequence[Event], epoch: str = "") -> Answers:
        self._note("post")
        self.posts.append([event.id for event in events])
        if epoch != self.epoch:
            return Answers(self.epoch, {})
        answers = {event.id: self.verdict(event) for event in events}
        return Answers(self.epoch, {key: found for key, found in answers.items() if found is not None})

    def answers(self, since: int) -> AnswerPage:
        self._note("answers")
        found = [one for one in self.said if one.no > since][:2]
        return AnswerPage(self.epoch, found, found[-1].no if found else since, len(found) == 2)

    def blob_offset(self, sha256: str) -> int | None:
        self._note("head")
        return len(self.blobs[sha256]) if sha256 in self.blobs else None

    def put_blob_chunk(self, sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        self._note("patch")
        here = self.blobs.setdefault(sha256, bytearray())
        assert offset == len(here)
        here += chunk
        if len(here) == total and sha256_hex(bytes(here)) != sha256:
            del self.blobs[sha256]
            raise BlobRestart(422, "hash_mismatch", 0)
        return BlobProgress(len(here), len(here) == total, self.epoch)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def court() -> ScriptedCourt:
    return ScriptedCourt()


def run_for(desk: Desk, seconds: float) -> None:
    end = desk.clock.now + seconds
    for _ in range(100_000):
        if desk.clock.now >= end:
            return
        desk.step()
    raise AssertionError("the sender spins")


def test_everything_is_stored_and_the_state_says_so(court: ScriptedCourt) -> None:
    desk = Desk(court)
    events = [desk.outbox.add(intake(n)) for n in range(1, 1201)]
    assert desk.sender.state().last_contact_age is None
    desk.settle()
    assert set(desk.outbox.states()) == {"stored"}
    assert [len(post) for post in court.posts] == [500, 500, 200]
    assert court.posts[0][0] == events[0].id
    state = desk.sender.state()
    assert (state.waiting, state.oldest_age, state.blocked, state.trouble) == (0, None, None, None)


def test_two_batches_are_under_way_at_once_and_trouble_with_one_keeps_the_other(court: ScriptedCourt) -> None:
    desk = Desk(court, calls=InTurn(2))
    visit = new_id()
    first, second = desk.outbox.add(intake(1, visit)), desk.outbox.add(intake(2, visit))
    for n in range(3, 1202):
        desk.outbox.add(intake(n))
    desk.step()
    assert [len(post) for post in court.posts] == [500, 499]
    assert first.id in court.posts[0]
    assert not any(second.id in post for post in court.posts), "it waits for the first of its visit"
    assert desk.outbox.states().count("stored") == 500, "the other answer is taken at the next step"
    real = court.post

    def busy(events: Sequence[Event], epoch: str = "") -> Answers:
        raise CourtTrouble(503, "storage")

    court.post = busy  # type: ignore[method-assign]
    assert desk.step() is Did.RECORDS
    assert desk.outbox.states().count("stored") == 999, "what was answered before the trouble counts"
    assert desk.step() is Did.TROUBLE
    court.post = real  # type: ignore[method-assign]
    desk.settle()
    assert set(desk.outbox.states()) == {"stored"}
    assert [len(post) for post in court.posts[2:]] == [101, 101], "half the batch that met the trouble"


def test_an_answer_under_an_epoch_that_has_passed_is_not_believed(court: ScriptedCourt) -> None:
    desk = Desk(court, calls=InTurn(2))
    late = [desk.outbox.add(intake(n)).id for n in range(1, 601)][500:]
    desk.step()
    assert desk.outbox.states().count("stored") == 500
    assert len(court.posts) == 2, "the answer to the late ones is on its way"
    court.epoch = "e2"
    desk.clock.now += HEARTBEAT + 1.0
    desk.settle()
    assert {row.epoch for row in desk.outbox.rows.values()} == {"e2"}
    assert {tuple(desk.outbox.rows[one].history) for one in late} == {("stored",)}, "only under the new one"


def test_events_of_one_visit_go_one_after_the_other(court: ScriptedCourt) -> None:
    desk = Desk(court)
    visit, other = new_id(), intake(9)
    first, second = desk.outbox.add(intake(1, visit)), desk.outbox.add(intake(2, visit))
    desk.outbox.add(other)
    court.verdict = lambda event: court.stored(event) if event.id != first.id else Later(3.0)
    desk.step()
    assert court.posts == [[first.id, other.id]]
    court.verdict = court.stored
    desk.settle()
    assert court.posts[1:] == [[first.id], [second.id]]


def test_poison_is_parked_and_the_rest_goes_on(court: ScriptedCourt) -> None:
    desk = Desk(court)
    events = [desk.outbox.add(intake(n)) for n in range(1, 7)]
    words: dict[int, Answer | None] = {
        2: Rejected("missing", "matters"),
        3: Conflict(),
        4: Later(1.0),
        5: None,
    }
    court.verdict = lambda event: words.get(event.seq, court.stored(event))
    run_for(desk, 600)
    assert desk.outbox.states() == ["stored", "rejected", "conflict", "waiting", "waiting", "stored"]
    assert desk.outbox.rows[events[1].id].code == "missing:matters"
    assert sum(events[1].id in post for post in court.posts) == 1


def test_stored_with_another_hash_is_a_conflict(court: ScriptedCourt) -> None:
    desk = Desk(court)
    desk.outbox.add(intake())
    court.verdict = lambda _: Stored("R", "0" * 64, court.epoch)
    desk.step()
    assert desk.outbox.states() == ["conflict"]


def test_an_answer_about_an_event_we_did_not_send_is_ignored(court: ScriptedCourt) -> None:
    desk = Desk(court)
    event = desk.outbox.add(intake())
    real = court.post
    court.post = lambda events, epoch="": replace(  # type: ignore[method-assign]
        real(events, epoch), by_id={"unknown": Stored("R", "0" * 64, "e1")}
    )
    desk.step()
    assert desk.outbox.rows[event.id].state == "waiting"


def test_a_stored_of_another_epoch_than_the_reply_is_not_believed(court: ScriptedCourt) -> None:
    desk = Desk(court)
    desk.outbox.add(intake())
    court.verdict = lambda event: Stored("R", event.sha256, "e0")
    desk.step()
    assert desk.outbox.states() == ["waiting"]


def test_what_is_damaged_or_too_large_here_is_parked_and_never_sent(court: ScriptedCourt) -> None:
    desk = Desk(court)
    damaged = desk.outbox.add(replace(intake(1), body=b"{}"))
    huge = desk.outbox.add(intake(2, note="x" * 1_000_000))
    garbled = desk.outbox.add(with_body(intake(3), b"\xff\xfe"))
    desk.outbox.add(intake(4))
    desk.settle()
    codes = [desk.outbox.rows[event.id].code for event in (damaged, huge, garbled)]
    assert codes == ["local_damage:body", "local_too_large:body", "local_encoding:body"]
    assert [len(post) for post in court.posts] == [1]


def test_large_events_are_spread_over_several_batches(court: ScriptedCourt) -> None:
    desk = Desk(court)
    for n in range(1, 6):
        desk.outbox.add(intake(n, note="x" * 400_000))
    desk.settle()
    assert [len(post) for post in court.posts] == [2, 2, 1]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_blocks_the_loop_touches_no_row_and_heals_by_itself(
    court: ScriptedCourt, status: int
) -> None:
    desk = Desk(court)
    desk.outbox.add(intake())
    court.trouble = CourtRefused(status, "token_unknown")
    assert desk.step() is Did.BLOCKED
    run_for(desk, 3600)
    assert desk.sender.state().blocked == "token_unknown"
    assert set(court.calls) == {"hello"}
    assert len(court.calls) <= 62
    assert [row.history for row in desk.outbox.rows.values()] == [[]]
    court.trouble = None
    desk.settle()
    assert desk.sender.state().blocked is None


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [(CourtUnreachable("x"), "unreachable"), (CourtTrouble(500, "http_500"), "http_500")],
)
def test_an_outage_is_tried_at_a_bounded_rate_and_ends_with_the_link(
    court: ScriptedCourt, trouble: Exception, shown: str
) -> None:
    desk = Desk(court)
    desk.outbox.add(intake())
    court.trouble = trouble
    run_for(desk, 4 * 3600)
    assert len(court.calls) < 4 * 200
    assert desk.sender.state().trouble == shown
    court.trouble = None
    desk.sender.link_up()
    desk.step()
    assert desk.outbox.states() == ["stored"]


@pytest.mark.parametrize("count", [1, 2, 1500])
@pytest.mark.parametrize("seconds", [0.0, 1e9, None])
def test_a_court_that_always_says_later_is_not_hammered(
    court: ScriptedCourt, count: int, seconds: float | None
) -> None:
    desk = Desk(court)
    for n in range(1, count + 1):
        desk.outbox.add(intake(n))
    court.verdict = lambda _: None if seconds is None else Later(seconds)
    run_for(desk, 3600)
    assert set(desk.outbox.states()) == {"waiting"}
    assert len(court.calls) < 400
    court.verdict = court.stored
    before = desk.clock.now
    desk.settle()
    assert desk.clock.now - before <= 2 * CAP + HEARTBEAT


def test_one_event_that_makes_the_court_fail_does_not_stop_the_others(court: ScriptedCourt) -> None:
    desk = Desk(court)
    poison = [desk.outbox.add(intake(n)) for n in range(1, 101)][40].id
    real = court.post

    def post(events: Sequence[Event], epoch: str = "") -> Answers:
        if any(event.id == poison for event in events):
            raise CourtTrouble(500, "http_500")
        return real(events, epoch)

    court.post = post  # type: ignore[method-assign]
    run_for(desk, 1800)
    assert desk.outbox.rows[poison].state == "waiting"
    assert desk.outbox.states().count("stored") == 99


def test_a_new_epoch_re_offers_everything_before_any_answer_counts(court: ScriptedCourt) -> None:
    page = b"page"
    desk = Desk(court, page)
    first = desk.outbox.add(intake(1, pages=[page]), [page])
    desk.settle()
    court.epoch, court.blobs = "e2", {}
    second = desk.outbox.add(intake(2))
    desk.step()
    desk.settle()
    assert desk.outbox.rows[first.id].history == ["stored", "stored"]
    assert {desk.outbox.rows[event.id].epoch for event in (first, second)} == {"e2"}
    assert bytes(court.blobs[sha256_hex(page)]) == page
    assert desk.outbox.known_epoch == "e2"


def test_an_idle_desk_says_hello_and_learns_of_a_new_epoch(court: ScriptedCourt) -> None:
    desk = Desk(court)
    desk.outbox.add(intake())
    desk.settle()
    court.epoch = "e2"
    run_for(desk, 3 * HEARTBEAT)
    assert desk.outbox.rows.popitem()[1].epoch == "e2"
    assert court.calls.count("hello") <= 5


def test_records_go_before_blobs_and_interrupt_a_large_one(court: ScriptedCourt) -> None:
    page = bytes(12 << 20)
    desk = Desk(court, page)
    desk.outbox.add(intake(1, pages=[page]), [page])
    desk.step()
    desk.step()
    assert court.calls == ["hello", "post", "answers", "head", "patch", "patch", "patch", "patch"]
    desk.outbox.add(intake(2))
    desk.step()
    assert court.calls[-1] == "post"
    desk.settle()
    assert court.calls.count("head") == 1
    assert desk.sender.state().waiting_blobs == 0


def test_a_slow_line_ends_a_step_after_two_seconds(court: ScriptedCourt) -> None:
    page = bytes(6 << 20)
    desk = Desk(court, page)
    desk.outbox.add(intake(1, pages=[page]), [page])
    desk.step()
    real = court.put_blob_chunk

    def slow(sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        desk.clock.now += 1.5
        return real(sha256, offset, total, chunk)

    court.put_blob_chunk = slow  # type: ignore[method-assign]
    desk.step()
    assert court.calls.count("patch") == 2


def sending(court: ScriptedCourt) -> list[tuple[str, int]]:
    """Return a list that grows by (hash, bytes) for each chunk that is sent from now on."""
    real, sent = court.put_blob_chunk, list[tuple[str, int]]()

    def put(sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        sent.append((sha256, len(chunk)))
        return real(sha256, offset, total, chunk)

    court.put_blob_chunk = put  # type: ignore[method-assign]
    return sent


def test_several_blobs_grow_together_and_the_oldest_go_first(court: ScriptedCourt) -> None:
    pages = [bytes([n]) * (2 << 20) for n in range(5)]
    names = [sha256_hex(page) for page in pages]
    desk = Desk(court, *pages, calls=InTurn(3))
    desk.outbox.add(intake(1, pages=pages), pages)
    sent = sending(court)
    desk.settle()
    order = [name for name, _ in sent]
    assert set(order[:3]) == set(names[:3])
    assert max(order.index(name) for name in names[:3]) < min(order.index(name) for name in names[3:])
    assert all(epoch for _, epoch in desk.outbox.blobs.values())


def test_trouble_with_one_of_several_blobs_keeps_what_the_others_reached(court: ScriptedCourt) -> None:
    pages = [bytes([n]) * (3 << 20) for n in range(3)]
    desk = Desk(court, *pages, calls=InTurn(3))
    desk.outbox.add(intake(1, pages=pages), pages)
    sent, real = sending(court), court.put_blob_chunk
    bad = sha256_hex(pages[0])

    def picky(sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        if sha256 == bad:
            raise CourtTrouble(413, "too_large")
        return real(sha256, offset, total, chunk)

    court.put_blob_chunk = picky  # type: ignore[method-assign]
    run_for(desk, 300)
    assert [bool(epoch) for _, epoch in desk.outbox.blobs.values()] == [False, True, True]
    for page in pages[1:]:
        assert sum(size for name, size in sent if name == sha256_hex(page)) == len(page)


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_cap_holds_for_all_blobs_together_and_never_for_a_record(
    court: ScriptedCourt, at_once: int
) -> None:
    pages = [bytes([n]) * (4 << 20) for n in range(3)]
    desk = Desk(court, *pages, calls=InTurn(at_once), cap=512 << 10)
    desk.outbox.add(intake(1, pages=pages), pages)
    started = desk.clock.now
    while sum(map(len, court.blobs.values())) < 4 << 20:
        desk.step()
    desk.outbox.add(intake(2))
    now = desk.clock.now
    desk.step()
    assert (desk.clock.now, desk.outbox.states()) == (now, ["stored", "stored"])
    while desk.left():
        desk.step()
    assert 20 <= desk.clock.now - started <= 26, "12 MiB at 512 KiB a second"


def test_a_chunk_is_about_a_second_of_the_line() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for speed, chunk in ((100 << 10, SMALLEST_CHUNK), (900 << 10, 300 << 10), (20 << 20, 1 << 20)):
        for _ in range(12):
            since, size = clock.now, 3 * pace.chunk(3)
            clock.now += size / speed
            pace.sent(size, since)
        assert pace.chunk(3) == pytest.approx(chunk, rel=0.01)


def test_an_unreadable_or_damaged_page_is_counted_and_lets_the_others_pass(court: ScriptedCourt) -> None:
    gone, damaged, good = b"gone", b"damaged", b"good"
    desk = Desk(court, good)
    desk.blobs.by_hash[sha256_hex(damaged)] = b"demaged"
    desk.outbox.add(intake(1, pages=[gone, damaged, good]), [gone, damaged, good])
    run_for(desk, 600)
    assert [bool(epoch) for _, epoch in desk.outbox.blobs.values()] == [False, False, True]
    assert desk.sender.state().unreadable_blobs == 2
    assert len(court.calls) < 120
    desk.blobs.by_hash[sha256_hex(gone)] = gone
    desk.blobs.by_hash[sha256_hex(damaged)] = damaged
    desk.settle()
    assert desk.sender.state().unreadable_blobs == 0


def test_a_blob_the_court_will_not_have_does_not_hold_up_the_next(court: ScriptedCourt) -> None:
    big, small = b"big", b"small"
    desk = Desk(court, big, small)
    desk.outbox.add(intake(1, pages=[big, small]), [big, small])
    real = court.put_blob_chunk

    def picky(sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        if sha256 == sha256_hex(big):
            raise CourtTrouble(413, "too_large")
        return real(sha256, offset, total, chunk)

    court.put_blob_chunk = picky  # type: ignore[method-assign]
    run_for(desk, 300)
    assert [bool(epoch) for _, epoch in desk.outbox.blobs.values()] == [False, True]


def test_a_step_too_early_waits_and_asks_nobody(court: ScriptedCourt) -> None:
    desk = Desk(court)
    court.trouble = CourtUnreachable("x")
    result = desk.sender.step()
    assert result.next_in >= FLOOR
    assert desk.sender.step().did is Did.WAITED
    assert court.calls == ["hello"]


def said(no: int, word: str = "accepted") -> OfficeAnswer:
    made = datetime(2026, 11, 22, 2, no % 60, tzinfo=UTC)
    return OfficeAnswer(no, new_id(), new_id(), word, 0, "（2026）内0423民初12号", None, None, None, made)


def test_what_the_back_office_said_is_asked_for_at_once_and_then_from_time_to_time(
    court: ScriptedCourt,
) -> None:
    desk = Desk(court)
    court.said = [said(n) for n in (1, 2, 5)]
    run_for(desk, 5.0)
    assert [one.no for one in desk.inbox.answers.values()] == [1, 2, 5]
    court.said.append(said(9))
    run_for(desk, 2 * ASK_EVERY)
    assert len(desk.inbox.answers) == 4
    asked = court.calls.count("answers")
    run_for(desk, 10 * ASK_EVERY)
    assert 9 <= court.calls.count("answers") - asked <= 11
    assert desk.inbox.cursor == ("e1", 9)


def test_a_restored_court_counts_its_answers_anew_and_none_is_kept_twice(court: ScriptedCourt) -> None:
    desk = Desk(court)
    court.said = [said(n) for n in range(1, 4)]
    run_for(desk, 5.0)
    lost, kept = court.said[2], court.said[:2]
    court.epoch, court.said = "e2", [*kept, said(3)]
    run_for(desk, 3 * ASK_EVERY)
    assert len(desk.inbox.answers) == 4
    assert lost.id in desk.inbox.answers
    assert desk.inbox.cursor == ("e2", 3)


def test_a_court_whose_list_makes_no_sense_still_gets_records_and_blobs(court: ScriptedCourt) -> None:
    page = bytes(1000)
    desk = Desk(court, page)
    desk.outbox.add(intake(1, pages=[page]), [page])

    def nonsense(since: int) -> AnswerPage:
        court.calls.append("answers")
        raise CourtTrouble(500, "nonsense")

    court.answers = nonsense  # type: ignore[method-assign]
    desk.settle()
    assert desk.outbox.states() == ["stored"]
    assert desk.sender.state().trouble is None
    run_for(desk, 600)
    assert 5 <= court.calls.count("answers") <= 21


def test_a_person_who_asks_is_not_kept_waiting(court: ScriptedCourt) -> None:
    """Neither by the pause after trouble, nor by a record held back, nor by a refusal."""
    desk = Desk(court)
    for seq, trouble in enumerate((CourtTrouble(500, "oops"), CourtRefused(401, "token_unknown")), 1):
        desk.outbox.add(intake(seq))
        court.trouble = trouble
        run_for(desk, 300)
        assert desk.sender.step().did in {Did.WAITED, Did.TROUBLE, Did.BLOCKED}
        court.trouble = None
        desk.sender.try_now()
        desk.sender.step()
        assert desk.outbox.states() == ["stored"] * seq
    desk.outbox.add(intake(3))
    court.verdict = lambda _: Later(50.0)
    desk.sender.step()
    court.verdict = court.stored
    desk.sender.try_now()
    desk.sender.step()
    assert desk.outbox.states() == ["stored"] * 3
