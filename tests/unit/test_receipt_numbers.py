"""Receipt numbers: day, window, count, and back again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outliers import Tally, outliers
from app.domain.receipt import Series, parse_receipt_number, receipt_number, series


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


DAY = date(2026, 11, 22)


def counted(counts: list[int], bands: tuple[int, ...]) -> Series:
    (one,) = series([receipt_number(DAY, 3, count) for count in counts], {}, {DAY: bands})
    return one


def test_numbers_a_restore_passed_over_are_explained_and_what_is_gone_besides_is_not() -> None:
    one = counted([1, 2, 3, 1004, 1005], (1000,))
    assert (one.missing, one.skipped) == ((), ((4, 1003),))
    assert counted([1, 3, 1006], (1000,)).missing == (2, 1004, 1005)
    assert counted([1, 2, 3], (1000,)).skipped == (), "nothing was given out after the restore"
    assert counted([1001], (1000,)).skipped == ((1, 1000),)
    assert counted([1, 1002, 2003], (1000, 2000)).skipped == ((2, 1001), (1003, 2002))
    assert counted([1, 2002], (1000, 2000)).skipped == ((2, 2001),), "two restores, no receipt between"
    assert counted([1, 1004], ()).missing == tuple(range(2, 1004)), "no restore is no excuse"


def test_who_prints_again_clearly_more_than_the_others_stands_out() -> None:
    week = (Tally("甲", 200, 9, 1), Tally("乙", 200, 3, 0), Tally("丙", 190, 2, 1), Tally("丁", 10, 2, 0))
    assert [(one.clerk, one.outlier) for one in outliers(week)] == [
        ("甲", True), ("丙", False), ("乙", False), ("丁", False),
    ]  # fmt: skip
    assert not any(one.outlier for one in outliers((Tally("甲", 300, 8, 0), Tally("乙", 300, 6, 0))))
    assert [outliers((Tally("甲", 100, copies, 0),))[0].outlier for copies in (2, 10, 11)] == [
        False,
        False,
        True,
    ]
