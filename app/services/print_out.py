"""Putting queued papers on paper: one job at a time per printer, one id for all tries, never two originals.

A job is marked *sending* and durable before its first byte; what was in that state when the power went is
asked about once, at the next start. After the first byte the same job is never sent again: a paper the clerk
did not see is printed anew as a job of its own that says so on the paper.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from app import lanes
from app.clock import local, stamp
from app.domain.audit import Act as AuditAct
from app.errors import PrinterProblem, StorageProblem
from app.ids import new_id
from app.lanes import Act, on
from app.notices import Notice
from app.services import notice_paper
from app.services.bench import PRINTERS, TITLES
from app.services.desk import Desk
from app.services.problems import printer_problem
from app.services.views import Health, JobView
from app.storage import intakes, meta, pages, print_jobs, trail
from app.storage.access import Transaction
from app.storage.records import PrintJob
from app.sync.protocol import canonical, sha256_hex
from app.texts import _
from printing.documents import material_receipt, queue_ticket
from printing.documents.catalogue import KINDS, Kind
from printing.documents.frozen import thaw
from printing.errors import (
    BadImage,
    ConnectionCut,
    CoverOpen,
    PaperOut,
    PrinterError,
    PrinterFault,
    PrinterOff,
    PrintingError,
)
from printing.layout import Document, Paper
from printing.printers.base import Capabilities, Outcome, Printer, PrinterStatus
from printing.registry import render

RECEIPTS: Final = ("receipt", "receipt_a4")
_PUT_OUT: Final = ("confirmed", "unconfirmed")
_TOLD: Final = ("confirmed", "unconfirmed", "not_printed")
EVENT: Final = "print"
VOID: Final = "void"
EVENT_SCHEMA: Final = 1
_SILENT: Final = "以前有回应，现在没有：请检查电源和网线，关机再开"
_STATES: Final = {
    PrinterStatus.READY: (Health.OK, ""),
    PrinterStatus.NEAR_END: (Health.ATTENTION, "纸快用完了，请准备换纸"),
    PrinterStatus.PAPER_OUT: (Health.FAILED, "缺纸，请添纸，之后会自动接着打"),
    PrinterStatus.COVER_OPEN: (Health.FAILED, "盖子没有合上"),
    PrinterStatus.OFF: (Health.FAILED, "没有连上，请检查电源和线"),
    PrinterStatus.FAULT: (Health.FAILED, "报告故障，请关机再开"),
    PrinterStatus.UNKNOWN: (Health.UNKNOWN, "没有报告状态"),
}
_STOPPED: Final[Mapping[PrinterStatus, type[PrinterError]]] = {
    PrinterStatus.OFF: PrinterOff,
    PrinterStatus.PAPER_OUT: PaperOut,
    PrinterStatus.COVER_OPEN: CoverOpen,
    PrinterStatus.FAULT: PrinterFault,
}


def _print_waiting(desk: Desk, role: str) -> int:
    """Print every waiting job of a printer, oldest first; return how many left the queue.

    Stops at the first job that cannot be printed: it keeps waiting with its reason. Raises PrinterProblem.
    """
    done = 0
    for job in desk.store(print_jobs.in_state, "waiting", printer=role):
        if job.reason and _still_stopped(desk, role, job):
            return done
        done += _print(desk, role, job)
    if not done:
        _look_at(desk, role)
    return done


def _still_stopped(desk: Desk, role: str, job: PrintJob) -> bool:
    """Say whether what stopped the job before still does: nothing new to write, to draw or to show."""
    try:
        with desk.bench.printer(role) as printer:
            require_ready(printer)
    except PrinterProblem as problem:
        if _reason(problem) == job.reason:
            desk.notices.post(Notice.of(f"printer.{role}", problem))
            return True
    return False


def _reason(problem: PrinterProblem) -> str:
    return f"{problem.happened}{problem.next_step}"


def require_ready(printer: Printer) -> None:
    """Raise what keeps the printer from printing, as far as it says; asking costs less than a paper."""
    if not printer.capabilities.reports_status:
        return
    status = printer.status()
    kind = _STOPPED.get(status)
    if kind is not None:
        raise kind(printer.key, status=status.value)


def _print(desk: Desk, role: str, job: PrintJob) -> bool:
    """Print one job; return False for one that cannot be drawn, which must not hold up those behind it."""
    with desk.bench.printer(role) as printer:
        try:
            payload = _drawn(desk, role, job, printer.capabilities)
        except BadImage as error:
            _give_up(desk, role, job, error)
            return False
        except StorageProblem as unreadable:
            _wait_on(desk, job, unreadable)
            return False
        if not _move(desk, job, "waiting", "sending"):
            return False
        try:
            outcome = printer.send(payload, job.id)
        except ConnectionCut as error:
            desk.bench.sent(role)
            problem = printer_problem(error, _(TITLES[role]))
            _move(desk, job, "sending", "unconfirmed", problem.happened)
            raise
        except PrintingError as error:
            problem = printer_problem(error, _(TITLES[role]))
            _move(desk, job, "sending", "waiting", _reason(problem))
            desk.notices.post(Notice.of(f"printer.{role}", problem))
            raise
        desk.bench.sent(role)
        confirmed = outcome is Outcome.CONFIRMED
        _move(desk, job, "sending", "confirmed" if confirmed else "unconfirmed")
        desk.notices.clear(f"printer.{role}")
        _show(desk, role, printer)
        return True


def _drawn(desk: Desk, role: str, job: PrintJob, takes: Capabilities) -> bytes:
    """Return the bytes of a job; drawing costs more than asking a printer that is off."""
    what = (job.id, job.content, takes)
    return desk.bench.drawn(role, what, lambda: render(document(desk, job, takes.paper), takes))


def _give_up(desk: Desk, role: str, job: PrintJob, error: PrintingError) -> None:
    problem = printer_problem(error, _(TITLES[role]))
    _move(desk, job, "waiting", "not_printed", _reason(problem))
    desk.notices.post(Notice.of(f"print.{job.id}", problem))


def _wait_on(desk: Desk, job: PrintJob, problem: StorageProblem) -> None:
    """A picture on this paper cannot be read: it waits with its reason and is tried again later."""
    _move(desk, job, "waiting", "waiting", f"{problem.happened}{problem.next_step}")
    desk.notices.post(Notice.of(f"print.{job.id}", problem))


def _move(desk: Desk, job: PrintJob, frm: str, to: str, reason: str = "") -> bool:
    def write(connection: Transaction) -> bool:
        now = desk.clock.now()
        moved = print_jobs.move(connection, job.id, frm=(frm,), to=to, at=now, reason=reason)
        if moved and to in _PUT_OUT:
            _note(connection, desk, AuditAct.PRINTED, job, outcome=to)
        if moved and to in _TOLD:
            report(connection, desk, job, to)
        return moved

    return desk.store(write)


def receipt_no(job: PrintJob, visits_own: str) -> str:
    """Return the number a receipt bears: of several of one visit each its own; else that of the visit."""
    content: dict[str, Any] = json.loads(job.content) if job.kind in RECEIPTS else {}
    return str(content.get("receipt_no") or visits_own)


def report(
    connection: Transaction,
    desk: Desk,
    job: PrintJob,
    outcome: str,
    *,
    kind: str = EVENT,
    why: str = "",
    by: str = "",
) -> None:
    """Put what became of a paper into the outbox: the ledger is part of the record the court keeps."""
    device = meta.read(connection, meta.DEVICE) or ""
    now = desk.clock.now()
    intake = intakes.get_intake(connection, job.visit_id) if job.visit_id else None
    body = canonical(
        {
            "visit_id": device,
            "job": job.id,
            "of": job.visit_id or job.ticket or "",
            "receipt_no": receipt_no(job, intake.receipt_no) if intake else "",
            "paper": job.kind,
            "part": job.part,
            "copy": job.copy,
            "original": job.original or job.id,
            "outcome": outcome,
            "why": why or job.why,
            "approved_by": by or job.approved_by,
            "clerk": desk.settings.hall.clerk,
            "at": stamp(now),
            "blobs": [],
        }
    )
    intakes.add_event(
        connection,
        event_id=new_id(),
        visit_id=device,
        kind=kind,
        schema=EVENT_SCHEMA,
        body=body,
        sha256=sha256_hex(body),
        at=now,
    )


def _note(connection: Transaction, desk: Desk, act: AuditAct, job: PrintJob, **facts: str | int) -> None:
    trail.add(
        connection,
        act,
        subject=job.id,
        actor=desk.settings.hall.clerk,
        at=desk.clock.now(),
        of=job.visit_id or job.ticket or "",
        paper=job.kind,
        **facts,
    )


def _look_at(desk: Desk, role: str) -> None:
    with desk.bench.printer(role) as printer:
        _show(desk, role, printer)


def _show(desk: Desk, role: str, printer: Printer) -> None:
    if not printer.capabilities.reports_status:
        desk.bench.show(role, Health.OK, _("不报告状态"))
        return
    status, now = printer.status(), desk.clock.monotonic()
    health, text = _STATES[status]
    if status is PrinterStatus.UNKNOWN:
        health, text = _unanswered(desk.bench.silent_for(role, now), desk.rhythm.silent, text)
    else:
        desk.bench.answered(role, now)
    desk.bench.show(role, health, _(text) if text else "")


def _unanswered(seconds: float | None, limit: float, text: str) -> tuple[Health, str]:
    """Many printers never say how they are; one that did in this run and no longer does is in trouble."""
    if seconds is None:
        return Health.UNKNOWN, text
    return Health.FAILED if seconds >= limit else Health.ATTENTION, _SILENT


print_waiting: Final[dict[str, Act[Desk, [str], int]]] = {
    role: Act(role, _print_waiting) for role in PRINTERS
}
"""The act that prints a printer's waiting jobs, by role: each runs on its printer's own lane."""

look_at: Final[dict[str, Act[Desk, [str], None]]] = {role: Act(role, _look_at) for role in PRINTERS}
"""The act that asks a printer how it is, by role."""


def document(desk: Desk, job: PrintJob, paper: Paper) -> Document:
    """Return the document of a job from its frozen content."""
    content: dict[str, Any] = json.loads(job.content)
    if not content:
        raise _erased(job)
    if job.kind == "ticket":
        ticket = _ticket(desk, content, job.ticket or "")
        return queue_ticket.build(replace(ticket, copy=job.copy, copied=copied(job)), paper)
    if job.kind in RECEIPTS:
        receipt = _receipt(desk, content)
        return material_receipt.build(replace(receipt, copy=job.copy, copied=copied(job)), paper)
    kind, large = KINDS[job.kind], bool(content.get("large"))
    data = _facts(desk, kind, content)
    data = replace(data, issue=replace(data.issue, copy=job.copy, copied=copied(job)))
    return kind.build(data, paper, large=large and paper is not Paper.ROLL_58)


def _facts(desk: Desk, kind: Kind, content: dict[str, Any]) -> Any:
    if kind.key in notice_paper.KINDS:
        return notice_paper.facts(kind.key, content, _signature(desk, content["signature_sha256"]))
    return thaw(kind.data, content["data"])


def copied(job: PrintJob) -> str:
    """Return what a reprint says of itself besides its count: when, by whom, who approved it."""
    if not job.copy or job.made_at is None:
        return ""
    words = [local(job.made_at).strftime("%Y-%m-%d %H:%M"), job.clerk]
    if job.approved_by:
        words.append(_("核准 {name}").format(name=job.approved_by))
    return "　".join(word for word in words if word)


def _erased(job: PrintJob) -> StorageProblem:
    return StorageProblem(
        _("这份文书的内容已按保存期限删除，不能再打。"),
        safe=_("号码和送达回执都在。"),
        next_step=_("需要时请向法院档案调取。"),
        detail=job.id,
    )


def _ticket(desk: Desk, content: dict[str, Any], reference: str) -> queue_ticket.QueueTicket:
    hall = desk.settings.hall
    return queue_ticket.QueueTicket(
        court=hall.court,
        issued=datetime.fromisoformat(content["issued"]),
        number=content["number"],
        group=content["group"],
        ahead=content["ahead"],
        wait=tuple(content["wait"]) if content.get("wait") else None,
        area=_("{window} 号窗口").format(window=hall.window),
        payload=f"{hall.board.rstrip('/')}/t/{reference}" if hall.board else f"YC:{reference}",
        priority=content["priority"],
        court_mongolian=desk.settings.papers.court_mongolian,
    )


def _receipt(desk: Desk, content: dict[str, Any]) -> material_receipt.MaterialReceipt:
    return material_receipt.MaterialReceipt(
        court=content["court"],
        window=content["window"],
        receipt_no=content["receipt_no"],
        intake_no=content["intake_no"],
        party=content["party"],
        agent=content["agent"] or None,
        matter=content["matter"],
        cause=content["cause"] or None,
        materials=tuple(
            material_receipt.Material(m["name"], m["pages"], m["copies"], material_receipt.Form(m["form"]))
            for m in content["materials"]
        ),
        laws=tuple(content["laws"]),
        received=datetime.fromisoformat(content["received"]),
        officer=content["officer"],
        verification=content["verification"],
        verification_qr=content.get("verification_qr"),
        court_mongolian=content["court_mongolian"],
        signature=_signature(desk, content["signature_sha256"]),
    )


def _signature(desk: Desk, sha256: str) -> bytes | None:
    record = desk.store(pages.get_blob, sha256) if sha256 else None
    return desk.blobs.get(sha256, record.key) if record else None


@on(lanes.DB)
def answer(desk: Desk, job_id: str, printed: bool) -> None:
    """Record what the clerk saw of a paper in doubt; one that did not come out is printed anew, marked."""

    def write(connection: Transaction) -> None:
        to = "printed" if printed else "not_printed"
        now = desk.clock.now()
        job = print_jobs.get(connection, job_id)
        moved = print_jobs.move(connection, job_id, frm=("unconfirmed",), to=to, at=now)
        if job is None or not moved:
            return
        _note(connection, desk, AuditAct.PAPER_ANSWERED, job, seen=int(printed))
        report(connection, desk, job, to)
        if not printed:
            anew = again(connection, desk, job, why=_("原件没有印出来"))
            print_jobs.add(connection, anew, now)
            _note(connection, desk, AuditAct.REPRINTED, anew, instead_of=job.id)

    desk.store(write)


def again(
    connection: Transaction, desk: Desk, job: PrintJob, *, why: str, by: str = "", new: str = ""
) -> PrintJob:
    """Return a job that prints the same content with the mark of the next copy; ``by`` approved it.

    ``new`` is its id where that is known before.
    """
    original = job.original or job.id
    title = job.title if job.copy else _("{title}（补打）").format(title=job.title)
    return replace(
        job,
        id=new or new_id(),
        title=title,
        copy=print_jobs.copies(connection, original) + 1,
        original=original,
        clerk=desk.settings.hall.clerk,
        why=why,
        approved_by=by,
        state="waiting",
        reason="",
        tries=0,
    )


@on(lanes.DB)
def doubt_interrupted(desk: Desk) -> None:
    """At the start: what was being sent when the program ended is in doubt."""

    def write(connection: Transaction) -> None:
        for job in print_jobs.in_state(connection, "sending"):
            reason = _("打印时程序中断")
            print_jobs.move(
                connection, job.id, frm=("sending",), to="unconfirmed", at=desk.clock.now(), reason=reason
            )
            _note(connection, desk, AuditAct.PRINTED, job, outcome="unconfirmed")
            report(connection, desk, job, "unconfirmed")

    desk.store(write)


def job_view(job: PrintJob) -> JobView:
    return JobView(job.id, job.title, job.state, job.reason)
