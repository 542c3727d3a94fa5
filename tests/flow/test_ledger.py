"""The print ledger: every paper found again, copied only by two persons, its receipt voided with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.court.rules import judge
from app.domain.staff import APPROVAL_LIFE, Purpose, Role
from app.errors import FormProblem, StorageProblem
from app.services import approval, ledger, print_out
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.verify import findings
from app.services.views import LedgerRow
from app.storage import intakes, meta, print_jobs, trail
from app.storage.records import PrintJob
from app.sync.protocol import Event
from printing.layout import Paper
from tests.helpers.cases import MOMENT, SteppingClock
from tests.helpers.desks import HALL, desk_in, do
from tests.helpers.papers import words
from tests.helpers.visits import called, fill, finish, lay, print_all

PIN = "648219"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        approval.enlist(opened, "乌兰", Role.SUPERVISOR, PIN)
        yield opened


def visited(desk: Desk, **changes: str) -> str:
    visit_id = called(desk)
    fill(desk, **changes)
    lay(desk, visit_id)
    number = finish(desk, unsigned=True).receipt_no
    print_all(desk)
    return number


def find(desk: Desk, text: str = "") -> tuple[LedgerRow, ...]:
    found: ledger.LedgerView = do(desk, ledger.find, text)
    assert not found.behind
    return found.rows


def receipt(desk: Desk, text: str = "") -> LedgerRow:
    return next(row for row in find(desk, text) if row.is_receipt)


def job(desk: Desk, row: LedgerRow) -> PrintJob:
    found = desk.store(print_jobs.get, row.job_id)
    assert found is not None
    return found


def give(desk: Desk, purpose: Purpose = Purpose.REPRINT) -> str:
    return str(do(desk, approval.approve, "乌兰", PIN, purpose))


KNOWN = (
    "张𬭎", "𬭎", "sj20261123-03-0001", "0001", "5517", "075517", "1234", "13804761234", "苏雅", "雅拉",
    "syl", "张𬭎 5517", "0001 苏雅拉", "a001",
)  # fmt: skip


def test_a_paper_is_found_by_what_one_knows_of_it(desk: Desk) -> None:
    number = visited(desk)
    assert [receipt(desk, text).number for text in KNOWN] == [number] * len(KNOWN)
    assert find(desk, "75517") == (), "only four and six characters of a number are kept"


def test_words_of_two_people_find_nobody_and_the_empty_box_shows_today(
    desk: Desk, clock: SteppingClock
) -> None:
    first = visited(desk)
    clock.forward(days=1)
    second = visited(desk, identity__name="乌仁图娅", party__p2__name="阿拉坦")
    assert receipt(desk, "乌仁").number == second
    assert not [row for row in find(desk, "乌仁 苏雅拉") if row.is_receipt]
    assert {row.number for row in find(desk) if row.is_receipt} == {second}
    assert {row.number for row in find(desk, "2026-11-23") if row.is_receipt} == {first}


def test_a_copy_says_so_and_has_the_content_of_the_original(desk: Desk) -> None:
    visited(desk)
    original = job(desk, receipt(desk))
    do(desk, ledger.reprint, original.id, "当事人遗失", give(desk))
    print_all(desk)
    copy = next(row for row in find(desk) if row.copy)
    made = job(desk, copy)
    assert (made.content, made.original, made.copy) == (original.content, original.id, 1)
    assert (copy.state, copy.why, copy.approved_by, copy.clerk) == (
        "confirmed",
        "当事人遗失",
        "乌兰",
        HALL.clerk,
    )
    said = words(print_out.document(desk, made, Paper.A4))
    document = print_out.document(desk, made, Paper.A4)
    assert getattr(document.blocks[0], "note", "") == "2026-11-23 09:41　其木格　核准 乌兰"
    assert "COPY 1" in getattr(document.blocks[0], "text", "")
    plain = print_out.document(desk, original, Paper.A4)
    assert document.blocks[1:] == plain.blocks
    assert said.endswith(words(plain))
    do(desk, ledger.reprint, made.id, "纸张损坏或字迹不清", give(desk))
    assert max(row.copy for row in find(desk)) == 2
    assert findings(desk) == []


def test_there_is_one_original_whatever_tries(desk: Desk) -> None:
    visited(desk)
    original = job(desk, receipt(desk))
    from dataclasses import replace

    with pytest.raises((IntegrityError, StorageProblem)):
        desk.store(print_jobs.add, replace(original, id="another"), MOMENT)


def test_without_an_approval_that_serves_nothing_is_printed(desk: Desk, clock: SteppingClock) -> None:
    visited(desk)
    row = receipt(desk)
    used = give(desk)
    do(desk, ledger.reprint, row.job_id, "当事人遗失", used)
    old = give(desk)
    clock.forward(seconds=(APPROVAL_LIFE + timedelta(seconds=1)).total_seconds())
    before = find(desk)
    for bad in ("never-given", used, old, give(desk, Purpose.UNFREEZE)):
        with pytest.raises(NotApproved):
            do(desk, ledger.reprint, row.job_id, "当事人遗失", bad)
        with pytest.raises(NotApproved):
            do(desk, ledger.void, row.job_id, "重复办理", bad)
    assert find(desk) == before
    with pytest.raises(FormProblem, match="理由"):
        do(desk, ledger.reprint, row.job_id, " ", give(desk))


def test_a_paper_that_still_waits_is_not_copied(desk: Desk) -> None:
    visit_id = called(desk)
    fill(desk)
    lay(desk, visit_id)
    finish(desk, unsigned=True)
    waiting = receipt(desk)
    given = give(desk)
    with pytest.raises(FormProblem, match="等待打印"):
        do(desk, ledger.reprint, waiting.job_id, "当事人遗失", given)
    print_all(desk)
    do(desk, ledger.reprint, waiting.job_id, "当事人遗失", given)


def test_a_voided_receipt_explains_itself_in_the_report_and_is_voided_once(desk: Desk) -> None:
    first, second = visited(desk), visited(desk)
    assert (
        do(desk, ledger.void, receipt(desk, first).job_id, "重复办理", give(desk, Purpose.VOID_RECEIPT))
        == first
    )
    (series,) = do(desk, ledger.gaps, desk.today(), desk.today())
    assert (series.first, series.last, series.missing) == (1, 2, ())
    assert series.voids == ((first, "重复办理"),)
    assert receipt(desk, first).void
    assert not receipt(desk, second).void
    with pytest.raises(FormProblem, match="已经作废"):
        do(desk, ledger.void, receipt(desk, first).job_id, "重复办理", give(desk, Purpose.VOID_RECEIPT))
    ticket = next(row for row in find(desk) if not row.is_receipt)
    with pytest.raises(FormProblem, match="不是收据"):
        do(desk, ledger.void, ticket.job_id, "重复办理", give(desk, Purpose.VOID_RECEIPT))
    assert findings(desk) == []


def test_a_week_counts_each_clerk_s_originals_copies_and_voids(desk: Desk, clock: SteppingClock) -> None:
    visited(desk)
    for _time in range(3):
        do(desk, ledger.reprint, receipt(desk).job_id, "当事人遗失", give(desk))
        print_all(desk)
    do(desk, ledger.void, receipt(desk).job_id, "重复办理", give(desk, Purpose.VOID_RECEIPT))
    (one,) = do(desk, ledger.week, desk.today())
    assert (one.clerk, one.copies, one.voids, one.outlier) == (HALL.clerk, 3, 1, True)
    assert one.originals >= 2
    clock.forward(days=7)
    assert do(desk, ledger.week, desk.today()) == ()


def test_what_became_of_every_paper_goes_to_the_court_by_its_rules(desk: Desk) -> None:
    visited(desk)
    row = receipt(desk)
    do(desk, ledger.reprint, row.job_id, "当事人遗失", give(desk))
    print_all(desk)
    do(desk, ledger.void, row.job_id, "重复办理", give(desk, Purpose.VOID_RECEIPT))
    device = desk.store(meta.read, meta.DEVICE) or ""
    told = [one for one in desk.store(intakes.events_of, device) if one.kind in ("print", "void")]
    bodies = [json.loads(one.body) for one in told]
    assert {(b["paper"], b["copy"]) for b in bodies} >= {("ticket", 0), ("receipt", 0)}
    assert [b["copy"] for b in bodies if b["copy"]] == [1]
    assert [b["outcome"] for b in bodies[-2:]] == ["confirmed", "voided"]
    assert [one.kind for one in told[-2:]] == ["print", "void"]
    assert (bodies[-2]["original"], bodies[-2]["why"], bodies[-2]["approved_by"]) == (
        bodies[-1]["job"], "当事人遗失", "乌兰",
    )  # fmt: skip
    for place, one in enumerate(told, 1):
        offered = Event(one.id, "desk-3", place, one.visit_id, one.kind, one.schema, one.body, one.sha256)
        assert judge(offered) == []
    acts = [line.act for line in desk.store(trail.newest, 10)]
    assert acts.count("voided") == 1
    assert acts.count("reprinted") == 1
