"""What a scanned code is taken for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.return_code import PREFIX, make_code, shown_code
from app.domain.scanned import Kind, understand

RETURN = make_code([1, 2, 3, 4, 5, 6, 7])


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("YC:2026-11-22.A012", Kind.TICKET, "A012"),
        ("http://board.example:8080/t/2026-11-22.G003", Kind.TICKET, "G003"),
        ("YC:2026-13-45.A012", Kind.TEXT, "YC:2026-13-45.A012"),
        ("SJ20261123-03-0042", Kind.RECEIPT, "SJ20261123-03-0042"),
        (PREFIX + RETURN, Kind.RETURN, shown_code(RETURN)),
        (RETURN, Kind.TEXT, RETURN),
        ("（2026）内0423民初1234号", Kind.CASE, "（2026）内0423民初1234号"),
        ("150402199003075517", Kind.TEXT, "150402199003075517"),
        (" 只是几个字 ", Kind.TEXT, "只是几个字"),
    ],
)
def test_a_code_is_known_by_its_form(text: str, kind: Kind, value: str) -> None:
    found = understand(text)
    assert (found.kind, found.value) == (kind, value)
    assert value not in repr(found)


def test_the_day_of_a_ticket_is_part_of_it() -> None:
    assert understand("YC:2026-11-22.A012").day == date(2026, 11, 22)


@given(st.text(max_size=300))
def test_whatever_is_scanned_something_is_said(text: str) -> None:
    assert understand(text).kind in Kind
