"""What the data of every document has in common: checked fields, money, dates, accounts.

Every document's data is a frozen dataclass on :class:`Facts`. A field without a default is required: its
text may not be blank, its list not empty. Amounts are yuan as ``Decimal`` with at most two places; moments
are aware; days are local calendar dates.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import Enum

_FEN = Decimal("0.01")
_LIMIT = Decimal(10) ** 12
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def _fault(value: object, required: bool) -> str | None:
    """Return what is wrong with one value, None if nothing is."""
    match value:
        case str() if required and not value.strip():
            return "is blank"
        case datetime() if value.tzinfo is None:
            return "needs a time zone"
        case Decimal() if not (value.is_finite() and 0 <= value < _LIMIT and value == value.quantize(_FEN)):
            return "is no amount in yuan and fen"
        case int() if value < 0:
            return "is counted from 0"
        case tuple() if required and not value:
            return "is empty"
        case tuple():
            return next((fault for item in value if (fault := _fault(item, required=True))), None)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Fields that are checked when they are put together; ValueError names the wrong one."""

    def __post_init__(self) -> None:
        for spec in fields(self):
            required = spec.default is MISSING and spec.default_factory is MISSING
            fault = _fault(getattr(self, spec.name), required)
            if fault is not None:
                raise ValueError(f"{type(self).__name__}.{spec.name} {fault}")


class Charge(Enum):
    """Which rule a fee is paid beforehand by (诉讼费用交纳办法 第二十二条).

    A suit within seven days of the notice, an appeal likewise where it was not paid when it was handed in, an
    application when it is made or within the time the court sets.
    """

    SUIT = "suit"
    APPEAL = "appeal"
    APPLICATION = "application"


class Form(Enum):
    """How a material was handed in."""

    ORIGINAL = "original"
    COPY = "copy"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Facts):
    """What every paper says of itself.

    ``number`` is this paper's own number (with it the paper is found again), ``case_no`` the court's number
    of the case, blank before there is one. ``officer`` is who issues it, ``phone`` whom to ask. ``copy``
    counts reprints, 0 = the first print; ``copied`` says when and by whom. ``court_mongolian`` is the court's
    name in the traditional script, blank where the court does not ask for it.
    """

    court: str
    number: str
    issued: datetime
    case_no: str = ""
    officer: str = ""
    phone: str = "12368"
    copy: int = 0
    copied: str = ""
    court_mongolian: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Facts):
    """A bank account; a bank that is not known is written by hand."""

    holder: str
    number: str
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Facts):
    """One line of a fee: what it is, its amount, the article it rests on."""

    name: str
    amount: Decimal
    basis: str


def yuan(amount: Decimal) -> str:
    """Return an amount as ``1,050.00``."""
    return f"{amount:,.2f}"


def _capital_group(number: int) -> str:
    """Return four digits in capitals, a run of noughts inside as one."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _UNITS[place]
            gap = False
        else:
            gap = True
    return text


def capitals(amount: Decimal) -> str:
    """Return an amount in the capitals of financial papers, such as ``壹仟零伍拾元整`` (支付结算办法 附件一).

    Raises ValueError from 10¹² yuan on.
    """
    if not 0 <= amount < _LIMIT:
        raise ValueError(f"{amount} cannot be written in capitals")
    fen_total = int(amount.quantize(_FEN) * 100)
    whole, jiao, fen = fen_total // 100, fen_total // 10 % 10, fen_total % 10
    text = ""
    for group in range(2, -1, -1):
        part = whole // 10 ** (4 * group) % 10000
        if part:
            gap = text and (part < 1000 or whole // 10 ** (4 * (group + 1)) % 10 == 0)
            text += ("零" if gap else "") + _capital_group(part) + _GROUPS[group]
    text = f"{text}元" if text else ""
    if not fen_total % 100:
        return f"{text or '零元'}整"
    text += f"{_DIGITS[jiao]}角" if jiao else ("零" if text else "")
    return text + (f"{_DIGITS[fen]}分" if fen else "整")
