"""Numbers that identify a person: what is certain is checked hard, what is custom is only warned about.

Check digits are computed here because the known libraries reject valid numbers: residence permits of
Hong Kong, Macao and Taiwan, and every number whose area code is younger than its holder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.checked import Checked, Facts, Sex, compact, failed, fold, passed

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_RESIDENCE_PERMITS = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
_OLDEST_AGE = 130


class IdKind(StrEnum):
    """Documents a visitor may show; the value is the word on the form."""

    RESIDENT = "居民身份证"
    HK_MACAO_RESIDENT = "港澳居民居住证"
    TAIWAN_RESIDENT = "台湾居民居住证"
    FOREIGN_RESIDENT = "外国人永久居留身份证"
    PASSPORT = "护照"
    HK_MACAO_PASS = "港澳居民来往内地通行证"  # noqa: S105 - a travel document
    TAIWAN_PASS = "台湾居民来往大陆通行证"  # noqa: S105 - a travel document
    MILITARY = "军人证件"
    HOUSEHOLD = "户口簿"
    OTHER = "其他证件"


@dataclass(frozen=True, slots=True)
class AreaYears:
    """From which year to which year (inclusive, None is open) an area-code prefix was given out."""

    prefix: str
    name: str
    first: int | None = None
    last: int | None = None


LOCAL_AREAS = (
    AreaYears("1527", "原伊克昭盟", last=2001),
    AreaYears("150603", "康巴什区", first=2016),
    AreaYears("1506", "鄂尔多斯市", first=2001),
)


def check_id_number(
    text: str, *, today: date | None = None, areas: Sequence[AreaYears] = LOCAL_AREAS
) -> Checked:
    """An 18-character citizen number, or a number of the same build on a residence permit.

    GB 11643 with ISO 7064 MOD 11-2. The area code against the birth year only warns. Numbers beginning
    with 9 are the foreigners' cards issued since 2023-12-01. With `today`, births in the future fail.
    """
    value = compact(text)
    shape = _shape_problem(value)
    if shape:
        return failed(value, shape)
    expected = id_check_character(value[:17])
    if value[17] != expected:
        return failed(value, f"校验码不对：按前17位计算末位应为“{expected}”，请逐位核对。")
    if value[0] == "9":
        return _foreign_2023(value, today)
    birth = _date(value[6:14])
    facts = Facts(_kind_of(value), birth, _sex(value[16]), value[:6])
    if birth is None:
        return failed(value, f"出生日期“{value[6:14]}”不是有效日期，请核对第7至14位。", facts)
    if today is not None and birth > today:
        return failed(value, f"出生日期{birth.isoformat()}晚于今天，请核对第7至14位。", facts)
    return passed(value, facts, *_area_warnings(value, birth, areas), *_age_warnings(birth, today))


def id_check_character(first17: str) -> str:
    """The check character that belongs to 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def upgrade_old_number(text: str) -> Checked:
    """The 18-character form of a 15-digit number found in old papers; births are taken as 19xx."""
    value = compact(text)
    if not re.fullmatch(r"[0-9]{15}", value):
        return failed(value, "旧身份证号码应为15位数字。")
    longer = f"{value[:6]}19{value[6:]}"
    return check_id_number(longer + id_check_character(longer))


def check_foreign_resident(text: str, *, today: date | None = None) -> Checked:
    """A foreigner's permanent residence card: 15 characters (2017) or 18 (2023), both in use."""
    value = compact(text)
    if re.fullmatch(r"9[0-9]{16}[0-9X]", value):
        return check_id_number(value, today=today)
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", value):
        return _foreign_2017(value)
    return failed(
        value, "外国人永久居留身份证号码应为3个字母加12位数字（2017版），或以9开头的18位（2023版）。"
    )


def check_residence_permit(text: str) -> Checked:
    """A residence permit of Hong Kong, Macao (81/82 0000) or Taiwan (83 0000) residents."""
    value = compact(text)
    if len(value) == 18 and value[:6] not in _RESIDENCE_PERMITS:
        return failed(value, "港澳台居民居住证号码应以810000、820000或830000开头。")
    return check_id_number(value)


def check_passport(text: str) -> Checked:
    """A passport number as printed; countries differ, so only its characters are checked."""
    value = compact(text)
    if not re.fullmatch(r"[A-Z0-9]{5,20}", value):
        return failed(value, "护照号码应为5至20位字母和数字。")
    return passed(value, Facts(IdKind.PASSPORT))


def check_document(kind: IdKind, text: str, *, today: date | None = None) -> Checked:
    """The number of any kind of document; kinds without a published rule get a soft check."""
    if kind in _HARD:
        return _HARD[kind](text)
    if kind in (IdKind.RESIDENT, IdKind.HOUSEHOLD):
        return check_id_number(text, today=today)
    return _soft(kind, compact(text) if kind in _SOFT_SHAPES else fold(text))


