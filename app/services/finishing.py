"""Finishing a visit: one transaction that freezes it, numbers its receipt and queues everything that follows.

Before it the pages are bound into one PDF, durable on disk. In it: receipt number, record, outbox event,
owed pictures, print jobs, the visit frozen. After it the ticket is closed; a crash in between is mended by
``calling.resume``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.clock import local
from app.domain.audit import Act
from app.domain.dossier import DossierPage, bundles
from app.domain.matter import Group
from app.domain.receipt import receipt_number
from app.errors import FormProblem
from app.ids import new_id
from app.imaging.dossier import Sheet, bind
from app.imaging.page import Page
from app.lanes import A4_PRINTER, PAPERS, RECEIPT_PRINTER, on
from app.services import (
    before_end,
    confirmation,
    favourites,
    freezing,
    notice_paper,
    people,
    risks,
    supplement,
)
from app.services.case import SCHEMA, Case, Closing, intake_body, read_case
from app.services.clerks import require_window_role
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.fields import value
from app.services.knowledge import Knowledge
from app.services.papers import keep_blob
from app.services.receipt_code import code_of
from app.services.receipt_data import Receipt, receipt_content, receipts_of
from app.services.sheet import material_name
from app.storage import intakes, meta, pages, print_jobs, restoring, supplements, trail, visits
from app.storage.access import Transaction
from app.storage.records import (
    BlobRecord,
    ConfirmationRecord,
    IntakeRecord,
    PrintJob,
    SupplementRecord,
)
from app.sync.protocol import canonical, sha256_hex
from app.texts import _


class NotSigned(FormProblem):
    """The party has not signed the text as it stands; the clerk may finish anyway, which is recorded."""


@dataclass(frozen=True)
class Finished:
    """What the act gave: the visit and its receipt number."""

    visit_id: str
    ticket: str
    receipt_no: str


@on(PAPERS)
def finish(
    desk: Desk, unsigned: bool = False, received: bool = False, told: Collection[str] | None = None
) -> Finished:
    """Finish the open visit; a statement is always received, whatever is missing from it.

    ``unsigned`` finishes without the party's signature, ``received`` receives the papers where the matter
    itself is frozen; the record says so. With ``told``, the keys of what was said before, it does not finish
    while something else is open; without it nobody is asked. Raises FormProblem when nobody is named, nothing
    was handed in, or a list of missing papers changed after it was looked at; StillOpen, Frozen, NotApproved,
    NotSigned, StorageProblem.
    """
    require_window_role(desk)
    visit_id = require_open(desk).id
    case = desk.store(read_case, visit_id)
    _refuse_empty(case, desk.knowledge)
    freezing.refuse_done(desk, visit_id, received=received)
    supplement.refuse_changed(case, desk.knowledge)
    still_open = None if told is None or received else before_end.still_open(desk, case, told)
    if still_open is not None:
        raise still_open
    signed = _valid_signature(desk, case)
    if signed is None and not unsigned:
        raise NotSigned(
            _("当事人还没有签字，或签字后内容有改动。"),
            safe=_("内容已保存。"),
            next_step=_("请按 F10 交当事人确认；当事人不签的，再按一次 F12，记录会注明“未签字”。"),
        )
    supplement.decided(case, desk.knowledge, desk.today(), signed=signed is not None)
    receipt_no = desk.store(_commit, desk, case, signed, _bind(desk, case))
    return Finished(visit_id, case.visit.ticket, receipt_no)


def _refuse_empty(case: Case, knowledge: Knowledge) -> None:
    """A filing needs somebody and some paper, or that they are told in writing what to bring.

    Advice and complaints may come without either.
    """
    made = case.sheets(knowledge)
    named = any(people.lists_of(shown.matter) for shown in made)
    if named and not value(case.draft, "identity.name"):
        raise FormProblem(
            _("还不知道来访人是谁。"),
            safe=_("内容已保存。"),
            next_step=_("请按 F3 读身份证，或输入姓名。"),
        )
    filings = [shown for shown in made if shown.matter.group is Group.FILING]
    if filings and not case.dossier and not all(supplement.is_guided(case.draft, one) for one in filings):
        raise FormProblem(
            _("还没有收到材料。"),
            safe=_("内容已保存。"),
            next_step=_(
                "有材料的按 F8 扫描或 Ctrl+O 导入；"
                "今天没带来的，按 F9，在那里按 Ctrl+Enter 定下一次性告知书，再按 F12；"
                "什么都不办就走的，按 F7，内容留着。"
            ),
        )


def _valid_signature(desk: Desk, case: Case) -> ConfirmationRecord | None:
    text = confirmation.text_of(case, desk.settings.hall.court, desk.knowledge)
    signed = case.signed
    return signed if signed is not None and signed.text_sha256 == confirmation.digest(text) else None


def _bind(desk: Desk, case: Case) -> BlobRecord | None:
    """Bind the pages into one PDF, durable on disk; None when nothing was scanned."""
    if not case.dossier:
        return None
    pdf = bind(_sheets(desk, case), title=_("{ticket} 材料").format(ticket=case.visit.ticket))
    return BlobRecord(keep_blob(desk, pdf, "application/pdf"), len(pdf), b"", "application/pdf")


def _sheets(desk: Desk, case: Case) -> Iterator[Sheet]:
    made = {shown.number: shown for shown in case.sheets(desk.knowledge)}
    for bundle in bundles(record.page for record in case.dossier):
        name = material_name(bundle.material, desk.knowledge, made.get(bundle.matter))
        for page in bundle.pages:
            yield Sheet(name, _loader(desk, page))


def _loader(desk: Desk, page: DossierPage) -> Callable[[], Page]:
    return partial(load_page, desk, page)


def load_page(desk: Desk, page: DossierPage) -> Page:
    """Return a stored page with its picture; raises StorageProblem when it cannot be read."""
    record = desk.store(pages.get_blob, page.sha256)
    if record is None:
        raise AssertionError("a page whose blob has no row; foreign keys forbid it")
    data = desk.blobs.get(page.sha256, record.key)
    return Page(data, page.media_type, page.width, page.height, page.dpi, page.source)  # type: ignore[arg-type]


def _commit(
    connection: Transaction,
    desk: Desk,
    case: Case,
    signed: ConfirmationRecord | None,
    dossier: BlobRecord | None,
) -> str:
    visit_id = case.visit.id
    if read_case(connection, visit_id) != case:
        raise FormProblem(
            _("办结的同时内容有改动，没有办结。"), safe=_("改动已保存。"), next_step=_("请再按一次 F12。")
        )
    now = desk.clock.now()
    day = local(now).date()
    count = meta.next_number(connection, f"receipt.{day.isoformat()}.{desk.window}")
    number = receipt_number(day, desk.window, restoring.above(connection, day, count))
    told = _told(connection, desk, case, number, now, signed=signed is not None)
    made = case.sheets(desk.knowledge)
    holds = risks.in_sheets(case.draft, made, desk.knowledge, now, case.visit.opened_at)
    known = freezing.note(connection, visit_id, holds, now)
    done = not freezing.frozen(holds, known)
    owed = _owed(connection, case, signed, dossier)
    given = receipts_of(case, number, desk.knowledge)
    told_of = tuple(receipt.told for receipt in given)
    closing = Closing(number, now, signed, dossier, owed, told, known, frozenset(holds), done, told_of)
    body = canonical(intake_body(case, closing, desk.settings.hall, desk.knowledge))
    sha256 = sha256_hex(body)
    intakes.add_intake(connection, IntakeRecord(visit_id, number, body, sha256, now))
    intakes.add_event(
        connection,
        event_id=new_id(),
        visit_id=visit_id,
        kind="intake",
        schema=SCHEMA,
        body=body,
        sha256=sha256,
        at=now,
    )
    intakes.owe_blobs(connection, visit_id, (record.sha256 for record in closing.owed))
    for receipt in given:
        _queue_receipt(connection, desk, case, closing, receipt, sha256)
    for job in notice_paper.jobs(desk, case, closing):
        print_jobs.add(connection, job, now)
    visits.close(connection, visit_id, "finished", now)
    favourites.count(connection, desk.settings.hall.clerk, made, now)
    trail.add(
        connection,
        Act.FINISHED,
        subject=visit_id,
        actor=desk.settings.hall.clerk,
        at=now,
        receipt_no=number,
        sha256=sha256,
        signed=int(signed is not None),
        done=int(done),
    )
    return number


def _told(
    connection: Transaction, desk: Desk, case: Case, receipt_no: str, now: datetime, *, signed: bool
) -> tuple[SupplementRecord, ...]:
    """Store what the party is told in writing to supply, and settle what earlier visits asked for."""
    made = supplement.decided(case, desk.knowledge, local(now).date(), signed=signed)
    told = supplement.records(case, visits.beginning_of(connection, case.visit), made, receipt_no, now)
    for record in told:
        supplements.add(connection, record)
    supplement.settle(connection, case, told, desk.knowledge, now)
    return told


def _queue_receipt(
    connection: Transaction, desk: Desk, case: Case, closing: Closing, receipt: Receipt, sha256: str
) -> None:
    """Queue the papers of one receipt."""
    content = receipt_content(case, closing, receipt, desk.settings.hall, desk.knowledge, sha256)
    content["court_mongolian"] = desk.settings.papers.court_mongolian
    content["verification_qr"] = code_of(connection, content, sha256, desk.settings.papers)
    several = len(closing.receipts) > 1
    for job in _receipt_jobs(desk, case.visit.id, json.dumps(content, ensure_ascii=False)):
        which = _("{title} {number}").format(title=job.title, number=receipt.number)
        print_jobs.add(
            connection, replace(job, part=receipt.part, title=which if several else job.title), closing.at
        )


def _owed(
    connection: Transaction,
    case: Case,
    signed: ConfirmationRecord | None,
    dossier: BlobRecord | None,
) -> list[BlobRecord]:
    hashes = {record.page.sha256 for record in case.dossier}
    if dossier is not None:
        hashes.add(dossier.sha256)
    if signed is not None:
        hashes.add(signed.signature_sha256)
    found = (pages.get_blob(connection, sha256) for sha256 in sorted(hashes))
    return [record for record in found if record is not None]


def _receipt_jobs(desk: Desk, visit_id: str, content: str) -> Iterator[PrintJob]:
    papers = (
        (RECEIPT_PRINTER, "receipt", _("材料收据（小票）")),
        (A4_PRINTER, "receipt_a4", _("材料收据（A4）")),
    )
    for role, kind, title in papers:
        if desk.bench.has(role):
            yield PrintJob(
                id=new_id(),
                visit_id=visit_id,
                ticket=None,
                kind=kind,
                printer=desk.bench.owner(role),
                title=title,
                content=content,
                state="waiting",
                reason="",
                tries=0,
                clerk=desk.settings.hall.clerk,
            )
