"""Papers that came after the end: added by an amendment, at the court with their pictures, none replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.errors import FormProblem
from app.services import additions, amendments, drafts, unsent
from app.services.additions import AdditionsView
from app.services.desk import Desk
from app.services.verify import findings
from app.settings import CourtSettings, Settings
from app.storage import intakes, pages, print_jobs
from app.storage.records import OutboxRecord, PrintJob
from app.sync import inbox
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.court import Fault, FaultProxy, Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.imaging_files import encoded, pdf, text_page
from tests.helpers.office import Office
from tests.helpers.visits import called, fill, finish, lay, print_all, shown
from ui.screens.additions import AdditionsPage
from ui.screens.search import SearchPage

__all__ = ["counter", "qapp"]
ROOT = Path(__file__).resolve().parents[2]
WHY = "当事人次日送来借条原件"
RECEIPT = "amendment_receipt"


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def proxy(court: Gateway) -> Iterator[FaultProxy]:
    with FaultProxy(court) as running:
        yield running


@pytest.fixture
def settings(court: Gateway, proxy: FaultProxy, tmp_path: Path) -> Settings:
    address = CourtSettings(proxy.url, str(court.data / "window.token"))
    return Settings(hall=HALL, devices=file_devices(tmp_path), court=address)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path, settings, SteppingClock()) as opened:
        yield opened


def finished(desk: Desk) -> str:
    visit_id = called(desk)
    fill(desk)
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    return visit_id


def paper(folder: Path, number: int = 7) -> Path:
    picture = folder / f"late-{number}.jpg"
    picture.write_bytes(encoded(text_page(number=number)))
    return picture


def bring(desk: Desk, visit_id: str, *files: Path, material: str = "M09") -> int:
    return int(do(desk, additions.import_files, visit_id, 1, material, files))


def seen(desk: Desk, visit_id: str) -> AdditionsView:
    view: AdditionsView = do(desk, additions.view, visit_id)
    return view


def events(desk: Desk, visit_id: str) -> list[OutboxRecord]:
    return [one for one in desk.store(intakes.events_of, visit_id) if one.kind in amendments.AMENDABLE]


def receipts(desk: Desk, visit_id: str) -> list[PrintJob]:
    return [job for job in desk.store(print_jobs.of_visit, visit_id) if job.kind == RECEIPT]


def test_a_page_that_came_later_is_at_the_court_with_its_hash_beside_what_was_there(
    desk: Desk, court: Gateway, tmp_path: Path
) -> None:
    visit_id = finished(desk)
    do(desk, unsent.try_now)
    [first], before = events(desk, visit_id), desk.store(pages.of_visit, visit_id)
    second = tmp_path / "late.pdf"
    second.write_bytes(pdf(2))
    assert bring(desk, visit_id, paper(tmp_path), second) == 3
    waiting = seen(desk, visit_id)
    assert (len(waiting.pages), waiting.added) == (3, ())
    assert shown(desk, visit_id).pages == shown(desk, visit_id).pages[: len(before)], "not sent, not there"
    number = do(desk, additions.send, visit_id, WHY)
    assert number == f"{waiting.receipt_no}-G1"

    _first, amendment = events(desk, visit_id)
    body = json.loads(amendment.body)
    [addition] = body["additions"]
    hashes = [one.page.sha256 for one in desk.store(pages.added_to, visit_id)]
    assert [one["sha256"] for one in addition["pages"]] == hashes
    assert {*hashes, addition["dossier"]["sha256"]} <= {one["sha256"] for one in body["blobs"]}
    [row] = [one for one in body["materials"] if one["code"] == "M09"]
    assert row["sha256"][-3:] == hashes
    assert (body["corrects"], body["reason"], body["amendment_no"]) == (first.id, WHY, number)
    assert (amendment.kind, amendment.schema) == ("amendment", 2)
    assert desk.store(intakes.get_event, first.id).body == first.body
    assert desk.store(pages.of_visit, visit_id) == before, "what the visit ended with is as it was"
    assert len(shown(desk, visit_id).pages) == len(before) + 3

    do(desk, unsent.try_now)
    told = court.visit(visit_id)
    assert told["complete"]
    assert [(one["kind"], one["sha256"]) for one in told["events"]][1:] == [("amendment", amendment.sha256)]
    with Office(court) as office:
        page = office.page(visit_id)
        assert all(word in page for word in ("补充材料 PDF", number, WHY, HALL.clerk))
        archive = office.package(visit_id)
        assert archive.read("addition-1.pdf").startswith(b"%PDF-")
        assert archive.read("dossier.pdf") != archive.read("addition-1.pdf")
    assert findings(desk) == []


def test_its_receipt_is_queued_with_it_printed_once_and_says_what_when_and_by_whom(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = finished(desk)
    bring(desk, visit_id, paper(tmp_path))
    number = do(desk, additions.send, visit_id, WHY)
    do(desk, amendments.amend, events(desk, visit_id)[-1].id, {"visitor.phone": "13900001111"}, "电话录错")
    added, changed = receipts(desk, visit_id)
    said = json.loads(added.content)["data"]
    assert (said["issue"]["number"], said["reason"], said["issue"]["officer"]) == (number, WHY, HALL.clerk)
    assert [one["pages"] for one in said["papers"]] == [1]
    assert said["digest"] == events(desk, visit_id)[1].sha256[:16]
    [value] = json.loads(changed.content)["data"]["changes"]
    assert (value["before"], value["after"]) == ("13804761234", "13900001111")
    assert changed.part.endswith("-G2")
    print_all(desk)
    assert {job.state for job in receipts(desk, visit_id)} <= {"confirmed", "unconfirmed"}
    kept = json.loads(events(desk, visit_id)[-1].body)["additions"]
    assert [one["number"] for one in kept] == [number], "a later correction keeps what was added"
    do(desk, amendments.amend, events(desk, visit_id)[-1].id, {}, "原样再送")
    assert len(receipts(desk, visit_id)) == 2, "nothing is different, so there is nothing to print"


def test_an_answer_that_was_lost_and_a_request_that_came_twice_add_once(
    desk: Desk, court: Gateway, proxy: FaultProxy, tmp_path: Path
) -> None:
    visit_id = finished(desk)
    do(desk, unsent.try_now)
    bring(desk, visit_id, paper(tmp_path))
    do(desk, additions.send, visit_id, WHY)
    proxy.script.extend([Fault.CUT_AFTER])
    do(desk, unsent.try_now)
    proxy.default = Fault.TWICE
    for _again in range(3):
        do(desk, unsent.try_now)
    told = court.visit(visit_id)
    assert [one["kind"] for one in told["events"]] == ["intake", "amendment"]
    assert told["complete"]
    assert seen(desk, visit_id).pages == ()
    with pytest.raises(FormProblem, match="还没有要补充的材料"):
        do(desk, additions.send, visit_id, WHY)


def test_only_a_finished_visit_grows_and_only_with_a_reason_and_a_page(desk: Desk, tmp_path: Path) -> None:
    visit_id = called(desk)
    fill(desk)
    lay(desk, visit_id)
    picture = paper(tmp_path)
    for place in (visit_id, "01936000-0000-7000-8000-000000000000", ""):
        assert seen(desk, place).visit_id == ""
        with pytest.raises(FormProblem, match="没有已办结的收件"):
            bring(desk, place, picture)
    do(desk, drafts.set_field, "matter.1.mediation", "decline")
    finish(desk, unsigned=True)
    with pytest.raises(FormProblem, match="还没有要补充的材料"):
        do(desk, additions.send, visit_id, WHY)
    bring(desk, visit_id, picture)
    for reason in ("", " ", "x" * 501):
        with pytest.raises(FormProblem, match="写明理由"):
            do(desk, additions.send, visit_id, reason)
    [page] = seen(desk, visit_id).pages
    do(desk, additions.remove, visit_id, page.page_id)
    assert seen(desk, visit_id).pages == ()
    assert len(events(desk, visit_id)) == 1
    bring(desk, visit_id, picture)
    do(desk, additions.send, visit_id, WHY)
    [sent] = desk.store(pages.added_to, visit_id)
    do(desk, additions.remove, visit_id, sent.page.page_id)
    assert desk.store(pages.added_to, visit_id) == (sent,), "what was sent cannot be taken out"


CHILD = """
import os, signal, sys
from pathlib import Path
from app.services import additions
from app.settings import CourtSettings, Settings
from app.storage import pages
from tests.helpers.desks import HALL, desk_in, do, file_devices

