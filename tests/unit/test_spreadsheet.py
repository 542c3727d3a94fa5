"""Tables of other people: read as text, and nothing in them is run, followed or believed."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.errors import Cancelled, FormProblem
from app.services.spreadsheet import MOST_BYTES, MOST_ROWS, read_table
from tests.helpers.tables import csv, repacked, xlsx

MOMENT = datetime(2026, 2, 28, 9, 30)  # noqa: DTZ001 - a spreadsheet knows no zones


def texts(path: Path) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in line.cells if cell.text) for line in read_table(path)]


def refusal(path: Path) -> str:
    with pytest.raises(FormProblem) as caught:
        read_table(path)
    assert caught.value.safe == "没有录入任何一行，已填的都在。"
    assert caught.value.next_step
    return caught.value.happened


def test_cells_of_any_kind_become_the_text_a_clerk_sees(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        [["姓名", 12, 12.5, 0.1, True, date(2026, 2, 28), MOMENT, None, " 空格 ", 0]],
    )
    assert texts(path) == [("姓名", "12", "12.5", "0.1", "是", "2026-02-28", "2026-02-28 09:30", "空格", "0")]


def test_row_numbers_are_those_the_spreadsheet_program_shows(tmp_path: Path) -> None:
    rows = [["姓名"], [], ["甲"], [None], ["乙"]]
    assert [line.number for line in read_table(xlsx(tmp_path / "a.xlsx", rows))] == [1, 3, 5]
    path = tmp_path / "a.csv"
    path.write_text('姓名\n\n"甲\n乙"\n丙\n', "utf-8")
    assert [line.number for line in read_table(path)] == [1, 3, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_chinese_programs_write(tmp_path: Path, encoding: str) -> None:
    rare = "" if encoding == "gb18030" else "𬭎"
    path = csv(tmp_path / "a.csv", [["姓名", "地址"], [f"张{rare}", "呼和浩特"]], encoding)
    assert texts(path) == [("姓名", "地址"), (f"张{rare}", "呼和浩特")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_split_by_whatever_its_head_is_split_by(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"姓名{delimiter}地址\n甲{delimiter}乙\n", "utf-8")
    assert texts(path) == [("姓名", "地址"), ("甲", "乙")]


def test_a_number_whose_last_digits_are_lost_is_told_never_taken(tmp_path: Path) -> None:
    (line,) = read_table(xlsx(tmp_path / "a.xlsx", [["甲", 150402199003075517]]))
    assert "末几位已丢失" in line.cells[1].problem
    path = tmp_path / "a.csv"
    path.write_text("甲,1.50402E+17\n", "utf-8")
    (line,) = read_table(path)
    assert "末几位已丢失" in line.cells[1].problem


def test_a_formula_is_told_never_calculated(tmp_path: Path) -> None:
    (line,) = read_table(xlsx(tmp_path / "a.xlsx", [["甲", "=1+1", '=HYPERLINK("http://x","y")']]))
    assert [bool(cell.problem) for cell in line.cells[:3]] == [False, True, True]
    path = tmp_path / "a.csv"
    path.write_text('甲,=1+1,"=""150402199003075517"""\n', "utf-8")
    (line,) = read_table(path)
    assert [cell.text for cell in line.cells] == ["甲", "", "150402199003075517"]
    assert line.cells[1].problem


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"\xef\xbb\xbf"[:0], b"\r\n \r\n", b"\0\0\0"):
        path = tmp_path / "a.csv"
        path.write_bytes(data)
        assert refusal(path) == "文件是空的。"


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.xlsx") == "读不出这个文件。"
    assert refusal(tmp_path) == "读不出这个文件。"


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    assert refusal(path) == "文件不是表格。"
    path.write_bytes(b"PK\x03\x04" + b"x" * 500)
    assert refusal(path) == "文件不是完好的 .xlsx 表格。"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 500)
    assert "旧的 .xls 格式" in refusal(path)


def test_a_package_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    assert refusal(path) == "文件不是完好的 .xlsx 表格。"


@pytest.mark.parametrize("damage", [b"", b"<", b"<worksheet>", b"\xff\xfe\x00", b"<a><b></a>"])
def test_a_damaged_sheet_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = repacked(xlsx(tmp_path / "a.xlsx", [["姓名"], ["甲"]]), xl__worksheets__sheet1_dot_xml=damage)
    assert refusal(path) == "文件不是完好的 .xlsx 表格。"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = repacked(xlsx(tmp_path / "a.xlsx", [["姓名"]]), xl__media__a_dot_bin=bytes(60 * 2**20))
    assert path.stat().st_size < 200_000
    started = time.perf_counter()
    assert refusal(path) == "文件解开后太大，不像一张名单。"
    assert time.perf_counter() - started < 10


def test_a_package_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for number in range(1_200):
            package.writestr(f"x{number}", b"")
    path = tmp_path / "a.xlsx"
    path.write_bytes(made.getvalue())
    assert refusal(path) == "文件解开后太大，不像一张名单。"


def test_macros_are_refused(tmp_path: Path) -> None:
    path = repacked(xlsx(tmp_path / "a.xlsx", [["姓名"]]), xl__vbaProject_dot_bin=b"macro")
    assert refusal(path) == "文件里有宏。"


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    path = repacked(xlsx(tmp_path / "a.xlsx", [["姓名"]]), xl__worksheets__sheet1_dot_xml=bomb)
    assert refusal(path) == "文件不是表格软件存出来的。"


def test_a_hundred_thousand_rows_are_refused_soon(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名\n" + "甲\n" * 100_000, "utf-8")
    started = time.perf_counter()
    assert refusal(path) == f"表格超过 {MOST_ROWS:,} 行。"
    assert time.perf_counter() - started < 10


def test_a_million_empty_rows_are_refused_soon(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1, 30_000))
    far = b'<row r="1048576"><c t="inlineStr" r="A1048576"><is><t>x</t></is></c></row>'
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    path = repacked(
        xlsx(tmp_path / "a.xlsx", [["姓名"]]),
        xl__worksheets__sheet1_dot_xml=sheet + rows + far + b"</sheetData></worksheet>",
    )
    assert refusal(path) == "表格超过 20,000 行。"


def test_a_file_too_large_to_be_a_list_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as made:
        made.truncate(MOST_BYTES + 1)
    assert refusal(path) == "文件超过 10 MB。"


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名\n"' + "甲" * 200_000, "utf-8")
    assert "不是表格的一行" in refusal(path)


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].sheet_state = "hidden"
    book.worksheets[0].append(["暗"])
    book.create_sheet("明").append(["姓名"])
    book.save(tmp_path / "a.xlsx")
    assert texts(tmp_path / "a.xlsx") == [("姓名",)]


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        read_table(csv(tmp_path / "a.csv", [["姓名"], ["甲"]]), lambda: True)
