from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from app.domain.checklist import (
    Handed,
    Item,
    Readiness,
    Status,
    assess,
    missing_law,
    missing_practice,
    readiness,
)
from app.domain.matter import AgentKind, PartyForm, Side
from app.domain.notice import (
    NothingMissing,
    NotTolerable,
    Outcome,
    SecondNotice,
    correction_clock,
    one_time_notice,
    outcome_of,
    promise_missing,
    promise_rule,
)
from app.domain.party import Agent, Origin, Parties, Party
from app.domain.rule import Basis
from app.domain.short_form import Answers
from tests.helpers.domain import COMPANY, DEFENDANT, LAWYER, PLAINTIFF, SIMPLE, holidays, matter

COMPLETE = (
    Handed("M01", 2, original=True),
    Handed("M02"),
    Handed("M13", 2),
    Handed("M14", original=True),
    Handed("M23"),
)


def _by_key(items: tuple[Item, ...]) -> Mapping[str, Item]:
    return {item.key: item for item in items if item.status is not Status.NOT_NEEDED}


def _statuses(
    *handed: Handed, parties: Parties = SIMPLE, answers: Answers | None = None
) -> Mapping[str, Item]:
    return _by_key(assess(matter("F01"), parties, handed, answers or Answers()))


def test_a_complete_filing_is_ready() -> None:
    items = assess(matter("F01"), SIMPLE, COMPLETE, Answers())
    assert readiness(items) is Readiness.READY
    assert not missing_practice(items)


def test_nothing_handed_in_lists_everything_with_its_ground() -> None:
    items = assess(matter("F01"), SIMPLE, (), Answers())
    assert [item.code for item in missing_law(items)] == ["M01", "M02", "M13"]
    assert [item.code for item in missing_practice(items)] == ["M14", "M23"]
    assert all(item.reason.article for item in missing_law(items))
    assert all(item.reason.basis is Basis.PRACTICE for item in missing_practice(items))


def test_copies_follow_the_number_of_the_other_side() -> None:
    three = tuple(replace(DEFENDANT, key=f"d{n}") for n in range(3))
    item = _statuses(Handed("M01", 2), parties=Parties((PLAINTIFF, *three)))["M01"]
    assert (item.needed, item.have, item.short_of) == (4, 2, 2)
    assert item.status is Status.MISSING_LAW
    assert item.reason.article == "民事诉讼法第123条、登记立案规定第6条"


def test_each_natural_plaintiff_shows_an_identity_and_each_company_its_papers() -> None:
    second = replace(PLAINTIFF, key="p2", name="巴图")
    parties = Parties((PLAINTIFF, second, COMPANY, DEFENDANT))
    found = _statuses(Handed("M02", holder="p2"), Handed("M03"), parties=parties)
    assert found["M02:p2"].status is Status.HAVE
    assert found["M02:p1"].status is Status.MISSING_LAW
    assert found["M02:p1"].label == "自然人身份证明（苏日娜）"
    assert found["M03:c1"].status is Status.HAVE
    assert found["M05:c1"].status is Status.MISSING_PRACTICE


def test_papers_without_an_owner_fill_the_gaps_in_order() -> None:
    second = replace(PLAINTIFF, key="p2", name="巴图")
    found = _statuses(Handed("M02", 1), parties=Parties((PLAINTIFF, second, DEFENDANT)))
    assert [found[key].status for key in ("M02:p1", "M02:p2")] == [Status.HAVE, Status.MISSING_LAW]


def test_a_defendant_who_cannot_be_told_apart_is_named() -> None:
    nobody = replace(DEFENDANT, address="")
    item = _statuses(parties=Parties((PLAINTIFF, nobody)))["M12"]
    assert item.status is Status.MISSING_LAW
    assert "王强" in item.reason.text
    assert _statuses(parties=Parties((PLAINTIFF,)))["M12"].status is Status.MISSING_LAW


def test_agents_bring_authority_and_the_proof_of_their_kind() -> None:
    worker = Agent("a2", "赵工", AgentKind.EMPLOYEE, ("c1",))
    found = _statuses(
        Handed("M06", holder="a1"), parties=Parties((PLAINTIFF, COMPANY, DEFENDANT), (LAWYER, worker))
    )
    assert found["M06:a1"].status is Status.HAVE
    assert found["M07:a1"].status is Status.MISSING_LAW
    assert {"M06:a2", "M10:a2"} <= set(found)
    assert "M07:a2" not in found


