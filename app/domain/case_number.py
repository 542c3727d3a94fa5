"""案号 as the court's case system gives it: read, checked, written back, never made up (法〔2015〕137号)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.checked import NO_FACTS, Checked, Facts, failed, fold, passed
from app.domain.toml_text import CatalogueError
from app.domain.tsv import read_rows

_PROVINCES = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新军兵"
_YEAR = r"[(〔\[【]?([0-9]{4})[)〕\]】]?"
_COURT = rf"(最高法知|最高法|[{_PROVINCES}](?:[0-9]{{4}}|[0-9]{{2}})?)"
_TYPE = r"([\u4e00-\u9fa5]{1,4}?)"
_SERIAL = r"([0-9]{1,8})号?(?:之([一二三四五六七八九十]{1,3}))?"
_NUMBER = re.compile(_YEAR + _COURT + _TYPE + _SERIAL)
_FORM = "案号格式如（2026）内0404民初123号"
_PARTS = (
    (_YEAR, "四位数的收案年度"),
    (_YEAR + _COURT, "法院代字（如内0404）"),
    (_YEAR + _COURT + r"[\u4e00-\u9fa5]", "类型代字（如民初）"),
    (_YEAR + _COURT + r"[\u4e00-\u9fa5]{1,4}[0-9]", "案件编号"),
)
"""What a number begins with, part by part, and how the first part it lacks is called."""
_OLD_WARNING = "这是2016年以前的旧式案号，照原样保存。"
_OLD = re.compile(r"[(〔\[]([0-9]{4})[)〕\]].{1,12}字第[0-9]+(-[0-9]+)?号")


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The parts of a case number; `serial` keeps its digits, `part` is the numeral after 之."""

    year: int
    court: str
    type_word: str
    serial: str
    part: str = ""

    def __str__(self) -> str:
        return format_case_number(self)


@dataclass(frozen=True, slots=True)
class CaseType:
    """One 类型代字 with the code of the national system and whether windows usually meet it."""

    word: str
    code: str
    name: str
    at_window: bool


@dataclass(frozen=True, slots=True)
class Court:
    """One court; `code` is its 法院代字, `division` its GB/T 2260 code."""

    code: str
    name: str
    division: str
    level: str


def parse_case_number(text: str) -> CaseNumber:
    """Read a number in any brackets or none, with or without 号, digits and brackets of either width.

    Nothing is made up: ValueError with a Chinese sentence that names the part that is missing.
    """
    value = "".join(fold(text).split())
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise ValueError(f"{_FORM}{_lacking(value)}。")
    return CaseNumber(int(match[1]), match[2], match[3], match[4], match[5] or "")


def _lacking(value: str) -> str:
    missing = next((name for pattern, name in _PARTS if not re.match(pattern, value)), "")
    return f"，这里缺{missing}；请照文书抄录，不要自编" if missing else ""


def format_case_number(number: CaseNumber) -> str:
    """The number with full-width brackets, as printed."""
    part = f"之{number.part}" if number.part else ""
    return f"（{number.year}）{number.court}{number.type_word}{number.serial}号{part}"


_NO_TYPES: Mapping[str, CaseType] = MappingProxyType({})
_NO_COURTS: Mapping[str, Court] = MappingProxyType({})


def check_case_number(
    text: str, types: Mapping[str, CaseType] = _NO_TYPES, courts: Mapping[str, Court] = _NO_COURTS
) -> Checked:
    """A number as typed; words missing from the tables and the style before 2016 only warn."""
    value = "".join(fold(text).split())
    if _OLD.fullmatch(value):
        return passed(value.replace("(", "（").replace(")", "）"), NO_FACTS, _OLD_WARNING)
    try:
        number = parse_case_number(text)
    except ValueError as error:
        return failed(text.strip(), str(error))
    return passed(format_case_number(number), Facts(number.type_word), *_warnings(number, types, courts))


def _warnings(
    number: CaseNumber, types: Mapping[str, CaseType], courts: Mapping[str, Court]
) -> tuple[str, ...]:
    found = []
    if types and number.type_word not in types:
        found.append(f"类型代字“{number.type_word}”不在常用表中，请核对。")
    if courts and number.court not in courts:
        found.append(f"法院代字“{number.court}”不在本地法院表中，请核对。")
    if number.serial.startswith("0") and number.type_word != "刑核":
        found.append("案件编号前通常不补0，请核对。")
    if number.year < 2016:
        found.append("2016年以前的案号不是这种写法，请核对年份。")
    return tuple(found)


def parse_case_types(text: str, source_name: str) -> Mapping[str, CaseType]:
    """`case_types.tsv` by word."""
    found = {}
    for line, row in read_rows(text, source_name, ("word", "code", "name", "at_window")):
        if row["word"] in found:
            raise CatalogueError(source_name, line, f"代字“{row['word']}”重复")
        found[row["word"]] = CaseType(row["word"], row["code"], row["name"], row["at_window"] == "Y")
    return MappingProxyType(found)


def parse_courts(text: str, source_name: str) -> Mapping[str, Court]:
    """`courts.tsv` by 法院代字."""
    found = {}
    for line, row in read_rows(text, source_name, ("code", "name", "division", "level")):
        if row["code"] in found:
            raise CatalogueError(source_name, line, f"法院代字“{row['code']}”重复")
        if not re.fullmatch(r"[0-9]{6}", row["division"]):
            raise CatalogueError(source_name, line, "区划代码应为6位数字")
        found[row["code"]] = Court(**row)
    return MappingProxyType(found)
