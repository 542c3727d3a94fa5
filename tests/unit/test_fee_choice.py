"""Which fee a matter has, and what is asked before it has one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.fee_choice import matter_fee
from app.domain.fee_schedule import ENTRIES, FeeKind, FreeReason
from app.domain.fees import Fee, FeeSettings
from app.domain.matter import FeeSpec, FieldKind, Matter, Variant
from app.domain.party import Parties
from app.domain.short_form import Answers, check_field, visible_fields
from tests.helpers.domain import catalogue, knowledge, matter

LOCAL = {FeeKind.DIVORCE: 200, FeeKind.OTHER: 80, FeeKind.EXECUTION: 100}
SET = FeeSettings({kind: Decimal(yuan) for kind, yuan in LOCAL.items()})
MATTERS = sorted(catalogue().matters.values(), key=lambda one: one.code)


def fee(code: str, variant: str = "", cause: str = "", **values: str) -> Fee:
    chosen = knowledge().causes.named(cause)
    marks = chosen.marks if chosen is not None else frozenset[str]()
    answers = Answers(values, variant, marks, cause=chosen.no if chosen is not None else "")
    made = matter_fee(matter(code), answers, SET)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("code", "variant", "cause", "values", "needs"),
    [
        ("F01", "", "", {}, ("案由", "标的额")),
        ("F01", "", "", {"amount": "5000"}, ("案由",)),
        ("F01", "", "民间借贷纠纷", {}, ("标的额",)),
        ("F01", "", "离婚纠纷", {}, ("标的额",)),
        ("F01", "", "名誉权纠纷", {}, ("标的额",)),
        ("F01", "", "著作权权属纠纷", {}, ("标的额",)),
        ("F13", "", "", {}, ("案由", "标的额")),
        ("F04", "first", "", {}, ("申请执行金额",)),
        ("F05", "suit", "", {}, ("案由", "标的额")),
        ("F06", "before_suit", "", {}, ("申请保全金额",)),
        ("F08", "payment_order", "", {}, ("请求给付金额（票面金额）",)),
        ("F11", "appeal_judgment", "", {"amount": "5000"}, ("案由",)),
        ("F12", "helping", "", {"amount": "5000"}, ("案件种类",)),
        ("F12", "helping", "", {"matter": "民事起诉", "amount": "5000"}, ("案由",)),
        ("F12", "helping", "", {"matter": "申请执行"}, ("标的额",)),
    ],
)
def test_what_decides_a_fee_is_asked_before_there_is_a_figure(
    code: str, variant: str, cause: str, values: dict[str, str], needs: tuple[str, ...]
) -> None:
    found = fee(code, variant, cause, **values)
    assert (found.low, found.high, found.amount) == (None, None, None)
    assert found.needs == needs
    assert found.article
    assert found.shown == f"先填{'、'.join(needs)}，才能确定"


@pytest.mark.parametrize(
    ("code", "variant", "cause", "values", "figure"),
    [
        ("F01", "", "民间借贷纠纷", {"amount": "200000"}, 4300),
        ("F01", "", "民间借贷纠纷", {"amount": "0"}, 50),
        ("F01", "", "排除妨害纠纷", {"amount": "无"}, 80),
        ("F01", "", "离婚纠纷", {"amount": "无"}, 200),
        ("F01", "", "离婚纠纷", {"amount": "300000"}, 700),
        ("F01", "", "追索劳动报酬纠纷", {}, 10),
        ("F03", "ordinary", "", {}, 50),
        ("F04", "first", "", {"amount": "无"}, 100),
        ("F04", "first", "", {"amount": "600000"}, 8400),
        ("F06", "conduct", "", {"amount": "600000"}, 30),
        ("F06", "before_suit", "", {"amount": "无"}, 30),
        ("F08", "public_notice", "", {}, 100),
        ("F12", "helping", "民间借贷纠纷", {"matter": "民事起诉", "amount": "200000"}, 4300),
        ("F12", "helping", "民间借贷纠纷", {"matter": "申请执行", "amount": "600000"}, 8400),
    ],
)
def test_once_it_is_said_the_fee_is_settled(
    code: str, variant: str, cause: str, values: dict[str, str], figure: int
) -> None:
    found = fee(code, variant, cause, **values)
    assert (found.amount, found.needs) == (Decimal(figure), ())


@pytest.mark.parametrize(
    ("code", "variant", "values"),
    [("F07", "security", {}), ("F09", "personality", {}), ("F12", "helping", {"matter": "行政起诉"})],
)
def test_what_no_published_figure_settles_is_left_to_the_court(
    code: str, variant: str, values: dict[str, str]
) -> None:
    found = fee(code, variant, **values)
    assert (found.amount, found.shown) == (None, "由法院确定")


@pytest.mark.parametrize("code", ["S06", "S07"])
def test_paying_and_relief_have_no_fee_of_their_own(code: str) -> None:
    assert matter_fee(matter(code), Answers()) is None


def test_what_costs_nothing_costs_nothing_by_an_article() -> None:
    for one in MATTERS:
        for variant in [v.key for v in one.variants] or [""]:
            found = matter_fee(one, Answers(variant=variant))
            if found is not None and found.amount == 0:
                assert found.article, (one.code, variant)


@pytest.mark.parametrize("typed", ["无", " 没有 ", "不涉及财产"])
def test_no_amount_is_an_answer_only_where_a_fee_goes_by_it(typed: str) -> None:
    claim, paid = matter("F01").field("amount"), matter("S06").field("amount")
    assert claim is not None
    assert paid is not None
    assert check_field(claim, typed).value == "无"
    assert not check_field(paid, typed).ok


def _conditions(one: Matter) -> set[str]:
    decisive = [f for f in one.fields if f.fee_amount or f.kind is FieldKind.CAUSE]
    return {condition.name for f in decisive for condition in f.when}


@pytest.mark.parametrize("one", MATTERS, ids=lambda one: one.code)
def test_no_field_a_fee_goes_by_depends_on_who_the_parties_are(one: Matter) -> None:
    assert not _conditions(one) & {"natural", "body", "agent", "foreign", "group"}
    assert visible_fields(one, Parties(), Answers())


def test_what_is_only_said_of_a_fee_besides_makes_nobody_choose_for_it() -> None:
    """F12: both kinds are charged alike; its papers go by the kind, so it is asked all the same."""
    one = matter("F12")
    assert not one.fee_by_variant
    assert one.must_choose
    assert fee("F12", amount="600000", matter="申请执行").amount == 8400
    assert fee("F12").needs == ("案件种类",)


def test_a_kind_charged_by_what_a_field_says_names_each_answer_with_its_own_article() -> None:
    two = (Variant("a", "甲"), Variant("b", "乙", fee=FeeSpec(free=FreeReason.CRIMINAL)))
    waiting = matter_fee(replace(matter("F12"), variants=two), Answers(), SET)
    assert waiting is not None
    said = {step.rule.text.partition("：")[0]: step.rule.article for step in waiting.steps}
    by_law = "诉讼费用交纳办法第13条"
    assert list(said) == ["甲，民事起诉", "甲，行政起诉", "甲，申请执行", "乙"]
    assert said["甲，民事起诉"] == by_law
    assert said["甲，行政起诉"] == f"{by_law}第1款第5项、第8条第4项"
    assert said["甲，申请执行"] == ENTRIES[FeeKind.EXECUTION].article != by_law


@pytest.mark.parametrize("one", [m for m in MATTERS if m.fee_by_variant], ids=lambda one: one.code)
def test_no_variant_of_a_matter_decides_a_fee_before_somebody_has_chosen_it(one: Matter) -> None:
    waiting = fee(one.code)
    assert waiting.needs == ("类别",)
    assert (waiting.low, waiting.high, waiting.amount) == (None, None, None)
    assert waiting.article
    for variant in one.variants:
        chosen = matter_fee(one, Answers(variant=variant.key), SET)
        assert chosen is None or "类别" not in chosen.needs
