"""Somebody comes back with the papers that were missing: found again, no second wait, on where it stopped.

The finished visit stays as it is. The one that goes on begins with everything it held, says which it goes on
with, and ends in a record of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from app.clock import local
from app.domain.audit import Act
from app.domain.checked import compact
from app.domain.identity import mask_id
from app.domain.return_code import read_code
from app.domain.ticket import Wanted
from app.errors import FormProblem
from app.lanes import DB, HALL, on
from app.notices import Level, Notice
from app.services import afterwards, corrections, court_asks, issuing, mediation, to_filing
from app.services.case import Case
from app.services.court_asks import Asked
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.fields import FIRST, Draft, copied_from, entry, value
from app.services.sheet import RESTARTED, numbers, sheets
from app.services.supplement import CORRECTION, GUIDANCE, PROMISE
from app.services.supply_views import OwedKind, OwedList, OwedRow
from app.services.views import Remark
from app.storage import handovers, meta, pages, supplements, trail, visits
from app.storage.access import Transaction
from app.storage.records import DraftField, SupplementRecord, VisitRecord
from app.texts import _

OVERDUE: Final = "overdue"
_TOLD: Final = "overdue_told"
_OWN: Final = ("name", "id_number", "phone", "address", "nation")
_LEFT_BEHIND: Final = "supply"


# ---- who has not brought it yet -----------------------------------------------------------------------


@on(DB)
def owed(desk: Desk, sought: str = "", standing: str = "") -> OwedList:
    """Return what people were told to supply and have not brought, the longest overdue first.

    Last come mediations of today that a side refused, whoever wants to sue goes on from them, or in which a
    side was not asked.

    ``sought`` is a code (typed, or scanned from the paper), the number of a receipt, a notice or a ticket, or
    an identity number; "" is everything. First come those of the visit on the window (``standing``, finished
    or not), then those of whoever stands there.
    """
    return desk.store(_owed, desk, sought, standing)


def _owed(connection: Transaction, desk: Desk, sought: str, standing: str) -> OwedList:
    here = visits.open_at(connection, desk.window)
    number = compact(value(visits.fields(connection, here.id), "identity.id_number")) if here else ""
    rows = [_asked(connection, one, desk, number) for one in court_asks.pending(connection)]
    told = (one for one in supplements.still_open(connection) if _is_here(connection, one))
    rows += [_row(connection, one, desk.today(), number) for one in told]
    rows += [_to_go_on(connection, *one, desk, number) for one in to_filing.awaited(connection, desk)]
    text = compact(sought)
    if text:
        code = read_code(sought)
        rows = [row for row in rows if _is_sought(connection, row, text, code)]
    shown = visits.get(connection, standing) if standing else None
    mine = {shown.id, shown.continues} if shown is not None else set()
    rows = [replace(row, standing=row.visit_id in mine) for row in rows]
    ordered = tuple(sorted(rows, key=lambda row: (not row.standing, not row.here)))
    known = _became(connection, desk, sought.strip().upper()) if text and not rows else ""
    return OwedList(ordered, here is not None, known)


def _became(connection: Transaction, desk: Desk, ticket: str) -> str:
    """Say what became of a ticket of today of which nothing is awaited, "" for what is none."""
    visit = visits.of_ticket(connection, desk.today().isoformat(), ticket)
    if visit is None:
        return ""
    later = visits.gone_on_with(connection, visit.id)
    if later:
        words = _("{ticket} 已经由 {later} 接着办，要找的是 {later}。")
        return words.format(ticket=ticket, later=later[-1].ticket)
    if visit.state == "open":
        return _("{ticket} 正在办，还没有办结。").format(ticket=ticket)
    return _("{ticket} 没有等着补交的。").format(ticket=ticket) if _is_finished(connection, visit) else ""


def _is_here(connection: Transaction, one: SupplementRecord) -> bool:
    return handovers.place_of(connection, one.first_id) is None


def _is_sought(connection: Transaction, row: OwedRow, text: str, code: str) -> bool:
    if code:
        return row.code == code
    names = (row.ticket, row.receipt_no, row.paper_no)
    if any(text == compact(name) for name in names) or text.rpartition(".")[2] == row.ticket:
        return True
    return text == _number(connection, row.visit_id)


def _number(connection: Transaction, visit_id: str) -> str:
    """The identity number of who came, as the record stands."""
    return compact(value(corrections.draft_of(connection, visit_id), "identity.id_number"))


def _row(connection: Transaction, one: SupplementRecord, today: date, number: str) -> OwedRow:
    last = latest(connection, one.visit_id)
    draft = corrections.draft_of(connection, last)
    visit = visits.get(connection, one.visit_id)
    intake = handovers.receipt_of(connection, one.visit_id)
    known = compact(value(draft, "identity.id_number"))
    kind = OwedKind(one.kind)
    return OwedRow(
        key=one.id,
        visit_id=last,
        paper_no=one.paper_no,
        receipt_no=intake.receipt_no if intake else "",
        ticket=visit.ticket if visit else "",
        code=one.code,
        kind=kind,
        person=mask_name(value(draft, "identity.name")),
        masked_number=mask_id(known) if known else "",
        what=tuple(line["name"] for line in json.loads(one.body)["items"]),
        told_on=local(one.issued_at).date(),
        due=one.due if kind.owes else None,
        days_late=(today - one.due).days if kind.owes else 0,
        here=bool(number) and number == known,
    )


def _asked(connection: Transaction, one: Asked, desk: Desk, number: str) -> OwedRow:
    """A list of the back office that nobody was told yet: the days would run from today."""
    last = latest(connection, one.answer.visit_id)
    draft = corrections.draft_of(connection, last)
    visit = visits.get(connection, one.answer.visit_id)
    intake = handovers.receipt_of(connection, one.answer.visit_id)
    known = compact(value(draft, "identity.id_number"))
    clock = court_asks.due_of(one, draft, desk)
    return OwedRow(
        key=one.answer.id,
        visit_id=last,
        paper_no="",
        receipt_no=intake.receipt_no if intake else "",
        ticket=visit.ticket if visit else "",
        code="",
        kind=OwedKind.UNTOLD,
        person=mask_name(value(draft, "identity.name")),
        masked_number=mask_id(known) if known else "",
        what=tuple(text for _code, text in one.lines),
        told_on=local(one.answer.received_at).date(),
        due=clock.safe_end,
        days_late=(desk.today() - clock.safe_end).days,
        here=bool(number) and number == known,
        further=one.further,
        why="；".join(rule.why for rule in clock.why),
    )


def _to_go_on(connection: Transaction, visit: VisitRecord, draft: Draft, desk: Desk, number: str) -> OwedRow:
    """A mediation a side refused, or was not asked about: somebody goes on from what was entered."""
    intake = handovers.receipt_of(connection, visit.id)
    known = compact(value(draft, "identity.id_number"))
    to_file = bool(to_filing.refused(draft, desk.knowledge))
    said = mediation.refusals(sheets(draft, desk.knowledge), desk.knowledge)
    return OwedRow(
        key=visit.id,
        visit_id=visit.id,
        paper_no="",
        receipt_no=intake.receipt_no if intake else "",
        ticket=visit.ticket,
        code="",
        kind=OwedKind.TO_FILE if to_file else OwedKind.TO_ASK,
        person=mask_name(value(draft, "identity.name")),
        masked_number=mask_id(known) if known else "",
        what=tuple(one.text for one in said),
        told_on=desk.today(),
        due=None,
        here=bool(number) and number == known,
    )


def mask_name(name: str) -> str:
    """Return the first character of a name, the rest as stars."""
    return name[:1] + "*" * (len(name) - 1)


def latest(connection: Transaction, visit_id: str) -> str:
    """Return the last finished visit of the intake that this one belongs to."""
    later = [one for one in visits.continued_by(connection, visit_id) if _is_finished(connection, one)]
    return latest(connection, later[-1].id) if later else visit_id


def _is_finished(connection: Transaction, one: VisitRecord) -> bool:
    """Here, or at another window that gave its copy."""
    return one.state == "finished" or handovers.receipt_of(connection, one.id) is not None


@on(DB)
def remind(desk: Desk) -> None:
    """Tell once a day how many have let their day pass; by count, never by name."""

    def write(connection: Transaction) -> int:
        today = desk.today()
        if meta.read(connection, _TOLD) == today.isoformat():
            return 0
        owing = supplements.still_open(connection)
        owing = tuple(one for one in owing if one.kind != GUIDANCE)  # nothing was filed, no day binds
        late = sum(one.due < today and _is_here(connection, one) for one in owing)
        if late:
            meta.write(connection, _TOLD, today.isoformat())
        return late

    late = desk.store(write)
    if late:
        desk.notices.post(
            Notice(
                OVERDUE,
                Level.ATTENTION,
                _("{count} 件到期还没有补交材料。").format(count=late),
                _("收件都在，没有丢。"),
                _("请按 Shift+F9 看名单，联系当事人或报值班主任。"),
            )
        )


@on(DB)
def looked_at(desk: Desk) -> None:
    """The clerk has seen the list; the notice goes until tomorrow."""
    desk.notices.clear(OVERDUE)


# ---- no second wait -----------------------------------------------------------------------------------


@on(HALL)
def take_number(desk: Desk, visit_id: str) -> str:
    """Give a number to somebody who is back; when it is called, the intake opens where it stopped.

    They waited the first time, so the rule of the queue puts them before the order of arrival, bounded like
    every priority. Raises HallProblem, FormProblem.
    """
    desk.store(_finished, visit_id)
    number = issuing.issue(desk, Wanted(desk.settings.hall.group, back=True)).number
    desk.store(supplements.expect, desk.today().isoformat(), number, visit_id)
    return number


# ---- on where it stopped ------------------------------------------------------------------------------


@on(DB)
def take_up(desk: Desk, visit_id: str) -> None:
    """Go on with a finished visit in the one at the window: all that was entered and handed in is there.

    One transaction; raises FormProblem when something else was begun at the window, or the intake is open
    elsewhere.
    """
    record = require_open(desk)
    desk.store(go_on, desk, record, visit_id)


def go_on(connection: Transaction, desk: Desk, record: VisitRecord, visit_id: str) -> None:
    """Make an open visit go on with a finished one, in the caller's transaction."""
    earlier = _finished(connection, latest(connection, visit_id))
    here = visits.fields(connection, record.id)
    _refuse_begun(connection, record, here)
    if any(one.state == "open" for one in visits.continued_by(connection, earlier.id)):
        raise FormProblem(
            _("这份收件正在另一个窗口接着办。"), safe=_("两边都没有改动。"), next_step=_("请到那个窗口。")
        )
    now = desk.clock.now()
    signed = afterwards.draft_now(connection, earlier.id, desk.knowledge)
    before = corrections.corrected(connection, earlier.id, signed)
    first = visits.first_of(connection, earlier.id)
    told, asked = supplements.of_intake(connection, first), court_asks.of_intake(connection, first)
    fields = (*_carried(before, here), *court_asks.carried(told, asked))
    handed_in = {one.page.matter for one in pages.of_visit(connection, earlier.id)}
    suits = to_filing.turned(before, desk.knowledge, handed_in)
    turned = (DraftField(path, text, "typed", None) for path, text in suits.items())
    for field in (*fields, *_clocks(before, earlier, told, asked), *_promised(told), *turned):
        visits.set_field(connection, record.id, field, now)
    pages.carry_over(connection, earlier.id, record.id, now)
    visits.go_on_with(connection, record.id, earlier.id)
    clerk = desk.settings.hall.clerk
    trail.add(connection, Act.TAKEN_UP, subject=record.id, actor=clerk, at=now, earlier=earlier.id)


