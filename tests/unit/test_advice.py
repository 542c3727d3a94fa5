"""The right zone: what is there, what is missing and by whose rule, when it is due, what it costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.services.advice import advise
from app.services.views import AdviceView, CheckLine, Mark
from tests.helpers.cases import draft, paper
from tests.helpers.domain import catalogue, knowledge

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def advice(*materials: str, source: str = "typed", **changes: str | None) -> AdviceView:
    papers = [paper(n, material) for n, material in enumerate(materials, 1)]
    return advise(draft(source, **changes), papers, knowledge(), MONDAY)


def line(view: AdviceView, title: str) -> CheckLine:
    return next(check for check in view.checks if check.title.startswith(title))


@pytest.mark.parametrize(
    ("code", "title", "mark"),
    [
        ("M01", "起诉状", Mark.MISSING_LAW),
        ("M13", "证据材料", Mark.MISSING_LAW),
        ("M14", "送达地址确认书", Mark.MISSING_PRACTICE),
    ],
)
def test_a_paper_is_missing_until_all_its_copies_are_there(code: str, title: str, mark: Mark) -> None:
    assert line(advice(), title).mark is mark
    one = line(advice(code, code), title)
    assert "已收1份" in one.reason
    both = advice(code, **{f"matter__1__copies__{code}": "2"})
    assert line(both, title).mark is Mark.HAVE


def test_a_copy_for_every_opponent_is_asked() -> None:
    three = advice("M01", matter__1__defendants="p2,p3", party__p3__name="王强", party__p3__address="松山区")
    assert "还差2份" in line(three, "起诉状").reason


def test_identity_is_proven_by_the_card_or_by_a_copy_but_not_by_typing() -> None:
    assert line(advice(), "自然人身份证明").mark is Mark.MISSING_LAW
    assert line(advice(source="card"), "自然人身份证明").reason == "已读卡核对"
    assert line(advice("M02"), "自然人身份证明").mark is Mark.HAVE


def test_of_several_filers_one_without_a_name_is_told_from_the_others() -> None:
    joint = {"matter__1__code": "F07", "matter__1__variant": "confirmation", "party__p2__name": None}
    titles = [check.title for check in advice(**joint).checks]
    assert "自然人身份证明（张𬭎）" in titles
    assert "自然人身份证明（共同申请人，姓名未填）" in titles
    two = advice(matter__1__plaintiffs="p1,p3")
    assert line(two, "自然人身份证明（第 2 名原告，姓名未填）").mark is Mark.MISSING_LAW
    alone = line(advice(identity__name=None), "自然人身份证明")
    assert alone.title == "自然人身份证明", "there is nobody else"


def test_a_defendant_needs_a_name_and_something_that_tells_him_from_others() -> None:
    assert line(advice(), "被告").mark is Mark.HAVE
    for path in ("party__p2__name", "party__p2__address"):
        assert line(advice(**{path: None}), "被告").mark is Mark.MISSING_LAW


def test_an_agent_needs_a_power_of_attorney_and_a_party_does_not() -> None:
    assert not [check for check in advice().checks if check.title.startswith("授权委托书")]
    assert line(advice(identity__role="agent"), "授权委托书").mark is Mark.MISSING_LAW
    assert line(advice("M06", identity__role="agent"), "授权委托书").mark is Mark.HAVE


def test_every_line_says_why_and_what_the_law_asks_by_which_article() -> None:
    for check in (*advice().checks, *advice("M01", identity__role="agent").checks):
        assert check.reason
        assert check.basis


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("10000", "50"), ("356,789.12", "6651.84"), ("0.01", "50"), ("20000000", "141800")],
)
def test_the_fee_follows_the_amount_with_its_article(amount: str, fee: str) -> None:
    """诉讼费用交纳办法第十三条: 50 to 10,000; 356,789.12 × 1.5 % + 1,300; 20 million × 0.5 % + 41,800."""
    shown = advice(matter__1__amount=amount).fee
    assert shown is not None
    assert shown.amount == Decimal(fee)
    assert shown.formula
    assert shown.basis
    assert shown.steps
    assert shown.shown.startswith("¥ ")


@pytest.mark.parametrize(
    ("kind", "who"), [("helping", "由管辖法院计收，本院只供参考"), ("competent", "由本院计收")]
)
def test_the_fee_of_a_filing_across_courts_says_which_court_takes_it(kind: str, who: str) -> None:
    shown = advice(matter__1__code="F12", matter__1__variant=kind, matter__1__matter="民事起诉").fee
    assert shown is not None
    assert shown.note.endswith(who)


@pytest.mark.parametrize("amount", [None, "", "很多"])
def test_until_the_amount_is_said_the_fee_names_it_and_shows_no_figure_as_settled(amount: str | None) -> None:
    shown = advice(matter__1__amount=amount).fee
    assert shown is not None
    assert (shown.amount, shown.shown) == (None, "先填标的额，才能确定")
    assert "没有金额的，其他非财产案件受理费每件50至100元" in shown.note
    assert "第13条第1款第1项" in shown.basis
    assert "第13条第1款第2项第3目" in shown.basis


def test_a_case_without_an_amount_says_so_and_has_the_range_of_the_law() -> None:
    """Other non-property cases: 50 to 100 yuan, as long as the province's figure is not set."""
    shown = advice(matter__1__amount="无", matter__1__cause="排除妨害纠纷").fee
    assert shown is not None
    assert (shown.amount, shown.shown) == (None, "50.00至100.00元")
    assert "幅度" in shown.note


