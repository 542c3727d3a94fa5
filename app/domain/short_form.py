"""A matter's short form at work: which fields show, what they hold, which clocks their dates begin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from app.domain.bank_account import check_account
from app.domain.calendar import HolidayTable
from app.domain.case_number import check_case_number
from app.domain.checked import NO_FACTS, Checked, compact, failed, fold, passed
from app.domain.clock_rule import ClockRule, Unit, Whose
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import Clock, HourClock, start_clock, start_hours
from app.domain.identity import check_id_number
from app.domain.matter import (
    AGREE,
    MEDIATING,
    MEDIATION,
    Called,
    Condition,
    Field,
    FieldKind,
    Level,
    Matter,
    Per,
)
from app.domain.money import format_money, parse_money
from app.domain.names import check_name
from app.domain.party import Origin, Parties
from app.domain.phone import check_phone
from app.domain.rule import Basis, Rule

Value = str | bool
_DATE = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|[-./年 ]([0-9]{1,2})[-./月 ]([0-9]{1,2})日?)")
_MOMENT = re.compile(r"(.{8,11}?)[T ]+([0-9]{1,2})[:时]([0-9]{2})分?")
_OUTSIDE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff()\[\]/_-]{4,40}")
_NO = frozenset({"", "否", "无", "no", "false"})
NO_AMOUNT = "无"
"""What the field of the amount says where the claim has none."""
_NONE = frozenset({NO_AMOUNT, "没有", "无金额", "没有金额", "不涉及", "不涉及金额", "不涉及财产"})


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been said in a short form.

    `values` are texts (dates as YYYY-MM-DD) or yes/no by field key; `marks` are those of the chosen
    cause; `waived` names materials recorded as refused or not applicable, with the reason; `defects` those
    that were handed in but do not do, with what is wrong; `asked` what the back office asks for besides, in
    its own words, by the code of the item; `claims` the sum each of several filers claims, by party; `cause`
    the number of the cause, empty until one of the list is chosen.
    """

    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    variant: str = ""
    marks: frozenset[str] = frozenset()
    waived: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    filed_online: bool = False
    complete_online: bool = False
    defects: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    asked: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    claims: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    cause: str = ""

    def said(self, key: str) -> bool:
        """Whether a field is answered with anything but no."""
        value = self.values.get(key, "")
        return value if isinstance(value, bool) else value.strip() not in _NO

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        return ("是" if value else "否") if isinstance(value, bool) else value

    def day(self, key: str) -> date | None:
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            return None


def variant_of(matter: Matter, answers: Answers) -> str:
    """The chosen variant, the first where none is chosen, empty where the matter has none."""
    if answers.variant or not matter.variants:
        return answers.variant
    return matter.variants[0].key


def holds(condition: Condition, matter: Matter, parties: Parties, answers: Answers) -> bool:
    """Whether one condition of the catalogue applies."""
    return _plainly_holds(condition, matter, parties, answers) is not condition.negated


def all_hold(conditions: tuple[Condition, ...], matter: Matter, parties: Parties, answers: Answers) -> bool:
    return all(holds(condition, matter, parties, answers) for condition in conditions)


def _plainly_holds(condition: Condition, matter: Matter, parties: Parties, answers: Answers) -> bool:
    if condition.name == "variant":
        return variant_of(matter, answers) in condition.values
    if condition.name == "mark":
        return bool(answers.marks & set(condition.values))
    if condition.name == MEDIATING:
        return answers.text(MEDIATION) == AGREE
    if condition.name in _PARTY_FACTS:
        return _PARTY_FACTS[condition.name](parties)
    if condition.values:
        return answers.text(condition.name) in condition.values
    return answers.said(condition.name)


_PARTY_FACTS: Mapping[str, Callable[[Parties], bool]] = {
    "natural": lambda parties: any(party.is_natural for party in parties.filers),
    "body": lambda parties: any(not party.is_natural for party in parties.filers),
    "agent": lambda parties: bool(parties.agents),
    "group": lambda parties: bool(parties.representatives),
    "foreign": lambda parties: any(party.origin is not Origin.MAINLAND for party in parties.filers),
}


def visible_fields(matter: Matter, parties: Parties, answers: Answers) -> tuple[Field, ...]:
    """The fields that apply now, in the order of the file."""
    return tuple(f for f in matter.fields if all_hold(f.when, matter, parties, answers))


