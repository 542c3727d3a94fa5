"""Rules that hold for whatever is put in: numbers read back, periods, balances, powers, groups, relief."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import HolidayTable, add_months
from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import start_clock
from app.domain.fee_changes import Change, Claim, settle, total_claims
from app.domain.fee_schedule import FeeKind
from app.domain.fees import FeeQuestion, compute_fee
from app.domain.group import FEWEST, MANY, MOST, group_rules, is_wrong
from app.domain.matter import Field, FieldKind, Level, PartyForm, Side
from app.domain.money import FEN, capital_money, format_money, format_short, parse_money
from app.domain.party import Party, Power, guessed_form, read_authority
from app.domain.receipt import parse_receipt_number, receipt_number
from app.domain.relief import Relief, grounds_for, relief_problem, relief_rules
from app.domain.rule import Basis
from app.domain.short_form import check_field
from app.domain.ticket import format_number, parse_number

amounts = st.integers(0, 10**14).map(lambda fen: (Decimal(fen) / 100).quantize(FEN))
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
backwards = st.sampled_from([id_ for id_, rule in CLOCKS.items() if rule.unit is Unit.BEFORE])


@given(amounts)
def test_an_amount_is_read_back_however_it_is_written(amount: Decimal) -> None:
    for written in (format_money(amount), format_short(amount), capital_money(amount), f"{amount}元"):
        assert parse_money(written).amount == amount, written


@given(days, st.integers(1, 999), st.integers(1, 9_999))
def test_a_receipt_number_is_read_back_as_it_is_written(day: date, window: int, count: int) -> None:
    assert parse_receipt_number(receipt_number(day, window, count)) == (day, window, count)


@given(st.sampled_from("ABCXYZ"), st.integers(0, 9_999))
def test_a_ticket_number_is_read_back_as_it_is_written(prefix: str, count: int) -> None:
    assert parse_number(format_number(prefix, count)) == (prefix, count)


@given(
    days, st.sampled_from(["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0:%Y/%m/%d}", "{0.year}年{0.month}月{0.day}日"])
)
def test_a_day_is_read_however_it_is_written_and_kept_once(day: date, form: str) -> None:
    field = Field("d", "日期", FieldKind.DATE, Level.LAW)
    checked = check_field(field, form.format(day))
    assert checked.ok
    assert checked.value == day.isoformat()
    assert check_field(field, checked.value) == checked


@given(st.sampled_from(list(FieldKind)), st.text(max_size=40))
def test_what_a_field_keeps_it_would_keep_again(kind: FieldKind, text: str) -> None:
    field = Field("f", "项", kind, Level.LAW, choices=("甲", "乙"))
    checked = check_field(field, text)
    assert checked.ok is (checked.problem is None)
    if checked.ok:
        assert check_field(field, checked.value).value == checked.value


@given(days, st.integers(-400, 400))
def test_months_lead_to_the_same_day_or_the_last_of_the_month(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    last = calendar.monthrange(end.year, end.month)[1]
    assert end.day == min(start.day, last)


@given(backwards, st.dates(date(2027, 2, 1), date(2027, 12, 31)), st.integers(0, 60), st.integers(0, 9))
def test_an_end_counted_back_beyond_the_table_is_never_later_than_the_real_one(
    id_: str, start: date, off: int, run: int
) -> None:
    """Whatever run of days off next year's table will have, what is told today is early enough."""
    first = start - timedelta(days=off)
    free = {first - timedelta(days=n): "节" for n in range(run)}
    short = HolidayTable(date(2020, 1, 1), date(2020, 12, 31), MappingProxyType({}), MappingProxyType({}))
    whole = HolidayTable(date(2026, 1, 1), date(2028, 12, 31), MappingProxyType(free), MappingProxyType({}))
    told, real = start_clock(id_, start, short), start_clock(id_, start, whole)
    assert told.due is None
    assert real.due is not None
    if (real.naive - real.due).days <= 9:
        assert told.safe_end <= real.due


@given(amounts, amounts, st.sampled_from(list(Change)), st.booleans())
def test_topping_up_and_refunding_bring_the_paid_to_the_due(
    claim: Decimal, paid: Decimal, change: Change, in_time: bool
) -> None:
    due = compute_fee(FeeQuestion(FeeKind.PROPERTY, claim))
    found = settle(paid, due, change, before_debate=in_time)
    assert found.rule.article
    assert found.balance is not None
    assert due.amount is not None
    assert paid + found.balance in (Decimal(0), paid, due.amount)


@given(st.lists(st.one_of(st.none(), amounts), max_size=6))
def test_several_claims_are_one_sum_or_one_case(values: list[Decimal | None]) -> None:
    total = total_claims([Claim("请求", value) for value in values])
    named = [value for value in values if value is not None]
    assert total.amount == (sum(named, Decimal(0)) if named else None)
    assert total.rule.article


@given(st.lists(st.sampled_from([*Power]), unique=True), st.sampled_from(["", "一般代理；", "全权代理。"]))
def test_a_letter_gives_the_powers_it_lists_and_no_other(powers: list[Power], head: str) -> None:
    text = head + "；".join(f"代为{power.value}" for power in powers if power is not Power.COLLECT)
    wanted = frozenset(powers) - {Power.COLLECT}
    assert read_authority(text).powers == wanted
    assert read_authority("；".join(f"不得代为{power.value}" for power in powers)).powers == frozenset()


@given(st.integers(0, 40), st.integers(0, 12), st.booleans())
def test_a_group_is_told_its_rule_and_nothing_bars_it(size: int, chosen: int, administrative: bool) -> None:
    filers = [Party(f"p{n}", Side.FILER, PartyForm.NATURAL, f"工人{n}") for n in range(size)]
    keys = [f"p{n}" for n in range(chosen)]
    rules = group_rules(filers, keys, administrative=administrative)
    real = min(size, chosen)
    assert all(rule.article and rule.basis is Basis.LAW for rule in rules)
    assert any(map(is_wrong, rules)) is (real > 0 and not FEWEST <= real <= MOST)
    assert bool(rules) is (real > 0 or size >= MANY)


@given(st.sampled_from(list(Relief)), st.booleans(), st.integers(0, 100))
def test_relief_names_its_article_whatever_is_asked(kind: Relief, natural: bool, percent: int) -> None:
    assert all(rule.article for rule in relief_rules(kind))
    assert all(ground.article and kind in ground.kinds for ground in grounds_for(kind))
    against = relief_problem(kind, natural_person=natural, percent=Decimal(percent))
    assert against is None or against.article


@given(st.text(max_size=60))
def test_no_name_breaks_the_guess_of_its_bearer(name: str) -> None:
    assert guessed_form(name) in (None, PartyForm.ORGANISATION)
    assert guessed_form(f"{name}有限公司") is PartyForm.ORGANISATION or not name.strip()
