"""What ``calc`` answers: the rules of the window, asked one by one, each with its reason.

An ``Answer`` has the same keys whether the input was right or not. Sums are strings in yuan, days ISO dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from app.clock import COURT_ZONE
from app.domain.bank_account import check_account
from app.domain.calendar import SHIFT_RULE, HolidayTable
from app.domain.case_number import check_case_number, parse_case_number
from app.domain.checked import Checked, fold
from app.domain.clock_rule import ClockRule, Unit
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import Clock, earliest_again, start_clock, start_hours
from app.domain.credit_code import check_credit_code, check_organisation_code
from app.domain.fee_schedule import ENTRIES, FeeKind, FreeReason
from app.domain.fees import Fee, FeeQuestion, Half, Stage, compute_fee
from app.domain.identity import IdKind, check_document, upgrade_old_number
from app.domain.matter import Field, FieldKind, Level
from app.domain.money import capital_money, format_money, format_short, parse_money
from app.domain.mrz import check_mrz
from app.domain.names import check_name
from app.domain.phone import check_phone
from app.domain.rule import Basis, Rule
from app.domain.short_form import check_field
from app.services.knowledge import Knowledge

LONGEST_LENGTH: Final = 3660
_DAY: Final = Field("day", "日期", FieldKind.DATE, Level.LAW)
_MOMENT: Final = re.compile(r"(.*[^:])[ T]+([0-9]{1,2}):([0-9]{2})")
_BEYOND: Final = "日期超出可以计算的范围，请核对。"

FEE_NAMES: Final = {kind.value: ENTRIES[kind].name if kind in ENTRIES else "不收费" for kind in FeeKind}
HALF_NAMES: Final = {half.name.lower(): half.value for half in Half}
STAGE_NAMES: Final = {Stage.FIRST.value: "一审", Stage.APPEAL.value: "上诉", Stage.RETRIAL.value: "再审"}
CLOCK_NAMES: Final = {rule.id: rule.name for rule in CLOCKS.values()}
CAUSE_RULE: Final = Rule(
    "cause.lowest", "选能够对应的最低一级案由", "民事案件案由规定（2025年修正）", Basis.PRACTICE
)
_CASE_NO_RULE: Final = Rule(
    "case_no.form", "案号由收案年度、法院代字、类型代字、案件编号组成，由审判系统给出", "法〔2015〕137号"
)
_MONEY_RULE: Final = Rule("money.fen", "金额单位为元，最多到分；大写按票据写法", "", Basis.DESIGN)


@dataclass(frozen=True)
class Answer:
    """One answer: ``data`` with its stable keys, ``lines`` to read, ``problem`` a sentence or None."""

    data: Mapping[str, object]
    lines: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def shown(self) -> str:
        return "\n".join([*self.lines, *([self.problem] if self.problem else [])])

    @property
    def as_json(self) -> dict[str, object]:
        return {"ok": self.problem is None, "problem": self.problem, **self.data}


def rule_data(rule: Rule) -> dict[str, str]:
    return {"id": rule.id, "text": rule.text, "article": rule.article, "basis": rule.basis.value}


def why_lines(rules: Iterable[Rule]) -> list[str]:
    """Return the rules as lines; a rule that is not law says so."""
    marks = {Basis.LAW: "", Basis.PRACTICE: "［惯例］", Basis.DESIGN: "［程序］"}
    return ["为什么：", *(f"  · {rule.why}{marks[rule.basis]}" for rule in rules)]


# ---- fees --------------------------------------------------------------------------------------

_FEE_KEYS: Final = (
    *("kind", "name", "amount", "fee", "low", "high", "shown", "formula"),
    *("article", "prepaid", "steps"),
)


def fee(
    known: Knowledge,
    kind: FeeKind,
    *,
    amount: str | None = None,
    halves: frozenset[Half] = frozenset(),
    reduction: str | None = None,
    stage: Stage = Stage.FIRST,
    exempt: bool = False,
    free: FreeReason | None = None,
    balance: Callable[[Answer, Fee], Answer] | None = None,
) -> Answer:
    """The fee of ``kind``; ``amount`` in yuan and ``reduction`` in percent as people write them.

    ``balance`` adds what is to be paid up or refunded to the answer.
    """
    asked = {**dict.fromkeys(_FEE_KEYS), "kind": kind.value, "name": FEE_NAMES[kind.value]}
    try:
        claim = None if amount is None else _sum(amount)
        share = None if reduction is None else _percent(reduction)
        question = FeeQuestion(kind, claim, halves, stage, free, share, exempt)
        found = compute_fee(question, known.fees)
    except ValueError as wrong:
        return Answer(asked, problem=str(wrong))
    data = {**asked, "amount": _text(claim), **_fee_data(found)}
    unknown = "请用 --amount 写明标的额。" if found.low is None else None
    answer = Answer(data, tuple(_fee_lines(found, FEE_NAMES[kind.value])), unknown)
    return answer if balance is None else balance(answer, found)


def _fee_data(found: Fee) -> dict[str, object]:
    return {
        "fee": _text(found.amount),
        "low": _text(found.low),
        "high": _text(found.high),
        "shown": found.shown,
        "formula": found.formula,
        "article": found.article,
        "prepaid": found.prepaid,
        "steps": [
            {**rule_data(step.rule), "low": _plain(step.low), "high": _plain(step.high)}
            for step in found.steps
        ],
    }


def _fee_lines(found: Fee, name: str) -> list[str]:
    head = [f"{name}：{found.shown}"]
    if found.formula:
        head.append(f"算式：{found.formula}")
    if found.article:
        head.append(f"依据：{found.article}")
    return [*head, *why_lines(found.rules)]


def _text(amount: Decimal | None) -> str | None:
    """An amount without grouping, never in scientific notation."""
    return None if amount is None else f"{amount:f}"


def _plain(amount: Decimal) -> str:
    """A sum on the way, as exact as it is and without empty decimals."""
    return format_short(amount).replace(",", "")


def _sum(text: str) -> Decimal:
    parsed = parse_money(text)
    if parsed.amount is None:
        raise ValueError(parsed.problem)
    return parsed.amount


def _percent(text: str) -> Decimal:
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%?", fold(text).replace(" ", ""))
    if match is None:
        raise ValueError("减交比例请写成百分数，如 30 或 30%。")
    return Decimal(match[1])


# ---- due dates ---------------------------------------------------------------------------------

_DUE_KEYS: Final = (
    *("clock", "name", "whose", "trigger", "act", "unit", "length", "start"),
    *("naive", "due", "safe_end", "shifted", "allowed_from", "why"),
)


def due(known: Knowledge, rule: ClockRule, start: str, length: str | None = None) -> Answer:
    """When a clock begun on ``start`` ends; ``length`` replaces its own where the court sets it."""
    asked: dict[str, object] = {
        **dict.fromkeys(_DUE_KEYS),
        "clock": rule.id,
        "name": rule.name,
        "whose": rule.whose.value,
        "trigger": rule.trigger,
        "act": rule.act,
        "unit": rule.unit.value,
        "length": rule.length,
        "why": [rule_data(rule.rule)],
    }
    try:
        if rule.unit is Unit.HOURS:
            return _hours(asked, rule, start, length)
        own = _length(length) or known.lengths.get(rule.id)
        clock = start_clock(rule.id, _day(start), known.holidays, length=own)
        return _days(asked, clock, known.holidays)
    except OverflowError:
        return Answer(asked, problem=_BEYOND)
    except ValueError as wrong:
        # The calendar's own ValueError is English and means the same as an overflow.
        return Answer(asked, problem=str(wrong) if re.search(r"[\u4e00-\u9fff]", str(wrong)) else _BEYOND)


def _days(asked: Mapping[str, object], clock: Clock, table: HolidayTable) -> Answer:
    data = {
        **asked,
        "length": clock.rule.length,
        "start": clock.start.isoformat(),
        "naive": clock.naive.isoformat(),
        "why": [rule_data(rule) for rule in clock.why],
    }
    if clock.rule.unit is Unit.WAIT:
        return _wait(data, clock)
    if clock.due is None:
        # Moving the end of a period is never earlier; a day counted backwards may have to be earlier still.
        safe = None if clock.rule.unit is Unit.BEFORE else clock.safe_end.isoformat()
        advice = f"，最迟按{safe}办" if safe else ""
        head = f"{clock.rule.name}：暂不能确定；未顺延的届满日 {clock.naive.isoformat()}{advice}"
        return Answer(data | {"safe_end": safe}, (head, *why_lines(clock.why)), clock.problem)
    end, shifted = clock.due.isoformat(), clock.due != clock.naive
    lines = [f"{clock.rule.name}：{end} 周{'一二三四五六日'[clock.due.weekday()]}"]
    if shifted:
        moved = "提前" if clock.due < clock.naive else "顺延"
        lines.append(f"届满日 {clock.naive.isoformat()} 是{table.day_name(clock.naive)}，所以{moved}")
    return Answer(data | {"due": end, "safe_end": end, "shifted": shifted}, (*lines, *why_lines(clock.why)))


def _wait(data: Mapping[str, object], clock: Clock) -> Answer:
    """A time that must pass before an act; no holiday lengthens it, so it has no last day."""
    allowed = earliest_again(clock).isoformat()
    why = [rule for rule in clock.why if rule != SHIFT_RULE]
    line = f"{clock.rule.name}：{allowed} 起可以{clock.rule.act}"
    answered = {**data, "allowed_from": allowed, "why": [rule_data(rule) for rule in why]}
    return Answer(answered, (line, *why_lines(why)))


def _hours(asked: Mapping[str, object], rule: ClockRule, start: str, length: str | None) -> Answer:
    if length is not None:
        raise ValueError("按小时计算的期限由法律规定，不能另设长度。")
    match = _MOMENT.fullmatch(fold(start))
    if match is None:
        raise ValueError("这个期限按小时计算，请写明时刻，如 2026-02-14 09:30。")
    day, hour, minute = _day(match[1]), int(match[2]), int(match[3])
    if hour > 23 or minute > 59:
        raise ValueError("没有这个时刻，请核对。")
    clock = start_hours(rule.id, datetime(day.year, day.month, day.day, hour, minute, tzinfo=COURT_ZONE))
    end = clock.due.isoformat(timespec="minutes")
    data = {
        **asked,
        "start": clock.start.isoformat(timespec="minutes"),
        "naive": end,
        "due": end,
        "safe_end": end,
        "shifted": False,
    }
    return Answer(data, (f"{rule.name}：{end[:16].replace('T', ' ')}，休假日不停", *why_lines(clock.why)))


def _day(text: str) -> date:
    if not text.strip():
        raise ValueError("请写明起算的日期。")
    checked = check_field(_DAY, text)
    if checked.problem:
        raise ValueError(checked.problem)
    return date.fromisoformat(checked.value)


def _length(text: str | None) -> int | None:
    if text is None:
        return None
    value = fold(text)
    if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= LONGEST_LENGTH:
        raise ValueError(f"期限长度应为1至{LONGEST_LENGTH}的整数。")
    return int(value)


# ---- numbers -----------------------------------------------------------------------------------

_OTHER_NUMBERS: Final[Mapping[str, tuple[str, Callable[[str], Checked], Rule]]] = {
    "old_resident": (
        "15位旧身份证号码",
        upgrade_old_number,
        Rule("id.old", "15位旧号码换算为18位，出生年份按19xx", "", Basis.PRACTICE),
    ),
    "mrz": ("护照机读码第二行", check_mrz, Rule("id.mrz", "各段校验位按7、3、1加权，模10", "ICAO 9303")),
    "credit_code": (
        "统一社会信用代码",
        check_credit_code,
        Rule("id.credit", "第18位是前17位的校验码，模31", "GB 32100-2015"),
    ),
    "organisation_code": (
        "组织机构代码",
        check_organisation_code,
        Rule("id.organisation", "末位是前8位的校验码，模11", "GB 11714"),
    ),
    "name": ("姓名", check_name, Rule("id.name", "逐字保留，只去掉看不见的字符", "", Basis.DESIGN)),
    "phone": ("电话号码", check_phone, Rule("id.phone", "核对号段和位数", "", Basis.PRACTICE)),
    "account": (
        "银行账号",
        check_account,
        Rule("id.account", "核对位数，卡号核对校验位", "", Basis.PRACTICE),
    ),
}
_MOD_11_2: Final = frozenset({IdKind.RESIDENT, IdKind.HK_MACAO_RESIDENT, IdKind.TAIWAN_RESIDENT})
ID_NAMES: Final = {kind.name.lower(): kind.value for kind in IdKind} | {
    key: name for key, (name, _, _) in _OTHER_NUMBERS.items()
}


def identity(kind: str, text: str, today: date) -> Answer:
    """Check one number; ``kind`` is a key of ID_NAMES."""
    if kind in _OTHER_NUMBERS:
        _, check, rule = _OTHER_NUMBERS[kind]
        checked = check(text)
    else:
        document = IdKind[kind.upper()]
        checked, rule = check_document(document, text, today=today), _document_rule(document)
    facts = asdict(checked.facts)
    told = {key: value.isoformat() if isinstance(value, date) else value for key, value in facts.items()}
    data = {
        "kind": kind,
        "name": ID_NAMES[kind],
        "value": checked.value,
        "facts": told,
        "warnings": list(checked.warnings),
        "why": [rule_data(rule)],
    }
    lines = [f"{ID_NAMES[kind]} {checked.value}：{'正确' if checked.ok else '有问题'}"]
    words = {
        "kind": "种类",
        "birth": "出生",
        "sex": "性别",
        "area": "地区",
        "country": "国家",
        "expires": "有效期",
    }
    said = [f"{label}{told[key]}" for key, label in words.items() if told[key]]
    lines += [" ".join(said)] if said else []
    lines += [f"请注意：{warning}" for warning in checked.warnings]
    return Answer(data, (*lines, *why_lines([rule])), checked.problem)


def _document_rule(kind: IdKind) -> Rule:
    if kind in _MOD_11_2:
        return Rule("id.mod11", "第18位是前17位的校验码，MOD 11-2", "GB 11643、ISO 7064")
    if kind is IdKind.FOREIGN_RESIDENT:
        return Rule(
            "id.foreign", "2017版15位、2023版18位都有效；2023版末位按 MOD 11-2 校验", "", Basis.PRACTICE
        )
    return Rule("id.soft", "没有公布的校验规则，只核对字符和长度", "", Basis.DESIGN)


def case_number(known: Knowledge, text: str) -> Answer:
    """Check a case number against the tables of type and court words."""
    checked = check_case_number(text, known.case_types, known.courts)
    parts: dict[str, Any] = dict.fromkeys(
        ("year", "court", "court_name", "type", "type_name", "serial", "part")
    )
    try:
        number = parse_case_number(text)
    except ValueError:
        pass  # the old style has no parts; anything else is told by `checked`
    else:
        court, type_ = known.courts.get(number.court), known.case_types.get(number.type_word)
        parts |= {"year": number.year, "court": number.court, "court_name": court.name if court else None}
        parts |= {"type": number.type_word, "type_name": type_.name if type_ else None}
        parts |= {"serial": number.serial, "part": number.part or None}
    data = {"value": checked.value, **parts, "warnings": list(checked.warnings)}
    lines = [f"案号 {checked.value}：{'格式正确' if checked.ok else '有问题'}"]
    said = [str(parts[key]) for key in ("court_name", "type_name") if parts[key]]
    lines += ["，".join(said)] if said else []
    lines += [f"请注意：{warning}" for warning in checked.warnings]
    data |= {"why": [rule_data(_CASE_NO_RULE)]}
    return Answer(data, (*lines, *why_lines([_CASE_NO_RULE])), checked.problem)


def money(text: str) -> Answer:
    """Read an amount in figures or words."""
    parsed = parse_money(text)
    why = {"why": [rule_data(_MONEY_RULE)]}
    if parsed.amount is None:
        return Answer({"amount": None, "shown": None, "capital": None, **why}, problem=parsed.problem)
    shown, capital = format_money(parsed.amount), capital_money(parsed.amount)
    data = {"amount": shown.replace(",", ""), "shown": shown, "capital": capital, **why}
    return Answer(data, (f"{shown}元", capital, *why_lines([_MONEY_RULE])))


def causes(known: Knowledge, typed: str, limit: int) -> Answer:
    """The causes a clerk gets for what was typed, best first."""
    found = known.causes.search(typed, limit=limit)
    rows = [
        {
            "no": cause.no,
            "name": cause.name,
            "path": cause.path,
            "level": cause.level,
            "marks": sorted(cause.marks),
            "templates": list(cause.templates),
        }
        for cause in found
    ]
    data = {"typed": typed, "causes": rows, "why": [rule_data(CAUSE_RULE)]}
    if not found:
        return Answer(data, problem="没有找到这样的案由，请换几个字或拼音首字母再试。")
    return Answer(data, (*(f"{c.no}\t{c.name}\t{c.path}" for c in found), *why_lines([CAUSE_RULE])))
