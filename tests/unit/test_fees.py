from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.fee_changes import Change, Claim, settle, total_claims
from app.domain.fee_schedule import (
    EXECUTION_TIERS,
    PRESERVATION_TIERS,
    PROPERTY_TIERS,
    FeeKind,
    FreeReason,
    closed_form,
    tier_sum,
)
from app.domain.fees import Fee, FeeQuestion, FeeSettings, Half, Rounding, Stage, compute_fee
from app.domain.rule import Basis

DATA = Path(__file__).parent / "data"
D = Decimal


def _rows() -> list[dict[str, str]]:
    with (DATA / "fee_examples.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


HALVES = {"simplified": Half.SIMPLIFIED, "withdraw": Half.WITHDRAWN}


def _ask(row: dict[str, str]) -> Fee:
    words = row["kind"].split("+")
    values = dict(pair.split("=") for pair in row["input"].split(";") if "=" in pair)
    if row["kind"] == "counterclaim merged":
        question = FeeQuestion(FeeKind.PROPERTY, D(values["amount"]), frozenset({Half.COUNTERCLAIM}))
        return compute_fee(question)
    if row["kind"] == "conciliation reduction 30% of 4300":
        return compute_fee(FeeQuestion(FeeKind.PROPERTY, D(200000), reduction=D(30)))
    kind = FeeKind(words[0])
    amount = next(
        (D(values[key]) for key in ("amount", "property", "damages", "estate") if key in values), None
    )
    settings = FeeSettings({kind: D(values["base"])}) if "base" in values else FeeSettings()
    return compute_fee(FeeQuestion(kind, amount, frozenset(HALVES[word] for word in words[1:])), settings)


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["id"])
def test_every_worked_example_comes_out_to_the_fen(row: dict[str, str]) -> None:
    fee = _ask(row)
    assert fee.amount == D(row["expected_yuan"])
    assert fee.article
    assert fee.steps


def test_the_formula_is_the_closed_form_a_clerk_can_retrace() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY, D("356789.12")))
    assert fee.formula == "0.015 × 356,789.12 + 1,300"
    assert fee.amount == D("6651.84")
    assert [step.rule.text for step in fee.steps] == [
        "不超过1万元的部分：50元",
        "超过1万元至10万元的部分：90,000 × 2.5% = 2,250元",
        "超过10万元至20万元的部分：100,000 × 2% = 2,000元",
        "超过20万元至50万元的部分：156,789.12 × 1.5% = 2,351.8368元",
        "四舍五入到分（本院设置）",
    ]
    assert compute_fee(FeeQuestion(FeeKind.PROPERTY, D(50000))).formula == "0.025 × 50,000 − 200"


@pytest.mark.parametrize("tiers", [PROPERTY_TIERS, EXECUTION_TIERS, PRESERVATION_TIERS])
@pytest.mark.parametrize(
    "amount", ["1", "9999", "10001", "99999.99", "150000", "777777", "6543210", "98765432"]
)
def test_the_closed_form_equals_the_sum_of_the_tiers(tiers: tuple[object, ...], amount: str) -> None:
    rate, constant = closed_form(tiers, D(amount))  # type: ignore[arg-type]
    assert rate * D(amount) + constant == tier_sum(tiers, D(amount))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "constant"),
    [
        (50_000, -200),
        (150_000, 300),
        (300_000, 1300),
        (600_000, 3800),
        (1_500_000, 4800),
        (3_000_000, 6800),
        (6_000_000, 11_800),
        (15_000_000, 21_800),
        (30_000_000, 41_800),
    ],
)
def test_the_constants_are_those_of_the_published_table(amount: int, constant: int) -> None:
    assert closed_form(PROPERTY_TIERS, D(amount))[1] == constant


def test_two_grounds_halve_once_and_say_so() -> None:
    fee = compute_fee(
        FeeQuestion(
            FeeKind.PROPERTY, D(200000), frozenset({Half.WITHDRAWN, Half.SIMPLIFIED, Half.COUNTERCLAIM})
        )
    )
    assert fee.amount == D(2150)
    half = next(rule for rule in fee.rules if rule.id == "fee.half")
    assert "只减半一次" in half.text
    assert "第206条" in half.article
    assert fee.formula == "(0.02 × 200,000 + 300) ÷ 2"


def test_without_the_provinces_figure_a_range_is_shown() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.DIVORCE, D(500000)))
    assert (fee.low, fee.high, fee.amount) == (D(1550), D(1800), None)
    assert fee.shown == "1,550.00至1,800.00元"
    assert fee.formula == "50~300 + 0.005 × 300,000"
    assert "本院尚未设置" in fee.steps[0].rule.text


def test_a_divorce_without_property_costs_the_base_alone() -> None:
    assert compute_fee(FeeQuestion(FeeKind.DIVORCE), FeeSettings({FeeKind.DIVORCE: D(100)})).amount == D(100)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (FeeKind.OTHER, 50, 100),
        (FeeKind.INTELLECTUAL, 500, 1000),
        (FeeKind.ADMIN, 50, 50),
        (FeeKind.ADMIN_SPECIAL, 100, 100),
        (FeeKind.JURISDICTION, 50, 100),
        (FeeKind.EXECUTION, 50, 500),
        (FeeKind.PRESERVATION, 30, 30),
        (FeeKind.PUBLIC_NOTICE, 100, 100),
        (FeeKind.AWARD, 400, 400),
        (FeeKind.MARITIME_FUND, 1000, 10000),
        (FeeKind.MARITIME_INJUNCTION, 1000, 5000),
        (FeeKind.MARITIME_PRIORITY, 1000, 5000),
        (FeeKind.MARITIME_CLAIM, 1000, 1000),
        (FeeKind.GENERAL_AVERAGE, 1000, 1000),
    ],
)
def test_fees_without_an_amount(kind: FeeKind, low: int, high: int) -> None:
    fee = compute_fee(FeeQuestion(kind))
    assert (fee.low, fee.high) == (D(low), D(high))


