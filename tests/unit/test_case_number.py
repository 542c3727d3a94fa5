from __future__ import annotations

import pytest

from app.domain.case_number import (
    CaseNumber,
    check_case_number,
    format_case_number,
    parse_case_number,
    parse_case_types,
    parse_courts,
)
from app.domain.toml_text import CatalogueError
from tests.helpers.domain import RESOURCES

TYPES = parse_case_types((RESOURCES / "codes/case_types.tsv").read_text("utf-8"), "case_types.tsv")
COURTS = parse_courts((RESOURCES / "codes/courts.tsv").read_text("utf-8"), "courts.tsv")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("（2026）内0404民初123号", CaseNumber(2026, "内0404", "民初", "123")),
        ("(2026)内04民终1号之二", CaseNumber(2026, "内04", "民终", "1", "二")),
        (" （２０２６） 内 行申 7 号 ", CaseNumber(2026, "内", "行申", "7")),
        ("(2021)川0104民诉前调801号", CaseNumber(2021, "川0104", "民诉前调", "801")),
        ("〔2023〕最高法知民终5号", CaseNumber(2023, "最高法知", "民终", "5")),
        ("（2024）最高法民申99号", CaseNumber(2024, "最高法", "民申", "99")),
        ("（2026）兵0801执恢12号", CaseNumber(2026, "兵0801", "执恢", "12")),
    ],
)
def test_numbers_are_read_in_either_brackets(text: str, number: CaseNumber) -> None:
    assert parse_case_number(text) == number
    assert parse_case_number(format_case_number(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "(2026)内0404民初123号",
        "（2026）内0404民初123",
        "2026内0404民初123号",
        "2026内0404民初123",
        "【2026】内0404民初123号",
        " （２０２６） 内 ０４０４ 民初 １２３ ",
        "(2026）内0404 民初123 号",
    ],
)
def test_a_number_typed_carelessly_is_written_out_as_printed(text: str) -> None:
    checked = check_case_number(text, TYPES, COURTS)
    assert (checked.ok, checked.value) == (True, "（2026）内0404民初123号")
    assert not checked.warnings


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "收案年度"),
        ("民初123号", "收案年度"),
        ("内0404民初123号", "收案年度"),
        ("（26）内04民初1号", "收案年度"),
        ("（2026）民初123号", "法院代字"),
        ("（2026）美0404民初1号", "法院代字"),
        ("（2026）内0404", "类型代字"),
        ("（2026）内0404123号", "类型代字"),
        ("（2026）内0404民初号", "案件编号"),
        ("（2026）内0404民初123号等", "案号格式"),
    ],
)
def test_a_missing_part_is_named_and_never_made_up(text: str, missing: str) -> None:
    with pytest.raises(ValueError, match="案号格式") as wrong:
        parse_case_number(text)
    assert missing in str(wrong.value)
    checked = check_case_number(text)
    assert (checked.ok, checked.value) == (False, text.strip())


def test_a_known_number_passes_without_warnings_and_is_written_out() -> None:
    checked = check_case_number("(2026)内0404民初123号", TYPES, COURTS)
    assert checked.value == "（2026）内0404民初123号"
    assert not checked.warnings
    assert str(parse_case_number(checked.value)) == checked.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("（2026）内0404民怪1号", "类型代字"),
        ("（2026）京0101民初1号", "法院代字"),
        ("（2026）内0404民初012号", "补0"),
        ("（2015）内0404民初12号", "2016"),
        ("（2015）松民初字第123号", "旧式案号"),
    ],
)
def test_the_unusual_warns_and_never_blocks(text: str, words: str) -> None:
    checked = check_case_number(text, TYPES, COURTS)
    assert checked.ok
    assert words in checked.warnings[0]


def test_the_tables_hold_the_local_courts_and_the_window_types() -> None:
    assert COURTS["内0404"].name == "赤峰市松山区人民法院"
    assert len(COURTS) == 24
    assert len(TYPES) == 43
    assert TYPES["民初"].at_window
    assert not TYPES["民监"].at_window


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("代字\t名称\n", 1),
        ("word\tcode\tname\tat_window\n民初\t1\t一审\n", 2),
        ("word\tcode\tname\tat_window\n民初\t1\t一审\tY\n民初\t1\t一审\tY\n", 3),
    ],
)
def test_a_wrong_table_names_its_line(text: str, line: int) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_case_types(text, "case_types.tsv")
    assert caught.value.line == line


def test_a_wrong_court_row_names_its_line() -> None:
    head = "code\tname\tdivision\tlevel\n"
    for rows in ("内\t高院\t15\t高级\n", "内\t高院\t150000\t高级\n内\t高院\t150000\t高级\n"):
        with pytest.raises(CatalogueError):
            parse_courts(head + rows, "courts.tsv")
