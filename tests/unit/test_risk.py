from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.checklist import Handed, assess
from app.domain.clocks import start_clock, start_hours
from app.domain.fee_schedule import FeeKind
from app.domain.fees import FeeQuestion, compute_fee
from app.domain.notice import promise_missing
from app.domain.party import Power
from app.domain.risk import Effect, HallDay, Intake, check_hall, check_intake
from app.domain.rule import Basis
from app.domain.short_form import Answers
from tests.helpers.domain import LAWYER, SIMPLE, holidays, matter

NOW = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
FEE = compute_fee(FeeQuestion(FeeKind.PROPERTY, Decimal(200000)))
CIVIL = start_clock("civil", date(2026, 3, 2), holidays())
LATE_CIVIL = start_clock("civil", date(2026, 2, 24), holidays())
PROMISE = promise_missing(
    matter("F01"),
    assess(matter("F01"), SIMPLE, (Handed("M01", 2), Handed("M02")), Answers()),
    "苏日娜",
    date(2026, 2, 24),
    holidays(),
    signed=True,
)


@pytest.mark.parametrize(
    ("intake", "node", "effect"),
    [
        (Intake(statement_received=True), 1, Effect.WARN),
        (Intake(statement_received=True, visit_closing=True), 1, Effect.FREEZE),
        (Intake(decision_clocks=(CIVIL,)), 2, Effect.WARN),
        (Intake(decision_clocks=(LATE_CIVIL,)), 3, Effect.FREEZE),
        (Intake(notices=2), 4, Effect.FREEZE),
        (Intake(visit_closing=True, has_outcome=False), 5, Effect.FREEZE),
        (Intake(visit_leaving=True, has_outcome=False), 5, Effect.WARN),
        (Intake(mediation_started=date(2026, 3, 1), mediation_consented=False), 6, Effect.FREEZE),
        (Intake(mediation_started=date(2026, 2, 1)), 7, Effect.FREEZE),
        (Intake(promises=(PROMISE,)), 8, Effect.WARN),
        (Intake(filed_online=True, paper_demanded=True), 9, Effect.FREEZE),
        (Intake(fee=FEE, fee_noticed=Decimal(2150)), 10, Effect.WARN),
        (Intake(relief_applied=True, filing_now=True), 11, Effect.WARN),
        (
            Intake(hour_clocks=(start_hours("preservation_before", datetime(2026, 3, 7, 9, tzinfo=UTC)),)),
            12,
            Effect.FREEZE,
        ),
        (
            Intake(hour_clocks=(start_hours("protection_urgent", datetime(2026, 3, 9, 9, tzinfo=UTC)),)),
            13,
            Effect.REMIND,
        ),
        (
            Intake(hour_clocks=(start_hours("protection", datetime(2026, 3, 6, 12, tzinfo=UTC)),)),
            13,
            Effect.WARN,
        ),
        (Intake(agent_acts=((LAWYER, Power.WAIVE),)), 14, Effect.FREEZE),
    ],
)
def test_each_node_explains_itself_and_says_what_to_do(intake: Intake, node: int, effect: Effect) -> None:
    (finding,) = check_intake(intake, NOW)
    assert (finding.node, finding.effect) == (node, effect)
    assert finding.id == f"risk.{node:02d}"
    assert finding.rule.text
    assert finding.action
    assert bool(finding.rule.article) is (finding.rule.basis is Basis.LAW)


@pytest.mark.parametrize(
    "intake",
    [
        Intake(),
        Intake(statement_received=True, receipt_given=True, visit_closing=True),
        Intake(decision_clocks=(LATE_CIVIL,), decided=True),
        Intake(notices=2, notice_approved=True),
        Intake(mediation_started=date(2026, 2, 1), mediation_extended=True),
        Intake(fee=FEE, fee_noticed=Decimal(4300)),
        Intake(fee=compute_fee(FeeQuestion(FeeKind.DIVORCE)), fee_noticed=Decimal(200)),
        Intake(relief_applied=True, relief_decided=True, filing_now=True),
        Intake(agent_acts=((LAWYER, Power.SETTLE),)),
    ],
)
def test_what_is_in_order_is_left_alone(intake: Intake) -> None:
    assert check_intake(intake, NOW) == ()


@pytest.mark.parametrize("silent", [("申请方",), ("对方",), ("申请方", "对方")])
def test_a_mediation_without_the_word_of_a_side_names_the_side(silent: tuple[str, ...]) -> None:
    started = Intake(mediation_started=date(2026, 3, 9), mediation_consented=False, mediation_silent=silent)
    (finding,) = check_intake(started, NOW)
    assert f"没有{'、'.join(silent)}同意的记录" in finding.rule.text
    assert "、".join(silent) in finding.action


def test_the_gravest_finding_comes_first() -> None:
    found = check_intake(
        Intake(statement_received=True, notices=3, relief_applied=True, filing_now=True), NOW
    )
    assert [finding.node for finding in found] == [4, 1, 11]


def test_bulk_viewing_and_a_drop_at_the_end_of_the_year_are_seen() -> None:
    assert [f.node for f in check_hall(HallDay(date(2026, 12, 1), 201, 5, 20.0))] == [15, 16]
    assert check_hall(HallDay(date(2026, 12, 1), 200, 12, 20.0)) == ()
    assert check_hall(HallDay(date(2026, 6, 1), 0, 5, 20.0)) == ()


def test_a_clock_without_a_certain_end_still_warns() -> None:
    clock = start_clock("civil", date(2026, 12, 28), holidays())
    (finding,) = check_intake(Intake(decision_clocks=(clock,)), datetime(2027, 1, 6, 9, tzinfo=UTC))
    assert (finding.node, finding.effect) == (2, Effect.WARN)
    assert "节假日表" in finding.rule.text


def test_being_late_with_an_urgent_visit_is_told_and_stops_nothing() -> None:
    since = datetime(2026, 3, 9, 9, 29, tzinfo=UTC)
    (late,) = check_intake(Intake(urgent_since=since), NOW)
    assert (late.node, late.effect) == (17, Effect.WARN)
    assert check_intake(Intake(urgent_since=since.replace(minute=30)), NOW) == ()
