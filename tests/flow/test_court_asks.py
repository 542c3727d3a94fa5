"""The back office asks for papers: told in writing at the window, found when somebody comes, supplied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.ids import new_id
from app.services import approval, coming_back, court_asks, drafts
from app.services.desk import Desk
from app.services.supply_views import OwedKind, OwedList, OwedRow
from app.storage import answers
from app.storage.records import AnswerRecord
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.printing import pdf_texts
from tests.helpers.supplying import bring, looked, tell, told
from tests.helpers.visits import called, fill, finish, print_all, record, view

ASKED = "补正以下材料：\n1、被告身份证明复印件\n2、借条原件；"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        yield opened


def finished(desk: Desk, folder: Path) -> str:
    visit_id = called(desk)
    fill(desk)
    bring(desk, folder, "M01", 2)
    bring(desk, folder, "M02")
    bring(desk, folder, "M13", 2)
    finish(desk, unsigned=True)
    return visit_id


def answered(
    desk: Desk, visit_id: str, word: str = "supplement", reason: str = ASKED, matter: int = 0
) -> str:
    """Keep an answer as the court's list brings it; return its id."""
    now, made = desk.clock.now(), new_id()
    known = desk.store(answers.since, "e")
    one = AnswerRecord(made, known + 1, visit_id, word, matter, None, None, reason, None, now, now, None)
    assert desk.store(answers.keep, (one,), "e", known + 1) == 1
    return made


def owed(desk: Desk) -> tuple[OwedRow, ...]:
    found: OwedList = do(desk, coming_back.owed, "")
    return found.rows


def test_the_list_of_an_answer_is_told_once_printed_and_supplied_by_who_comes_back(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = finished(desk, tmp_path)
    answer = answered(desk, visit_id)
    [row] = owed(desk)
    assert (row.kind, row.further, row.what) == (OwedKind.UNTOLD, False, ("被告身份证明复印件", "借条原件"))
    clock.forward(days=1)
    assert do(desk, court_asks.tell, answer) == date(2026, 12, 1), "the days run from being told"
    [kept] = told(desk, visit_id)
    assert (kept.kind, kept.number, kept.answer_id, kept.state) == ("correction", 1, answer, "open")
    print_all(desk)
    texts = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    [paper] = [text for text in texts if "借条原件" in text]
    assert kept.paper_no in paper
    [row] = owed(desk)
    assert (row.kind, row.code) == (OwedKind.CORRECTION, kept.code)
    with pytest.raises(FormProblem, match="已经告知过"):
        do(desk, court_asks.tell, answer)
    clock.forward(days=1)
    again = called(desk)
    do(desk, coming_back.take_up, row.visit_id)
    assert [line.title for line in looked(desk).lines if line.mark == "missing_law"] == list(row.what)
    [due] = [one for one in view(desk).advice.dues if "民事立案审查" in one.title]
    assert "补正材料的次日起算" in due.why
    bring(desk, tmp_path, "B01")
    do(desk, drafts.set_field, "matter.1.copies.B02", "1")
    assert "不需要补正" in looked(desk).no_notice
    finish(desk, unsigned=True)
    assert owed(desk) == ()
    assert [one.state for one in told(desk, visit_id)] == ["supplied"]
    names = [one["name"] for one in record(desk, again)["materials"]]
    assert "被告身份证明复印件" in names
    assert record(desk, again)["matters"][0]["outcome"] == "complete"


def test_who_comes_before_the_notice_was_handed_over_goes_on_all_the_same(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = finished(desk, tmp_path)
    answered(desk, visit_id, matter=1)
    clock.forward(minutes=5)
    called(desk)
    do(desk, drafts.set_field, "identity.id_number", FILLED["identity.id_number"])
    assert any("后台要求来访人补正" in one.text for one in view(desk).advice.remarks)
    [row] = owed(desk)
    assert row.here
    do(desk, coming_back.take_up, row.visit_id)
    assert owed(desk) == (), "the visit that goes on holds the list now"
    assert looked(desk).missing == 2
    bring(desk, tmp_path, "B01")
    tell(desk)
    finish(desk, unsigned=True)
    [row] = owed(desk)
    assert (row.kind, row.what) == (OwedKind.CORRECTION, ("借条原件",))


def test_a_later_decision_takes_the_list_back(desk: Desk, tmp_path: Path) -> None:
    visit_id = finished(desk, tmp_path)
    stray = answered(desk, visit_id, matter=9)
    do(desk, court_asks.tell, stray)
    assert [one.matter for one in told(desk, visit_id)] == [1], (
        "a matter the visit does not have is its first"
    )
    visit_id = finished(desk, tmp_path)
    answered(desk, visit_id)
    answered(desk, visit_id, "declined", "不属于本院管辖")
    assert [row.kind for row in owed(desk)] == [OwedKind.CORRECTION]


def test_after_a_notice_of_the_window_a_reason_and_a_supervisor_are_needed(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = called(desk)
    fill(desk)
    bring(desk, tmp_path, "M02")
    bring(desk, tmp_path, "M13", 2)
    tell(desk)
    finish(desk, unsigned=True)
    answer = answered(desk, visit_id)
    assert [row.further for row in owed(desk)] == [True, False]
    with pytest.raises(FormProblem, match="写明理由"):
        do(desk, court_asks.tell, answer)
    with pytest.raises(approval.NotApproved):
        do(desk, court_asks.tell, answer, "新的情况", "nobody")
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, "648219")
    given = str(do(desk, approval.approve, "乌兰", "648219", Purpose.SECOND_NOTICE))
    do(desk, court_asks.tell, answer, "审查时才发现", given)
    first, second = told(desk, visit_id)
    assert (second.number, second.reason, second.supervisor) == (2, "审查时才发现", "乌兰")
    assert {first.state, second.state} == {"open"}
    print_all(desk)
    clock.forward(minutes=5)
    called(desk)
    do(desk, coming_back.take_up, visit_id)
    assert looked(desk).missing == 3
    for material in ("M01", "B01", "B02"):
        bring(desk, tmp_path, material, 2)
    finish(desk, unsigned=True)
    assert [one.state for one in told(desk, visit_id)] == ["supplied", "supplied"]
