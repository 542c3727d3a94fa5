"""What is still missing: told once and in writing (一次性补正告知), or promised for later (容缺受理).

Who handed in nothing has filed nothing: what to bring is told in writing too (一次性告知), and no day runs.

The clerk looks at the list and decides; the decision stands in the draft with the hash of what was looked at.
The paper itself is made when the visit is finished, in that transaction, from the very same list. Receiving
never waits for any of it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from app.domain.audit import Act
from app.domain.checklist import Item, Status, missing_law, missing_practice
from app.domain.clocks import Clock
from app.domain.matter import Group
from app.domain.notice import GUIDANCE as GUIDE
from app.domain.notice import (
    NoticeLine,
    NotTolerable,
    correction_clock,
    notice_lines,
    one_time_notice,
    promise_missing,
)
from app.domain.return_code import LENGTH, SIGNS, make_code
from app.domain.rule import Rule
from app.domain.short_form import variant_of
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import DB, on
from app.services import approval, drafts
from app.services.case import Case, handed_in, read_case
from app.services.desk import Desk
from app.services.fields import Draft, value
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet, checklist, current
from app.storage import supplements, trail
from app.storage.access import Transaction
from app.storage.records import SupplementRecord
from app.sync.protocol import canonical, sha256_hex
from app.texts import _

CORRECTION: Final = "correction"
PROMISE: Final = "promise"
GUIDANCE: Final = "guidance"
KINDS: Final = (CORRECTION, PROMISE, GUIDANCE)
MOST_OF_REASON: Final = 500


@dataclass(frozen=True)
class Decision:
    """What the clerk decided for a matter, and the hash of the list that was on the window."""

    kind: str
    sha256: str
    on: date
    reason: str
    supervisor: str


@dataclass(frozen=True)
class Supply:
    """What is to be supplied for a matter by a day: the whole content of the paper."""

    shown: Sheet
    kind: str
    clock: Clock
    lines: tuple[NoticeLine, ...]
    advice: tuple[NoticeLine, ...]
    rules: tuple[Rule, ...]
    present: tuple[str, ...]
    promise: str = ""
    number: int = 1
    reason: str = ""
    supervisor: str = ""

    @property
    def sha256(self) -> str:
        """The same as long as the same is asked by the same day; who asks for it does not count."""
        told = [self.kind, self.clock.safe_end.isoformat(), *(_plain(line) for line in self.lines)]
        return sha256_hex(canonical([*told, "", *(_plain(line) for line in self.advice)]))

    @property
    def days(self) -> int:
        return (self.clock.naive - self.clock.start).days


def _plain(line: NoticeLine) -> dict[str, Any]:
    return asdict(line)


# ---- pure: what the draft says ---------------------------------------------------------------------------


def decision(draft: Draft, shown: Sheet) -> Decision | None:
    """Return what was decided for a matter, whether the list is still the same or not."""
    kind, on = value(draft, shown.path("supply")), value(draft, shown.path("supply_on"))
    if kind not in KINDS or not on:
        return None
    said = (value(draft, shown.path(f"supply_{name}")) for name in ("list", "reason", "by"))
    sha256, reason, supervisor = said
    return Decision(kind, sha256, date.fromisoformat(on), reason, supervisor)


def notices_before(case: Case, shown: Sheet) -> tuple[SupplementRecord, ...]:
    """Return the correction notices that earlier visits of this intake brought for the matter."""
    told = (one for one in case.told if one.kind == CORRECTION and one.matter == shown.number)
    return tuple(one for one in told if one.visit_id != case.visit.id)


def correction(
    case: Case, shown: Sheet, items: Sequence[Item], on_day: date, knowledge: Knowledge, said: Decision | None
) -> Supply:
    """Return the notice of everything the law still asks for; raises NothingMissing, SecondNotice."""
    earlier = len(notices_before(case, shown)) if said is not None else 0
    notice = one_time_notice(
        items,
        on_day,
        knowledge.holidays,
        days=knowledge.correction_days,
        clock_id=correction_clock(shown.matter.clocks_of(variant_of(shown.matter, shown.answers))),
        earlier=earlier,
        reason=said.reason if said else "",
        supervisor=said.supervisor if said else "",
    )
    return Supply(
        shown,
        CORRECTION,
        notice.clock,
        notice.lines,
        notice.advice,
        notice.rules,
        _present(items),
        number=notice.number,
        reason=notice.reason,
        supervisor=notice.supervisor,
    )


def promise(case: Case, shown: Sheet, items: Sequence[Item], on_day: date, knowledge: Knowledge) -> Supply:
    """Return what the party promises to bring later; raises NotTolerable. It counts once it is signed."""
    by = value(case.draft, "identity.name") or _("当事人")
    made = promise_missing(shown.matter, items, by, on_day, knowledge.holidays, signed=True)
    before = [one for one in case.told if one.kind == PROMISE and one.matter == shown.number]
    return Supply(
        shown,
        PROMISE,
        made.clock,
        notice_lines(missing_law(items)),
        notice_lines(missing_practice(items)),
        (made.clock.rule.rule,),
        _present(items),
        promise=made.text,
        number=len([one for one in before if one.visit_id != case.visit.id]) + 1,
    )


def guidance(case: Case, shown: Sheet, items: Sequence[Item], on_day: date, knowledge: Knowledge) -> Supply:
    """Return what somebody who handed in nothing is told to bring; its clock binds nobody."""
    made = correction(case, shown, items, on_day, knowledge, None)
    before = [one for one in case.told if one.kind == GUIDANCE and one.matter == shown.number]
    number = len([one for one in before if one.visit_id != case.visit.id]) + 1
    return replace(made, kind=GUIDANCE, rules=(GUIDE,), number=number)


def is_guided(draft: Draft, shown: Sheet) -> bool:
    """Say whether it was decided to tell in writing what to bring, because nothing was handed in."""
    said = decision(draft, shown)
    return said is not None and said.kind == GUIDANCE


def was_guided(case: Case, shown: Sheet) -> bool:
    """Say whether this visit ended with that, so that nothing was filed in it."""
    told = (one for one in case.told if one.visit_id == case.visit.id and one.matter == shown.number)
    return any(one.kind == GUIDANCE for one in told)


def is_empty_handed(case: Case) -> bool:
    """Say whether nothing at all was handed in, in this visit or in the one it goes on with."""
    return not handed_in(case)


def _present(items: Sequence[Item]) -> tuple[str, ...]:
    """Return what is there, the main papers first."""
    had = [item for item in items if item.status is Status.HAVE]
    return tuple(item.label for item in (*(i for i in had if i.main), *(i for i in had if not i.main)))


def standing(case: Case, shown: Sheet, knowledge: Knowledge) -> Supply | None:
    """Return what was decided for a matter if the list is still the one that was looked at."""
    said = decision(case.draft, shown)
    items = checklist(case.draft, shown, case.dossier)
    if said is None or not missing_law(items):
        return None
    if (said.kind == GUIDANCE) is not is_empty_handed(case):
        return None
    if said.kind == GUIDANCE:
        made = guidance(case, shown, items, said.on, knowledge)
    elif said.kind == CORRECTION:
        made = correction(case, shown, items, said.on, knowledge, said)
    else:
        try:
            made = promise(case, shown, items, said.on, knowledge)
        except NotTolerable:
            return None
    return made if made.sha256 == said.sha256 else None


def sentence(case: Case, shown: Sheet, knowledge: Knowledge) -> str:
    """Return what the party reads and signs of it, "" when nothing was decided."""
    made = standing(case, shown, knowledge)
    if made is None:
        return ""
    if made.promise:
        return made.promise
    names = "、".join(line.name for line in made.lines)
    if made.kind == GUIDANCE:
        return _("来时没有交材料，要带来：{names}；详见告知书。").format(names=names)
    return _("还要补正：{names}；最迟{day}，详见告知书。").format(
        names=names, day=made.clock.safe_end.isoformat()
    )


# ---- acts ------------------------------------------------------------------------------------------------


@on(DB)
def decide(desk: Desk, kind: str, sha256: str, reason: str = "", approval_id: str = "") -> None:
    """Keep the decision for the matter on the screen; the paper comes with F12.

    A further notice on the same intake needs ``reason`` and the id of a supervisor's approval, which is spent
    here. Raises FormProblem, NotApproved; a refused further notice leaves a line in the audit trail.
    """
    visit = drafts.require_open(desk)
    case = desk.store(read_case, visit.id)
    shown = current(case.draft, desk.knowledge)
    made = _looked_at(desk, case, shown, kind)
    if made is None or made.sha256 != sha256:
        raise changed()
    if kind != CORRECTION or not notices_before(case, shown):
        desk.store(_decide, desk, case, shown, made)
        return
    try:
        desk.store(_decide_again, desk, case, shown, made, reason, approval_id)
    except (FormProblem, approval.NotApproved):
        desk.store(_note, desk, Act.NOTICE_REFUSED, visit.id, matter=shown.number)
        raise


def _looked_at(desk: Desk, case: Case, shown: Sheet, kind: str) -> Supply | None:
    items = checklist(case.draft, shown, case.dossier)
    if shown.matter.group is not Group.FILING or not missing_law(items):
        return None
    today = desk.today()
    if (kind == GUIDANCE) is not is_empty_handed(case):
        return None
    if kind == GUIDANCE:
        return guidance(case, shown, items, today, desk.knowledge)
    if kind == CORRECTION:
        return correction(case, shown, items, today, desk.knowledge, None)
    try:
        return promise(case, shown, items, today, desk.knowledge)
    except NotTolerable as why:
        raise FormProblem(
            str(why), safe=_("材料照收，收据照出。"), next_step=_("请改出补正告知书。")
        ) from why


def _decide_again(
    connection: Transaction,
    desk: Desk,
    case: Case,
    shown: Sheet,
    made: Supply,
    reason: str,
    approval_id: str,
) -> None:
    """Decide on a further notice: with a reason, and with a supervisor who agrees."""
    if not reason.strip():
        raise FormProblem(
            _("补正只能一次性告知；再次告知要写明理由，并经值班主任同意。"),
            safe=_("没有出新的告知书；这次尝试已记录。"),
            next_step=_("请写明为什么第一次没有告知，再请值班主任核准。"),
        )
    subject, now = f"{case.visit.id}:{shown.number}", desk.clock.now()
    supervisor = approval.spend(connection, approval_id, Purpose.SECOND_NOTICE, subject, now)
    _note(connection, desk, Act.NOTICE_AGAIN, case.visit.id, matter=shown.number, approval=approval_id)
    _decide(connection, desk, case, shown, made, " ".join(reason.split())[:MOST_OF_REASON], supervisor)


def _decide(
    connection: Transaction,
    desk: Desk,
    case: Case,
    shown: Sheet,
    made: Supply,
    reason: str = "",
    supervisor: str = "",
) -> None:
    texts = {
        "supply": made.kind,
        "supply_list": made.sha256,
        "supply_on": made.clock.start.isoformat(),
        "supply_reason": reason,
        "supply_by": supervisor,
    }
    paths = {shown.path(name): text for name, text in texts.items()}
    drafts.write(connection, case.visit.id, case.draft, paths, desk.clock.now())


@on(DB)
def withdraw(desk: Desk) -> None:
    """Take the decision for the matter on the screen back; nothing was printed yet."""
    visit = drafts.require_open(desk)
    case = desk.store(read_case, visit.id)
    shown = current(case.draft, desk.knowledge)
    drafts.save(desk, visit.id, case.draft, {shown.path("supply"): ""})


def _note(connection: Transaction, /, desk: Desk, act: Act, subject: str, **facts: str | int) -> None:
    trail.add(connection, act, subject=subject, actor=desk.settings.hall.clerk, at=desk.clock.now(), **facts)


def changed() -> FormProblem:
    return FormProblem(
        _("缺什么在看过之后有变动，告知书没有出。"),
        safe=_("内容和材料都已保存。"),
        next_step=_("请按 F9 再看一遍清单。"),
    )


# ---- with the end of the visit ---------------------------------------------------------------------------


def has_changed(case: Case, shown: Sheet, knowledge: Knowledge) -> bool:
    """Say whether the list of a matter is no longer the one that was looked at when the paper was decided."""
    if decision(case.draft, shown) is None or not missing_law(checklist(case.draft, shown, case.dossier)):
        return False
    return standing(case, shown, knowledge) is None


def refuse_changed(case: Case, knowledge: Knowledge) -> None:
    """Raise FormProblem where a list changed after it was looked at: before anybody signs or ends."""
    if any(has_changed(case, shown, knowledge) for shown in case.sheets(knowledge)):
        raise changed()


def decided(case: Case, knowledge: Knowledge, today: date, *, signed: bool) -> tuple[Supply, ...]:
    """Return what the visit's end tells the party in writing.

    Raises FormProblem when a list changed after it was looked at or a promise is not signed.
    """
    made = []
    for shown in case.sheets(knowledge):
        said = decision(case.draft, shown)
        if said is None or not missing_law(checklist(case.draft, shown, case.dossier)):
            continue
        supply = standing(case, shown, knowledge)
        if supply is None or said.on != today:
            raise changed()
        if supply.kind == PROMISE and not signed:
            raise FormProblem(
                _("容缺要有当事人签名的承诺，现在没有签名。"),
                safe=_("内容已保存，没有办结。"),
                next_step=_("请按 F10 交当事人签字；不签的，按 F9 改出补正告知书。"),
            )
        made.append(supply)
    return tuple(made)


def records(
    case: Case, first_id: str, made: Iterable[Supply], receipt_no: str, at: datetime
) -> tuple[SupplementRecord, ...]:
    """Return what is kept of it; all papers of one visit share one code to come back with."""
    code = make_code(secrets.randbelow(len(SIGNS)) for _sign in range(LENGTH - 1))
    return tuple(
        SupplementRecord(
            id=new_id(),
            visit_id=case.visit.id,
            first_id=first_id,
            matter=supply.shown.number,
            kind=supply.kind,
            number=supply.number,
            paper_no=f"{receipt_no}-B{place}",
            code=code,
            reason=supply.reason,
            supervisor=supply.supervisor,
            body=json.dumps(_body(supply), ensure_ascii=False),
            due=supply.clock.safe_end,
            issued_at=at,
        )
        for place, supply in enumerate(made, 1)
    )


def _body(supply: Supply) -> dict[str, Any]:
    return {
        "matter_name": supply.shown.title,
        "days": supply.days,
        "certain": supply.clock.due is not None,
        "items": [_plain(line) for line in supply.lines],
        "advice": [_plain(line) for line in supply.advice],
        "rules": [rule.why for rule in supply.rules],
        "present": list(supply.present),
        "promise": supply.promise,
    }


def settle(
    connection: Transaction,
    case: Case,
    made: Sequence[SupplementRecord],
    knowledge: Knowledge,
    at: datetime,
) -> None:
    """End what earlier visits asked for: supplied when nothing of it is missing, replaced by a new paper."""
    again = {one.matter for one in made}
    handed = {bundle.matter for bundle in handed_in(case)}
    missing = {
        shown.number: {item.key for item in missing_law(checklist(case.draft, shown, case.dossier))}
        for shown in case.sheets(knowledge)
    }
    for told in case.told:
        if told.state != "open" or told.visit_id == case.visit.id or told.matter not in missing:
            continue
        wanted = {line["key"] for line in json.loads(told.body)["items"]}
        if told.matter in again:
            supplements.end(connection, told.id, "replaced", case.visit.id, at)
        elif told.matter in handed if told.kind == GUIDANCE else not wanted & missing[told.matter]:
            supplements.end(connection, told.id, "supplied", case.visit.id, at)
