"""Every character finds the font that draws it."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from printing import fonts
from printing.fonts import Font, Run, Style, drawable, missing, runs


@pytest.mark.parametrize("style", Style)
def test_rare_names_are_covered_in_every_style(style: Style) -> None:
    assert missing("㛃𬭎䶮𪜀𫠠·张", style) == ()


def test_text_is_split_by_the_first_font_that_has_the_character() -> None:
    assert runs("张𬭎𪜀䶮", Style.SANS) == (
        Run(Font.SANS, "张𬭎"),
        Run(Font.RARE, "𪜀"),
        Run(Font.SANS, "䶮"),
    )


def test_missing_names_each_character_once_in_order() -> None:
    assert missing("a\ue815张\U0010fffd\ue815") == ("\ue815", "\U0010fffd")


def test_a_character_without_a_glyph_is_written_as_its_code() -> None:
    assert drawable("张\ue815", Style.SANS) == "张[U+E815]"
    assert "".join(run.text for run in runs("\U0010fffd", Style.BOLD)) == "[U+10FFFD]"


def test_an_ordinary_name_does_not_open_the_large_font() -> None:
    fonts._coverage.cache_clear()
    fonts._font_of.cache_clear()
    runs.cache_clear()
    runs("张三", Style.SANS)
    assert fonts._coverage.cache_info().currsize == 1


@pytest.mark.parametrize("font", Font)
def test_coverage_is_what_the_font_says(font: Font) -> None:
    with TTFont(font.path, lazy=True) as truth:
        codes = set(truth.getBestCmap())
    coverage = fonts._coverage(font)
    probe = {*range(0x20, 0x500), *range(0x4DA0, 0x4E20), *range(0x2A6F0, 0x2A720), 0x2CB4E, 0x36C3, 0xE815}
    assert {code for code in probe if code in coverage} == probe & codes
    assert sum(end - start + 1 for start, end in zip(coverage.starts, coverage.ends, strict=True)) == len(
        codes
    )


def test_the_table_of_an_old_font_is_read_too() -> None:
    with TTFont(Font.SANS.path, lazy=True) as truth:
        (old,) = {table.compile(truth) for table in truth["cmap"].tables if table.format == 4}
        codes = {code for table in truth["cmap"].tables if table.format == 4 for code in table.cmap}
    coverage = fonts._format_4(old)
    assert all(code in coverage for code in codes)
    assert 0x2CB4E not in coverage


def test_a_file_without_a_character_map_is_named() -> None:
    with Font.SANS.path.open("rb") as file, pytest.raises(ValueError, match="has no nope table"):
        fonts._table(file, b"nope")