def _finished(connection: Transaction, visit_id: str) -> VisitRecord:
    found = visits.get(connection, visit_id)
    if found is None or not _is_finished(connection, found):
        raise FormProblem(_("没有找到这份收件。"), next_step=_("请看名单，或扫告知书上的码。"))
    window = handovers.place_of(connection, visits.first_of(connection, visit_id))
    if window is not None:
        raise FormProblem(
            _("这份收件已转到 {window} 号窗口。").format(window=window),
            safe=_("两边都没有改动。"),
            next_step=_("请到那个窗口，或在“补交”里按号码向它要回来。"),
        )
    return found


def _refuse_begun(connection: Transaction, record: VisitRecord, here: Draft) -> None:
    if record.continues or _entered(here) or pages.of_visit(connection, record.id):
        raise FormProblem(
            _("眼前这次来访已经录了内容，不能再接着办上次的。"),
            safe=_("两边都没有改动。"),
            next_step=_("请先办结这一次，再给来访人取一个补交的号。"),
        )


def _entered(here: Draft) -> bool:
    """Say whether more than who stands there was entered."""
    filled = (path for path, field in here.items() if field.value)
    return any(path.startswith(("matter.", "party.", "agent.")) for path in filled)


def waiting(connection: Transaction, case: Case) -> Remark | None:
    """Tell that whoever was just read has papers to bring, before the clerk begins anew."""
    number = value(case.draft, "identity.id_number")
    if not number or case.visit.continues or case.dossier or _entered(case.draft):
        return None
    maybe = (one for one in supplements.of_person(connection, number) if _is_here(connection, one))
    told = [one for one in maybe if _number(connection, one.visit_id) == compact(number)]
    if not told and court_asks.of_person(connection, number):
        words = _("后台要求来访人补正，还没有书面告知")
        return Remark(words, "", _("Shift+F9 出告知书，或接着办"), grave=True)
    if not told:
        return None
    owing = [one for one in told if one.kind != GUIDANCE]
    if not owing:
        words = _("来访人来过，没有交材料，已书面告知要带什么")
        return Remark(words, "", _("Shift+F9 从上次停下的地方接着办"), grave=True)
    words = _("来访人还有 {count} 份告知没有补交，最迟 {day}").format(
        count=len(owing), day=owing[0].due.isoformat()
    )
    return Remark(words, "", _("Shift+F9 从上次停下的地方接着办"), grave=True)


