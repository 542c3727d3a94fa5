"""Reading a table somebody else made: .xlsx and .csv as lines of text, whatever the file really holds.

Nothing in a file is run or followed: no macro, no formula, no link, no outside entity.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from app.errors import Cancelled, FormProblem
from app.texts import _

MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 100
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_UNPACKED: Final = 40 * 1024 * 1024
MOST_PARTS: Final = 1_000
LAST_ROW: Final = 20_000
"""Rows of an .xlsx that are looked at, empty ones too: a sheet may have a million that were only coloured."""
EXACT_DIGITS: Final = 15
"""Digits a spreadsheet program keeps of a number; the rest of an identity number is lost."""

_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOST_DIGITS: Final = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{2}", re.IGNORECASE)
_QUOTED: Final = re.compile(r'="([^"=]*)"')
_DELIMITERS: Final = ",;\t"
# What zip and XML readers raise on bytes of a shape they did not foresee.
_SHAPELESS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell; ``problem`` is a sentence when the text cannot be what was meant."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row that holds anything; ``number`` is the one the spreadsheet program shows."""

    number: int
    cells: tuple[Cell, ...]


def read_table(path: Path, cancelled: Callable[[], bool] = lambda: False) -> tuple[Line, ...]:
    """Return the rows of a .csv, or of the first sheet of an .xlsx, that hold anything.

    Raises FormProblem with one sentence of what is wrong with the file, Cancelled.
    """
    data = _bytes(path)
    rows = _workbook(data) if data.startswith(b"PK") else _csv(data)
    lines: list[Line] = []
    for number, cells in rows:
        if cancelled():
            raise Cancelled
        if any(cell.text or cell.problem for cell in cells):
            lines.append(Line(number, cells))
        if len(lines) > MOST_ROWS:
            raise refused(
                _("表格超过 {most} 行。").format(most=f"{MOST_ROWS:,}"), _("请分成几个文件，一个一个导入。")
            )
    return tuple(lines)


def refused(happened: str, next_step: str) -> FormProblem:
    """A file that is not taken; nothing of it was entered."""
    return FormProblem(happened, safe=_("没有录入任何一行，已填的都在。"), next_step=next_step)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise refused(
            _("读不出这个文件。"), _("请看文件是否还在、是否正被别的程序打开，再导入一次。")
        ) from error
    if size > MOST_BYTES:
        raise refused(
            _("文件超过 {most} MB。").format(most=MOST_BYTES // 2**20), _("请分成几个文件，一个一个导入。")
        )
    if not data.strip(b"\0 \t\r\n"):
        raise refused(_("文件是空的。"), _("请核对文件，或用模板重新填写。"))
    if data.startswith(_OLD_OR_LOCKED):
        raise refused(
            _("文件是旧的 .xls 格式，或者加了密码。"), _("请去掉密码，另存为 .xlsx 或 .csv 再导入。")
        )
    return data


# ---- .xlsx -------------------------------------------------------------------------------------------


def _workbook(data: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    try:
        _inspect(data)
        yield from _sheet(data)
    except _SHAPELESS as error:
        raise refused(
            _("文件不是完好的 .xlsx 表格。"), _("请用表格软件打开，另存为 .xlsx 再导入。")
        ) from error


def _inspect(data: bytes) -> None:
    """Look at the parts before unpacking any: what unpacks to too much, or holds macros, is not opened."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise refused(
                _("文件解开后太大，不像一张名单。"), _("请只留要录入的那张表，另存为新文件再导入。")
            )
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise refused(_("文件里有宏。"), _("请另存为不带宏的 .xlsx 再导入。"))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(part):
                raise refused(_("文件不是表格软件存出来的。"), _("请用表格软件另存为 .xlsx 再导入。"))


def _sheet(data: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    from openpyxl import load_workbook  # takes 0.2 s, which no start of the window should

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        if sheet is None:
            raise refused(_("文件里没有可见的表。"), _("请核对文件，或用模板重新填写。"))
        sheet.reset_dimensions()  # what the file says of its own size is not believed
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            if number > LAST_ROW:
                raise refused(
                    _("表格超过 {most} 行。").format(most=f"{LAST_ROW:,}"),
                    _("请删去名单下面多余的行（包括只设了格式的空行），另存后再导入。"),
                )
            yield number, tuple(_cell(cell.value, cell.data_type) for cell in row)
    finally:
        book.close()


def _cell(value: Any, kind: str) -> Cell:
    if value is None:
        return Cell()
    if kind == "f":
        return Cell(problem=_("是公式，请改成计算好的值"))
    if kind == "e":
        return Cell(problem=_("是表格软件算不出来的错误值"))
    if isinstance(value, bool):
        return Cell(_("是") if value else _("否"))
    if isinstance(value, (int, float)):
        return _number(value)
    return Cell(_moment(value) if isinstance(value, (date, time)) else str(value).strip())


def _number(value: float) -> Cell:
    if abs(value) >= 10**EXACT_DIGITS:
        return Cell(problem=_lost())
    exact = Decimal(repr(value))  # 0.1 stays 0.1
    return Cell(f"{exact.normalize():f}" if exact else "0")


def _lost() -> str:
    return _("被表格软件当成了数字，末几位已丢失，请把这一列设为“文本”后重填")


def _moment(value: date | time) -> str:
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return day if value.time() == time() else f"{day} {value:%H:%M}"
    return value.isoformat()


# ---- .csv --------------------------------------------------------------------------------------------


def _csv(data: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    before = 0
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            yield number, tuple(_plain(cell) for cell in _first(row))
    except csv.Error as error:
        raise refused(
            _("第 {line} 行不是表格的一行。").format(line=reader.line_num),
            _("请用表格软件打开，另存为 .xlsx 再导入。"),
        ) from error


def _first(row: Iterable[str]) -> list[str]:
    return [cell for cell, _place in zip(row, range(MOST_COLUMNS), strict=False)]


def _plain(text: str) -> Cell:
    text = text.strip()
    quoted = _QUOTED.fullmatch(text)  # how some programs keep a number a text
    if quoted is not None:
        return Cell(quoted[1].strip())
    if text.startswith("="):
        return Cell(problem=_("是公式，请改成计算好的值"))
    return Cell(problem=_lost()) if _LOST_DIGITS.fullmatch(text) else Cell(text)


def _decoded(data: bytes) -> str:
    """The text by its mark of order, else UTF-8, else what Chinese spreadsheet programs write."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], (encoding,))
    return _strict(data, ("utf-8", "gb18030"))


def _strict(data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise refused(_("文件不是表格。"), _("请用表格软件打开，另存为 .xlsx 或 .csv 再导入。"))


def _delimiter(text: str) -> str:
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=head.count)
