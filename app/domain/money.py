"""Amounts of yuan: what people write becomes a Decimal, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.checked import fold

FEN = Decimal("0.01")
LARGEST = Decimal(10) ** 15

_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "兩": 2,
    "貳": 2,
    "叄": 3,
    "陸": 6,
}
_TOKEN = re.compile(r"([0-9]+(?:\.[0-9]+)?)|(.)", re.DOTALL)
_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_WITH_FRACTION = re.compile(r"(?:(.+?)[元圆圓块])?(?:零|〇)?(?:(.)角)?(?:零|〇)?(?:(.)分)?[整正]?")
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


@dataclass(frozen=True, slots=True)
class ParsedMoney:
    """Either an amount in yuan with at most two decimals, or a Chinese sentence that says what is wrong."""

    amount: Decimal | None
    problem: str | None = None

    @property
    def ok(self) -> bool:
        return self.amount is not None


class _Unclear(Exception):
    """The text is not one amount; the message is the sentence for the clerk."""


def parse_money(text: str, *, allow_negative: bool = False) -> ParsedMoney:
    """Read `12,345.67`, full-width digits, `12.5万`, `壹拾贰万叁仟元整` and mixtures of them."""
    try:
        return ParsedMoney(_parse(text, allow_negative))
    except _Unclear as unclear:
        return ParsedMoney(None, str(unclear))


def format_money(amount: Decimal) -> str:
    """`356,789.12`: grouped, always two decimals."""
    return f"{amount.quantize(FEN, ROUND_HALF_UP):,}"


def format_short(amount: Decimal) -> str:
    """As `format_money`, without decimals that say nothing: `1,300`, `356,789.12`, `50.025`."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def capital_money(amount: Decimal) -> str:
    """The amount in the numerals of bills: `叁拾伍万陆仟柒佰捌拾玖元壹角贰分`."""
    if amount < 0:
        return f"负{capital_money(-amount)}"
    fen = int((amount * 100).to_integral_value(ROUND_HALF_UP))
    yuan, tenths, hundredths = fen // 100, fen // 10 % 10, fen % 10
    words = f"{_capital_integer(yuan)}元" if yuan or not fen else ""
    if not fen % 100:
        return f"{words}整"
    if tenths:
        words += f"{_CAPITALS[tenths]}角"
    elif yuan:
        words += "零"
    return words + (f"{_CAPITALS[hundredths]}分" if hundredths else "整")


def _parse(text: str, allow_negative: bool) -> Decimal:
    value = re.sub(r"\s|人民币|RMB|CNY|[¥￥]", "", fold(text), flags=re.IGNORECASE)
    negative = value.startswith(("-", "负"))
    value = value.lstrip("-负") if negative else value.removeprefix("+")
    if not value:
        raise _Unclear("请输入金额。")
    if negative and not allow_negative:
        raise _Unclear("金额不能为负数。")
    amount = _with_fraction(value)
    if amount >= LARGEST:
        raise _Unclear("金额过大，请核对单位和位数。")
    if amount != amount.quantize(FEN, ROUND_HALF_UP):
        raise _Unclear(f"金额最多到分，请核对是否为{format_money(amount)}元。")
    return -amount if negative else amount


def _with_fraction(value: str) -> Decimal:
    match = _WITH_FRACTION.fullmatch(value)
    if match is None or not any(match.groups()):
        return _number(value.rstrip("整正"))
    yuan, tenths, hundredths = match.groups()
    amount = _number(yuan) if yuan else Decimal(0)
    if (tenths or hundredths) and amount != amount.to_integral_value():
        raise _Unclear("“元”前已有小数，又写了角分，请改写为一个数。")
    return amount + Decimal(_digit(tenths)) / 10 + Decimal(_digit(hundredths)) / 100


def _digit(character: str | None) -> int:
    if character is None:
        return 0
    if character.isascii() and character.isdigit():
        return int(character)
    if character not in _DIGITS:
        raise _Unclear(f"“{character}”不是数字，请核对金额。")
    return _DIGITS[character]


def _number(value: str) -> Decimal:
    if "," in value:
        number = re.match(r"[0-9.,]+", value)
        if number is None or not _GROUPED.fullmatch(number[0]):
            raise _Unclear("逗号位置不对：千分位逗号后应为三位数字，小数点请用“.”。")
        value = value.replace(",", "")
    if _PLAIN.fullmatch(value):
        if len(value) > 40:
            raise _Unclear("金额过大，请核对单位和位数。")
        return Decimal(value)
    if re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", value):
        raise _Unclear("请写出完整数字，不要用科学计数法。")
    return _in_words(value)


@dataclass(slots=True)
class _Reading:
    """Running state while numerals and units are read from the left."""

    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    pending: Decimal | None = None
    last_unit: int = 10**9
    last_large: int = 10**9
    zero_before: bool = False

    def number(self, value: Decimal, is_zero_word: bool) -> None:
        if is_zero_word:
            self.zero_before = True
            return
        if self.pending is not None:
            raise _Unclear("数字之间缺少“十、百、千、万”等单位，请改写。")
        self.pending = value

    def small(self, unit: int) -> None:
        if unit >= self.last_unit:
            raise _Unclear("“十、百、千”的次序不对，请改写为阿拉伯数字。")
        if self.pending is None and unit != 10:
            raise _Unclear("单位前缺少数字，请核对金额。")
        self.section += (Decimal(1) if self.pending is None else self.pending) * unit
        self.pending, self.last_unit, self.zero_before = None, unit, False

    def large(self, unit: int) -> None:
        part = self.section + (self.pending or 0)
        if not part and not (self.total and unit == 10**8):
            raise _Unclear("单位前缺少数字，请核对金额。")
        if unit == 10**8:
            self.total = (self.total + part) * unit
        elif self.last_large <= unit:
            raise _Unclear("“万”出现了两次，请改写为阿拉伯数字。")
        else:
            self.total += part * unit
        self.section, self.pending = Decimal(0), None
        self.last_unit, self.last_large, self.zero_before = unit, unit, False

    def end(self) -> Decimal:
        colloquial = self.pending is not None and 10 < self.last_unit < 10**9 and not self.zero_before
        if colloquial and self.pending is not None and self.pending < 10:
            raise _Unclear("末尾的数字缺少单位（如“三万五”），请写成“三万五千”或阿拉伯数字。")
        return self.total + self.section + (self.pending or 0)


def _in_words(value: str) -> Decimal:
    reading = _Reading()
    for digits, character in _TOKEN.findall(value):
        if digits:
            reading.number(Decimal(digits), is_zero_word=False)
        elif character in _DIGITS:
            reading.number(
                Decimal(_DIGITS[character]), is_zero_word=_DIGITS[character] == 0 and len(value) > 1
            )
        elif character in _SMALL_UNITS:
            reading.small(_SMALL_UNITS[character])
        elif character in _LARGE_UNITS:
            reading.large(_LARGE_UNITS[character])
        else:
            raise _Unclear(f"看不懂“{character}”，请输入数字，如 123456.78 或 12.3万。")
    return reading.end()


def _capital_integer(number: int) -> str:
    if number == 0:
        return "零"
    words, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap else "") + _CAPITALS[digit] + ("", "拾", "佰", "仟")[place % 4]
        gap = not digit and bool(words)
        section = number // 10**place % 10**4 if place % 4 == 0 else 0
        if place % 8 == 4 and section:
            words += "万"
            gap = False
        elif place == 8:
            words += "亿"
            gap = False
    return words
