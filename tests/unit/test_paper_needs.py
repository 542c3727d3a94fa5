"""What a paper cannot do without is asked before the end, by making the paper: no list is kept by hand."""

from __future__ import annotations

import pytest

from app.domain.matter import Level
from app.domain.short_form import all_hold
from app.services import form
from app.services.advice import advise
from app.services.fields import Draft
from app.services.mediation import refused
from app.services.paper_data import make
from app.services.paper_needs import marked, needs_of, why_not
from app.services.sheet import current
from app.settings import PaperSettings
from printing.documents.mediation_notice import MediationNotice, build
from tests.helpers.asked import CODES, KINDS, SAID, answered, entered, ground
from tests.helpers.cases import MOMENT
from tests.helpers.domain import knowledge
from tests.helpers.papers import words


def labels(draft: Draft, said: PaperSettings = SAID) -> list[str]:
    return [need.label for need in needs_of(ground(draft, said)) if not need.lawful]


@pytest.mark.parametrize(("code", "kind"), KINDS)
def test_who_answers_what_is_asked_gets_every_paper_the_matter_promises(code: str, kind: str) -> None:
    draft = answered(entered(matter__1__code=code, matter__1__variant=kind))
    made = ground(draft, accepted=True)
    assert needs_of(made) == ()
    shown = made.sheet
    for given in shown.matter.papers:
        if given.chosen and all_hold(given.when, shown.matter, shown.parties, shown.answers):
            assert make(given.kind, made), given.kind


ASKED = [
    ("S02", {}, ["转交给"]),
    ("S03", {}, ["答复要点"]),
    ("S06", {}, ["案号", "金额"]),
    ("S06", {"matter__1__variant": "refund"}, ["案号", "金额", "退费账户", "开户行", "退费原因"]),
    ("S08", {}, ["对方"]),
    ("S10", {}, ["类型", "事实"]),
    ("S11", {"matter__1__variant": "effect"}, ["案号", "文书名称", "用途"]),
    ("S11", {}, ["案号", "复制内容和页数", "用途"]),
    ("S11", {"matter__1__variant": "answer"}, ["疑问"]),
    ("S04", {}, ["事由"]),
    ("S05", {}, ["平台"]),
    ("S07", {}, []),
    ("S09", {}, ["案号", "文书名称"]),
    ("S09", {"matter__1__variant": "entrusted"}, ["文书名称", "委托法院"]),
    ("F12", {}, ["对方法院", "主要诉讼请求（申请事项）"]),
    ("F12", {"matter__1__variant": "competent"}, []),
    ("F13", {"matter__1__mediation": "agree"}, ["调解组织"]),
    ("S01", {}, []),
    ("S12", {}, ["答复要点"]),
    ("S12", {"matter__1__variant": "collect"}, ["执行案号", "收款账户", "开户行"]),
]


@pytest.mark.parametrize(("code", "more", "expected"), ASKED)
def test_a_field_of_practice_is_asked_where_a_paper_needs_it(
    code: str, more: dict[str, str], expected: list[str]
) -> None:
    draft = entered(matter__1__code=code, **more)
    assert [label for label in labels(draft) if label not in ("标的额", "案由")] == expected


@pytest.mark.parametrize("code", CODES)
def test_nothing_a_paper_needs_is_called_law(code: str) -> None:
    draft = entered(matter__1__code=code)
    shown = current(draft, knowledge())
    needs = needs_of(ground(draft))
    made = form.groups(draft, "matter", knowledge()) + form.groups(draft, "parties", knowledge())
    views = {view.path: view for group in marked(made, needs) for view in group.fields}
    for need in needs:
        view = views[need.path]
        assert view.required is need.lawful
        assert bool(view.for_paper) is not need.lawful
    asked = [field.label for field in shown.fields if field.level is not Level.LAW]
    remarks = advise(draft, (), knowledge(), MOMENT, needs=needs).remarks
    by_law = next((remark.text for remark in remarks if remark.text.startswith("还要问")), "")
    assert not [label for label in asked if label in by_law.partition("：")[2].split("、")]
    own = [remark for remark in remarks if remark.text.startswith("本事项的文书需要")]
    assert bool(own) is any(not need.lawful for need in needs)
    assert all(remark.basis == "不是法律要求" for remark in own)