def called(matter: Matter, parties: Parties, answers: Answers) -> Called:
    """How the papers call the case: the first way whose conditions hold, else that of a civil suit."""
    ways = (one for one in matter.called if all_hold(one.when, matter, parties, answers))
    return next(ways, Called())


def missing_fields(matter: Matter, parties: Parties, answers: Answers, level: Level) -> tuple[Field, ...]:
    """Visible fields of exactly `level` that are still empty; a plain "no" is an answer."""
    return tuple(
        f
        for f in visible_fields(matter, parties, answers)
        if f.level is level and not _is_answered(f, parties, answers)
    )


def asked_by(field_: Field, matter: Matter, parties: Parties, answers: Answers) -> str:
    """The articles that ask for a field: those of the statement its form is taken from, else its own.

    The statement is the first main paper of law that applies; who a party is goes by the proof of that. Empty
    where only practice asks.
    """
    main = (r for r in matter.requirements if r.main and r.material.level is Level.LAW)
    held = [r.material for r in main if all_hold(r.when, matter, parties, answers)]
    statement = next((one.basis for one in held if one.per is Per.CASE and not one.is_identity), "")
    who = next((one.basis for one in held if one.is_identity), "")
    return statement or field_.basis or (who if field_.kind is FieldKind.PARTIES else "")


def _is_answered(field_: Field, parties: Parties, answers: Answers) -> bool:
    if field_.kind is FieldKind.PARTIES:
        return any(party.side is field_.side and party.name for party in parties.people)
    value = answers.values.get(field_.key, "")
    return isinstance(value, bool) or bool(value.strip())


def check_field(field_: Field, text: str) -> Checked:
    """One field as typed; an empty field passes, because level says whether it is needed."""
    value = fold(text)
    if not value:
        return passed("")
    if field_.kind is FieldKind.MONEY:
        return passed(NO_AMOUNT) if field_.fee_amount and value in _NONE else _checked_money(value)
    if field_.kind is FieldKind.DATE:
        return _checked_date(value)
    if field_.kind is FieldKind.NUMBER:
        return passed(value) if value.isascii() and value.isdigit() else failed(value, "请填写整数。")
    if field_.kind is FieldKind.CHOICE:
        choice = text.strip()
        return (
            passed(choice)
            if choice in field_.choices
            else failed(choice, f"请从列表中选择：{'、'.join(field_.choices)}。")
        )
    check = _TEXT_CHECKS.get(field_.kind)
    return check(text) if check is not None else passed(text.strip())


def _softly_checked_case_number(text: str) -> Checked:
    """Papers carry numbers of arbitration, notaries and old cases, so a strange form only warns."""
    checked = check_case_number(text)
    return checked if checked.ok else passed(text.strip(), NO_FACTS, checked.problem or "")


def _checked_outside_number(text: str) -> Checked:
    """A number another system gave: its form is theirs, so what looks strange only warns."""
    value = compact(text)
    if _OUTSIDE.fullmatch(value) and any(c.isdigit() for c in value):
        return passed(value)
    return passed(text.strip(), NO_FACTS, "不像收件号，请照对方系统显示的抄录；没有就留空，不要自编。")


def _checked_moment(text: str) -> Checked:
    match = _MOMENT.fullmatch(fold(text))
    day = _checked_date(match[1]) if match else None
    if match is None or day is None or not day.ok or int(match[2]) > 23 or int(match[3]) > 59:
        return failed(text.strip(), "时刻请写成2026-01-31 09:30。")
    return passed(f"{day.value} {int(match[2]):02d}:{match[3]}")


_TEXT_CHECKS: Mapping[FieldKind, Callable[[str], Checked]] = {
    FieldKind.NAME: check_name,
    FieldKind.ID: check_id_number,
    FieldKind.PHONE: check_phone,
    FieldKind.ACCOUNT: check_account,
    FieldKind.CASE_NO: _softly_checked_case_number,
    FieldKind.MOMENT: _checked_moment,
    FieldKind.OUTSIDE_NO: _checked_outside_number,
}


def _checked_money(value: str) -> Checked:
    parsed = parse_money(value)
    if parsed.amount is None:
        return failed(value, parsed.problem or "")
    return passed(format_money(parsed.amount))


