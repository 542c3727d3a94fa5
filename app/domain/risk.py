"""The sixteen risk nodes of a window and one of its own promise: what is looked at, what follows, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.clocks import URGENT_MINUTES, Clock, HourClock, State
from app.domain.fees import Fee
from app.domain.money import format_money
from app.domain.notice import Promise
from app.domain.party import Agent, Power, missing_power
from app.domain.rule import Basis, Rule

_ONE_DAY = timedelta(days=1)


class Effect(StrEnum):
    """What a finding does; only a supervisor lifts a freeze, and receiving is never frozen."""

    REMIND = "remind"
    WARN = "warn"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class Finding:
    """One risk that has come true.

    `action` says what the clerk can do about it, `about` tells findings of one node apart (which clock).
    """

    node: int
    effect: Effect
    rule: Rule
    action: str
    about: str = ""

    @property
    def key(self) -> str:
        """The same while the same thing is found, whatever the words: `12.preservation_before`."""
        return f"{self.node:02d}.{self.about}" if self.about else f"{self.node:02d}"

    @property
    def id(self) -> str:
        return self.rule.id


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Thresholds a court may set."""

    mediation_days: int = 30
    id_views_a_day: int = 200
    urgent_minutes: int = URGENT_MINUTES
    filing_drop_percent: int = 40
    year_end_months: tuple[int, ...] = (11, 12)


DEFAULT_LIMITS = RiskLimits()


@dataclass(frozen=True, slots=True)
class Intake:
    """What the nodes look at in one matter of one visit; unknown stays at its default.

    ``mediation_silent`` names the sides that have not agreed where each is asked on its own. A visit that is
    ``visit_closing`` ends for good; one that is ``visit_leaving`` is put away and its person
    may come back with the number.
    """

    statement_received: bool = False
    receipt_given: bool = False
    visit_closing: bool = False
    visit_leaving: bool = False
    has_outcome: bool = True
    decided: bool = False
    decision_clocks: tuple[Clock, ...] = ()
    hour_clocks: tuple[HourClock, ...] = ()
    notices: int = 0
    notice_approved: bool = False
    mediation_started: date | None = None
    mediation_consented: bool = True
    mediation_silent: tuple[str, ...] = ()
    mediation_ended: bool = False
    mediation_extended: bool = False
    promises: tuple[Promise, ...] = ()
    filed_online: bool = False
    paper_demanded: bool = False
    fee: Fee | None = None
    fee_noticed: Decimal | None = None
    relief_applied: bool = False
    relief_decided: bool = False
    filing_now: bool = False
    agent_acts: tuple[tuple[Agent, Power], ...] = ()
    urgent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HallDay:
    """What the nodes about a hall look at."""

    today: date
    ids_revealed: int = 0
    filings_today: int = 0
    usual_filings: float = 0.0


def check_intake(intake: Intake, now: datetime, limits: RiskLimits = DEFAULT_LIMITS) -> tuple[Finding, ...]:
    """All findings about one matter at the aware local instant `now`, the gravest first."""
    found = [finding for node in _NODES for finding in node(intake, now, limits)]
    return tuple(sorted(found, key=lambda f: (-_GRAVITY[f.effect], f.node)))


def check_hall(day: HallDay, limits: RiskLimits = DEFAULT_LIMITS) -> tuple[Finding, ...]:
    """Nodes 15 and 16: bulk viewing of ID numbers, and filings falling off at the end of the year."""
    found = []
    if day.ids_revealed > limits.id_views_a_day:
        text = f"今天已查看完整证件号码{day.ids_revealed}次，超过{limits.id_views_a_day}次"
        found.append(
            _finding(15, Effect.FREEZE, text, "个人信息保护法第28条、第51条", "由值班主任核实用途后解除")
        )
    floor = day.usual_filings * (100 - limits.filing_drop_percent) / 100
    if day.today.month in limits.year_end_months and day.filings_today < floor:
        usual, percent = f"{day.usual_filings:.0f}", limits.filing_drop_percent
        text = f"年底立案{day.filings_today}件，比平时（{usual}件）少{percent}%以上"
        found.append(_finding(16, Effect.WARN, text, "登记立案规定第2条", "查明是否有不收件、拖延登记的情形"))
    return tuple(found)


