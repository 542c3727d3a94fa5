"""Machine-readable lines of the three formats; the examples are the specimens of ICAO 9303."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.checked import Sex
from app.domain.mrz import check_mrz_lines, mended_mrz

TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
LONG = ("I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8")
ALL = (TD3, TD2, TD1)


@pytest.mark.parametrize(
    ("lines", "kind", "number"),
    [(TD3, "护照", "L898902C3"), (TD2, "证件", "D23145890"), (TD1, "证件", "D23145890")],
)
def test_the_lines_of_every_format_tell_who_it_is(lines: tuple[str, ...], kind: str, number: str) -> None:
    checked = check_mrz_lines(lines, today=date(2026, 1, 1))
    facts = checked.facts
    assert (checked.ok, checked.value, facts.kind) == (True, number, kind)
    assert (facts.surname, facts.given_names, facts.country) == ("ERIKSSON", "ANNA MARIA", "UTO")
    assert (facts.birth, facts.expires, facts.sex) == (date(1974, 8, 12), date(2012, 4, 15), Sex.FEMALE)


def test_a_long_number_goes_on_in_the_optional_data() -> None:
    checked = check_mrz_lines(LONG)
    assert (checked.ok, checked.value) == (True, "D23145890734")


@pytest.mark.parametrize("lines", ALL)
def test_one_wrong_character_in_a_checked_field_is_noticed(lines: tuple[str, ...]) -> None:
    at = next(i for i, line in enumerate(lines) if "740812" in line)
    place = lines[at].index("740812")
    wrong = [line if i != at else line[:place] + "75" + line[place + 2 :] for i, line in enumerate(lines)]
    assert "出生日期" in (check_mrz_lines(wrong).problem or "")


def test_lines_of_another_shape_or_with_other_characters_are_refused() -> None:
    for lines in ((), ("",), ("A" * 44,), ("A" * 44, "B" * 43), ("A" * 30,) * 2, ("一" * 30,) * 3):
        checked = check_mrz_lines(lines)
        assert not checked.ok
        assert checked.problem


@pytest.mark.parametrize("lines", ALL)
def test_what_a_machine_confuses_is_mended(lines: tuple[str, ...]) -> None:
    read = [
        line.replace("ERIKSSON", "ER1K550N").replace("740812", "74O8I2").replace("UTO", "UT0")
        for line in lines
    ]
    read[0] = read[0].replace("<<<<<", "<< <《<<", 1) if "<<<<<" in read[0] else read[0]
    assert mended_mrz(read) != tuple(read)
    assert check_mrz_lines(mended_mrz(read)).ok


def test_a_filler_too_many_or_too_few_is_mended() -> None:
    assert mended_mrz((TD3[0] + "<<", TD3[1].replace("<<<<<", "<<<"))) == TD3
    assert mended_mrz((TD1[0][:-3], TD1[1], TD1[2] + "<")) == TD1


def test_a_number_is_never_mended() -> None:
    read = (TD3[0], TD3[1].replace("L898902C3", "L8989O2C3"))
    assert mended_mrz(read) == read
    assert "护照号码" in (check_mrz_lines(read).problem or "")


@given(lines=st.lists(st.text(max_size=50), max_size=4))
def test_any_lines_are_mended_and_judged(lines: list[str]) -> None:
    assert not check_mrz_lines(mended_mrz(lines)).ok or len(lines) in {2, 3}


@given(
    lines=st.sampled_from(ALL), at=st.integers(0, 2), place=st.integers(0, 43),
    char=st.sampled_from("ABCXYZ0123456789<"),
)  # fmt: skip
def test_mending_leaves_a_right_line_right(lines: tuple[str, ...], at: int, place: int, char: str) -> None:
    assert mended_mrz(lines) == lines
    damaged = list(lines)
    line = damaged[at % len(lines)]
    damaged[at % len(lines)] = line[: place % len(line)] + char + line[place % len(line) + 1 :]
    once = mended_mrz(damaged)
    assert mended_mrz(once) == once