@pytest.mark.parametrize("cause", [None, "", "没有的案由"])
def test_until_a_cause_of_the_list_is_chosen_no_kind_of_fee_is_settled(cause: str | None) -> None:
    shown = advice(matter__1__cause=cause).fee
    assert shown is not None
    assert (shown.amount, shown.shown) == (None, "先填案由，才能确定")
    assert "如果是财产案件" in shown.note


def test_the_dues_are_working_days_with_the_rule_behind_them() -> None:
    (decision,) = advice().dues
    assert decision.due == "最迟 2026 年 11 月 30 日 周一"
    assert decision.title
    assert decision.basis
    assert decision.why


def test_a_limit_that_ends_soon_goes_first_with_the_thirty_minutes() -> None:
    labour = {"matter__1__cause": "追索劳动报酬纠纷", "matter__1__award_received": "2026-11-09"}
    urgent = advice(**labour)
    assert "30分钟" in urgent.urgent
    assert any(due.pressing for due in urgent.dues)
    assert advice().urgent == ""


def test_a_limit_that_is_over_is_received_all_the_same() -> None:
    late = advice(matter__1__cause="追索劳动报酬纠纷", matter__1__award_received="2026-01-05")
    assert late.urgent == ""
    assert any("照收" in due.due for due in late.dues)


def test_hours_run_from_the_moment_on_the_form() -> None:
    view = advice(matter__1__code="F09", matter__1__accepted_at="2026-11-23 09:30")
    assert any("09:30" in due.due and due.pressing for due in view.dues)


def test_hours_never_run_from_a_moment_that_lies_ahead() -> None:
    view = advice(matter__1__code="F09", matter__1__accepted_at="2026-11-30 09:30")
    assert any("10:00，还剩 72 小时" in due.due for due in view.dues)


def test_what_has_not_happened_begins_no_limit() -> None:
    served = {"matter__1__code": "F11", "matter__1__judgment_served": "2026-11-24"}
    assert not [due for due in advice(**served).dues if "上诉期限" in due.title]
    assert [
        due
        for due in advice(**served | {"matter__1__judgment_served": "2026-11-23"}).dues
        if "上诉" in due.title
    ]


@pytest.mark.parametrize("code", ["S02", "S04", "S08", "S09", "S12"])
def test_a_service_is_not_told_to_file_first(code: str) -> None:
    variant = {"S09": "entrusted", "S12": "collect"}.get(code, "")
    for remark in advice(matter__1__code=code, matter__1__variant=variant).remarks:
        assert "先行立案" not in remark.action
        assert "还剩" not in remark.text