def mask_id(text: str) -> str:
    """First 3 and last 4 characters, the rest as stars; short numbers show less."""
    value = text.strip()
    if len(value) >= 11:
        return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    if len(value) >= 6:
        return f"{value[:1]}{'*' * (len(value) - 3)}{value[-2:]}"
    return "*" * len(value)


_HARD: dict[IdKind, Callable[[str], Checked]] = {
    IdKind.HK_MACAO_RESIDENT: check_residence_permit,
    IdKind.TAIWAN_RESIDENT: check_residence_permit,
    IdKind.FOREIGN_RESIDENT: check_foreign_resident,
    IdKind.PASSPORT: check_passport,
}
_SOFT_SHAPES = {
    IdKind.HK_MACAO_PASS: (r"[HM][0-9]{8}([0-9]{2})?", "H或M加8位（或10位）数字"),
    IdKind.TAIWAN_PASS: (r"[0-9]{8}([0-9]{2})?", "8位数字"),
}


def _soft(kind: IdKind, value: str) -> Checked:
    if not value:
        return failed(value, f"{kind.value}号码不能为空。")
    pattern, words = _SOFT_SHAPES.get(kind, (".+", ""))
    if not re.fullmatch(pattern, value):
        return passed(value, Facts(kind), f"{kind.value}号码通常为{words}，请核对原件。")
    return passed(value, Facts(kind))


def _shape_problem(value: str) -> str | None:
    if not value:
        return "身份证号码不能为空。"
    if re.fullmatch(r"[0-9]{15}", value):
        return "这是15位旧号码，旧证已停用，请出示18位号码的证件。"
    if len(value) != 18:
        return f"身份证号码应为18位，现有{len(value)}位。"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        wrong = next((i for i, c in enumerate(value[:17], 1) if c not in "0123456789"), 18)
        return f"第{wrong}位“{value[wrong - 1]}”不对：前17位应为数字，末位为数字或X。"
    return None


def _kind_of(value: str) -> str:
    if value[:6] == "830000":
        return IdKind.TAIWAN_RESIDENT
    return IdKind.HK_MACAO_RESIDENT if value[:6] in _RESIDENCE_PERMITS else IdKind.RESIDENT


def _foreign_2023(value: str, today: date | None) -> Checked:
    birth = _date(value[6:14])
    facts = Facts(IdKind.FOREIGN_RESIDENT, birth, _sex(value[16]), value[1:3], value[3:6])
    if birth is None:
        return passed(value, facts, "按2023版排列读不出出生日期，请核对证件。")
    return passed(value, facts, *_age_warnings(birth, today))


def _foreign_2017(value: str) -> Checked:
    facts = Facts(IdKind.FOREIGN_RESIDENT, area=value[3:7], country=value[:3])
    digits = [int(c, 36) for c in value]
    total = sum(d * w for d, w in zip(digits[:14], (7, 3, 1) * 5, strict=False))
    if total % 10 != digits[14]:
        return passed(value, facts, "末位与常用的校验方法不一致，请对照原件逐位核对。")
    return passed(value, facts)


def _area_warnings(value: str, birth: date, areas: Sequence[AreaYears]) -> tuple[str, ...]:
    if value[:6] in _RESIDENCE_PERMITS:
        return ()
    if not _PROVINCE.match(value):
        return (f"前两位“{value[:2]}”不是现行省级区划代码，请核对原件。",)
    span = next((area for area in areas if value.startswith(area.prefix)), None)
    if span is None:
        return ()
    if span.last is not None and birth.year > span.last:
        return (f"{span.name}的区划代码在{span.last}年后已停用，与出生年份不符，请核对原件。",)
    if span.first is not None and birth.year < span.first:
        return (f"{span.name}的区划代码自{span.first}年启用，晚于出生年份，请核对原件。",)
    return ()


def _age_warnings(birth: date, today: date | None) -> tuple[str, ...]:
    if today is not None and today.year - birth.year > _OLDEST_AGE:
        return (f"按出生日期已超过{_OLDEST_AGE}岁，请核对。",)
    return ()


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _sex(digit: str) -> Sex:
    return Sex.MALE if int(digit) % 2 else Sex.FEMALE


__all__ = [
    "LOCAL_AREAS",
    "AreaYears",
    "Checked",
    "Facts",
    "IdKind",
    "Sex",
    "check_document",
    "check_foreign_resident",
    "check_id_number",
    "check_passport",
    "check_residence_permit",
    "id_check_character",
    "mask_id",
    "upgrade_old_number",
]
