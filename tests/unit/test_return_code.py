"""The code somebody comes back with: eight signs that survive being read aloud, typed and scanned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.return_code import LENGTH, PREFIX, SIGNS, make_code, read_code, shown_code

codes = st.lists(st.integers(0, len(SIGNS) - 1), min_size=LENGTH - 1, max_size=LENGTH - 1).map(make_code)


@given(codes)
def test_what_is_printed_scanned_or_typed_is_read_back(code: str) -> None:
    assert read_code(shown_code(code)) == code
    assert read_code(PREFIX + code) == code
    assert read_code(f" {shown_code(code).lower()} ") == code


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_never_another_code(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    assert read_code(wrong) == (code if wrong == code else "")


@given(codes, st.integers(0, LENGTH - 2))
def test_two_changed_places_are_never_another_code(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert read_code(wrong) == (code if wrong == code else "")


@pytest.mark.parametrize(
    "text", ["", "A017", "SJ20261122-03-0007", "0OIL1111", "YC:2026-11-23.A001", "x" * 500]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) == ""


def test_a_code_is_made_of_seven_numbers() -> None:
    with pytest.raises(ValueError, match="7"):
        make_code(range(8))
