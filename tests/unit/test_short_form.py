from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.matter import Condition, Field, FieldKind, Level
from app.domain.party import Origin, Parties
from app.domain.short_form import (
    Answers,
    answered_clocks,
    check_field,
    holds,
    hour_clocks,
    lying_ahead,
    missing_fields,
    received_clocks,
    variant_of,
    visible_fields,
)
from tests.helpers.domain import COMPANY, LAWYER, PLAINTIFF, SIMPLE, holidays, matter


def _keys(code: str, answers: Answers) -> set[str]:
    return {field.key for field in visible_fields(matter(code), SIMPLE, answers)}


def test_fields_follow_the_cause_and_the_variant() -> None:
    assert "award_received" not in _keys("F01", Answers())
    assert "award_received" in _keys("F01", Answers(marks=frozenset({"labour"})))
    assert "bill_no" not in _keys("F08", Answers())
    assert "bill_no" in _keys("F08", Answers(variant="public_notice"))


def test_fields_follow_earlier_answers() -> None:
    assert "review_served" in _keys("F03", Answers({"reviewed": True}))
    assert "knew_of_act" in _keys("F03", Answers({"reviewed": "否"}))


def test_the_first_variant_is_taken_until_one_is_chosen() -> None:
    assert variant_of(matter("F06"), Answers()) == "before_suit"
    assert variant_of(matter("F06"), Answers(variant="conduct")) == "conduct"
    assert variant_of(matter("F01"), Answers()) == ""


def test_conditions_on_parties_and_values() -> None:
    civil = matter("F01")
    everyone = Parties((replace(PLAINTIFF, origin=Origin.TAIWAN), COMPANY), (LAWYER,))
    for name in ("natural", "body", "agent", "foreign"):
        assert holds(Condition(name), civil, everyone, Answers())
        assert not holds(Condition(name, negated=True), civil, everyone, Answers())
    assert not holds(Condition("body"), civil, SIMPLE, Answers())
    assert holds(Condition("on_behalf", ("近亲属",)), civil, SIMPLE, Answers({"on_behalf": "近亲属"}))


def test_what_the_law_asks_is_told_apart_from_what_practice_asks() -> None:
    law = {f.key for f in missing_fields(matter("F01"), SIMPLE, Answers(), Level.LAW)}
    assert law == {"cause", "claims"}
    practice = missing_fields(matter("F01"), SIMPLE, Answers(), Level.PRACTICE)
    assert [f.key for f in practice] == ["amount"]
    answered = Answers({"cause": "108(3)", "claims": "还款", "amount": "1"})
    assert not missing_fields(matter("F01"), SIMPLE, answered, Level.LAW)
    assert missing_fields(matter("F01"), Parties(), answered, Level.LAW)


def test_a_plain_no_is_an_answer() -> None:
    consent = Answers({"consent": False})
    assert not missing_fields(matter("S05"), SIMPLE, consent, Level.LAW)
    assert missing_fields(matter("S05"), SIMPLE, Answers(), Level.LAW)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.MONEY, "12.5万", "125,000.00"),
        (FieldKind.DATE, "2026-1-5", "2026-01-05"),
        (FieldKind.DATE, "20260105", "2026-01-05"),
        (FieldKind.DATE, "２０２６年1月5日", "2026-01-05"),
        (FieldKind.NUMBER, "３", "3"),
        (FieldKind.PHONE, "138 0476 0001", "13804760001"),
        (FieldKind.NAME, "乌兰•图雅", "乌兰·图雅"),
        (FieldKind.TEXT, " 随便 ", "随便"),
        (FieldKind.CHOICE, "居（村）", "居（村）"),
        (FieldKind.MONEY, "", ""),
    ],
)
def test_a_good_value_is_normalised_by_its_kind(kind: FieldKind, text: str, value: str) -> None:
    field = Field("x", "某项", kind, Level.OPTIONAL, choices=("居（村）",))
    checked = check_field(field, text)
    assert checked.ok
    assert checked.value == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldKind.MONEY, "很多"),
        (FieldKind.DATE, "2026-02-30"),
        (FieldKind.DATE, "昨天"),
        (FieldKind.NUMBER, "三"),
        (FieldKind.ID, "150402199003075518"),
        (FieldKind.CHOICE, "别的"),
    ],
)
def test_a_wrong_value_gets_a_sentence(kind: FieldKind, text: str) -> None:
    assert check_field(Field("x", "某项", kind, Level.LAW, choices=("甲",)), text).problem


def test_dates_of_the_form_begin_the_parties_clocks() -> None:
    answers = Answers({"award_received": "2026-03-02"}, marks=frozenset({"labour"}))
    clocks = answered_clocks(matter("F01"), SIMPLE, answers, holidays())
    assert [(c.rule.id, c.due) for c in clocks] == [("labour_award", date(2026, 3, 17))]
    assert answered_clocks(matter("F01"), SIMPLE, Answers({"award_received": "2026-03-02"}), holidays()) == ()
    assert answered_clocks(matter("F01"), SIMPLE, Answers({"knew_of_harm": "坏"}), holidays()) == ()


def test_receiving_begins_the_courts_clocks_except_those_of_hours() -> None:
    clocks = received_clocks(matter("F01"), Answers(), date(2026, 3, 2), holidays())
    assert [(c.rule.id, c.due) for c in clocks] == [("civil", date(2026, 3, 9))]
    assert received_clocks(matter("F09"), Answers(), date(2026, 3, 2), holidays()) == ()


def test_clocks_of_hours_begin_by_the_variant_or_by_a_yes() -> None:
    received = datetime(2026, 3, 2, 9, tzinfo=UTC)
    plain = hour_clocks(matter("F06"), SIMPLE, Answers(variant="during_suit"), received)
    assert plain == ()
    urgent = hour_clocks(matter("F06"), SIMPLE, Answers({"urgent": True}, "during_suit"), received)
    assert [clock.rule.id for clock in urgent] == ["preservation_urgent"]
    order = hour_clocks(matter("F09"), SIMPLE, Answers(), received)
    assert [clock.rule.id for clock in order] == ["protection"]


def test_a_strange_case_number_in_a_form_only_warns() -> None:
    field = Field("x", "案号", FieldKind.CASE_NO, Level.LAW)
    assert check_field(field, "赤仲裁字〔2025〕3号").warnings
    assert not check_field(field, "(2026)内0404民初1号").warnings


@pytest.mark.parametrize(
    ("code", "key", "text", "words"),
    [
        ("F09", "accepted_at", "2026-11-23 10:01", "晚于现在"),
        ("F09", "accepted_at", "2026-11-23 10:00", ""),
        ("F11", "judgment_served", "2026-11-24", "不起算判决上诉期限"),
        ("F11", "judgment_served", "2026-11-23", ""),
        ("F04", "performance_end", "2026-12-31", "履行期间还没有届满"),
        ("F04", "preserved_expiry", "2027-12-31", ""),
        ("F01", "knew_of_harm", "坏", ""),
    ],
)
def test_a_date_that_lies_ahead_is_answered_as_the_law_has_it(
    code: str, key: str, text: str, words: str
) -> None:
    now = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001  # the court's wall clock
    found = lying_ahead(matter(code), SIMPLE, Answers({key: text}), now)
    assert bool(found) is bool(words)
    assert words in "".join(rule.why for rule in found.values())
