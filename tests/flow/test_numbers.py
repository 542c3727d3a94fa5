"""Identity numbers: masked once the visit is over, shown one at a time, on record, and not in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.audit import Act
from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.services import amendments, approval, numbers, papers
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.numbers import Bulk, NumbersView
from app.settings import FilingSettings, Settings
from app.storage import intakes, trail
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import FILLED, HALL, desk_in, do, file_devices
from tests.helpers.imaging_files import encoded, text_page
from tests.helpers.visits import finish, ready, shown, view

NUMBER = FILLED["identity.id_number"]
VISITOR = "identity.id_number"
PIN = "648219"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    few = Settings(hall=HALL, devices=file_devices(tmp_path), filing=FilingSettings(id_views=3))
    with desk_in(tmp_path, few, clock) as opened:
        yield opened


def seen(desk: Desk, visit_id: str) -> NumbersView:
    found: NumbersView = do(desk, numbers.numbers_of, visit_id)
    return found


def test_a_finished_visit_shows_no_number_and_each_one_asked_for_is_on_record(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = ready(desk, tmp_path)
    assert NUMBER in repr(view(desk).visit), "while it is entered the clerk reads it back"
    finish(desk)
    assert NUMBER not in repr(shown(desk, visit_id))
    rows = seen(desk, visit_id).rows
    assert (rows[0].key, rows[0].masked) == (VISITOR, "150***********5517")
    assert NUMBER not in repr(rows)
    assert do(desk, numbers.reveal, visit_id, VISITOR) == NUMBER
    (line,) = desk.store(trail.newest, 9, act=Act.ID_SEEN)
    assert (line.actor, line.subject, json.loads(line.detail)) == (HALL.clerk, visit_id, {"field": VISITOR})
    for none in ("identity.name", "party.p9.id_number", ""):
        with pytest.raises(FormProblem, match="没有这个号码"):
            do(desk, numbers.reveal, visit_id, none)
    assert len(desk.store(trail.newest, 9, act=Act.ID_SEEN)) == 1


def test_bulk_viewing_stops_until_a_supervisor_has_looked_and_begins_anew_the_next_day(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, PIN)
    visit_id = ready(desk, tmp_path)
    finish(desk)
    with pytest.raises(FormProblem, match="没有冻结"):
        do(desk, numbers.lift, approved(desk), "逐一核对身份")
    (event,) = [one for one in desk.store(intakes.events_of, visit_id) if one.kind == "intake"]
    do(desk, amendments.form, event.id)
    for _view in range(2):
        do(desk, numbers.reveal, visit_id, VISITOR)
    stopped = seen(desk, visit_id)
    assert (stopped.seen, stopped.limit) == (3, 3), "the form of a correction shows them too"
    assert "超过3次" in stopped.frozen
    assert "个人信息保护法" in stopped.basis
    with pytest.raises(Bulk, match="超过3次"):
        do(desk, numbers.reveal, visit_id, VISITOR)
    with pytest.raises(Bulk):
        do(desk, amendments.form, event.id)
    typed = do(desk, amendments.checked, event.id, {"visitor.phone": "138"})
    assert [(one.path, one.text) for one in typed.wrong] == [("visitor.phone", "138")]
    assert NUMBER not in repr(typed), "what is wrong is told without what is on record"
    assert len(desk.store(trail.newest, 9, act=Act.ID_SEEN)) == 3
    with pytest.raises(FormProblem, match="理由"):
        do(desk, numbers.lift, approved(desk), "ok")
    with pytest.raises(NotApproved):
        do(desk, numbers.lift, "nobody", "逐一核对身份")
    assert do(desk, numbers.lift, approved(desk), "逐一核对身份") == "乌兰"
    assert do(desk, numbers.reveal, visit_id, VISITOR) == NUMBER
    assert (seen(desk, visit_id).seen, seen(desk, visit_id).limit) == (4, 6)
    clock.forward(days=1)
    assert (seen(desk, visit_id).seen, seen(desk, visit_id).frozen) == (0, "")


def test_the_picture_of_a_card_is_covered_once_the_visit_is_over_and_each_look_is_on_record(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    card = tmp_path / "card.jpg"
    card.write_bytes(encoded(text_page((413, 584), 7)))
    do(desk, papers.import_files, "M02", (card,))
    here = {page.material: page for page in shown(desk).pages}
    assert here["M02"].thumbnail
    assert not here["M02"].covered
    finish(desk, unsigned=True)
    over = {page.material: page for page in shown(desk, visit_id).pages}
    assert (over["M02"].covered, over["M02"].thumbnail) == (True, b"")
    assert (over["M01"].covered, bool(over["M01"].thumbnail)) == (False, True)
    key = f"page.{over['M02'].page_id}"
    assert [row.key for row in seen(desk, visit_id).rows if row.key.startswith("page.")] == [key]
    assert do(desk, numbers.reveal_page, visit_id, key).startswith(b"\xff\xd8")
    (line,) = desk.store(trail.newest, 9, act=Act.ID_SEEN)
    assert (line.actor, line.subject, json.loads(line.detail)) == (HALL.clerk, visit_id, {"field": key})
    for none in ("page.none", f"page.{over['M01'].page_id}x", ""):
        with pytest.raises(FormProblem, match="没有这一页"):
            do(desk, numbers.reveal_page, visit_id, none)
    for _more in range(2):
        do(desk, numbers.reveal_page, visit_id, key)
    with pytest.raises(Bulk, match="超过3次"):
        do(desk, numbers.reveal_page, visit_id, key)
    assert len(desk.store(trail.newest, 9, act=Act.ID_SEEN)) == 3


def approved(desk: Desk) -> str:
    return str(do(desk, approval.approve, "乌兰", PIN, Purpose.UNFREEZE))
