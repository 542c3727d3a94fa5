"""A freeze stops an act until a supervisor lifts it; it never stops receiving, and all of it is on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.audit import Act
from app.domain.staff import Purpose, Role
from app.errors import FormProblem, StorageProblem
from app.services import (
    afterwards,
    approval,
    calling,
    confirmation,
    day,
    drafts,
    finishing,
    freezing,
    matters,
    papers_out,
)
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.freezing import Frozen
from app.services.views import Remark
from app.storage import findings, intakes, print_jobs, trail
from app.storage.access import Transaction
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import FILLED, desk_in, do
from tests.helpers.visits import called, fill, finish, hand_in, record, shown, view

PIN = "648219"
KEY = "1.14.settle"
REASON = "已电话核实授权，原件下午补交"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        approval.enlist(opened, "乌兰", Role.SUPERVISOR, PIN)
        yield opened


@pytest.fixture
def frozen(desk: Desk, tmp_path: Path) -> str:
    """A lawyer without special authority agrees to mediation; return the visit's id."""
    visit_id = called(desk)
    fill(desk, identity__role="agent", agent__1__kind="lawyer", matter__1__mediation="agree")
    do(desk, drafts.set_field, "party.p1.name", "苏日娜")
    hand_in(desk, tmp_path)
    return visit_id


def approved(desk: Desk, purpose: Purpose = Purpose.UNFREEZE) -> str:
    return str(do(desk, approval.approve, "乌兰", PIN, purpose))


def remark(desk: Desk) -> Remark:
    return next(one for one in view(desk).advice.remarks if "特别授权" in one.text)


def told(desk: Desk, visit_id: str) -> list[dict[str, Any]]:
    return list(record(desk, visit_id)["findings"])


def test_a_frozen_matter_is_not_done_but_its_papers_are_received(desk: Desk, frozen: str) -> None:
    assert remark(desk).frozen
    with pytest.raises(Frozen) as said:
        do(desk, finishing.finish, True)
    problem = said.value
    assert "特别授权" in problem.happened
    assert "诉状照收" in problem.safe
    assert "只收件" in problem.next_step
    assert "值班主任" in problem.next_step
    assert problem.receivable
    do(desk, finishing.finish, True, True)
    body = record(desk, frozen)
    assert body["disposal"] == "received"
    (one,) = [f for f in body["findings"] if f["key"] == "14.settle"]
    assert (one["effect"], one["stood"], one["lifted_at"]) == ("freeze", True, "")
    assert one["article"]
    assert {job.kind for job in desk.store(print_jobs.of_visit, frozen)} == {"receipt", "receipt_a4"}


def test_a_supervisor_lifts_it_with_a_reason_and_the_record_tells(desk: Desk, frozen: str) -> None:
    view(desk)
    given = approved(desk)
    assert do(desk, freezing.lift, KEY, given, REASON) == "乌兰"
    now = remark(desk)
    assert not now.frozen
    assert not now.grave
    assert "乌兰" in now.action
    assert REASON in now.action
    finish(desk, unsigned=True)
    body = record(desk, frozen)
    assert body["disposal"] == "done"
    (one,) = [f for f in body["findings"] if f["key"] == "14.settle"]
    assert (one["lifted_by"], one["reason"], one["stood"]) == ("乌兰", REASON, True)
    (line,) = desk.store(trail.newest, 10, act=Act.UNFROZEN)
    assert (line.subject, line.actor, json.loads(line.detail)) == (frozen, "乌兰", {"finding": KEY})


def test_no_freeze_is_lifted_without_a_reason_an_approval_or_a_freeze(desk: Desk, frozen: str) -> None:
    view(desk)
    given = approved(desk)
    with pytest.raises(FormProblem, match="理由"):
        do(desk, freezing.lift, KEY, given, " ok ")
    with pytest.raises(FormProblem, match="没有冻结"):
        do(desk, freezing.lift, "1.12", given, REASON)
    with pytest.raises(NotApproved):
        do(desk, freezing.lift, KEY, approved(desk, Purpose.REPRINT), REASON)
    assert do(desk, freezing.lift, KEY, given, REASON) == "乌兰"
    with pytest.raises((FormProblem, NotApproved)):
        do(desk, freezing.lift, KEY, approved(desk), REASON)


def test_a_cause_that_is_gone_frees_the_matter_without_a_supervisor(desk: Desk, frozen: str) -> None:
    view(desk)
    do(desk, drafts.set_field, "matter.1.mediation", "decline")
    assert not any(one.frozen for one in view(desk).advice.remarks)
    (gone,) = [one for one in do(desk, freezing.risk_list) if one.key == KEY]
    assert not gone.stands
    finish(desk, unsigned=True)
    (one,) = [f for f in told(desk, frozen) if f["key"] == "14.settle"]
    assert not one["stood"]
    assert record(desk, frozen)["disposal"] == "done"