folder, visit_id, picture, moment = Path(sys.argv[1]), *sys.argv[2:]

def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)

with desk_in(folder, Settings(hall=HALL, devices=file_devices(folder))) as desk:
    do(desk, additions.import_files, visit_id, 1, "M09", (Path(picture),))
    if moment == "page":
        die()
    if moment == "act":
        pages.give_late = die
    do(desk, additions.send, visit_id, "killed")
    die()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(("moment", "sent"), [("page", False), ("act", False), ("after", True)])
def test_killed_between_page_and_act_nothing_is_lost_and_nothing_is_half_done(
    settings: Settings, court: Gateway, tmp_path: Path, moment: str, sent: bool
) -> None:
    with desk_in(tmp_path, settings, SteppingClock()) as desk:
        visit_id = finished(desk)
    command = [sys.executable, "-c", CHILD, str(tmp_path), visit_id, str(paper(tmp_path)), moment]
    killed = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    with desk_in(tmp_path, settings, SteppingClock()) as desk:
        assert (len(seen(desk, visit_id).pages), len(receipts(desk, visit_id))) == (int(not sent), int(sent))
        assert len(events(desk, visit_id)) == 1 + sent
        if not sent:
            do(desk, additions.send, visit_id, WHY)
        do(desk, unsent.try_now)
        assert court.visit(visit_id)["complete"]
        assert len(court.visit(visit_id)["events"]) == 2
        assert findings(desk) == []


