"""The model of a paper refuses what no renderer could draw."""

from __future__ import annotations

from datetime import datetime

import pytest

from printing.layout import Column, CopyMark, Heading, Metadata, Table
from printing.text import LIMIT, printable
from printing.typeset import widths, wrap


def length(text: str) -> float:
    """A full-width character counts 2, others 1."""
    return sum(2 if ord(char) > 0x2000 else 1 for char in text)


def test_a_row_needs_as_many_cells_as_there_are_columns() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table((Column("a", 1), Column("b", 1)), (("only one",),))


def test_a_total_row_needs_as_many_cells_too() -> None:
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table((Column("a", 1),), (), total=("x", "y"))


@pytest.mark.parametrize("width", [0, -1, float("nan")])
def test_a_column_needs_a_width(width: float) -> None:
    with pytest.raises(ValueError, match="no width"):
        Column("a", width)


def test_a_heading_has_level_one_or_two() -> None:
    with pytest.raises(ValueError, match="level"):
        Heading("x", 3)


def test_the_first_print_is_no_copy() -> None:
    with pytest.raises(ValueError, match="from 1"):
        CopyMark(0)


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Metadata(created=datetime(2026, 1, 1))  # noqa: DTZ001  that is the point


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("张三\x1b@\x1dV\x00", "张三@V"),
        ("张\u202e三\u2066\u200b\u200d\ufeff", "张三"),
        ("第一行\r\n第二行\t尾", "第一行  第二行 尾"),
        ("e\u0301", "é"),
        ("<b>张三</b> & {x}", "<b>张三</b> & {x}"),
        ("葛\U000e0100", "葛"),
        ("a\ud800b", "a\ufffdb"),
        ("𬭎㛃䶮𪜀·", "𬭎㛃䶮𪜀·"),
        ("", ""),
    ],
)
def test_controls_go_and_every_character_of_a_name_stays(raw: str, clean: str) -> None:
    assert printable(raw) == clean


def test_a_text_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert printable("字" * 10, limit=4) == "字字字…"
    assert len(printable("字" * (LIMIT + 1))) == LIMIT
    assert printable("字", limit=0) == ""


def test_chinese_breaks_anywhere_but_not_before_closing_punctuation() -> None:
    assert wrap("民事起诉状，一份", 10, length) == ("民事起诉", "状，一份")
    assert wrap("合同（一）", 6, length) == ("合同", "（一）")


def test_words_and_numbers_stay_whole_while_they_fit() -> None:
    assert wrap("编号 HT-2024-0815 号", 14, length) == ("编号", "HT-2024-0815", "号")


def test_a_word_wider_than_the_line_is_split() -> None:
    assert wrap("ABCDEFGH", 3, length) == ("ABC", "DEF", "GH")


def test_a_line_narrower_than_a_character_still_ends() -> None:
    assert wrap("张三", 1, length) == ("张", "三")


def test_an_indent_shortens_the_first_line_only() -> None:
    assert wrap("一二三四五六", 8, length, first=4) == ("一二", "三四五六")


def test_an_empty_text_is_one_empty_line() -> None:
    assert wrap("", 10, length) == ("",)


def test_columns_share_the_width() -> None:
    assert widths((1, 3), 100) == (25, 75)