def test_labour_and_foreign_cases_ask_for_their_own_papers() -> None:
    assert "M15" not in _statuses()
    assert "M15" in _statuses(answers=Answers(marks=frozenset({"labour"})))
    abroad = replace(PLAINTIFF, origin=Origin.FOREIGN)
    assert "M22:p1" in _statuses(parties=Parties((abroad, DEFENDANT)))


def test_what_is_not_needed_says_why() -> None:
    items = {item.code: item for item in assess(matter("F01"), SIMPLE, (), Answers())}
    assert items["M03"].reason.text == "申请方中没有单位"
    assert items["M15"].reason.text == "所选案由不需要此项"
    assert items["M24"].reason.text == "“申请缓、减、免交诉讼费”的回答不需要此项"
    keep = {item.code: item for item in assess(matter("F06"), SIMPLE, (), Answers())}
    assert keep["M16"].reason.text == "只适用于执行前保全"


def test_a_refused_address_form_is_recorded_and_never_blocks_but_law_is_not_waived() -> None:
    waived = Answers(waived={"M14": "拒绝填写，已告知后果并记录", "M01": "不想交"})
    items = {item.code: item for item in assess(matter("F01"), SIMPLE, (), waived)}
    assert items["M14"].status is Status.NOT_NEEDED
    assert items["M01"].status is Status.MISSING_LAW


def test_after_a_complete_online_filing_no_paper_copies_are_asked() -> None:
    found = _statuses(Handed("M01"), answers=Answers(filed_online=True))
    assert found["M01"].status is Status.HAVE
    assert found["M01"].reason.id == "check.online"


def test_papers_noted_for_one_party_also_count_for_the_case() -> None:
    assert _statuses(Handed("M01", 2, holder="p1"))["M01"].status is Status.HAVE


def test_the_proof_of_effect_is_practice_and_never_blocks_an_execution() -> None:
    handed = (Handed("M17"), Handed("M16"), Handed("M02"))
    items = assess(matter("F04"), SIMPLE, handed, Answers())
    assert readiness(items) is Readiness.READY
    assert "M45" in {item.code for item in missing_practice(items)}


def test_the_notice_lists_all_law_once_and_practice_only_as_advice() -> None:
    items = assess(matter("F01"), SIMPLE, (), Answers())
    notice = one_time_notice(items, date(2026, 2, 12), holidays())
    assert [line.key for line in notice.lines] == ["M01", "M02:p1", "M13"]
    assert [line.key for line in notice.advice] == ["M14:p1", "M23"]
    assert notice.clock.due == date(2026, 2, 24)
    assert notice.number == 1
    assert all(line.article and line.reason and line.how for line in notice.lines)
    assert {"登记立案规定第7条第1款", "登记立案规定第13条"} <= {rule.article for rule in notice.rules}


def test_a_second_notice_needs_a_reason_and_a_supervisor() -> None:
    items = assess(matter("F01"), SIMPLE, (), Answers())
    day = date(2026, 3, 2)
    for reason, supervisor in (("", ""), ("新情况", " "), ("", "王主任")):
        with pytest.raises(SecondNotice):
            one_time_notice(items, day, holidays(), earlier=1, reason=reason, supervisor=supervisor)
    notice = one_time_notice(items, day, holidays(), earlier=1, reason="新情况", supervisor="王主任", days=15)
    assert notice.number == 2
    assert notice.clock.due == date(2026, 3, 17)


def test_a_notice_about_nothing_or_without_a_period_is_refused() -> None:
    with pytest.raises(NothingMissing):
        one_time_notice(assess(matter("F01"), SIMPLE, COMPLETE, Answers()), date(2026, 3, 2), holidays())
    with pytest.raises(ValueError, match="days"):
        one_time_notice(assess(matter("F01"), SIMPLE, (), Answers()), date(2026, 3, 2), holidays(), days=0)