def test_a_finding_is_logged_once_when_it_appears(desk: Desk, frozen: str, clock: SteppingClock) -> None:
    view(desk)
    clock.forward(minutes=3)
    view(desk)
    found = [one for one in desk.store(findings.of_visit, frozen) if one.key == KEY]
    assert len(found) == 1
    assert (clock.moment - found[0].appeared_at).total_seconds() == 180


def test_an_hour_clock_that_ran_out_freezes_and_was_first_a_reminder(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = called(desk)
    fill(desk, matter__1__code="F09")
    do(desk, drafts.set_field, "matter.1.accepted_at", "2026-11-23 09:00")
    view(desk)
    hand_in(desk, tmp_path)
    clock.forward(hours=70)
    view(desk)
    clock.forward(hours=4)
    with pytest.raises(Frozen, match="已超过72小时"):
        do(desk, finishing.finish, True)
    effects = [one.effect for one in desk.store(findings.of_visit, visit_id) if ".13." in one.key]
    assert effects == ["remind", "warn", "freeze"]


def test_where_nothing_was_handed_in_there_is_nothing_to_receive(desk: Desk) -> None:
    called(desk)
    for path, words in FILLED.items():
        if path.startswith("identity"):
            do(desk, drafts.set_field, path, words)
    changes = {
        "identity.role": "agent",
        "agent.1.kind": "lawyer",
        "matter.1.code": "S12",
        "matter.1.variant": "collect",
        "party.p1.name": "苏日娜",
    }
    for path, words in changes.items():
        do(desk, drafts.set_field, path, words)
    for received in (False, True):
        with pytest.raises(Frozen) as said:
            do(desk, finishing.finish, True, received)
        assert not said.value.receivable
        assert "只收件" not in said.value.next_step


def test_papers_of_yesterday_without_a_receipt_are_not_put_away(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = called(desk)
    fill(desk)
    hand_in(desk, tmp_path)
    clock.forward(days=1)
    with pytest.raises(Frozen, match="收据"):
        do(desk, calling.no_show)
    assert view(desk).visit is not None
    view(desk)
    do(desk, freezing.lift, "0.01", approved(desk), "当事人要求全部取回材料")
    do(desk, calling.no_show)
    assert view(desk).visit is None
    assert {one.key for one in desk.store(findings.of_visit, visit_id)} >= {"0.01"}


def test_somebody_called_who_is_not_here_is_put_away_as_before(desk: Desk) -> None:
    called(desk)
    do(desk, calling.no_show)
    assert view(desk).visit is None


@pytest.mark.parametrize(
    ("act", "words"), [(calling.no_show, ()), (calling.park, ("去填表",)), (calling.put_back, ("叫错了",))]
)
def test_who_leaves_with_a_matter_and_no_outcome_is_on_record_and_may_come_back(
    desk: Desk, tmp_path: Path, act: Any, words: tuple[str, ...]
) -> None:
    visit_id = called(desk)
    fill(desk)
    do(desk, act, *words)
    (one,) = desk.store(findings.of_visit, visit_id)
    assert (one.key, one.effect, one.article) == ("0.05", "warn", "登记立案规定第2条、第9条")
    do(desk, calling.undo)
    assert not any(one.stands for one in do(desk, freezing.risk_list) if one.key == "0.05")
    hand_in(desk, tmp_path)
    finish(desk, unsigned=True)
    assert [(f["key"], f["stood"]) for f in told(desk, visit_id)] == [("05", False)]


def test_a_matter_of_yesterday_without_papers_is_not_put_away_unless_a_supervisor_says_so(
    desk: Desk, clock: SteppingClock
) -> None:
    visit_id = called(desk)
    fill(desk)
    number = do(desk, calling.put_back, "回去取材料")
    do(desk, calling.call_next)
    before = desk.today()
    clock.forward(days=1)
    with pytest.raises(Frozen, match="不能口头拒绝"):
        do(desk, calling.no_show)
    do(desk, freezing.lift, "0.05", approved(desk), "电话核实：当事人自己撤回")
    do(desk, calling.no_show)
    assert view(desk).visit is None
    found = [(one.key, one.effect) for one in desk.store(findings.of_visit, visit_id)]
    assert found == [("0.05", "warn"), ("0.05", "freeze")]
    assert [ticket for ticket, _ in do(desk, day.day_sheet, before).left] == [number], "one visit, once"


def test_a_matter_the_law_asks_no_papers_for_leaves_nothing(desk: Desk) -> None:
    visit_id = called(desk)
    do(desk, drafts.set_field, "matter.1.code", "S04")
    do(desk, calling.no_show)
    assert desk.store(findings.of_visit, visit_id) == ()


def test_a_freeze_of_a_matter_that_is_not_on_the_screen_stops_finishing(desk: Desk, frozen: str) -> None:
    do(desk, matters.add, "F01")
    do(desk, drafts.set_field, "matter.2.mediation", "agree")
    do(desk, matters.turn, 1)
    do(desk, drafts.set_field, "matter.1.mediation", "decline")
    assert not any(one.frozen for one in view(desk).advice.remarks), "the first matter has none"
    with pytest.raises(Frozen, match="特别授权"):
        do(desk, finishing.finish, True)
    assert "2.14.settle" in {one.key for one in desk.store(findings.of_visit, frozen)}


def test_the_row_of_a_finding_is_changed_by_its_lifting_only(desk: Desk, frozen: str) -> None:
    view(desk)
    for change in (
        "UPDATE finding SET text = 'x'",
        "UPDATE finding SET effect = 'warn' WHERE effect = 'freeze'",
        "DELETE FROM finding",
        "UPDATE finding SET lifted_at = 't' WHERE effect = 'freeze'",
    ):
        with pytest.raises(IntegrityError, match=r"immutable|kept|constraint"):
            desk.store(_run, change)
    do(desk, finishing.finish, True, True)
    with pytest.raises(StorageProblem, match="已经办结"):
        desk.store(_run, "UPDATE finding SET reason = NULL")
    with pytest.raises(IntegrityError, match="constraint"):
        desk.store(_run, "UPDATE finding SET lifted_at = 't', lifted_by = 'x', reason = 'x'")


def _run(connection: Transaction, statement: str) -> None:
    connection.execute(text(statement))


def test_what_is_signed_is_the_same_with_and_without_risks(desk: Desk, frozen: str) -> None:
    before = confirmation.digest(view(desk).visit.confirmation.text)  # type: ignore[union-attr]
    do(desk, freezing.lift, KEY, approved(desk), REASON)
    assert confirmation.digest(view(desk).visit.confirmation.text) == before  # type: ignore[union-attr]


def paper(desk: Desk, visit_id: str, kind: str) -> str:
    """What stands in the way of a paper, "" when it can be printed."""
    papers = do(desk, papers_out.papers_of, visit_id).papers
    return next(one.note for one in papers if one.key.endswith(kind))


def test_the_paper_that_carries_out_what_is_frozen_is_kept_back_until_it_is_lifted(desk: Desk) -> None:
    visit_id = called(desk)
    changes = {path: words for path, words in FILLED.items() if path.startswith("identity")} | {
        "identity.role": "agent",
        "agent.1.kind": "lawyer",
        "matter.1.code": "S12",
        "matter.1.variant": "collect",
        "party.p1.name": "苏日娜",
    }
    for path, words in changes.items():
        do(desk, drafts.set_field, path, words)
    view(desk)
    assert "已冻结" in paper(desk, visit_id, "funds_claim")
    with pytest.raises(FormProblem, match="已冻结"):
        do(desk, papers_out.print_papers, visit_id, ("1.funds_claim",), False)
    do(desk, freezing.lift, "1.14.collect", approved(desk), REASON)
    assert "已冻结" not in paper(desk, visit_id, "funds_claim")


def test_a_freeze_is_lifted_after_the_papers_were_only_received(
    desk: Desk, frozen: str, clock: SteppingClock
) -> None:
    do(desk, finishing.finish, True, True)
    first = record(desk, frozen)
    seen = shown(desk, frozen).outcome
    assert seen is not None
    assert seen.received_only
    (one,) = [one for one in do(desk, afterwards.risk_list, frozen) if one.key == KEY]
    assert (one.stands, one.effect) == (True, "freeze")
    with pytest.raises(FormProblem, match="理由"):
        do(desk, afterwards.lift, frozen, KEY, approved(desk), "ok")
    with pytest.raises(FormProblem, match="没有冻结"):
        do(desk, afterwards.lift, frozen, "1.06", approved(desk), REASON)
    clock.forward(minutes=40)
    assert do(desk, afterwards.lift, frozen, KEY, approved(desk), REASON) == "乌兰"
    with pytest.raises(FormProblem, match="没有冻结"):
        do(desk, afterwards.lift, frozen, KEY, approved(desk), REASON)
    (one,) = [one for one in do(desk, afterwards.risk_list, frozen) if one.key == KEY]
    assert (one.stands, one.lifted_by, one.reason) == (False, "乌兰", REASON)
    assert record(desk, frozen) == first, "the finished visit stays as it was"
    (made,) = [one for one in desk.store(intakes.events_of, frozen) if one.kind == "amendment"]
    body = json.loads(made.body)
    assert (body["disposal"], body["reason"]) == ("done", REASON)
    assert {one["path"].rpartition(".")[2]: one["after"] for one in body["changes"]}["lifted_by"] == "乌兰"
    seen = shown(desk, frozen).outcome
    assert seen is not None
    assert not seen.received_only
