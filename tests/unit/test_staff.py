"""Who may approve, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.staff import (
    LOCKED_FOR,
    MOST_FAILURES,
    PIN_LIFE,
    Refusal,
    Role,
    Staff,
    after_attempt,
    refusal,
    weak_pin,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PERSON = Staff("s1", "乌兰", Role.SUPERVISOR, "hash", NOW)


@pytest.mark.parametrize(
    "pin", ["", "12345", "111111", "123456", "987654", "６４８２１９", "64821a", "64 8219", "000000000"]
)
def test_a_pin_that_is_short_or_easy_to_guess_is_weak(pin: str) -> None:
    assert weak_pin(pin)


@pytest.mark.parametrize("pin", ["648219", "112233", "13579024"])
def test_other_digits_are_no_weak_pin(pin: str) -> None:
    assert not weak_pin(pin)


def test_a_supervisor_with_the_right_pin_approves_for_another() -> None:
    assert refusal(PERSON, "其木格", NOW, pin_is_right=True) is None


@pytest.mark.parametrize(
    ("person", "clerk", "later", "right", "found"),
    [
        (replace(PERSON, role=Role.CLERK), "其木格", timedelta(), True, Refusal.NOT_SUPERVISOR),
        (replace(PERSON, active=False), "其木格", timedelta(), True, Refusal.NOT_SUPERVISOR),
        (PERSON, "乌兰", timedelta(), True, Refusal.SELF),
        (PERSON, "其木格", timedelta(), False, Refusal.WRONG_PIN),
        (PERSON, "其木格", PIN_LIFE, True, Refusal.EXPIRED),
        (PERSON, "其木格", PIN_LIFE, False, Refusal.WRONG_PIN),
        (replace(PERSON, locked_until=NOW + LOCKED_FOR), "其木格", timedelta(), True, Refusal.LOCKED),
        (replace(PERSON, locked_until=NOW + LOCKED_FOR), "其木格", LOCKED_FOR, True, None),
    ],
)
def test_each_reason_to_refuse(
    person: Staff, clerk: str, later: timedelta, right: bool, found: Refusal | None
) -> None:
    assert refusal(person, clerk, NOW + later, pin_is_right=right) is found


def test_wrong_pins_in_a_row_lock_and_a_right_one_starts_anew() -> None:
    person = PERSON
    for count in range(1, MOST_FAILURES):
        failures, locked = after_attempt(person, NOW, Refusal.WRONG_PIN)
        assert (failures, locked) == (count, None)
        person = replace(person, failures=failures)
    assert after_attempt(person, NOW, None) == (0, None)
    assert after_attempt(person, NOW, Refusal.WRONG_PIN) == (0, NOW + LOCKED_FOR)


def test_trying_while_locked_neither_counts_nor_makes_the_lock_longer() -> None:
    locked = replace(PERSON, locked_until=NOW + LOCKED_FOR)
    assert after_attempt(locked, NOW, Refusal.LOCKED) == (0, NOW + LOCKED_FOR)