def test_intellectual_property_with_an_amount_follows_the_property_scale() -> None:
    assert compute_fee(FeeQuestion(FeeKind.INTELLECTUAL, D(200000))).amount == D(4300)


def test_a_payment_order_costs_a_third() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PAYMENT_ORDER, D(100000)))
    assert fee.amount == D("766.67")
    assert fee.formula.endswith("÷ 3")


def test_a_property_case_without_its_amount_is_unknown_not_zero() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY))
    assert fee.amount is None
    assert (fee.shown, fee.needs) == ("先填标的额，才能确定", ("标的额",))


def test_execution_is_not_prepaid_and_its_fee_is_never_halved() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.EXECUTION, D(100000), frozenset({Half.SIMPLIFIED})))
    assert fee.amount == D(1400)
    assert not fee.prepaid
    assert {"fee.half.none", "fee.prepay.execution"} <= {rule.id for rule in fee.rules}


def test_wage_claims_may_go_unpaid_at_first() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.LABOUR, prepay_excused=True))
    assert not fee.prepaid
    assert fee.amount == D(10)


def test_a_capped_fee_shows_the_cap_in_its_formula() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PRESERVATION, D(5_000_000)))
    assert fee.formula == "min(0.005 × 5,000,000 + 520, 5,000)"


@pytest.mark.parametrize("reason", list(FreeReason))
def test_what_is_free_names_its_ground(reason: FreeReason) -> None:
    fee = compute_fee(FeeQuestion(FeeKind.FREE, free=reason))
    assert fee.amount == 0
    rule = fee.rules[0]
    assert bool(rule.article) is (rule.basis is Basis.LAW)


def test_relief_is_applied_after_halving() -> None:
    question = FeeQuestion(FeeKind.PROPERTY, D(200000), frozenset({Half.SIMPLIFIED}), reduction=D(50))
    assert compute_fee(question).amount == D(1075)
    assert compute_fee(FeeQuestion(FeeKind.PROPERTY, D(200000), exempt=True)).amount == 0


@pytest.mark.parametrize("reduction", [D(29), D(101)])
def test_a_reduction_under_the_legal_minimum_is_refused(reduction: Decimal) -> None:
    with pytest.raises(ValueError, match="30%"):
        compute_fee(FeeQuestion(FeeKind.PROPERTY, D(1), reduction=reduction))


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="负数"):
        compute_fee(FeeQuestion(FeeKind.PROPERTY, D(-1)))


def test_a_local_figure_outside_the_legal_range_is_refused() -> None:
    with pytest.raises(ValueError, match="50至300"):
        FeeSettings({FeeKind.DIVORCE: D(301)})
    with pytest.raises(ValueError, match="幅度"):
        FeeSettings({FeeKind.PROPERTY: D(1)})


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [(Rounding.FEN_HALF_UP, "50.03"), (Rounding.YUAN_HALF_UP, "50"), (Rounding.YUAN_DOWN, "50")],
)
def test_rounding_is_the_courts_setting(rounding: Rounding, expected: str) -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY, D(10001)), FeeSettings(rounding=rounding))
    assert fee.amount == D(expected)
    assert fee.rules[-1].id == "fee.rounding"


def test_an_appeal_counts_the_disputed_part() -> None:
    fee = compute_fee(FeeQuestion(FeeKind.PROPERTY, D(50000), stage=Stage.APPEAL))
    assert any("第17条" in rule.article for rule in fee.rules)
    retrial = compute_fee(FeeQuestion(FeeKind.PROPERTY, D(50000), stage=Stage.RETRIAL))
    assert any("第19条" in rule.article for rule in retrial.rules)


@pytest.mark.parametrize(
    ("paid", "amount", "change", "early", "shown"),
    [
        (1050, 100000, Change.CLAIM_RAISED, True, "补交1,250.00元"),
        (2300, 50000, Change.CLAIM_LOWERED, True, "退还1,250.00元"),
        (2300, 50000, Change.CLAIM_LOWERED, False, "不补不退"),
        (2150, 200000, Change.TO_ORDINARY, True, "补交2,150.00元"),
        (766, 100000, Change.ORDER_FAILED, True, "补交1,534.00元"),
        (2300, 100000, Change.REFUSED, True, "退还2,300.00元"),
        (2300, 100000, Change.SUSPENDED, True, "不补不退"),
        (2300, 100000, Change.TERMINATED, True, "不补不退"),
    ],
)
def test_changes_are_settled_with_their_article(
    paid: int, amount: int, change: Change, early: bool, shown: str
) -> None:
    due = compute_fee(FeeQuestion(FeeKind.PROPERTY, D(amount)))
    settlement = settle(D(paid), due, change, before_debate=early)
    assert settlement.shown == shown
    assert settlement.rule.article


def test_a_balance_against_a_range_is_left_open() -> None:
    assert settle(D(50), compute_fee(FeeQuestion(FeeKind.OTHER)), Change.CLAIM_RAISED).shown == "待确定"


def test_property_claims_outweigh_the_others_and_are_summed() -> None:
    both = total_claims([Claim("还款", D(100)), Claim("利息", D(5)), Claim("道歉")])
    assert (both.kind, both.amount) == (FeeKind.PROPERTY, D(105))
    none = total_claims([Claim("道歉"), Claim("停止侵害")], FeeKind.PERSONALITY)
    assert (none.kind, none.amount) == (FeeKind.PERSONALITY, None)
    assert total_claims([Claim("还款", D(1))]).rule.article == "民诉法解释第201条"
