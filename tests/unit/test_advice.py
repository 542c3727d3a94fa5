"""The right zone: what is there, what is missing and by whose rule, when it is due, what it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.domain.calendar import HolidayTable
from app.services.advice import advise
from app.services.views import AdviceView, CheckLine, Mark
from tests.helpers.cases import draft, paper
from tests.helpers.domain import holidays

MONDAY = date(2026, 11, 23)


def advice(*materials: str, source: str = "typed", **changes: str | None) -> AdviceView:
    papers = [paper(n, material) for n, material in enumerate(materials, 1)]
    table: HolidayTable = holidays()
    return advise(draft(source, **changes), papers, MONDAY, table)


def line(view: AdviceView, title: str) -> CheckLine:
    return next(check for check in view.checks if check.title == title)


@pytest.mark.parametrize(
    ("code", "title", "mark"),
    [
        ("M01", "起诉状", Mark.MISSING_LAW),
        ("M13", "证据材料", Mark.MISSING_LAW),
        ("M14", "送达地址确认书", Mark.MISSING_PRACTICE),
    ],
)
def test_a_paper_is_missing_until_its_first_page(code: str, title: str, mark: Mark) -> None:
    assert line(advice(), title).mark is mark
    there = line(advice(code, code), title)
    assert there.mark is Mark.HAVE
    assert "2 页" in there.reason


def test_identity_is_proven_by_the_card_or_by_a_copy_but_not_by_typing() -> None:
    assert line(advice(), "原告身份证明").mark is Mark.MISSING_LAW
    assert line(advice(source="card"), "原告身份证明").reason == "已读卡核对"
    assert line(advice("M02"), "原告身份证明").mark is Mark.HAVE


def test_a_defendant_needs_a_name_and_an_address() -> None:
    assert line(advice(), "被告明确").mark is Mark.HAVE
    for path in ("defendant__name", "defendant__address"):
        assert line(advice(**{path: None}), "被告明确").mark is Mark.MISSING_LAW


def test_an_agent_needs_a_power_of_attorney_and_a_party_does_not() -> None:
    assert line(advice(), "授权委托书").mark is Mark.NOT_NEEDED
    assert line(advice(identity__role="agent"), "授权委托书").mark is Mark.MISSING_LAW
    assert line(advice("M06", identity__role="agent"), "授权委托书").mark is Mark.HAVE


def test_every_line_says_why_and_by_which_rule() -> None:
    for check in (*advice().checks, *advice("M01", identity__role="agent").checks):
        assert check.reason
        assert check.basis


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("10000", "50"), ("356,789.12", "6651.84"), ("0.01", "50"), ("20000000", "141800")],
)
def test_the_fee_follows_the_amount_with_its_article(amount: str, fee: str) -> None:
    """诉讼费用交纳办法第十三条: 50 to 10,000; 356,789.12 × 1.5 % + 1,300; 20 million × 0.5 % + 41,800."""
    shown = advice(matter__amount=amount).fee
    assert shown is not None
    assert shown.amount == Decimal(fee)
    assert shown.formula
    assert shown.basis
    assert shown.shown.startswith("¥ ")


@pytest.mark.parametrize("amount", [None, "", "很多"])
def test_without_an_amount_there_is_no_fee(amount: str | None) -> None:
    assert advice(matter__amount=amount).fee is None


def test_the_dues_are_working_days_with_the_rule_behind_them() -> None:
    decision, fee = advice().dues
    assert decision.due == "最迟 11 月 30 日 周一"
    assert fee.due
    for due in (decision, fee):
        assert due.title
        assert due.basis


def test_mediation_stands_as_it_was_answered() -> None:
    shown = advice().mediation
    assert shown is not None
    assert (shown.value, [code for code, _label in shown.choices]) == ("decline", ["agree", "decline"])
    unanswered = advice(matter__mediation=None).mediation
    assert unanswered is not None
    assert unanswered.value == ""
