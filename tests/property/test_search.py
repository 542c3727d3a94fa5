"""The index gives exactly what looking at every record would give."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.readings import spelled
from app.domain.search_words import MOST_TERMS, Words, fits, fold, terms, tokens, words
from app.storage.search_index import Entry, SearchIndex, Shown

KEY = bytes(range(32))
SYLLABLES = "张王李苏雅拉伟明娜其木格红山区人民法院𬭎ab3"
name = st.text(SYLLABLES, min_size=1, max_size=10)
digits = st.text("0123456789", min_size=3, max_size=18)
number = digits | digits.map(lambda text: text + "X")
case = st.builds(
    lambda year, court, kind, serial: f"（20{year}）内{court}{kind}{serial}号",
    st.integers(10, 29), st.sampled_from(["0404", "04", "06"]), st.sampled_from(["民初", "民终", "执"]),
    st.integers(1, 99_999),
)  # fmt: skip
READINGS = {
    "张": ("zhang",),
    "王": ("wang",),
    "苏": ("su",),
    "雅": ("ya",),
    "娜": ("na", "nuo"),
    "其": ("qi",),
}


def heard(names: list[str], numbers: list[str], cases: list[str]) -> Words:
    return words(names, numbers, cases, spelled(names, READINGS))


record = st.builds(
    heard, st.lists(name, max_size=3), st.lists(number, max_size=3), st.lists(case, max_size=1)
)
typed = st.text(SYLLABLES + '0123456789zwlm（）号内民初SJ- "*', max_size=12) | st.text("zhangsu ", max_size=9)


@st.composite
def asked_of(draw: st.DrawFn, records: list[Words]) -> str:
    """Return a line: anything, or parts of what is in the records."""
    known = [word for one in records for word in one.all()]
    if not known or draw(st.booleans()):
        return draw(typed)
    parts = []
    for word in draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)):
        start = draw(st.integers(0, len(word) - 1))
        parts.append(word[start : start + draw(st.integers(1, 8))])
    return " ".join(parts)


def shown(number: int) -> Shown:
    return Shown(f"visit-{number}", "2026-11-23", "A001", "", "", "", "")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(record, max_size=12), st.data())
def test_the_index_finds_what_fits_and_nothing_else(
    tmp_path: Path, records: list[Words], data: st.DataObject
) -> None:
    index = SearchIndex(tmp_path / "search.db", KEY)
    index.clear()
    try:
        index.put([Entry(one, shown(number)) for number, one in enumerate(records)])
        for _ in range(4):
            line = data.draw(asked_of(records))
            asked = terms(line)
            if not asked:
                continue
            wanted = [f"visit-{n}" for n, one in enumerate(records) if fits(one, asked)]
            found, more = index.find(asked, 50)
            assert [hit.visit_id for hit in found] == wanted[::-1], line
            assert not more
    finally:
        index.close()


@given(typed)
def test_whatever_is_typed_makes_a_question_or_none(line: str) -> None:
    asked = terms(line)
    assert len(asked) <= MOST_TERMS
    assert all(term.alternatives and term.text == fold(term.text) for term in asked)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("张伟", True), ("伟明", True), ("明", True), ("zwm", True), ("wm", True), ("张明", False),
        ("zm", False), ("zhang wei", True), ("weiming", True), ("zhang", True), ("hang", False),
        ("13804761234", True), ("1380", True), ("1234", True), ("761234", True), ("80476", False),
        ("150402", True), ("5517", True),
        ("SJ20261122-03-0007", True), ("0007", True), ("030007", True),
        ("（2026）内0404民初123号", True), ("民初123", True), ("123", True), ("23号", False),
        ("张伟 5517", True), ("张伟 5518", False), ("李娜", False), ("", False),
    ],
)  # fmt: skip
def test_a_record_is_found_by_name_initials_number_case_and_telephone(line: str, found: bool) -> None:
    made = words(
        ["张伟明"],
        ["13804761234", "150402199003075517", "20261122-03-0007"],
        ["（2026）内0404民初123号"],
        ("zhang wei ming",),
    )
    asked = terms(line)
    assert (bool(asked) and fits(made, asked)) is found
    assert all(" " not in token and token for token in tokens(made))