def _checked_date(value: str) -> Checked:
    match = _DATE.fullmatch(value)
    if match is None:
        return failed(value, "日期请写成2026-01-31或20260131。")
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return passed(date(year, month, day).isoformat())
    except ValueError:
        return failed(value, "没有这一天，请核对日期。")


def answered_clocks(
    matter: Matter, parties: Parties, answers: Answers, table: HolidayTable, today: date | None = None
) -> tuple[Clock, ...]:
    """The parties' limits that the dates of the form begin; what has not happened on `today` begins none."""
    return tuple(
        start_clock(f.starts, day, table)
        for f in visible_fields(matter, parties, answers)
        if f.kind is FieldKind.DATE
        and f.starts
        and (day := answers.day(f.key)) is not None
        and (today is None or day <= today or CLOCKS[f.starts].awaited)
    )


def open_clocks(matter: Matter, parties: Parties, answers: Answers) -> tuple[tuple[Field, ClockRule], ...]:
    """The clocks whose first day the form asks for and does not have yet, each with the field that says it.

    A limit of a party is left out where the law asks for its day anyway, or where there may be none.
    """
    asked = (f for f in visible_fields(matter, parties, answers) if f.kind is FieldKind.DATE and f.starts)
    return tuple(
        (f, CLOCKS[f.starts])
        for f in asked
        if answers.day(f.key) is None and (f.level is Level.PRACTICE or CLOCKS[f.starts].whose is Whose.COURT)
    )


def lying_ahead(matter: Matter, parties: Parties, answers: Answers, now: datetime) -> Mapping[str, Rule]:
    """Dates and moments of the form after `now` (the court's wall clock), by field key, with what to mind.

    What may well lie ahead is left out.
    """
    found: dict[str, Rule] = {}
    for field_ in visible_fields(matter, parties, answers):
        rule = _ahead(field_, answers, now)
        if rule is not None:
            found[field_.key] = rule
    return found


def _ahead(field_: Field, answers: Answers, now: datetime) -> Rule | None:
    if field_.kind is FieldKind.MOMENT:
        moment = _moment(answers.text(field_.key))
        text = f"{field_.label}晚于现在，请核对；期限先从现在起算"
        return Rule("date.ahead", text, "", Basis.DESIGN) if moment is not None and moment > now else None
    day = answers.day(field_.key) if field_.kind is FieldKind.DATE and field_.starts else None
    if day is None or day <= now.date():
        return None
    clock = CLOCKS[field_.starts]
    if clock.awaited:
        return clock.ahead
    text = f"{field_.label}在今天以后，请核对；还没有发生的，不起算{clock.name}"
    return Rule("date.ahead", text, "", Basis.DESIGN)


def moment_of(matter: Matter, answers: Answers) -> datetime | None:
    """The moment the form gives, on the court's wall clock without a zone; None while there is none."""
    field_ = next((f for f in matter.fields if f.kind is FieldKind.MOMENT), None)
    return None if field_ is None else _moment(answers.text(field_.key))


def _moment(text: str) -> datetime | None:
    checked = _checked_moment(text)
    return datetime.fromisoformat(checked.value) if checked.ok else None


def received_clocks(
    matter: Matter, answers: Answers, received: date, table: HolidayTable
) -> tuple[Clock, ...]:
    """The court's clocks that begin when the matter is received, those counted in hours left out."""
    ids = matter.clocks_of(variant_of(matter, answers))
    return tuple(start_clock(id_, received, table) for id_ in ids if CLOCKS[id_].unit is not Unit.HOURS)


def hour_clocks(
    matter: Matter, parties: Parties, answers: Answers, received: datetime
) -> tuple[HourClock, ...]:
    """The clocks of 24, 48 and 72 hours that begin at the aware instant `received`."""
    ids = [id_ for id_ in matter.clocks_of(variant_of(matter, answers)) if CLOCKS[id_].unit is Unit.HOURS]
    questions = [f for f in visible_fields(matter, parties, answers) if f.kind is FieldKind.YES_NO]
    said = [f.starts for f in questions if f.starts and answers.said(f.key)]
    return tuple(start_hours(id_, received) for id_ in dict.fromkeys([*ids, *said]))
