"""What is missing is told once, completely and in writing, with the visit; a promise is signed; both end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.services import approval, drafts, finishing, matters, supplement
from app.services.desk import Desk
from app.services.supplement import CORRECTION, PROMISE
from app.services.verify import findings
from app.settings import FilingSettings, Settings
from app.storage import print_jobs
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.printing import pdf_texts
from tests.helpers.supplying import bring, looked, tell, told
from tests.helpers.visits import called, fill, finish, print_all, ready, record, shown, sign


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        yield opened


def approved(desk: Desk) -> str:
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, "648219")
    return str(do(desk, approval.approve, "乌兰", "648219", Purpose.SECOND_NOTICE))


def names(lines: list[dict[str, Any]]) -> list[str]:
    return [line["key"] for line in lines]


def pages_of(desk: Desk, word: str) -> str:
    """Return the text of the one page-sized paper that has the word in it."""
    texts = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    [found] = [text for text in texts if word in text]
    return found


def test_the_days_of_a_correction_are_the_courts_and_the_reason_says_so(
    tmp_path: Path, clock: SteppingClock
) -> None:
    ten_days = Settings(hall=HALL, devices=file_devices(tmp_path), filing=FilingSettings(correction_days=10))
    with desk_in(tmp_path, ten_days, clock) as desk:
        visit_id = ready(desk, tmp_path, signed=False)
        seen = looked(desk)
        assert seen.due == "2026 年 12 月 3 日 周四（10 日）"
        assert "期限由法院指定为10日" in seen.due_why
        tell(desk)
        finish(desk, unsigned=True)
        [kept] = told(desk, visit_id)
        assert kept.due == date(2026, 12, 3)


def test_the_notice_says_all_the_law_asks_once_and_leaves_with_the_receipt(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    seen = looked(desk)
    assert [line.key for line in seen.lines if line.mark == "missing_law"] == ["M01", "M02:p1", "M13"]
    assert seen.missing == 3
    assert all(line.basis and line.reason for line in seen.lines if line.mark == "missing_law")
    assert "11 月 30 日" in seen.due
    assert "登记立案规定第7条" in seen.due_why
    tell(desk)
    assert looked(desk).decided == CORRECTION
    assert "还要补正" in shown(desk).confirmation.text
    sign(desk)
    finished = finish(desk)
    [kept] = told(desk, visit_id)
    assert (kept.kind, kept.number, kept.paper_no) == (CORRECTION, 1, f"{finished.receipt_no}-B1")
    assert (kept.due, kept.state) == (date(2026, 11, 30), "open")
    body = record(desk, visit_id)
    [matter] = body["matters"]
    assert matter["outcome"] == "correction"
    [notice] = body["notices"]
    assert names(notice["items"]) == ["M01", "M02:p1", "M13"]
    assert names(notice["items"]) == [
        m["code"] if m["code"] != "M02" else "M02:p1" for m in matter["missing"] if m["level"] == "law"
    ]
    assert not set(names(notice["items"])) & set(names(notice["advice"]))
    assert body["continues"] == {}
    assert print_all(desk) == 4
    paper = pages_of(desk, "一次性补正告知书")
    for word in (kept.paper_no, f"{kept.code[:4]}-{kept.code[4:]}", "2026年11月30日", "民事诉讼法", "张𬭎"):
        assert word in paper
    assert "起诉状" in pages_of(desk, "材料收据") if "材料收据" in paper else True
    assert findings(desk) == []


def test_the_paper_is_printed_once_as_an_original(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    tell(desk)
    finish(desk, unsigned=True)
    assert print_all(desk) == 4
    assert print_all(desk) == 0
    jobs = [job for job in desk.store(print_jobs.of_visit, visit_id) if job.kind == "correction_notice"]
    assert [job.state for job in jobs] == ["confirmed"]


def test_a_list_that_changed_after_the_look_is_not_told(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    seen = looked(desk)
    bring(desk, tmp_path, "M13", 2)
    with pytest.raises(FormProblem, match="变动"):
        do(desk, supplement.decide, CORRECTION, seen.notice, "", "")
    tell(desk)
    bring(desk, tmp_path, "M02")
    assert looked(desk).outdated
    assert "还要补正" not in shown(desk).confirmation.text
    with pytest.raises(FormProblem, match="变动") as refused:
        do(desk, finishing.finish, True)
    assert "F9" in refused.value.next_step
    tell(desk)
    finish(desk, unsigned=True)


def test_a_decision_of_yesterday_is_looked_at_again(desk: Desk, tmp_path: Path, clock: SteppingClock) -> None:
    ready(desk, tmp_path, signed=False)
    tell(desk)
    clock.forward(days=1)
    with pytest.raises(FormProblem, match="变动"):
        do(desk, finishing.finish, True)


def test_what_was_all_brought_while_they_waited_needs_no_notice(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    tell(desk)
    for material, copies in (("M01", 2), ("M02", 1), ("M13", 2)):
        bring(desk, tmp_path, material, copies)
    finish(desk, unsigned=True)
    assert told(desk, visit_id) == ()
    assert record(desk, visit_id)["matters"][0]["outcome"] == "complete"


def test_without_a_decision_the_matter_is_received_all_the_same(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path)
    finish(desk)
    assert record(desk, visit_id)["matters"][0]["outcome"] == "incomplete"
    assert told(desk, visit_id) == ()


def test_a_decision_taken_back_leaves_no_paper(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    tell(desk)
    do(desk, supplement.withdraw)
    assert looked(desk).decided == ""
    finish(desk, unsigned=True)
    assert told(desk, visit_id) == ()


def test_a_paper_that_is_there_but_does_not_do_is_told_too(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    for material, copies in (("M01", 2), ("M02", 1), ("M13", 2)):
        bring(desk, tmp_path, material, copies)
    assert "不需要补正" in looked(desk).no_notice
    do(desk, drafts.set_field, "matter.1.defect.M01", "  没有原告签名\n请补签 ")
    tell(desk)
    finish(desk, unsigned=True)
    [notice] = record(desk, visit_id)["notices"]
    [item] = notice["items"]
    assert (item["key"], item["reason"]) == ("M01", "没有原告签名 请补签")
    assert item["article"]


def test_each_matter_of_a_visit_gets_its_own_notice_with_one_code(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    do(desk, matters.clone)
    assert looked(desk).elsewhere == 1
    tell(desk)
    do(desk, matters.turn, 1)
    tell(desk)
    assert looked(desk).elsewhere == 0
    finish(desk, unsigned=True)
    first, second = told(desk, visit_id)
    assert (first.matter, second.matter) == (1, 2)
    assert first.code == second.code
    assert first.paper_no != second.paper_no
    assert print_all(desk) == 5
    assert findings(desk) == []


def test_a_copied_matter_does_not_take_the_decision_along(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    tell(desk)
    do(desk, matters.clone)
    assert looked(desk).decided == ""


# ---- the promise ---------------------------------------------------------------------------------------


def promising(desk: Desk, folder: Path) -> str:
    """A visit that lacks its evidence only, which may follow."""
    visit_id = called(desk)
    fill(desk)
    bring(desk, folder, "M01", 2)
    bring(desk, folder, "M02")
    return visit_id


def test_a_promise_is_read_and_signed_by_the_party_and_printed(desk: Desk, tmp_path: Path) -> None:
    visit_id = promising(desk, tmp_path)
    seen = looked(desk)
    assert seen.no_promise == ""
    assert "11 月 30 日" in seen.promise_due
    tell(desk, PROMISE)
    text = shown(desk).confirmation.text
    assert "本人承诺于2026-11-30前补交：证据" in text
    with pytest.raises(FormProblem, match="签名"):
        do(desk, finishing.finish, True)
    sign(desk)
    finish(desk)
    [kept] = told(desk, visit_id)
    assert (kept.kind, kept.due, kept.state) == (PROMISE, date(2026, 11, 30), "open")
    body = record(desk, visit_id)
    assert body["matters"][0]["outcome"] == "tolerated"
    assert body["notices"][0]["promise"] in text
    print_all(desk)
    paper = pages_of(desk, "容缺受理告知书")
    assert "起诉状" in paper
    assert kept.paper_no in paper


def test_a_main_paper_is_never_promised(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    seen = looked(desk)
    assert "主要材料不能容缺" in seen.no_promise
    assert seen.promise == ""
    with pytest.raises(FormProblem, match="主要材料") as refused:
        do(desk, supplement.decide, PROMISE, "0" * 64, "", "")
    assert refused.value.safe


# ---- a further notice -------------------------------------------------------------------------------------


def test_nobody_writes_a_decision_into_the_form_by_hand(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path)
    for name in ("supply", "supply_list", "supply_by", "supply_reason", "supply_on"):
        with pytest.raises(FormProblem, match="没有这一项"):
            do(desk, drafts.set_field, f"matter.1.{name}", "correction")
