"""Machine-readable lines of a passport (ICAO 9303, TD3: two lines of 44 characters)."""

from __future__ import annotations

import re
from datetime import date

from app.domain.checked import Checked, Facts, Sex, compact, failed, passed

_WEIGHTS = (7, 3, 1)
_LENGTH = 44
_CHECKED_FIELDS = (
    ("护照号码", slice(0, 9), 9),
    ("出生日期", slice(13, 19), 19),
    ("有效期", slice(21, 27), 27),
)


def mrz_check_digit(field: str) -> str:
    """Weights 7-3-1 modulo 10; letters count from A=10, the filler `<` is 0."""
    values = (0 if c == "<" else int(c, 36) for c in field)
    return str(sum(value * _WEIGHTS[i % 3] for i, value in enumerate(values)) % 10)


def check_mrz(line2: str, line1: str = "", *, today: date | None = None) -> Checked:
    """The second line of a passport, with the names when the first is given.

    `value` is the passport number without fillers. Dates with two-digit years are read against `today`;
    without it, births are left unread.
    """
    line = compact(line2)
    if len(line) != _LENGTH or not re.fullmatch(r"[0-9A-Z<]+", line):
        return failed(line, f"护照机读码第二行应为44位字母、数字和“<”，现有{len(line)}位。")
    number = line[:9].rstrip("<")
    for name, field, place in _CHECKED_FIELDS:
        if mrz_check_digit(line[field]) != line[place]:
            return failed(number, f"护照机读码中{name}的校验位不对，请重新扫描或对照首页录入。")
    personal, composite = line[28:42], line[0:10] + line[13:20] + line[21:43]
    empty_personal = not personal.strip("<") and line[42] in "<0"
    if not empty_personal and mrz_check_digit(personal) != line[42]:
        return failed(number, "护照机读码中个人号码的校验位不对，请重新扫描或对照首页录入。")
    if mrz_check_digit(composite) != line[43]:
        return failed(number, "护照机读码的总校验位不对，请重新扫描或对照首页录入。")
    return passed(number, _facts(line, line1, today))


def _facts(line: str, line1: str, today: date | None) -> Facts:
    surname, _, given = compact(line1)[5:].partition("<<")
    return Facts(
        kind="护照",
        birth=_birth(line[13:19], today),
        sex={"M": Sex.MALE, "F": Sex.FEMALE}.get(line[20]),
        country=line[10:13].rstrip("<"),
        expires=_date(line[21:27], 2000),
        surname=surname.replace("<", " ").strip() or None,
        given_names=given.replace("<", " ").strip() or None,
    )


def _birth(digits: str, today: date | None) -> date | None:
    if today is None:
        return None
    born = _date(digits, 2000)
    return born if born is not None and born <= today else _date(digits, 1900)


def _date(digits: str, century: int) -> date | None:
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
