"""Machine-readable lines of passports and cards: ICAO 9303 TD1 (3 × 30), TD2 (2 × 36) and TD3 (2 × 44).

No published standard says whether the Chinese permits for residents of Hong Kong, Macao and Taiwan keep to
TD1 in every field: lines whose check digits agree are used, others are refused and typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.checked import Checked, Facts, Sex, compact, failed, passed

_WEIGHTS = (7, 3, 1)
_FILLERS = dict.fromkeys("〈〉《》«»‹›≤く＜", "<")
_AS_DIGIT = str.maketrans("OQDILZSGB", "000112568")
_AS_LETTER = str.maketrans("012568", "OIZSGB")
_MOST_FITTED = 4
_RUN = re.compile(r"<{3,}")

Place = tuple[int, slice]


@dataclass(frozen=True, slots=True)
class _Format:
    """Where the fields stand: line and columns."""

    title: str
    lines: int
    length: int
    number: Place
    birth: Place
    expires: Place
    sex: tuple[int, int]
    country: Place
    issuer: Place
    names: Place
    composite: tuple[Place, ...]
    composite_digit: tuple[int, int]
    personal: Place | None = None
    overflow: Place | None = None
    """Where a number of more than 9 characters goes on (9303-5 and 9303-6)."""

    @property
    def digits(self) -> tuple[Place, ...]:
        """Fields with digits only."""
        line, column = self.composite_digit
        checks = tuple((at, slice(s.stop, s.stop + 1)) for at, s in (self.birth, self.expires))
        return (self.birth, self.expires, *checks, (line, slice(column, column + 1)))

    @property
    def letters(self) -> tuple[Place, ...]:
        """Fields with letters only."""
        return ((0, slice(0, 1)), self.issuer, self.country, self.names)


_SECOND = {"number": (1, slice(0, 9)), "birth": (1, slice(13, 19)), "expires": (1, slice(21, 27))}
_TD3 = _Format(
    "护照", 2, 44, **_SECOND, sex=(1, 20), country=(1, slice(10, 13)),
    issuer=(0, slice(2, 5)), names=(0, slice(5, 44)), personal=(1, slice(28, 42)),
    composite=((1, slice(0, 10)), (1, slice(13, 20)), (1, slice(21, 43))), composite_digit=(1, 43),
)  # fmt: skip
_TD2 = _Format(
    "证件", 2, 36, **_SECOND, sex=(1, 20), country=(1, slice(10, 13)),
    issuer=(0, slice(2, 5)), names=(0, slice(5, 36)), overflow=(1, slice(28, 35)),
    composite=((1, slice(0, 10)), (1, slice(13, 20)), (1, slice(21, 35))), composite_digit=(1, 35),
)  # fmt: skip
_TD1 = _Format(
    "证件", 3, 30, number=(0, slice(5, 14)), birth=(1, slice(0, 6)), expires=(1, slice(8, 14)),
    sex=(1, 7), country=(1, slice(15, 18)), issuer=(0, slice(2, 5)), names=(2, slice(0, 30)),
    overflow=(0, slice(15, 30)),
    composite=((0, slice(5, 30)), (1, slice(0, 7)), (1, slice(8, 15)), (1, slice(18, 29))),
    composite_digit=(1, 29),
)  # fmt: skip
_FORMATS: Mapping[tuple[int, int], _Format] = {(f.lines, f.length): f for f in (_TD1, _TD2, _TD3)}


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
    if len(line) != _TD3.length or not re.fullmatch(r"[0-9A-Z<]+", line):
        return failed(line, f"护照机读码第二行应为44位字母、数字和“<”，现有{len(line)}位。")
    return _checked(_TD3, (compact(line1), line), today)


def check_mrz_lines(lines: Sequence[str], *, today: date | None = None) -> Checked:
    """All machine-readable lines of a document of any of the three formats; as :func:`check_mrz`."""
    whole = tuple(compact(line) for line in lines)
    found = _FORMATS.get((len(whole), len(whole[0]) if whole else 0))
    if found is None or any(len(line) != found.length for line in whole):
        shape = "、".join(str(len(line)) for line in whole) or "0"
        return failed("", f"机读码应为2行44位、2行36位或3行30位，现有{len(whole)}行（{shape}位）。")
    if not all(re.fullmatch(r"[0-9A-Z<]+", line) for line in whole):
        return failed("", "机读码只有字母、数字和“<”，请对照原件核对。")
    return _checked(found, whole, today)


def mended_mrz(lines: Sequence[str]) -> tuple[str, ...]:
    """What a reading machine easily confuses, put right where the format leaves no doubt.

    Fillers written in another way, a filler too many or too few in a run of them, digits where only letters
    stand and the other way round. Document numbers are left alone: both may stand there.
    """
    read = tuple(compact("".join(_FILLERS.get(c, c) for c in line)) for line in lines)
    shape = min(_FORMATS, key=lambda s: (s[0] != len(read), sum(abs(len(line) - s[1]) for line in read)))
    form = _FORMATS[shape]
    fitted = [_fitted(line, form.length) for line in read]
    if len(fitted) != form.lines or any(len(line) != form.length for line in fitted):
        return read
    for places, table in ((form.digits, _AS_DIGIT), (form.letters, _AS_LETTER)):
        for at, columns in places:
            line = fitted[at]
            fitted[at] = line[: columns.start] + line[columns].translate(table) + line[columns.stop :]
    return tuple(fitted)


def _fitted(line: str, length: int) -> str:
    """Lengthen or shorten the longest run of fillers until the line fits; leave it when that is a guess."""
    missing = length - len(line)
    runs = sorted(_RUN.finditer(line), key=lambda run: run.end() - run.start())
    if not missing or abs(missing) > _MOST_FITTED or not runs:
        return line
    run = runs[-1]
    size = max(1, run.end() - run.start() + missing)
    return line[: run.start()] + "<" * size + line[run.end() :]


def _checked(form: _Format, lines: Sequence[str], today: date | None) -> Checked:
    number, digit = _number(form, lines)
    value = number.strip("<")
    fields = [(f"{form.title}号码", number, digit)]
    for name, (line, place) in (("出生日期", form.birth), ("有效期", form.expires)):
        fields.append((name, lines[line][place], lines[line][place.stop]))
    if form.personal is not None:
        line, place = form.personal
        personal, check = lines[line][place], lines[line][place.stop]
        if personal.strip("<") or check not in "<0":
            fields.append(("个人号码", personal, check))
    whole = "".join(lines[line][place] for line, place in form.composite)
    line, column = form.composite_digit
    fields.append(("", whole, lines[line][column]))
    for name, field, check in fields:
        if mrz_check_digit(field) != check:
            what = f"{name}的校验位" if name else "的总校验位"
            return failed(value, f"{form.title}机读码中{what}不对，请重新扫描或对照原件录入。")
    return passed(value, _facts(form, lines, today))


def _number(form: _Format, lines: Sequence[str]) -> tuple[str, str]:
    """The document number and its check digit; the digit of a long number stands behind its rest."""
    line, columns = form.number
    number, digit = lines[line][columns], lines[line][columns.stop]
    if form.overflow is None or digit != "<":
        return number, digit
    rest = lines[form.overflow[0]][form.overflow[1]].partition("<")[0]
    return (number + rest[:-1], rest[-1]) if rest else (number, digit)


def _facts(form: _Format, lines: Sequence[str], today: date | None) -> Facts:
    def field(place: Place) -> str:
        return lines[place[0]][place[1]]

    surname, _, given = field(form.names).partition("<<")
    return Facts(
        kind=form.title,
        birth=_birth(field(form.birth), today),
        sex={"M": Sex.MALE, "F": Sex.FEMALE}.get(lines[form.sex[0]][form.sex[1]]),
        country=field(form.country).rstrip("<"),
        expires=_date(field(form.expires), 2000),
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
