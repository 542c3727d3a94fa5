"""What is said once before a visit ends: what nobody asked, and papers the law asks for that nobody told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.matter import FieldKind
from app.services.advice import advise
from app.services.before_end import OpenPoint, StillOpen, Why, before_signing, questions, untold
from app.services.case import Case
from app.services.fields import Draft, refused
from app.services.form import field_spec, refusals
from app.services.paper_needs import Need
from app.services.sheet import checklist, current
from app.services.still_missing import of_visit, remark
from app.services.supplement import correction
from app.storage.records import DraftField, SupplementRecord
from tests.helpers.cases import MOMENT, draft, paper, visit
from tests.helpers.domain import knowledge

TOLD = SupplementRecord(
    "s1", visit().id, visit().id, 1, "correction", 1, "B1", "ABCD2345", "", "",
    '{"items": [{"key": "M01"}, {"key": "M13"}]}', date(2026, 11, 30), MOMENT,
)  # fmt: skip
DECIDED: dict[str, str | None] = {"matter__1__supply": "correction", "matter__1__supply_on": "2026-11-23"}
FINISHED = visit(state="finished", closed_at=MOMENT)


def case(entered: Draft, *materials: str, told: tuple[SupplementRecord, ...] = ()) -> Case:
    papers = tuple(paper(n, material) for n, material in enumerate(materials, 1))
    return Case(visit(), entered, papers, None, told=told)


def missing(made: Case) -> list[str]:
    return [point.names for point in untold(made, current(made.draft, knowledge()))]


def asked(entered: Draft, *needs: Need) -> list[tuple[Why, str]]:
    made = case(entered)
    return [(point.why, point.path) for point in questions(made, current(entered, knowledge()), needs)]


def looked_at(made: Case) -> str:
    """The hash of the list as the clerk looked at it."""
    shown = current(made.draft, knowledge())
    items = checklist(made.draft, shown, made.dossier)
    return correction(made, shown, items, date(2026, 11, 23), knowledge(), None).sha256


def test_papers_the_law_asks_for_are_said_with_their_number_and_names() -> None:
    (said,) = missing(case(draft("card"), "M01"))
    assert said == "2 项法定材料（起诉状、证据材料和证据清单）"
    assert missing(case(draft("card", matter__1__copies__M01="2", matter__1__copies__M13="2"))) == []


def test_who_is_told_in_writing_before_or_with_the_end_is_not_said_to_be_untold() -> None:
    assert missing(case(draft("card"), "M01"))
    assert missing(case(draft("card", **DECIDED), "M01")) == []
    assert missing(case(draft("card"), "M01", told=(TOLD,))) == []
    assert missing(case(draft("card"), "M01", told=(replace(TOLD, matter=2),)))


def test_who_the_other_side_is_is_one_thing_to_ask_and_no_paper_besides() -> None:
    (unlike,) = missing(case(draft("card", party__p2__address=None), "M01"))
    assert unlike == "3 项法定材料（起诉状、被告的姓名（名称）和足以识别的信息、证据材料和证据清单）"
    nobody = draft("card", party__p2__name=None)
    assert "party.p2.name" in [path for _why, path in asked(nobody)]
    assert missing(case(nobody, "M01")) == ["2 项法定材料（起诉状、证据材料和证据清单）"]


def test_a_service_lacks_no_papers_that_are_told_by_a_notice() -> None:
    assert missing(case(draft(matter__1__code="S07"), "M02")) == []


def test_what_the_law_asks_and_the_offer_of_mediation_are_asked_in_every_filing() -> None:
    nothing = draft(matter__1__cause=None, matter__1__mediation=None)
    assert asked(nothing) == [
        (Why.BY_LAW, "matter.1.cause"),
        (Why.BY_LAW, "matter.1.claims"),
        (Why.OFFER, "matter.1.mediation"),
    ]
    assert asked(draft(matter__1__claims="还钱")) == []
    assert (Why.OFFER, "matter.1.mediation") not in asked(draft(matter__1__code="F07"))
    nobody = draft(matter__1__claims="还钱", party__p2__name=None)
    assert asked(nobody) == [(Why.BY_LAW, "party.p2.name")]


def test_of_a_matter_that_goes_on_only_what_a_paper_needs_is_asked() -> None:
    again = draft(matter__1__cause=None, matter__1__mediation=None, matter__1__begun="2026-11-20")
    assert asked(again) == []
    need = Need(1, "matter.1.amount", "标的额", ("交纳诉讼费用通知书",), of_fee=True)
    assert asked(again, need) == [(Why.FEE, "matter.1.amount")]


def test_what_is_not_asked_yet_is_said_before_somebody_signs() -> None:
    made = case(draft(matter__1__claims="还钱", matter__1__mediation=None))
    need = Need(1, "matter.1.amount", "标的额", ("交纳诉讼费用通知书",), of_fee=True)
    assert before_signing(made, current(made.draft, knowledge()), (need,), {}) == "先行调解、标的额"
    answered = case(draft(matter__1__claims="还钱"))
    assert before_signing(answered, current(answered.draft, knowledge()), (), {}) == ""


def test_every_kind_of_field_that_takes_only_certain_words_refuses_others() -> None:
    told: dict[FieldKind, set[bool]] = {}
    for matter in knowledge().matters.values():
        for field in matter.fields:
            if field.kind is not FieldKind.PARTIES:
                spec = field_spec(f"matter.1.{field.key}", field, knowledge())
                typed = {spec.path: DraftField(spec.path, "jdjk", "typed", None)}
                told.setdefault(field.kind, set()).add(bool(refused(typed, (spec,))))
    as_it_is = {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NAME, FieldKind.COURT, FieldKind.ACCOUNT}
    as_it_is |= {FieldKind.CASE_NO, FieldKind.OUTSIDE_NO}  # numbers of others may look strange
    assert told == {kind: {kind not in as_it_is} for kind in told}
    assert FieldKind.CAUSE in told
    assert FieldKind.MONEY in told


def test_what_was_refused_is_said_of_the_form_the_parties_and_the_visitor() -> None:
    wrong = {"matter__1__cause": "jdjk", "matter__1__amount": "很多", "party__p2__phone": "12"}
    made = case(draft(**wrong, identity__phone="34"))
    said = refusals(made.draft, current(made.draft, knowledge()), knowledge())
    assert said["matter.1.cause"] == "案由（案由表中没有这个名称，请从列表选择）"
    assert {"identity.phone", "matter.1.amount", "party.p2.phone"} < set(said)
    assert refusals(draft(), current(draft(), knowledge()), knowledge()) == {}


def test_a_need_of_the_law_is_asked_once() -> None:
    need = Need(1, "party.p2.name", "被告", ("举证通知书",), lawful=True)
    assert asked(draft(matter__1__claims="还钱"), need) == []


def test_each_thing_to_do_is_a_line_as_it_stands_on_the_screen_and_says_how_it_is_done() -> None:
    points = (
        OpenPoint(1, Why.BY_LAW, "matter.1.claims", "诉讼请求"),
        OpenPoint(1, Why.FEE, "matter.1.amount", "标的额", ("交纳诉讼费用通知书",)),
        OpenPoint(1, Why.BY_LAW, "matter.1.facts", "事实与理由"),
        OpenPoint(1, Why.OFFER, "matter.1.mediation", "先行调解"),
        OpenPoint(1, Why.PAPER, "matter.1.answer", "答复要点", ("案件查询单",)),
        OpenPoint(1, Why.UNTOLD, "materials", "2 项法定材料（起诉状、证据材料和证据清单）"),
    )
    told = StillOpen(points)
    assert told.lines == (
        "还没有问：诉讼请求、事实与理由",
        "《交纳诉讼费用通知书》还缺“标的额”：没有金额的写“无”，以后还能更正补填（Ctrl+U）",
        "先行调解：还没有问愿不愿意，愿意按 Alt+Y、不愿意按 Alt+N",
        "《案件查询单》还缺“答复要点”：缺了不出，办结以后不能再填",
        "按 F9 一次写清或者容缺：还缺 2 项法定材料（起诉状、证据材料和证据清单），没有一次性告知",
    )
    assert (told.happened, told.safe) == ("办结前请看一眼：5 处", "内容已保存，收件不受影响。")
    assert "再按一次 F12" in told.next_step
    assert told.first.path == "matter.1.claims"
    assert StillOpen(points[-1:]).first.path == "materials"


def test_a_paper_that_lacks_several_things_is_one_line_and_papers_that_lack_the_same_share_it() -> None:
    both = ("委派调解函", "调解告知书")
    points = [
        OpenPoint(1, Why.PAPER, f"matter.1.{key}", name, papers)
        for key, name, papers in (
            ("organisation", "调解组织", (*both, "先行调解告知书")),
            ("mediator", "调解员", both),
            ("day", "调解日期", both),
        )
    ]
    assert StillOpen(points).lines == (
        "《委派调解函》《调解告知书》还缺“调解组织、调解员、调解日期”：缺了不出，办结以后不能再填",
        "《先行调解告知书》还缺“调解组织”：缺了不出，办结以后不能再填",
    )


def test_of_very_many_open_points_the_first_few_of_a_matter_are_named_and_each_matter_has_its_line() -> None:
    points = [OpenPoint(1, Why.BY_LAW, f"party.p{n}.name", f"第{n}人") for n in range(1, 300)]
    points += [OpenPoint(2, Why.BY_LAW, "matter.2.claims", "诉讼请求")]
    assert StillOpen(points, several=True).lines == (
        "第 1 件：还没有问：第1人、第2人、第3人、第4人、第5人、第6人等 299 项",
        "第 2 件：还没有问：诉讼请求",
    )


def test_a_field_is_said_again_when_it_holds_something_else_that_will_not_do() -> None:
    empty, wrong, other, same = (
        OpenPoint(1, Why.LATER, "matter.1.case_no", "案号", typed=text) for text in ("", "123号", "456号", "")
    )
    assert len({one.key for one in (empty, wrong, other)}) == 3
    assert empty.key == same.key


def test_papers_are_said_again_when_others_are_missing_and_not_while_they_are_the_same() -> None:
    one, same, other = (OpenPoint(1, Why.UNTOLD, "materials", names) for names in ("甲", "甲", "乙"))
    assert one.key == same.key != other.key


@pytest.mark.parametrize(
    ("changes", "told", "words"),
    [
        ({}, (), "按 F9 一次写清，办结时打印"),
        (DECIDED, (), "办结时出一次性补正告知书"),
        ({}, (replace(TOLD, visit_id="earlier"),), "以前已书面告知，最迟 2026 年 11 月 30 日 周一 补交"),
    ],
)
def test_while_the_visit_is_open_the_line_names_the_way_to_tell(
    changes: dict[str, str | None], told: tuple[SupplementRecord, ...], words: str
) -> None:
    made = case(draft("card", **changes), "M01", told=told)
    if changes:
        made = case(draft("card", **changes, matter__1__supply_list=looked_at(made)), "M01", told=told)
    line = remark(made, current(made.draft, knowledge()), knowledge())
    assert line is not None
    assert (line.text, line.action) == ("还缺 2 项法定材料，照收", words)
    stale = case(draft("card", **DECIDED), "M01")
    again = remark(stale, current(stale.draft, knowledge()), knowledge())
    assert again is not None
    assert (again.grave, "F9" in again.action) == (True, True), "another list was looked at"
    assert remark(case(draft("card")), current(made.draft, knowledge()), knowledge()) is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            (),
            "办结时没有出告知书，后台审查后一次告知，告知后来补交按 Shift+F9；现在送来的按 Alt+G",
        ),
        ((TOLD,), "已出一次性补正告知书，最迟 2026 年 11 月 30 日 周一 补交"),
        ((replace(TOLD, kind="promise"),), "已出容缺受理告知书，最迟 2026 年 11 月 30 日 周一 补交"),
        ((replace(TOLD, visit_id="earlier"),), "以前已书面告知，最迟 2026 年 11 月 30 日 周一 补交"),
    ],
)
def test_after_the_end_no_key_is_named_that_finds_nobody(
    told: tuple[SupplementRecord, ...], words: str
) -> None:
    made = replace(case(draft("card"), "M01", told=told), visit=FINISHED)
    (line,) = of_visit(made, knowledge())
    assert line.text == "还缺 2 项法定材料（起诉状、证据材料和证据清单）"
    assert line.action == words
    assert " F9" not in line.action


@pytest.mark.parametrize(
    ("kind", "who"), [("helping", "由管辖法院一次告知"), ("competent", "后台审查后一次告知")]
)
def test_what_is_missing_is_told_by_the_court_that_decides(kind: str, who: str) -> None:
    entered = draft("card", matter__1__code="F12", matter__1__variant=kind)
    (line,) = of_visit(replace(case(entered, "M01"), visit=FINISHED), knowledge())
    assert who in line.action


def test_a_notice_is_not_said_to_have_told_what_only_a_correction_made_missing() -> None:
    labour = case(draft("card", matter__1__cause="劳动争议"), "M01", told=(TOLD,))
    (line,) = of_visit(replace(labour, visit=FINISHED), knowledge())
    assert line.text.startswith("还缺 3 项法定材料")
    assert line.action == (
        "已出一次性补正告知书，最迟 2026 年 11 月 30 日 周一 补交；"
        "告知书上没有 1 项法定材料（劳动仲裁裁决书或不予受理通知书及送达证明），后台审查后告知"
    )
    by_court = replace(labour, visit=FINISHED, told=(replace(TOLD, answer_id="a1"),))
    assert "告知书上没有" not in of_visit(by_court, knowledge())[0].action, "the back office lists all"


def test_of_many_matters_the_first_lines_are_shown_and_how_many_more_lack_papers() -> None:
    entered = draft("card", **{f"matter__{n}__code": "F01" for n in range(1, 7)})
    lines = of_visit(replace(case(entered, "M01"), visit=FINISHED), knowledge())
    assert [line.text[:5] for line in lines] == ["第 1 件", "第 2 件", "第 3 件", "另有 3 "]


def test_which_relief_is_asked_for_is_not_taken_for_granted() -> None:
    kind = (Why.BY_LAW, "matter.1.variant")
    assert kind in asked(draft(**{"matter.1.code": "S07"}))
    said = advise(draft(**{"matter.1.code": "S07"}), (), knowledge(), MOMENT).remarks
    assert any("还没有人选，材料和期限先按“缓交”列出" in remark.text for remark in said)
    assert kind not in asked(draft(**{"matter.1.code": "S07", "matter.1.variant": "defer"}))
    assert kind not in asked(draft(**{"matter.1.code": "F04"}))