def _clocks(
    before: Draft, earlier: VisitRecord, told: Iterable[SupplementRecord], asked: Iterable[Asked]
) -> Iterable[DraftField]:
    """From when the court's clocks of each matter run: anew where it is corrected (登记立案规定第7条)."""
    corrected = {one.matter for one in told if one.kind == CORRECTION and one.state == "open"}
    corrected |= {one.matter for one in asked}
    only_guided = {one.matter for one in told if one.kind == GUIDANCE and one.state == "open"} - corrected
    received = local(earlier.closed_at or earlier.opened_at).date().isoformat()
    for number in numbers(before):
        if number in only_guided:  # nothing was received then: everything begins when the papers come
            continue
        path = f"matter.{number}.begun"
        known = value(before, path)
        first = known if known and known != RESTARTED else received
        yield DraftField(path, RESTARTED if number in corrected else first, "typed", None)


def _promised(told: Iterable[SupplementRecord]) -> Iterable[DraftField]:
    """What was promised of a matter and until when, for the risk of a promise that is overdue."""
    for one in told:
        if one.kind == PROMISE and one.state == "open":
            names = "、".join(line["name"] for line in json.loads(one.body)["items"])
            text = f"{local(one.issued_at).date().isoformat()} {one.due.isoformat()} {names}"
            yield DraftField(f"matter.{one.matter}.promised", text, "typed", None)


def _carried(before: Draft, here: Draft) -> Iterable[DraftField]:
    """What the visit that goes on begins with; what was decided and told is left with the earlier one."""
    kept = {path: field for path, field in before.items() if f".{_LEFT_BEHIND}" not in path}
    mine = {path for path, field in here.items() if field.value}
    if _another(before, here):
        for name in _OWN:
            path = f"party.{FIRST}.{name}"
            known = entry(before, path)
            if known is not None and copied_from(before, path):
                kept[path] = DraftField(path, known.value, known.source, known.read_value)
    for path, field in kept.items():
        if path not in mine and not _is_count(path):
            yield field
        if ".copies." in path:
            yield field
            had = path.replace(".copies.", ".had.")
            yield DraftField(had, field.value, field.source, field.read_value)


def _is_count(path: str) -> bool:
    return ".copies." in path or ".had." in path


def _another(before: Draft, here: Draft) -> bool:
    """Somebody else brings the papers: the first party stays who it was."""
    old, new = (compact(value(draft, "identity.id_number")) for draft in (before, here))
    names = value(before, "identity.name"), value(here, "identity.name")
    return (bool(new) and new != old) or (bool(names[1]) and names[0] != names[1])