def test_a_promise_covers_what_the_court_tolerates_until_its_day() -> None:
    items = assess(matter("F01"), SIMPLE, (Handed("M01", 2), Handed("M02")), Answers())
    promise = promise_missing(matter("F01"), items, "苏日娜", date(2026, 3, 2), holidays(), signed=True)
    assert promise.keys == {"M13"}
    assert "2026-03-09" in promise.text
    assert readiness(items, promise.keys) is Readiness.READY_ON_PROMISE
    assert not promise.overdue(date(2026, 3, 9))
    assert promise.overdue(date(2026, 3, 10))
    assert "已逾期" in promise_rule(promise, date(2026, 3, 10)).text


@pytest.mark.parametrize(
    ("code", "handed", "signed", "by", "words"),
    [
        ("F01", (), True, "苏日娜", "主要材料"),
        ("F01", (Handed("M01", 2), Handed("M02")), False, "苏日娜", "签名"),
        ("F01", (Handed("M01", 2), Handed("M02")), True, " ", "签名"),
        ("F01", COMPLETE, True, "苏日娜", "没有缺少"),
        ("F13", (), True, "苏日娜", "不适用"),
        ("F06", (Handed("M18", 2), Handed("M02")), True, "苏日娜", "不在容缺范围"),
    ],
)
def test_a_promise_is_refused_where_the_rules_say_never(
    code: str, handed: tuple[Handed, ...], signed: bool, by: str, words: str
) -> None:
    items = assess(matter(code), SIMPLE, handed, Answers(variant=""))
    with pytest.raises(NotTolerable, match=words):
        promise_missing(matter(code), items, by, date(2026, 3, 2), holidays(), signed=signed)


def test_an_agent_without_authority_is_never_tolerated() -> None:
    parties = Parties((PLAINTIFF, DEFENDANT), (LAWYER,))
    items = assess(matter("F01"), parties, (*COMPLETE, Handed("M07")), Answers())
    with pytest.raises(NotTolerable, match="授权委托书"):
        promise_missing(matter("F01"), items, "苏日娜", date(2026, 3, 2), holidays(), signed=True)


def test_a_third_person_counts_for_copies() -> None:
    third = Party("t1", Side.OTHER, PartyForm.OTHER_BODY, "某合作社", address="敖汉旗")
    assert _statuses(parties=Parties((PLAINTIFF, DEFENDANT, third)))["M13"].needed == 3


@pytest.mark.parametrize(
    ("clocks", "clock"),
    [
        (("civil",), "correction"),
        (("objection",), "correction_objection"),
        (("abroad",), "correction_abroad"),
    ],
)
def test_the_time_to_correct_follows_the_matter(clocks: tuple[str, ...], clock: str) -> None:
    assert correction_clock(clocks) == clock


def test_a_notice_uses_the_length_of_its_clock() -> None:
    items = assess(matter("F13"), SIMPLE, (), Answers())
    notice = one_time_notice(items, date(2026, 3, 2), holidays(), clock_id="correction_abroad")
    assert notice.clock.due == date(2026, 3, 17)


def test_a_paper_that_does_not_do_is_missing_with_its_own_article() -> None:
    answers = Answers(defects={"M01": "没有签名", "M14": "没有盖章"})
    handed = (*COMPLETE, Handed("M14"))
    found = {item.code: item for item in assess(matter("F01"), SIMPLE, handed, answers)}
    assert (found["M01"].status, found["M01"].reason.text) == (Status.MISSING_LAW, "没有签名")
    assert "登记立案" in found["M01"].reason.article
    assert found["M14"].status is Status.MISSING_PRACTICE
    assert found["M01"].short_of == 0


@pytest.mark.parametrize(
    ("handed", "told", "outcome"),
    [
        (COMPLETE, "", Outcome.COMPLETE),
        (COMPLETE, "correction", Outcome.COMPLETE),
        ((), "correction", Outcome.CORRECTION),
        ((), "promise", Outcome.TOLERATED),
        ((), "", Outcome.INCOMPLETE),
    ],
)
def test_every_matter_leaves_with_an_outcome(handed: tuple[Handed, ...], told: str, outcome: Outcome) -> None:
    assert outcome_of(assess(matter("F01"), SIMPLE, handed, Answers()), told) is outcome