@pytest.mark.parametrize(
    ("code", "kind", "lacks"),
    [("S07", "service_note", "还缺“理由”"), ("S09", "delivery_receipt", "还缺“案号、文书名称”")],
)
def test_a_paper_of_a_service_names_its_fields_and_the_way_to_have_it(
    code: str, kind: str, lacks: str
) -> None:
    made = ground(entered(matter__1__code=code))
    assert why_not(kind, made, over=False)[:2] == (f"{lacks}（Alt+2 补填）", False)
    told = f"办结时没有填，这份不出：{lacks}；要的话按 F2 取号，再办一次"
    assert why_not(kind, made, over=True)[:2] == (told, True)


def test_of_a_fee_only_what_has_to_be_said_first_is_told() -> None:
    """Which kind of a case it is decides what its fee goes by: one sentence for one paper."""
    made = ground(entered(matter__1__code="F12", matter__1__variant="competent"), accepted=True)
    assert why_not("fee_notice", made, over=False)[:2] == ("还缺“案件种类”（Alt+2 补填）", False)


def test_any_of_several_answers_will_do() -> None:
    assert labels(entered(matter__1__code="S02", matter__1__other_court="赤峰市中级人民法院")) == []


def test_a_mediation_notice_names_an_organisation_only_to_who_agreed() -> None:
    """Who refuses is asked for no organisation, and no line for one stands on the paper."""
    said = {"matter__1__amount": "1000", "matter__1__cause": "民间借贷纠纷", "party__p2__name": "苏雅拉"}
    agreed = entered(matter__1__mediation="agree", **said)
    assert labels(agreed) == ["调解组织"]
    assert labels(agreed, PaperSettings(mediation="示例调解委员会")) == []
    refused = entered(matter__1__mediation="decline", **said)
    assert labels(refused) == []
    assert make("mediation_notice", ground(refused))[""].organisation == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(("filer", "other", "who"), [
    ("是", "否", "对方当事人"), ("否", "", "你（单位）"), ("否", "否", "你（单位）、对方当事人"),
])  # fmt: skip
def test_a_refused_mediation_names_no_mediator_and_ends_on_no_day(filer: str, other: str, who: str) -> None:
    said = {"party__p2__name": "苏雅拉", "matter__1__organisation": "示例调解委员会"}
    consents = {"matter__1__consent_filer": filer, "matter__1__consent_other": other}
    draft = entered(matter__1__code="S08", **said, **consents)
    assert "调解组织" not in labels(draft)
    data = make("mediation_notice", ground(draft))[""]
    assert isinstance(data, MediationNotice)
    assert (data.refused, data.organisation, data.ends) == (who, "", None)
    printed = words(build(data))
    assert f"{who}不同意调解" in printed
    assert "调解截止日" not in printed
    assert "三十天" not in words(build(data, large=True))


def test_an_answer_to_the_offer_in_another_matter_refuses_nothing_here() -> None:
    """Somebody declined for a suit, then the matter was changed to one about mediation alone."""
    draft = entered(matter__1__code="S08", matter__1__mediation="decline")
    assert not refused(current(draft, knowledge()))


def test_an_amount_is_asked_only_where_the_fee_goes_by_it_and_no_amount_is_an_answer() -> None:
    assert "标的额" not in labels(entered(matter__1__cause="追索劳动报酬纠纷"))
    assert "标的额" in labels(entered(matter__1__cause="民间借贷纠纷"))
    assert "标的额" not in labels(entered(matter__1__cause="离婚纠纷", matter__1__amount="无"))


def test_the_joint_applicant_of_a_confirmation_is_asked_and_gone_with_another_kind() -> None:
    draft = entered(matter__1__code="F07")
    assert [group.key for group in form.groups(draft, "parties", knowledge())] == ["p1", "p2"]
    assert [party.key for party in current(draft, knowledge()).parties.filers] == ["p1", "p2"]
    other = entered(matter__1__code="F07", matter__1__variant="guardian", party__p2__name="苏雅拉")
    assert [party.key for party in current(other, knowledge()).parties.people] == ["p1"]
