from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.money import capital_money, format_money, format_short, parse_money


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("356789.12", "356789.12"),
        ("12,345.67", "12345.67"),
        ("12,345.670", "12345.67"),
        ("１２，３４５．６７", "12345.67"),
        ("￥ 12 345 元", "12345"),
        ("人民币12345元整", "12345"),
        ("12.5万", "125000"),
        ("12.5万元", "125000"),
        ("3万5千", "35000"),
        ("1.2亿", "120000000"),
        ("壹拾贰万叁仟", "123000"),
        ("壹拾贰万叁仟元整", "123000"),
        ("十万", "100000"),
        ("十二", "12"),
        ("两万零五", "20005"),
        ("一百零二元", "102"),
        ("二十五万三千六百元五角", "253600.5"),
        ("壹仟贰佰叁拾肆元伍角陆分", "1234.56"),
        ("壹佰元零伍分", "100.05"),
        ("5角", "0.5"),
        ("一万亿", "1000000000000"),
        ("1000000000000", "1000000000000"),
        ("0", "0"),
        ("零元", "0"),
        (".5", "0.5"),
        ("1,234万", "12340000"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    parsed = parse_money(text)
    assert parsed.problem is None
    assert parsed.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请输入金额"),
        ("元", "看不懂"),
        ("12,345.678", "12,345.68"),
        ("12,34", "逗号"),
        ("1,23,456", "逗号"),
        ("-5", "负数"),
        ("负五万", "负数"),
        ("1e12", "科学计数法"),
        ("三万五", "缺少单位"),
        ("3万5", "缺少单位"),
        ("一二三", "缺少"),
        ("十百", "次序"),
        ("万", "缺少数字"),
        ("三万二万", "两次"),
        ("大约五千", "“大”"),
        ("12.3.4", "看不懂"),
        ("9" * 30, "过大"),
        ("9" * 5000, "过大"),
        ("12.5元3角", "角分"),
    ],
)
def test_an_unclear_amount_gets_a_sentence_and_never_a_guess(text: str, words: str) -> None:
    parsed = parse_money(text)
    assert parsed.amount is None
    assert words in (parsed.problem or "")


def test_a_negative_amount_is_right_where_it_is_allowed() -> None:
    assert parse_money("-1,200.50", allow_negative=True).amount == Decimal("-1200.50")


def test_amounts_are_shown_grouped() -> None:
    assert format_money(Decimal("356789.1")) == "356,789.10"
    assert format_short(Decimal("1300.00")) == "1,300"
    assert format_short(Decimal("50.025")) == "50.025"
    assert format_short(Decimal("1E+6")) == "1,000,000"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("10", "壹拾元整"),
        ("102", "壹佰零贰元整"),
        ("356789.12", "叁拾伍万陆仟柒佰捌拾玖元壹角贰分"),
        ("100000.05", "壹拾万元零伍分"),
        ("1000000001", "壹拾亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000000", "壹万亿元整"),
        ("0.30", "叁角整"),
        ("-5", "负伍元整"),
        ("20005000", "贰仟万伍仟元整"),
    ],
)
def test_amounts_are_written_in_the_numerals_of_bills(amount: str, words: str) -> None:
    assert capital_money(Decimal(amount)) == words
