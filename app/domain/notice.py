"""The one-time correction notice and the 容缺 promise: both are lists with a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.calendar import HolidayTable
from app.domain.checklist import Item, missing_law, missing_practice
from app.domain.clocks import Clock, start_clock
from app.domain.matter import Matter
from app.domain.rule import Basis, Rule

ONCE = Rule("notice.once", "应当一次性书面告知需要补正的全部内容和期限", "登记立案规定第7条第1款")
CONSEQUENCE = Rule(
    "notice.consequence",
    "期限内未补正的，退回诉状（申请书）并记录在册；坚持起诉（申请）的，裁定或者决定不予受理",
    "登记立案规定第7条第3款",
)
RESTART = Rule("notice.restart", "补正后，立案审查期限自收到补正材料之日起重新计算", "登记立案规定第7条第2款")
COMPLAINT = Rule(
    "notice.complaint", "对不一次性告知的，可以向本院或上级法院投诉，15日内答复", "登记立案规定第13条"
)
GUIDANCE = Rule(
    "notice.guidance",
    "没有交材料的，提供样本，一次写清要交什么；书写确有困难的可以口头提出，记入笔录",
    "登记立案规定第3条",
)
_DAYS_MAX = 60
CORRECTION = "correction"
"""The clock whose length the court sets; the others' is fixed."""
_CORRECTIONS = {"objection": "correction_objection", "abroad": "correction_abroad"}


class Outcome(StrEnum):
    """How a matter leaves the window; each of them but ``GUIDED`` is received, with a dated receipt.

    ``GUIDED``: nothing was handed in, and what to bring was told in writing. ``INCOMPLETE``: the law still
    asks for something and nobody was told in writing at the window.
    """

    COMPLETE = "complete"
    CORRECTION = "correction"
    TOLERATED = "tolerated"
    INCOMPLETE = "incomplete"
    GUIDED = "guided"


def outcome_of(items: Sequence[Item], told: str) -> Outcome:
    """How a matter leaves the window when its party was `told`: correction, promise, guidance, or nothing."""
    if not missing_law(items):
        return Outcome.COMPLETE
    told_by = {"correction": Outcome.CORRECTION, "promise": Outcome.TOLERATED, "guidance": Outcome.GUIDED}
    return told_by.get(told, Outcome.INCOMPLETE)


class NothingMissing(Exception):
    """No material required by law is missing, so there is nothing to notify."""


class SecondNotice(Exception):
    """A second notice on the same intake lacks its reason or the supervisor's name."""


class NotTolerable(Exception):
    """容缺 is not possible; `items` are those in the way."""

    def __init__(self, sentence: str, items: tuple[Item, ...] = ()) -> None:
        super().__init__(sentence)
        self.items = items


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One missing item as printed: what, how many, why, on what ground, how to supply it."""

    key: str
    name: str
    short_of: int
    reason: str
    article: str
    how: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The one-time notice. `advice` lists items of practice, which nobody has to supply."""

    number: int
    issued: date
    clock: Clock
    lines: tuple[NoticeLine, ...]
    advice: tuple[NoticeLine, ...]
    rules: tuple[Rule, ...]
    reason: str = ""
    supervisor: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A party's promise to supply tolerated items by a day."""

    keys: frozenset[str]
    names: tuple[str, ...]
    by: str
    made: date
    clock: Clock
    text: str

    def overdue(self, today: date) -> bool:
        """Past the corrected end, or past the uncorrected one where the holiday table ends."""
        return today > self.clock.safe_end


def correction_clock(decision_clocks: Sequence[str]) -> str:
    """The clock for correcting a matter, from the ids of its decision clocks.

    Objections have 3 days (执行异议和复议规定 art 2), filings from abroad 15, all others what the court sets.
    """
    return next((_CORRECTIONS[id_] for id_ in decision_clocks if id_ in _CORRECTIONS), CORRECTION)


def one_time_notice(
    items: Sequence[Item],
    issued: date,
    table: HolidayTable,
    *,
    days: int | None = None,
    clock_id: str = "correction",
    earlier: int = 0,
    reason: str = "",
    supervisor: str = "",
    promised: frozenset[str] = frozenset(),
) -> Notice:
    """The complete list of what the law still asks for.

    `days` is the period the court sets where no rule does, None for the clock's own; `earlier` counts notices
    already given on this intake. Raises NothingMissing, or SecondNotice if a further one comes without
    reason and supervisor.
    """
    missing = missing_law(items, promised)
    if not missing:
        raise NothingMissing("没有缺少法定材料，不需要补正告知。")
    if earlier and not (reason.strip() and supervisor.strip()):
        raise SecondNotice("补正只能一次性告知；再次告知须写明理由并经值班主任同意。")
    if days is not None and not 1 <= days <= _DAYS_MAX:
        raise ValueError(f"days must be 1 to {_DAYS_MAX}")
    clock = start_clock(clock_id, issued, table, length=days if clock_id == CORRECTION else None)
    return Notice(
        earlier + 1,
        issued,
        clock,
        notice_lines(missing),
        notice_lines(missing_practice(items)),
        (ONCE, CONSEQUENCE, RESTART, COMPLAINT),
        reason.strip(),
        supervisor.strip(),
    )


def promise_missing(
    matter: Matter, items: Sequence[Item], by: str, made: date, table: HolidayTable, *, signed: bool
) -> Promise:
    """容缺: every missing legal item may follow later.

    Raises NotTolerable if the matter does not allow it, nobody signed, a main item is missing, or an
    item is not one the court tolerates.
    """
    missing = missing_law(items)
    if not matter.tolerance.allowed:
        raise NotTolerable("本事项不适用容缺受理。", missing)
    if not signed or not by.strip():
        raise NotTolerable("没有人签名承诺，不能容缺受理。")
    if main := tuple(item for item in missing if item.main):
        raise NotTolerable(f"主要材料不能容缺：{_names(main)}。", main)
    if hard := tuple(item for item in missing if not item.tolerable):
        raise NotTolerable(f"以下材料不在容缺范围：{_names(hard)}。", hard)
    if not missing:
        raise NotTolerable("没有缺少法定材料，不需要容缺。")
    clock = start_clock("tolerated", made, table, length=matter.tolerance.days)
    day = clock.safe_end.isoformat()
    text = f"本人承诺于{day}前补交：{_names(missing)}。逾期未补的，按未补正处理。"
    names = tuple(item.label for item in missing)
    return Promise(frozenset(item.key for item in missing), names, by.strip(), made, clock, text)


def promise_rule(promise: Promise, today: date) -> Rule:
    """Where the promise stands today, for the supervisor's list."""
    state = "已逾期" if promise.overdue(today) else "未到期"
    day = promise.clock.safe_end.isoformat()
    return Rule(
        "notice.tolerated", f"容缺承诺{day}前补交{'、'.join(promise.names)}，{state}", "", Basis.PRACTICE
    )


def _names(items: Sequence[Item]) -> str:
    return "、".join(item.label for item in items)


def notice_lines(items: Sequence[Item]) -> tuple[NoticeLine, ...]:
    """Items as they are printed."""
    return tuple(_line(item) for item in items)


def _line(item: Item) -> NoticeLine:
    return NoticeLine(item.key, item.label, item.short_of, item.reason.text, item.reason.article, item.how)
