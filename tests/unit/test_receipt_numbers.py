"""Receipt numbers: day, window, count, and back again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receipt import parse_receipt_number, receipt_number


def test_a_receipt_number_reads_day_window_count() -> None:
    assert receipt_number(date(2026, 11, 22), 3, 7) == "SJ20261122-03-0007"
    assert receipt_number(date(2026, 1, 2), 128, 12345) == "SJ20260102-128-12345"


@given(st.dates(date(2000, 1, 1), date(9999, 12, 31)), st.integers(1, 999), st.integers(1, 10**6))
def test_what_was_made_can_be_read_again(day: date, window: int, count: int) -> None:
    assert parse_receipt_number(receipt_number(day, window, count)) == (day, window, count)


@given(st.dates(date(2000, 1, 1)), st.integers(1, 999), st.integers(1, 9999))
def test_numbers_of_one_window_and_day_sort_by_count(day: date, window: int, count: int) -> None:
    assert receipt_number(day, window, count) < receipt_number(day, window, count + 1) or count == 9999


@pytest.mark.parametrize(
    "text",
    ["", "SJ20261122-3-0007", "SJ20261122-03-007", "SJ2026112-03-0007", "XX20261122-03-0007",
     "SJ20261122-03-0007 ", " SJ20261122-03-0007", "SJ20261322-03-0007", "SJ20261122-1234-0007"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"receipt|month"):
        parse_receipt_number(text)