_GRAVITY = {Effect.REMIND: 0, Effect.WARN: 1, Effect.FREEZE: 2}
_Node = Callable[[Intake, datetime, RiskLimits], Sequence[Finding]]


def _finding(node: int, effect: Effect, text: str, article: str, action: str, about: str = "") -> Finding:
    basis = Basis.LAW if article else Basis.DESIGN
    return Finding(node, effect, Rule(f"risk.{node:02d}", text, article, basis), action, about)


def _no_receipt(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if not intake.statement_received or intake.receipt_given:
        return ()
    effect = Effect.FREEZE if intake.visit_closing else Effect.WARN
    return [_finding(1, effect, "已收诉状，还没有出具收据", "登记立案规定第2条第1款", "打印材料收据")]


def _clock_near(intake: Intake, now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if intake.decided:
        return ()
    near = [(clock, (clock.safe_end - now.date()).days) for clock in intake.decision_clocks]
    return [
        _finding(
            2,
            Effect.WARN,
            _left_text(clock, left),
            clock.rule.article,
            _near_action(clock),
            clock.rule.id,
        )
        for clock, left in near
        if clock.rule.decides and left <= 1 and clock.state(now.date()) is not State.OVER
    ]


def _near_action(clock: Clock) -> str:
    return "今天作出决定，或者先行立案" if clock.rule.file_first else f"今天{clock.rule.act}"


def _left_text(clock: Clock, left: int) -> str:
    if clock.due is None:
        return f"{clock.rule.name}将满或已满（节假日表未覆盖，按{clock.naive.isoformat()}计）"
    return f"{clock.rule.name}还剩{left}日" if left else f"{clock.rule.name}今天届满"


def _clock_over(intake: Intake, now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if intake.decided:
        return ()
    today = now.date()
    over = [one for one in intake.decision_clocks if one.rule.decides and one.state(today) is State.OVER]
    return [
        _finding(
            3,
            Effect.FREEZE,
            f"{clock.rule.name}期限已过",
            clock.rule.article,
            _over_action(clock),
            clock.rule.id,
        )
        for clock in over
    ]


def _over_action(clock: Clock) -> str:
    return "立即先行立案" if clock.rule.file_first else "立即作出决定并报值班主任"


def _second_notice(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if intake.notices < 2 or intake.notice_approved:
        return ()
    text = f"同一收件已第{intake.notices}次要求补正"
    return [_finding(4, Effect.FREEZE, text, "登记立案规定第7条第1款", "写明理由，由值班主任同意")]


def _verbal_refusal(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if intake.has_outcome or not (intake.visit_closing or intake.visit_leaving):
        return ()
    effect, text = Effect.FREEZE, "来访将结束，事项没有结果；不能口头拒绝"
    if not intake.visit_closing:
        effect, text = Effect.WARN, "填了事项，没有结果就离开窗口；不能口头拒绝"
    action = "选择一个结果：登记、补正、转出或撤回"
    return [_finding(5, effect, text, "登记立案规定第2条、第9条", action)]


def _no_consent(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if intake.mediation_started is None or intake.mediation_consented:
        return ()
    who = "、".join(intake.mediation_silent)
    text = f"记录了调解，但没有{who or '当事人'}同意的记录"
    action = "补录双方意见，不同意的转立案"
    if who:
        action = f"问过{who}把意见填入简表，还没有答复的先不填调解组织，不同意的填“否”，转立案"
    return [_finding(6, Effect.FREEZE, text, "民事诉讼法第125条、登记立案规定第15条", action)]


def _long_mediation(intake: Intake, now: datetime, limits: RiskLimits) -> Sequence[Finding]:
    if intake.mediation_started is None or intake.mediation_ended or intake.mediation_extended:
        return ()
    days = (now.date() - intake.mediation_started).days
    if days <= limits.mediation_days:
        return ()
    text = f"诉前调解已{days}日，超过{limits.mediation_days}日，没有延长的同意"
    return [
        _finding(
            7, Effect.FREEZE, text, "特邀调解规定第27条、在线调解规则第24条", "转立案，或者记录双方同意延长"
        )
    ]


def _promise_overdue(intake: Intake, now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    return [
        _finding(
            8,
            Effect.WARN,
            f"容缺承诺已逾期：{'、'.join(promise.names)}",
            "",
            "联系当事人，逾期的按未补正处理",
            promise.made.isoformat(),
        )
        for promise in intake.promises
        if promise.overdue(now.date())
    ]


def _paper_again(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if not (intake.filed_online and intake.paper_demanded):
        return ()
    return [
        _finding(9, Effect.FREEZE, "网上已提交齐全，又要求纸质材料", "在线诉讼规则第9条", "取消纸质材料要求")
    ]


def _fee_differs(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    fee, noticed = intake.fee, intake.fee_noticed
    if fee is None or noticed is None or fee.low is None or fee.high is None:
        return ()
    if fee.low <= noticed <= fee.high:
        return ()
    text = f"通知的费用{format_money(noticed)}元与计算结果{fee.shown}不一致"
    return [_finding(10, Effect.WARN, text, fee.article, "核对标的额和减半情形，按计算结果更正或写明理由")]


def _relief_open(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    if not (intake.relief_applied and intake.filing_now) or intake.relief_decided:
        return ()
    return [
        _finding(
            11, Effect.WARN, "申请了缓、减、免交，还没有决定", "诉讼费用交纳办法第49条", "决定后再登记立案"
        )
    ]


_HOUR_NODES = {"preservation": 12, "protection": 13}


def _hours(intake: Intake, now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    found = []
    for clock in () if intake.decided else intake.hour_clocks:
        node = _HOUR_NODES[clock.rule.id.partition("_")[0]]
        left = clock.left(now)
        if left < timedelta(0):
            text, effect = f"{clock.rule.name}已超过{clock.rule.length}小时", Effect.FREEZE
        else:
            effect = Effect.WARN if left <= _ONE_DAY / 2 else Effect.REMIND
            text = f"{clock.rule.name}还剩{int(left.total_seconds() // 3600)}小时"
        act, about = "立即送承办法官", clock.rule.id
        found.append(_finding(node, effect, text, clock.rule.article, act, about))
    return found


def _no_power(intake: Intake, _now: datetime, _limits: RiskLimits) -> Sequence[Finding]:
    asked = [(missing_power(agent, power), power) for agent, power in intake.agent_acts]
    action = "补交特别授权，或者由本人办理"
    return [
        Finding(14, Effect.FREEZE, replace(rule, id="risk.14"), action, power.name.lower())
        for rule, power in asked
        if rule is not None
    ]


def _urgent_late(intake: Intake, now: datetime, limits: RiskLimits) -> Sequence[Finding]:
    """Our own promise (30 minutes for an urgent visit): being late is told, it stops nothing."""
    since = intake.urgent_since
    if since is None or now - since <= timedelta(minutes=limits.urgent_minutes):
        return ()
    text = f"时效临近的来访已超过{limits.urgent_minutes}分钟"
    return [_finding(17, Effect.WARN, text, "", "先登记立案，其余的随后补")]


_NODES: tuple[_Node, ...] = (
    _no_receipt,
    _clock_near,
    _clock_over,
    _second_notice,
    _verbal_refusal,
    _no_consent,
    _long_mediation,
    _promise_overdue,
    _paper_again,
    _fee_differs,
    _relief_open,
    _hours,
    _no_power,
    _urgent_late,
)
