from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fee_schedule import (
    EXECUTION_TIERS,
    PRESERVATION_TIERS,
    PROPERTY_TIERS,
    FeeKind,
    Tier,
    tier_sum,
)
from app.domain.fees import FeeQuestion, Half, compute_fee
from app.domain.money import capital_money, format_money, parse_money

amounts = st.decimals(min_value=0, max_value=10**11, places=2)
scaled = st.sampled_from(
    [
        FeeKind.PROPERTY,
        FeeKind.EXECUTION,
        FeeKind.PRESERVATION,
        FeeKind.PAYMENT_ORDER,
        FeeKind.BANKRUPTCY,
        FeeKind.INTELLECTUAL,
        FeeKind.DIVORCE,
        FeeKind.PERSONALITY,
    ]
)
halves = st.frozensets(st.sampled_from(list(Half)))


@given(scaled, amounts, amounts, halves)
def test_a_larger_claim_never_costs_less(
    kind: FeeKind, one: Decimal, other: Decimal, grounds: frozenset[Half]
) -> None:
    small, large = sorted((one, other))
    less, more = (compute_fee(FeeQuestion(kind, amount, grounds)) for amount in (small, large))
    assert less.low is not None
    assert less.high is not None
    assert more.low is not None
    assert more.high is not None
    assert less.low <= more.low
    assert less.high <= more.high


@pytest.mark.parametrize("tiers", [PROPERTY_TIERS, EXECUTION_TIERS, PRESERVATION_TIERS])
def test_the_fee_does_not_jump_at_the_border_of_a_tier(tiers: tuple[Tier, ...]) -> None:
    fen = Decimal("0.01")
    for tier in tiers:
        if tier.up_to is not None:
            at, above = tier_sum(tiers, tier.up_to), tier_sum(tiers, tier.up_to + fen)
            assert Decimal(0) <= above - at <= fen


@given(amounts, halves)
def test_any_number_of_grounds_halves_at_most_once(amount: Decimal, grounds: frozenset[Half]) -> None:
    whole = compute_fee(FeeQuestion(FeeKind.PROPERTY, amount)).amount
    half = compute_fee(FeeQuestion(FeeKind.PROPERTY, amount, grounds)).amount
    assert whole is not None
    assert half is not None
    assert half == whole if not grounds else abs(half * 2 - whole) <= Decimal("0.02")


@given(scaled, amounts, halves)
def test_every_step_names_its_ground_and_the_last_one_is_the_sum(
    kind: FeeKind, amount: Decimal, grounds: frozenset[Half]
) -> None:
    fee = compute_fee(FeeQuestion(kind, amount, grounds))
    assert all(step.rule.text for step in fee.steps)
    assert fee.low is not None
    assert abs(fee.steps[-1].low - fee.low) < Decimal("0.01")
    assert fee.formula


@given(amounts)
def test_an_amount_is_read_back_as_it_is_written(amount: Decimal) -> None:
    assert parse_money(format_money(amount)).amount == amount
    assert parse_money(capital_money(amount)).amount == amount


@given(st.text(max_size=30))
def test_any_text_gives_an_amount_or_a_sentence(text: str) -> None:
    parsed = parse_money(text)
    assert (parsed.amount is None) is bool(parsed.problem)
