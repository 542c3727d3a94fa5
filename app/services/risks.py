"""The risks of the open visit, each with its rule: worked out from the draft, and told in the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from app.clock import local, stamp
from app.domain.clock_rules import CLOCKS
from app.domain.clocks import Clock
from app.domain.mediation import CONSENTS, SIDE_NAMES, refusing
from app.domain.notice import Promise
from app.domain.party import Agent, Power
from app.domain.risk import Finding, Intake, check_intake
from app.domain.short_form import variant_of
from app.domain.steps import Mark
from app.services import mediation
from app.services.fields import Draft, value
from app.services.knowledge import Knowledge
from app.services.running import Running
from app.services.sheet import Sheet, current, sheets
from app.storage.records import FindingRecord
from app.texts import _


def found(draft: Draft, shown: Sheet, clocks: Running) -> tuple[Finding, ...]:
    """Return the risks of one matter as it stands, the gravest first."""
    return check_intake(_intake(draft, shown, clocks), clocks.now)


def key_of(shown: Sheet, finding: Finding) -> str:
    """Return what names this finding in the visit: the matter's number, the node, what it is about."""
    return f"{shown.number}.{finding.key}"


def basis_of(key: str, article: str) -> str:
    """Return the provision behind a finding, or the node of our own rules: ``key`` as of `key_of`."""
    return article or _("风险节点第{node}项（本院规则）").format(node=int(key.split(".")[1]))


def in_visit(
    draft: Draft, knowledge: Knowledge, now: datetime, since: datetime | None = None
) -> dict[str, Finding]:
    """Return the risks of every matter of the visit by key; ``since`` is when it was opened."""
    return in_sheets(draft, sheets(draft, knowledge), knowledge, now, since)


def on_screen(
    draft: Draft, knowledge: Knowledge, now: datetime, since: datetime | None = None
) -> dict[str, Finding]:
    """Return the risks of the matter on the screen by key: a keystroke does not wait for the others."""
    return in_sheets(draft, (current(draft, knowledge),), knowledge, now, since)


def in_sheets(
    draft: Draft, made: Iterable[Sheet], knowledge: Knowledge, now: datetime, since: datetime | None
) -> dict[str, Finding]:
    """Return the risks of these matters of the visit by key."""
    return {
        key_of(shown, finding): finding
        for shown in made
        for finding in found(draft, shown, Running(shown, knowledge, now, since))
    }


def _intake(draft: Draft, shown: Sheet, clocks: Running) -> Intake:
    """What the risk nodes look at while the visit is open; its receipt is part of finishing it."""
    agent = next(iter(shown.parties.agents), None)
    started, agreed, silent = _mediation(draft, shown, clocks)
    return Intake(
        statement_received=True,
        receipt_given=True,
        decision_clocks=clocks.received,
        hour_clocks=clocks.hours,
        mediation_started=started,
        mediation_consented=agreed,
        mediation_silent=silent,
        filed_online=shown.answers.complete_online,
        paper_demanded=Mark.CORRECTION in shown.marks,
        promises=_promises(value(draft, shown.path("promised"))),
        relief_applied=shown.answers.said("relief"),
        filing_now=True,
        agent_acts=tuple(_acts(draft, shown, agent)) if agent else (),
        urgent_since=clocks.since if clocks.pressing else None,
    )


def _promises(kept: str) -> tuple[Promise, ...]:
    """What an earlier visit of the intake promised: its day, the last day, the papers."""
    made, _space, rest = kept.partition(" ")
    due, _space, names = rest.partition(" ")
    if not names:
        return ()
    first, last = date.fromisoformat(made), date.fromisoformat(due)
    rule = CLOCKS["tolerated"]
    return (Promise(frozenset(), (names,), "", first, Clock(rule, first, last, last, (rule.rule,)), ""),)


def _mediation(draft: Draft, shown: Sheet, clocks: Running) -> tuple[date | None, bool, tuple[str, ...]]:
    """Since when the matter is at mediation, if it is, whether those who must agree have, and who has not."""
    refused = refusing(shown.matter, shown.answers)
    if shown.matter.code == "S08" and shown.answers.text("organisation") and not refused:
        silent = tuple(SIDE_NAMES[side] for side, key in CONSENTS.items() if not shown.answers.said(key))
        return clocks.now.date(), not silent, silent
    sent = shown.marks.get(Mark.MEDIATION)
    agreed = mediation.agreed(draft, shown) is True and not refused
    return (None, True, ()) if sent is None else (local(sent).date(), agreed, ())


def _acts(draft: Draft, shown: Sheet, agent: Agent) -> Iterable[tuple[Agent, Power]]:
    """Acts of this matter for which an agent needs special authority."""
    if mediation.agreed(draft, shown):
        yield agent, Power.SETTLE
    if variant_of(shown.matter, shown.answers).startswith("appeal"):
        yield agent, Power.APPEAL
    if shown.matter.code == "S12" and shown.answers.variant == "collect":
        yield agent, Power.COLLECT


def body(records: Sequence[FindingRecord], standing: Collection[str]) -> list[dict[str, object]]:
    """Return the findings as the record of the visit tells them; ``standing`` are keys that still hold."""
    return [
        {
            "matter": int(one.key.partition(".")[0]),
            "key": one.key.partition(".")[2],
            "effect": one.effect,
            "text": one.text,
            "article": one.article,
            "appeared_at": stamp(one.appeared_at),
            "stood": one.key in standing,
            "lifted_at": stamp(one.lifted_at) if one.lifted_at else "",
            "lifted_by": one.lifted_by,
            "reason": one.reason,
        }
        for one in records
    ]
