"""What a freeze keeps from being done, what of it is on record, and how a supervisor lifts it.

A freeze stops an act: finishing as *done*, or putting papers of an earlier day away without a receipt. It
never stops receiving: what was handed in can always be finished as *received*, with its receipt, and the
record says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.clock import local
from app.domain.audit import Act
from app.domain.checklist import Status
from app.domain.matter import Level
from app.domain.risk import Effect, Finding, Intake, check_intake
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.lanes import DB, on
from app.services import risks
from app.services.approval import spend
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.fields import Draft, clean
from app.services.knowledge import Knowledge
from app.services.sheet import checklist, papers_in, sheets
from app.storage import findings, pages, trail, visits
from app.storage.access import Transaction
from app.storage.records import FindingRecord
from app.texts import _

LEAST_REASON: Final = 4
LONGEST_REASON: Final = 200
_VISIT: Final = "0"
LEFT: Final = f"{_VISIT}.05"
"""Key of the finding that somebody left the window without an outcome (risk node 5)."""
_REFERRAL: Final = "mediation_referral"
_PAPERS: Final = {6: (_REFERRAL,), 7: (_REFERRAL,), 14: (_REFERRAL, "funds_claim")}
"""The papers that carry out what a node freezes; a receipt is never among them."""


@dataclass(frozen=True)
class RiskView:
    """One risk of the visit. ``effect``: remind, warn, freeze; ``stands`` until it is lifted or gone."""

    key: str
    matter: str
    effect: str
    text: str
    basis: str
    action: str
    stands: bool
    appeared_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    reason: str = ""


class Frozen(FormProblem):
    """An act is frozen until a supervisor lifts it; ``receivable`` says that the papers can be received."""

    def __init__(self, finding: Finding, *, receivable: bool) -> None:
        basis = f"（{finding.rule.article}）" if finding.rule.article else ""
        ways = _("再按一次 F12 只收件、出收据，事项留待处理；") if receivable else ""
        super().__init__(
            _("已冻结：{text}{basis}。").format(text=finding.rule.text, basis=basis),
            safe=_("内容和材料都已保存；诉状照收，收据照开。"),
            next_step=_("{ways}要办成的，{action}；或请值班主任解除（Alt+U）。").format(
                ways=ways, action=finding.action
            ),
        )
        self.receivable = receivable


def note(
    connection: Transaction, visit_id: str, holds: dict[str, Finding], now: datetime
) -> tuple[FindingRecord, ...]:
    """Keep each finding when it is first seen and return all the visit ever had."""
    known = findings.of_visit(connection, visit_id)
    seen = {(one.key, one.effect) for one in known}
    new = [
        FindingRecord(key, one.effect.value, one.rule.text, one.rule.article, one.action, now)
        for key, one in holds.items()
        if (key, one.effect.value) not in seen
    ]
    findings.note(connection, visit_id, new)
    return (*known, *new)


def held_papers(
    connection: Transaction, visit_id: str, draft: Draft, knowledge: Knowledge, when: datetime
) -> dict[tuple[int, str], Finding]:
    """Return which papers of which matter a freeze keeps back: the act they carry out is what is frozen."""
    records = findings.of_visit(connection, visit_id)
    holds = risks.in_visit(draft, knowledge, when)
    return {
        (int(key.partition(".")[0]), kind): one
        for key, one in holds.items()
        if one in frozen({key: one}, records)
        for kind in _PAPERS.get(one.node, ())
    }


def frozen(holds: dict[str, Finding], records: Iterable[FindingRecord]) -> tuple[Finding, ...]:
    """Return the freezes that hold and that nobody lifted."""
    lifted = {one.key for one in records if one.lifted_at is not None}
    return tuple(one for key, one in holds.items() if one.effect is Effect.FREEZE and key not in lifted)


def refuse_done(desk: Desk, visit_id: str, *, received: bool) -> None:
    """Raise Frozen where something in the visit is frozen, unless its papers are only ``received``."""
    now = desk.clock.now()

    def look(connection: Transaction) -> tuple[tuple[Finding, ...], bool]:
        draft, visit = visits.fields(connection, visit_id), visits.get(connection, visit_id)
        holds = risks.in_visit(draft, desk.knowledge, now, visit.opened_at if visit else None)
        stopped = frozen(holds, note(connection, visit_id, holds, now))
        return stopped, bool(papers_in(draft, pages.of_visit(connection, visit_id)))

    stopped, receivable = desk.store(look)
    if stopped and not (received and receivable):
        raise Frozen(stopped[0], receivable=receivable)


def refuse_leaving(desk: Desk, visit_id: str) -> None:
    """Raise Frozen for a visit whose number nobody comes back with: it is finished, not left.

    It holds papers and has no receipt (登记立案规定第二条), or a matter was entered and has no outcome.
    """
    now = desk.clock.now()

    def look(connection: Transaction) -> tuple[Finding, ...]:
        if pages.of_visit(connection, visit_id):
            left = Intake(statement_received=True, visit_closing=True)
        else:
            draft = visits.fields(connection, visit_id)
            left = Intake(visit_closing=True, has_outcome=not _wanted(draft, desk.knowledge))
        holds = _of_visit(left, now)
        return frozen(holds, note(connection, visit_id, holds, now))

    for one in desk.store(look):  # outside the transaction, which keeps what was found
        raise Frozen(one, receivable=False)


def note_leaving(connection: Transaction, desk: Desk, visit_id: str) -> None:
    """Keep on record that a visit is put away without an outcome; it stops nobody, the person may be back."""
    now, draft = desk.clock.now(), visits.fields(connection, visit_id)
    left = Intake(visit_leaving=True, has_outcome=not _wanted(draft, desk.knowledge))
    note(connection, visit_id, _of_visit(left, now), now)


def _of_visit(left: Intake, now: datetime) -> dict[str, Finding]:
    return {f"{_VISIT}.{one.key}": one for one in check_intake(left, local(now))}


def _wanted(draft: Draft, knowledge: Knowledge) -> bool:
    """Say whether a matter was entered that the law asks papers for: somebody came to file it.

    Nobody who was only called has one, and a matter that goes on has its receipt from the first time.
    """
    entered = {path.split(".")[1] for path, one in draft.items() if path.startswith("matter.") and one.value}
    mine = (one for one in sheets(draft, knowledge) if str(one.number) in entered and not one.begun)
    items = (item for shown in mine for item in checklist(draft, shown, ()))
    return any(item.level is Level.LAW and item.status is not Status.NOT_NEEDED for item in items)


def good_reason(reason: str) -> str:
    """Return the reason as it is kept; raises FormProblem for one that says nothing."""
    words = clean(reason, "text")
    if not LEAST_REASON <= len(words) <= LONGEST_REASON:
        raise FormProblem(
            _("解除冻结要写明理由（{least} 到 {most} 个字）。").format(
                least=LEAST_REASON, most=LONGEST_REASON
            ),
            safe=_("冻结没有变动，核准没有用掉。"),
            next_step=_("请写明理由，再请值班主任核准。"),
        )
    return words


@on(DB)
def lift(desk: Desk, key: str, approval_id: str, reason: str) -> str:
    """Lift a freeze of the open visit with a supervisor's approval; return the supervisor's name.

    Raises FormProblem without a reason or when the freeze does not stand, NotApproved.
    """
    record = require_open(desk)
    words = good_reason(reason)
    return desk.store(_lift, desk, record.id, key, approval_id, words)


def _lift(connection: Transaction, desk: Desk, visit_id: str, key: str, approval_id: str, reason: str) -> str:
    now = desk.clock.now()
    who = spend(connection, approval_id, Purpose.UNFREEZE, f"{visit_id}:{key}", now)
    if not findings.lift(connection, visit_id, key, at=now, by=who, reason=reason, approval_id=approval_id):
        raise FormProblem(_("这一条没有冻结，或已经解除。"), safe=_("什么都没有改动，核准没有用掉。"))
    trail.add(connection, Act.UNFROZEN, subject=visit_id, actor=who, at=now, finding=key)
    return who


@on(DB)
def risk_list(desk: Desk) -> tuple[RiskView, ...]:
    """Return every risk the open visit has had: what stands first, the gravest first."""
    record = require_open(desk)

    def read(connection: Transaction) -> tuple[RiskView, ...]:
        draft = visits.fields(connection, record.id)
        holds = risks.in_visit(draft, desk.knowledge, desk.clock.now(), record.opened_at)
        records = note(connection, record.id, holds, desk.clock.now())
        names = {str(shown.number): shown.matter.short for shown in sheets(draft, desk.knowledge)}
        return tuple(_view(one, names, holds) for one in records)

    return tuple(sorted(desk.store(read), key=lambda one: (not one.stands, _ORDER.index(one.effect))))


_ORDER: Final = (Effect.FREEZE, Effect.WARN, Effect.REMIND)


def _view(one: FindingRecord, names: dict[str, str], holds: dict[str, Finding]) -> RiskView:
    number = one.key.partition(".")[0]
    now = holds.get(one.key)
    left = number == _VISIT and one.effect == Effect.FREEZE  # a warning was given when it was put away
    same = left or (now is not None and now.effect.value == one.effect)
    return RiskView(
        key=one.key,
        matter=names.get(number, ""),
        effect=one.effect,
        text=now.rule.text if now is not None and same else one.text,
        basis=risks.basis_of(one.key, one.article),
        action=one.action,
        stands=same and one.lifted_at is None,
        appeared_at=one.appeared_at,
        lifted_at=one.lifted_at,
        lifted_by=one.lifted_by,
        reason=one.reason,
    )