@OFFSCREEN
def test_the_clerk_finds_the_visit_and_adds_a_page_by_keys(
    counter: OpenCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "ASK_EVERY", 3600.0)  # it goes to the court at once, not with the next look
    opened = counter("court", "scanner", "printer")
    opened.call()
    opened.fill("identity.name", "张𬭎")
    opened.bring_papers(paper(opened.folder, 1))
    opened.until(lambda: len(opened.visit.pages) == 1, "the page")
    visit_id = opened.visit.visit_id
    opened.finish_unsigned()
    opened.call()  # somebody else is being served meanwhile
    opened.key(Qt.Key.Key_G, ALT)
    opened.until(lambda: "这里没有已办结的收件" in opened.words(), "that there is none on the window")
    opened.key(Qt.Key.Key_F, CONTROL)
    found = opened.window.findChild(SearchPage)
    assert found is not None
    opened.type(found.box, "张")
    opened.until(lambda: found.list.current() == visit_id, "what was done, in the search")
    opened.key(Qt.Key.Key_G, ALT)
    page = opened.window.findChild(AdditionsPage)
    assert page is not None
    opened.until(lambda: page.materials.count() > 0, "what a page can be")
    assert not page.send.isEnabled()
    opened.scanner.tell("load 2")
    opened.key(Qt.Key.Key_S, CONTROL)
    opened.until(lambda: bool(page.strip.pages.all()), "the scanned page")
    opened.until(lambda: page.reason.hasFocus(), "the cursor in the reason")
    opened.type(page.reason, WHY)
    QTest.keyClick(page.reason, Qt.Key.Key_Return, CONTROL)
    opened.until(lambda: bool(page.before.current()), "what was added, among what was added before")
    assert (page.strip.pages.all(), page.reason.text()) == ((), "")
    there = opened.court.visit
    opened.until(lambda: len(there(visit_id).get("events", ())) == 2, "the amendment at the court")
    opened.until(lambda: there(visit_id)["complete"] is True, "its pictures, too")

    def printed() -> bool:
        jobs = opened.read(print_jobs.of_visit, visit_id)
        return [job.state for job in jobs if job.kind == RECEIPT] == ["confirmed"]

    opened.until(printed, "its receipt on paper")
    assert opened.findings() == []