def test_mediation_stands_as_it_was_answered() -> None:
    shown = advice().mediation
    assert shown is not None
    assert (shown.value, [code for code, _label in shown.choices]) == ("decline", ["agree", "decline"])
    unanswered = advice(matter__1__mediation=None).mediation
    assert unanswered is not None
    assert unanswered.value == ""


def test_where_there_is_nothing_to_mediate_nobody_is_asked() -> None:
    view = advice(matter__1__code="F07")
    assert view.mediation is None


def test_an_agent_without_special_authority_cannot_agree_to_settle() -> None:
    view = advice(identity__role="agent", agent__1__authority="全权代理", matter__1__mediation="agree")
    assert any(remark.grave and "特别授权" in remark.text for remark in view.remarks)


def test_a_foreign_party_is_told_what_its_papers_need() -> None:
    view = advice(identity__id_number="H12345678")
    assert any("香港" in remark.text for remark in view.remarks)
    assert line(view, "外文材料").mark is Mark.MISSING_LAW


def still_asked(code: str, variant: str = "") -> dict[str, str]:
    view = advise(draft(matter__1__code=code, matter__1__variant=variant), (), knowledge(), MONDAY)
    asked = [one for one in view.remarks if one.text.startswith("还要问")]
    return {label: one.basis for one in asked for label in one.text.removeprefix("还要问：").split("、")}


@pytest.mark.parametrize(
    ("code", "variant", "label", "basis"),
    [
        ("F07", "confirmation", "申请事项和理由", "民事诉讼法第205条"),
        ("F07", "security", "申请事项和理由", "民诉法解释第365条"),
        ("F07", "guardian", "申请事项和理由", "民事诉讼法第190条、第191条、第194条、第198条、第202条"),
        ("F10", "court", "请求事项和理由", "国家赔偿法第12条"),
        ("F10", "aid", "请求事项和理由", "本院习惯"),
        ("F11", "appeal_judgment", "原审案号", "民事诉讼法第172条、第173条"),
        ("F11", "retrial_civil", "原审案号", "民诉法解释第375条"),
        ("F11", "petition", "原审案号", "刑事诉讼法解释第452条"),
        ("F05", "suit", "请求事项和理由", "民事诉讼法第123条、登记立案规定第6条"),
        ("F02", "public", "罪名", "刑事诉讼法第186条"),
        ("S05", "", "本人同意由工作人员代填", "在线诉讼规则第4条、第5条"),
        ("S08", "", "申请方同意调解", "民事诉讼法第125条、登记立案规定第15条"),
        ("S09", "address", "送达地址", "法释〔2004〕13号第3条至第5条"),
        ("S09", "electronic", "同意电子送达", "民事诉讼法第90条"),
    ],
)
def test_what_is_still_asked_goes_by_the_articles_of_its_variant(
    code: str, variant: str, label: str, basis: str
) -> None:
    assert still_asked(code, variant)[label] == basis


def test_evidence_of_a_crime_is_not_asked_for_by_the_law_of_civil_procedure() -> None:
    """登记立案规定第6条 is about 自诉 as well (第1条); 民事诉讼法第69条 is not."""
    assert (
        line(advice(matter__1__code="F02", matter__1__variant="private"), "证明犯罪").basis
        == "登记立案规定第6条"
    )
    assert "民事诉讼法第69条" in line(advice(), "证据材料").basis


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_what_the_law_asks_names_its_article_in_every_variant(code: str) -> None:
    matter = catalogue().matters[code]
    for variant in [one.key for one in matter.variants] or [""]:
        by_habit = [label for label, basis in still_asked(code, variant).items() if basis == "本院习惯"]
        assert by_habit == (["请求事项和理由"] if variant == "aid" else []), variant


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_every_matter_is_advised_on_from_nothing(code: str) -> None:
    view = advise(draft(matter__1__code=code), (), knowledge(), MONDAY)
    assert view.matter == catalogue().matters[code].name
    assert (view.fee is None) is (code in ("S06", "S07"))
    assert bool(view.checks) == bool(catalogue().matters[code].requirements)
