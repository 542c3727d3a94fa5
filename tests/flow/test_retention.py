"""What was kept long enough goes, provably; what is needed stays; what is frozen can only be emptied."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.audit import Act
from app.errors import FormProblem, StorageProblem
from app.services import amendments, calling, day, papers, retention
from app.services.desk import Desk
from app.services.finishing import load_page
from app.services.print_out import document
from app.services.verify import findings
from app.settings import CourtSettings, Settings
from app.storage import audit, intakes, pages, trail
from app.storage import retention as storage_retention
from app.storage.blobs import BlobTree
from app.storage.records import CourtWord
from printing.layout import Paper
from tests.flow.test_services_visit import send_all
from tests.helpers.cases import SteppingClock
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import called, everything, fill, finish, hand_in, print_all, ready

NAME, NUMBER = "张𬭎", "150402199003075517"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path / "court") as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, court: Gateway, clock: SteppingClock) -> Iterator[Desk]:
    address = CourtSettings(court.url, str(court.data / "window.token"))
    settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
    with desk_in(tmp_path, settings, clock=clock) as opened:
        yield opened


def rows(desk: Desk) -> str:
    return "\n".join(desk.store(everything))


def erased(desk: Desk) -> list[tuple[str, int]]:
    """Return (what, how many) of the audit lines."""
    found = [json.loads(line.detail) for line in desk.store(trail.newest, 99, act=Act.ERASED)]
    return [(detail["what"], detail.get("count", 1)) for detail in found]


def test_who_left_without_an_outcome_is_forgotten_when_the_day_is_over(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    called(desk)
    fill(desk)
    hand_in(desk, tmp_path)
    do(desk, calling.no_show)
    assert do(desk, retention.erase_due) == 0
    assert NAME in rows(desk), "they may come back today"
    clock.forward(days=1)
    do(desk, retention.erase_due)
    assert NAME not in rows(desk)
    assert NUMBER not in rows(desk)
    assert desk.store(audit.facts).blobs == ()
    assert erased(desk) == [("missed", 1)]
    do(desk, retention.erase_due)
    assert erased(desk) == [("missed", 1)]
    assert findings(desk) == []


def test_pictures_go_when_the_court_has_had_them_long_enough_and_the_record_stays(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = ready(desk, tmp_path)
    finish(desk)
    clock.forward(days=400)
    assert do(desk, retention.erase_due) == 0, "nothing goes that the court does not have"
    send_all(desk)
    clock.forward(days=29)
    assert do(desk, retention.erase_due) == 0
    page = desk.store(pages.of_visit, visit_id)[0].page
    assert load_page(desk, page).data
    clock.forward(days=2)
    count = do(desk, retention.erase_due)
    assert count == len(desk.store(audit.facts).blobs) > 3
    assert desk.blobs.names() == set()
    assert all(not record.thumbnail for record in desk.store(pages.of_visit, visit_id))
    with pytest.raises(StorageProblem, match="保存期限"):
        load_page(desk, page)
    assert NAME in rows(desk)
    assert erased(desk) == [("images", count)]
    assert findings(desk) == []
    desk.store(intakes.offer_again, "another epoch")
    assert desk.store(intakes.blobs_due, 99) == ()
    assert len(desk.store(intakes.due, 99, frozenset())) == 1


def test_records_go_later_and_the_day_still_adds_up(desk: Desk, tmp_path: Path, clock: SteppingClock) -> None:
    visit_id = ready(desk, tmp_path)
    receipt_no = finish(desk).receipt_no
    print_all(desk)
    made_on = desk.today()
    send_all(desk)
    clock.forward(days=179)
    do(desk, retention.erase_due)
    assert NAME in rows(desk)
    clock.forward(days=2)
    do(desk, retention.erase_due)
    left = rows(desk)
    assert NAME not in left
    assert NUMBER not in left
    assert "356789" not in left
    assert ("record", 1) in erased(desk)
    sheet = do(desk, day.day_sheet, made_on)
    assert [one.receipt_no for one in sheet.intakes] == [receipt_no]
    assert findings(desk) == []
    desk.store(intakes.offer_again, "another epoch")
    assert {event.kind for event in desk.store(intakes.due, 99, frozenset())} == {"print"}
    for job in desk.store(audit.facts).jobs:
        if job.visit_id:
            with pytest.raises(StorageProblem, match="保存期限"):
                document(desk, job, Paper.ROLL_80)
    [event] = (one for one in desk.store(intakes.events_of, visit_id) if one.kind == "intake")
    with pytest.raises(FormProblem, match="保存期限"):
        do(desk, amendments.form, event.id)


def test_a_record_that_was_turned_down_goes_with_the_one_that_stands_for_it(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = ready(desk, tmp_path)
    finish(desk)
    [event] = desk.store(intakes.events_of, visit_id)
    desk.store(
        intakes.answer, [CourtWord(event.id, "rejected", code="missing", field="parties")], desk.clock.now()
    )
    clock.forward(days=200)
    do(desk, retention.erase_due)
    assert NAME in rows(desk), "somebody has to look at it"
    with pytest.raises(IntegrityError):
        desk.store(storage_retention.erase_records, [visit_id])
    do(desk, amendments.amend, event.id, {}, "补送")
    send_all(desk)
    do(desk, retention.erase_due)
    assert NAME in rows(desk), "the court has it only now"
    clock.forward(days=181)
    do(desk, retention.erase_due)
    assert NAME not in rows(desk)
    assert erased(desk).count(("record", 1)) == 1
    clock.forward(days=1)
    do(desk, retention.erase_due)
    assert erased(desk).count(("record", 1)) == 1, "and only once"
    assert findings(desk) == []


def test_a_picture_that_comes_again_after_it_was_erased_is_kept_again(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    ready(desk, tmp_path)
    finish(desk)
    send_all(desk)
    clock.forward(days=31)
    do(desk, retention.erase_due)
    visit_id = ready(desk, tmp_path)
    page = desk.store(pages.of_visit, visit_id)[0].page
    assert load_page(desk, page).data
    do(desk, retention.erase_due)
    assert load_page(desk, page).data, "it lies in an open visit"
    assert findings(desk) == []


def test_a_picture_that_comes_again_while_it_is_erased_keeps_its_new_file(
    desk: Desk, tmp_path: Path, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_id = ready(desk, tmp_path)
    page = desk.store(pages.of_visit, visit_id)[0].page
    data = load_page(desk, page).data
    finish(desk)
    send_all(desk)
    clock.forward(days=31)
    comes = threading.Thread(target=papers.keep_blob, args=(desk, data, page.media_type))
    remove = BlobTree.remove

    def late(tree: BlobTree, hashes: Iterable[str]) -> None:
        comes.start()
        comes.join(0.3)
        remove(tree, hashes)

    with monkeypatch.context() as scope:
        scope.setattr(BlobTree, "remove", late)
        do(desk, retention.erase_due)
    comes.join()
    assert load_page(desk, page).data == data


def test_nothing_is_erased_between_a_picture_and_the_row_of_its_page(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    add = pages.add

    def noted(*given: Any, **more: Any) -> int:
        held.append(desk.blob_lock.locked())
        return add(*given, **more)

    monkeypatch.setattr(pages, "add", noted)
    ready(desk, tmp_path)
    assert held
    assert all(held)


def test_a_crash_between_forgetting_the_key_and_removing_the_file_is_swept(
    tmp_path: Path, desk: Desk, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(desk, tmp_path)
    finish(desk)
    send_all(desk)
    clock.forward(days=31)

    def cut(*_arguments: object, **_more: object) -> None:
        raise OSError(5, "cut off")

    with monkeypatch.context() as scope:
        scope.setattr(Path, "unlink", cut)
        with pytest.raises(StorageProblem):
            do(desk, retention.erase_due)
    assert desk.blobs.names()
    assert any("文件却还在" in found for found in findings(desk))
    assert desk.blobs.sweep_asking(lambda names: desk.store(pages.named, names)) > 3
    assert findings(desk) == []


CHANGES = {
    "another record": "UPDATE intake SET body = x'00'",
    "another receipt": "UPDATE intake SET body = x'', receipt_no = 'SJ20261123-03-0009'",
    "another event": "UPDATE outbox SET body = x'7b7d'",
    "an event not sent": "UPDATE outbox SET body = x''",
    "another paper": "UPDATE print_job SET content = '{\"a\": 1}'",
    "another thumbnail": "UPDATE page SET thumbnail = x'00'",
    "another place": "UPDATE page SET thumbnail = x'', position = position + 50",
    "another key": "UPDATE blob SET key = zeroblob(32)",
    "a field taken out": "DELETE FROM draft_field",
    "a signature taken out": "DELETE FROM confirmation",
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_finished_visit_can_be_emptied_but_not_changed(tmp_path: Path, what: str) -> None:
    with desk_in(tmp_path) as desk:
        ready(desk, tmp_path)
        finish(desk)
        before = rows(desk)
        with pytest.raises(Exception, match=r"frozen|immutable|已经办结|kept"):
            desk.store(lambda connection: connection.exec_driver_sql(CHANGES[what]))
        assert rows(desk) == before
