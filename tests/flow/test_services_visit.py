"""Whole visits through the services: real store, real files, the real court in its own process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.hall_event import EventKind
from app.domain.ticket import TicketState
from app.errors import Cancelled, Expected, FormProblem, HallProblem, StorageProblem
from app.lanes import DB, READER, RECEIPT_PRINTER
from app.paths import Places
from app.services import calling, drafts, finishing, identity, issuing, papers, print_out, scanning, status
from app.services import dossier_file as bound
from app.services.desk import Desk, open_desk
from app.services.finishing import NotSigned
from app.services.scanning import Brought, Outcome
from app.services.verify import at_court, findings
from app.settings import CourtSettings, DeviceSettings, Settings
from app.storage import intakes, meta, pages, print_jobs, visits
from tests.helpers.cases import SteppingClock
from tests.helpers.court import Gateway
from tests.helpers.desks import FILLED, HALL, desk_in, do, file_devices, only_in_the_log
from tests.helpers.devices import id_reader, wait_until
from tests.helpers.printing import pdf_texts
from tests.helpers.visits import (
    STROKES,
    called,
    everything,
    facts,
    fill,
    finish,
    hand_in,
    print_all,
    ready,
    record,
    shown,
    sign,
    view,
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path / "court") as running:
        yield running


def at(court: Gateway, folder: Path) -> Settings:
    address = CourtSettings(court.url, str(court.data / "window.token"))
    return Settings(hall=HALL, devices=file_devices(folder), court=address)


def send_all(desk: Desk) -> None:
    for _ in range(100):
        do(desk, status.send)
        waiting, blobs, _oldest, _attention = desk.store(intakes.backlog)
        if not waiting and not blobs:
            return
    raise AssertionError("still waiting after 100 rounds")


def says_everything(problem: Expected) -> None:
    assert problem.happened
    assert problem.safe
    assert problem.next_step


# ---- the whole way --------------------------------------------------------------------------------


def test_a_visit_goes_from_the_ticket_to_the_courts_receipt(tmp_path: Path, court: Gateway) -> None:
    with desk_in(tmp_path, at(court, tmp_path)) as desk:
        visit_id = ready(desk, tmp_path)
        finished = finish(desk)
        assert finished.visit_id == visit_id
        assert finished.ticket == "A001"
        assert finished.receipt_no.endswith("-03-0001")
        assert print_all(desk) == 3
        send_all(desk)
        outcome = shown(desk, visit_id).outcome
        assert outcome is not None
        assert {job.state for job in outcome.jobs} == {"confirmed"}
        assert (outcome.court_state, bool(outcome.court_receipt_no)) == ("stored", True)
        assert view(desk).queue.served_today == 1
        assert view(desk).visit is None
        with at_court(desk.settings.court) as ask:
            assert findings(desk, ask) == []
        told = court.visit(visit_id)
        assert (told["status"], told["complete"]) == (200, True)
        _papers_say_what_was_handed_in(desk, visit_id, finished.receipt_no)


def _papers_say_what_was_handed_in(desk: Desk, visit_id: str, receipt_no: str) -> None:
    (receipt,) = desk.places.papers.glob("*.pdf")
    text = "".join(pdf_texts(receipt.read_bytes()))
    for word in (receipt_no, "起诉状", FILLED["matter.1.cause"], HALL.court):
        assert word in text
    body = record(desk, visit_id)
    assert body["confirmation"]["signed"] == "yes"
    assert body["visitor"]["name"] == body["parties"][0]["name"] == FILLED["identity.name"]
    (paper,) = body["materials"]
    assert (paper["matter"], paper["code"], paper["pages"], paper["copies"]) == (1, "M01", 3, 1)
    assert len(paper["sha256"]) == 3
    assert len(pdf_texts(do(desk, bound.dossier_pdf, visit_id))) == 3


def test_receipt_numbers_follow_each_other_without_a_gap(desk: Desk, tmp_path: Path) -> None:
    numbers = []
    for n in range(1, 4):
        called(desk)
        fill(desk)
        hand_in(desk, tmp_path, n)
        with pytest.raises(NotSigned):
            do(desk, finishing.finish, False)
        numbers.append(finish(desk, unsigned=True).receipt_no[-4:])
    assert numbers == ["0001", "0002", "0003"]
    assert findings(desk) == []


def test_work_goes_on_and_everything_arrives_when_the_court_comes_back(
    tmp_path: Path, court: Gateway
) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, at(court, tmp_path), clock) as desk:
        court.kill()
        first = ready(desk, tmp_path)
        finish(desk)
        do(desk, status.send)
        assert do(desk, status.view).unsent == 1
        court.start()
        clock.forward(minutes=2)
        send_all(desk)
        assert court.visit(first)["complete"] is True
        with at_court(desk.settings.court) as ask:
            assert findings(desk, ask) == []


# ---- finishing: all or nothing ---------------------------------------------------------------------


def _engine(desk: Desk) -> Any:
    return desk.store._store._engine


@contextmanager
def failing(desk: Desk, number: int) -> Iterator[list[str]]:
    """Make the ``number``-th statement or commit from now on fail as a real error of the database."""
    seen: list[str] = []

    def statement(_c: Any, _cursor: Any, words: str, parameters: Any, _x: Any, _many: Any) -> tuple[str, Any]:
        seen.append(words)
        return ("SELECT nothing FROM nowhere", ()) if len(seen) == number else (words, parameters)

    def commit(connection: Any) -> None:
        seen.append("COMMIT")
        if len(seen) == number:
            connection.exec_driver_sql("SELECT nothing FROM nowhere")

    engine = _engine(desk)
    event.listen(engine, "before_cursor_execute", statement, retval=True)
    event.listen(engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)


def test_finishing_is_one_transaction_whatever_statement_fails(desk: Desk, tmp_path: Path) -> None:
    """Fail the 1st, 2nd, 3rd … statement until a run passes: before that nothing, after that everything."""
    visit_id = ready(desk, tmp_path)
    assert desk.store(visits.open_at, 3) is not None
    before = _ledger(desk)
    number = failed = 0
    while True:
        number += 1
        with failing(desk, number) as seen:
            try:
                do(desk, finishing.finish, False)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be half done
                failed += "nowhere" in str(error)
                assert _ledger(desk) == before, f"statement {number} failed and left something: {seen[-1]}"
                continue
        break
    assert number > len(seen), "the run that passed had no failure in it"
    assert failed >= 30, "reads, the dossier, and every row of the record were tried"
    assert {"COMMIT"} < set(seen)
    assert _ledger(desk) != before
    assert findings(desk) == []
    outcome = shown(desk, visit_id).outcome
    assert outcome is not None
    assert outcome.receipt_no.endswith("-0001"), "no number was lost on the way"
    assert sorted(job.title for job in outcome.jobs) == ["材料收据（A4）", "材料收据（小票）"]
    assert desk.store(intakes.backlog)[:2] == (1, 5)


def _ledger(desk: Desk) -> list[str]:
    """Return every row but those that name pictures: a dossier bound in vain is swept later."""
    return [row for row in desk.store(everything) if not row.startswith("blob ")]


@pytest.mark.parametrize("unsigned", [False, True])
def test_nothing_is_finished_without_a_name_or_without_papers(
    desk: Desk, tmp_path: Path, unsigned: bool
) -> None:
    with pytest.raises(FormProblem, match="没有正在办理"):
        do(desk, finishing.finish, unsigned)
    called(desk)
    before = desk.store(everything)
    with pytest.raises(FormProblem, match="还不知道来访人是谁") as told:
        do(desk, finishing.finish, unsigned)
    says_everything(told.value)
    assert desk.store(everything) == before
    fill(desk)
    with pytest.raises(FormProblem, match="还没有收到材料") as told:
        do(desk, finishing.finish, unsigned)
    says_everything(told.value)
    hand_in(desk, tmp_path)
    for page in shown(desk).pages:
        do(desk, papers.remove_page, page.page_id)
    with pytest.raises(FormProblem, match="还没有收到材料"):
        do(desk, finishing.finish, unsigned)
    assert facts(desk).finished == frozenset()


def test_without_a_signature_the_clerk_is_told_first_and_the_record_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    with pytest.raises(NotSigned) as told:
        do(desk, finishing.finish, False)
    says_everything(told.value)
    finish(desk, unsigned=True)
    assert record(desk, visit_id)["confirmation"] == {"signed": "no"}
    assert findings(desk) == []


def test_a_signature_under_another_text_does_not_count(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path)
    do(desk, drafts.set_field, "matter.1.amount", "1")
    assert shown(desk).confirmation.outdated
    with pytest.raises(NotSigned):
        do(desk, finishing.finish, False)
    sign(desk)
    finish(desk)
    body = record(desk, visit_id)
    assert body["confirmation"]["signed"] == "yes"
    assert "1.00 元" in body["confirmation"]["text"]


def test_a_signature_for_a_text_that_changed_meanwhile_is_not_taken(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    read = shown(desk).confirmation.sha256
    do(desk, drafts.set_field, "matter.1.amount", "2")
    from app.services.confirmation import sign as take

    with pytest.raises(FormProblem, match="没有采用") as told:
        do(desk, take, read, b"\x89PNG" + bytes(100), STROKES)
    says_everything(told.value)
    with pytest.raises(FormProblem, match="签名是空的"):
        do(desk, take, shown(desk).confirmation.sha256, b"\x89PNG" + bytes(100), [])
    assert shown(desk).confirmation.signed_at is None


@pytest.mark.parametrize("what", ["field", "page"])
def test_a_change_while_the_pages_are_being_bound_stops_the_finish(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    ready(desk, tmp_path)
    bind = finishing.bind

    def bind_while_the_clerk_types(*arguments: Any, **more: Any) -> bytes:
        if what == "field":
            do(desk, drafts.set_field, "matter.1.amount", "5")
        else:
            do(desk, papers.remove_page, shown(desk).pages[0].page_id)
        return bind(*arguments, **more)

    with monkeypatch.context() as binding:
        binding.setattr(finishing, "bind", bind_while_the_clerk_types)
        with pytest.raises(FormProblem, match="办结的同时内容有改动") as told:
            do(desk, finishing.finish, False)
    says_everything(told.value)
    assert facts(desk).finished == frozenset()
    assert facts(desk).intakes == ()
    sign(desk)
    assert finish(desk).receipt_no.endswith("-0001")


def test_a_finished_visit_cannot_be_finished_or_changed_again(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path)
    page = shown(desk).pages[0].page_id
    finish(desk)
    before = desk.store(everything)
    with pytest.raises(FormProblem, match="没有正在办理"):
        do(desk, finishing.finish, False)
    with pytest.raises(StorageProblem, match="已经办结") as told:
        desk.store(pages.remove, page, desk.clock.now())
    says_everything(told.value)
    for act, words in ((drafts.set_field, ("matter.1.amount", "9")), (papers.remove_page, (page,))):
        with pytest.raises(FormProblem):
            do(desk, act, *words)
    assert desk.store(everything) == before
    assert visit_id in facts(desk).finished


# ---- what a crash leaves is mended at the next start ------------------------------------------------


def _claim(desk: Desk, number: str, kind: Any) -> None:
    assert only_in_the_log(desk, number, kind)


def test_a_claim_without_a_visit_gets_its_visit(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        do(desk, issuing.take_ticket, "立案", False)
        _claim(desk, "A001", EventKind.CALLED)
    with desk_in(tmp_path) as desk:
        found = do(desk, calling.resume)
        assert (found.ticket, found.state) == ("A001", "open")
        assert "reopened" in {notice.key for notice in desk.notices.standing()}
        assert do(desk, calling.resume).id == found.id


def test_a_claim_whose_visit_could_not_be_stored_is_opened_by_the_next_press_of_the_key(desk: Desk) -> None:
    do(desk, issuing.take_ticket, "立案", False)
    _claim(desk, "A001", EventKind.CALLED)
    assert do(desk, calling.call_next).ticket == "A001"
    assert findings(desk) == []


def test_a_scanned_ticket_tells_the_number_that_was_opened_where_another_claim_came_first(desk: Desk) -> None:
    for _ticket in range(2):
        do(desk, issuing.take_ticket, "立案", False)
    _claim(desk, "A001", EventKind.CALLED)
    assert do(desk, scanning.bring, "A002", desk.today()) == Brought("A001", Outcome.CALLED)


@pytest.mark.parametrize("restart", [True, False])
def test_a_finished_visit_whose_ticket_still_counts_as_called_is_closed(
    tmp_path: Path, restart: bool
) -> None:
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        do(desk, finishing.finish, False)
        do(desk, issuing.take_ticket, "立案", False)
        if not restart:
            assert do(desk, calling.call_next).ticket == "A002"
            assert desk.hall.state.tickets["A001"].state is TicketState.SERVED
    with desk_in(tmp_path) as desk:
        resumed = do(desk, calling.resume)
        assert (resumed is None) is restart
        assert desk.hall.state.tickets["A001"].state is TicketState.SERVED
        assert findings(desk) == []


@pytest.mark.parametrize("restart", [True, False])
def test_a_missed_number_whose_draft_was_not_put_away_does_not_block_the_window(
    tmp_path: Path, restart: bool
) -> None:
    with desk_in(tmp_path) as desk:
        visit_id = called(desk)
        fill(desk)
        _claim(desk, "A001", EventKind.NO_SHOW)
        if not restart:
            do(desk, calling.no_show)
    with desk_in(tmp_path) as desk:
        assert do(desk, calling.resume) is None
        put_away = desk.store(visits.get, visit_id)
        assert put_away is not None
        assert put_away.state == "away"
        do(desk, calling.bring_back, "A001")
        assert do(desk, calling.call_next).id == visit_id
        assert shown(desk).party_name == FILLED["identity.name"]


def test_the_draft_of_a_missed_person_is_opened_again_whole(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path)
    before = replace(shown(desk), steps=())
    do(desk, calling.no_show)
    assert view(desk).visit is None
    assert [row.number for row in view(desk).queue.missed] == ["A001"]
    second = called(desk)
    assert second != visit_id
    do(desk, calling.no_show)
    do(desk, calling.bring_back, "A001")
    again = do(desk, calling.call_next)
    assert (again.id, again.closed_at) == (visit_id, None)
    assert replace(shown(desk), steps=()) == before
    finish(desk)
    assert findings(desk) == []


def test_who_is_at_the_window_cannot_be_brought_back_into_the_queue(desk: Desk) -> None:
    called(desk)
    with pytest.raises(HallProblem, match="不在过号名单"):
        do(desk, calling.bring_back, "A001")
    assert view(desk).queue.called is not None


def test_a_draft_of_yesterday_is_announced_and_can_be_finished_or_put_away(tmp_path: Path) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        ready(desk, tmp_path)
    clock.forward(days=1)
    with desk_in(tmp_path, clock=clock) as desk:
        assert do(desk, calling.resume).ticket == "A001"
        do(desk, issuing.take_ticket, "立案", False)
        with pytest.raises(HallProblem, match="还在本窗口"):
            do(desk, calling.call_next)
        finished = finish(desk)
        assert finished.receipt_no == "SJ20261124-03-0001"
        assert desk.hall.state.tickets["A001"].state is TicketState.WAITING, "today's A001 is somebody else"
        assert do(desk, calling.call_next).ticket == "A001"
        assert findings(desk) == []


# ---- paper: never two originals ----------------------------------------------------------------------


def _job(desk: Desk, visit_id: str, kind: str = "receipt") -> print_jobs.PrintJob:
    return next(job for job in desk.store(print_jobs.of_visit, visit_id) if job.kind == kind)


def _interrupted(folder: Path) -> str:
    """Finish a visit; the power goes while its receipt is being sent."""
    with desk_in(folder) as desk:
        visit_id = ready(desk, folder)
        finish(desk)
        job = _job(desk, visit_id)
        assert desk.store(print_jobs.move, job.id, frm=("waiting",), to="sending", at=desk.clock.now())
    return visit_id


def test_a_paper_in_doubt_is_asked_about_once_and_never_sent_again_unasked(tmp_path: Path) -> None:
    visit_id = _interrupted(tmp_path)
    receipts = tmp_path / "receipt.escpos"
    with desk_in(tmp_path) as desk:
        assert view(desk).doubts == ()
        do(desk, print_out.doubt_interrupted)
        (doubt,) = view(desk).doubts
        assert doubt.reason
        print_all(desk)
        assert not receipts.exists(), "not without an answer"
        do(desk, print_out.answer, doubt.job_id, True)
    with desk_in(tmp_path) as desk:
        do(desk, print_out.doubt_interrupted)
        assert view(desk).doubts == ()
        print_all(desk)
        assert _job(desk, visit_id).state == "printed"
        assert not receipts.exists(), "it lies on the counter already"
        assert findings(desk) == []


def test_a_paper_that_did_not_come_out_is_printed_anew_and_marked(tmp_path: Path) -> None:
    visit_id = _interrupted(tmp_path)
    with desk_in(tmp_path) as desk:
        do(desk, print_out.doubt_interrupted)
        (doubt,) = view(desk).doubts
        do(desk, print_out.answer, doubt.job_id, False)
        do(desk, print_out.answer, doubt.job_id, False)
        print_all(desk)
        receipts = [job for job in desk.store(print_jobs.of_visit, visit_id) if job.kind == "receipt"]
        assert sorted(job.state for job in receipts) == ["confirmed", "not_printed"]
        again = next(job for job in receipts if job.state == "confirmed")
        first = next(job for job in receipts if job.copy == 0)
        assert (again.copy, again.original, again.content) == (1, first.id, first.content)
        assert findings(desk) == []


def test_a_confirmed_paper_is_not_sent_again(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path)
    finish(desk)
    assert print_all(desk) == 3
    size = (tmp_path / "receipt.escpos").stat().st_size
    assert print_all(desk) == 0
    do(desk, print_out.answer, _job(desk, visit_id).id, False)
    do(desk, print_out.doubt_interrupted)
    assert print_all(desk) == 0
    assert (tmp_path / "receipt.escpos").stat().st_size == size


def test_a_receipt_that_cannot_be_drawn_holds_up_nobody(desk: Desk, tmp_path: Path) -> None:
    """The picture of the signature is gone: that paper waits with its reason, the next one comes out."""
    broken = ready(desk, tmp_path)
    finish(desk)
    signed = record(desk, broken)["confirmation"]["signature_sha256"]
    path = desk.blobs.path(signed)
    kept = path.read_bytes()
    path.write_bytes(b"torn")
    called(desk)
    fill(desk)
    hand_in(desk, tmp_path, 2)
    whole = finish(desk, unsigned=True).visit_id
    print_all(desk)
    assert _job(desk, whole).state == "confirmed"
    assert _job(desk, broken).state != "confirmed"
    assert _job(desk, broken).reason
    assert any("print." in notice.key for notice in desk.notices.standing())
    path.write_bytes(kept)
    assert print_all(desk) >= 0


# ---- devices and the end -------------------------------------------------------------------------------


def test_a_card_laid_down_after_the_person_changed_is_given_to_nobody(tmp_path: Path) -> None:
    """F3 waits for a card; meanwhile the clerk calls the next person, whose card is then laid down."""
    with id_reader("tcp", tmp_path) as reader:
        settings = Settings(hall=HALL, devices=DeviceSettings(id_reader=reader.url))
        with desk_in(tmp_path, settings) as desk:
            first = called(desk)
            reading = desk.lanes.submit(READER, identity.read_card, desk)
            wait_until(lambda: desk.bench.views()[0].text != "尚未检查", "the reader waits for a card")
            do(desk, calling.no_show)
            second = called(desk)
            reader.tell("place adult")
            with pytest.raises(FormProblem, match="已经换了人") as told:
                reading.result(30)
            says_everything(told.value)
            assert desk.store(visits.fields, first) == {}
            assert desk.store(visits.fields, second) == {}


def test_a_second_persons_card_fills_the_party_under_the_cursor_and_never_replaces_the_visitor(
    tmp_path: Path,
) -> None:
    with id_reader("tcp", tmp_path) as reader:
        settings = Settings(hall=HALL, devices=DeviceSettings(id_reader=reader.url))
        with desk_in(tmp_path, settings) as desk:
            visit_id = called(desk)
            do(desk, drafts.set_field, "matter.1.code", "F07")
            reader.tell("place adult")
            do(desk, identity.read_card, "p1")
            before = desk.store(visits.fields, visit_id)
            assert before["identity.name"].value == "张𬭎", "the first applicant is the visitor"
            reader.tell("lift")
            reader.tell("place elder")
            with pytest.raises(FormProblem, match="不是同一个人") as told:
                do(desk, identity.read_card)
            says_everything(told.value)
            assert desk.store(visits.fields, visit_id) == before
            reader.tell("lift")
            reader.tell("place elder")
            do(desk, identity.read_card, "p2")
            after = desk.store(visits.fields, visit_id)
            assert after.items() >= before.items()
            elder = after["party.p2.name"].value
            assert elder not in ("", "张𬭎")
            assert after["party.p2.id_number"].source == "card"
            do(desk, drafts.set_field, "identity.id_number", "")
            reader.tell("lift")
            reader.tell("place elder")
            do(desk, identity.read_card)
            assert desk.store(visits.fields, visit_id)["identity.name"].value == elder


def test_who_takes_an_act_back_before_it_has_begun_is_heard(tmp_path: Path) -> None:
    """The lane still has to begin what the window shows as running: Esc counts all the same, once."""
    with id_reader("tcp", tmp_path) as reader:
        settings = Settings(hall=HALL, devices=DeviceSettings(id_reader=reader.url))
        with desk_in(tmp_path, settings) as desk:
            called(desk)
            desk.arm("read_card")
            desk.cancel()
            with pytest.raises(Cancelled):
                do(desk, identity.read_card)
            reader.tell("place adult")
            do(desk, identity.read_card)


@pytest.mark.logs("app.lanes")
def test_a_court_that_takes_the_call_and_says_nothing_does_not_keep_the_desk_open(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t" * 32, encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = CourtSettings(f"http://127.0.0.1:{silent.getsockname()[1]}", str(token))
        settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
        desk = open_desk(settings, Places.under(tmp_path))
        sending = desk.lanes.submit("sync", status.send, desk)
        taken, _peer = silent.accept()
        assert desk.close() is False
        taken.close()
        assert sending.exception(60) is not None or sending.result().next_in >= 0
    with desk_in(tmp_path) as again:
        assert findings(again) == []


@pytest.mark.parametrize("token", ["", "short", "\x00" * 40, None])
def test_a_court_that_is_set_wrong_keeps_nobody_from_working(tmp_path: Path, token: str | None) -> None:
    file = tmp_path / "token"
    if token is not None:
        file.write_text(token, encoding="utf-8")
    court = CourtSettings("http://127.0.0.1:1", str(file))
    with desk_in(tmp_path, Settings(hall=HALL, devices=file_devices(tmp_path), court=court)) as desk:
        notice = next(notice for notice in desk.notices.standing() if notice.key == "court")
        assert notice.happened
        assert notice.safe
        assert notice.next_step
        ready(desk, tmp_path)
        assert finish(desk).receipt_no


def test_a_desk_may_be_opened_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with desk_in(Path("here"), Settings(hall=HALL)) as desk:
        ready(desk, tmp_path)
        finish(desk)
        assert print_all(desk) == 1
        assert len(list(desk.places.papers.glob("*.pdf"))) == 1


def test_every_lane_is_free_again_after_a_failed_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Exception):
        """Any bug while the parts are put together."""

    def broken(*_arguments: object) -> None:
        raise Broken

    with monkeypatch.context() as wiring:
        wiring.setattr("app.services.desk.Bench", broken)
        with pytest.raises(Broken), desk_in(tmp_path):
            pass
    with desk_in(tmp_path) as desk:
        assert desk.store(meta.read, meta.DEVICE)
        assert desk.lanes.submit(DB, lambda: True).result(10)
        assert RECEIPT_PRINTER in desk.bench.urls
