"""The day sheet on paper: the day's figures frozen as a print job, each sheet with a number of its own.

A sheet says what was so when it was made; when the figures change afterwards a further sheet is made, so the
same figures are never two originals.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from app.clock import local
from app.domain.audit import Act as AuditAct
from app.domain.day import DaySheet, Fate, TicketFate
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import A4_PRINTER, HALL, RECEIPT_PRINTER, TICKET_PRINTER, on
from app.services.day import AtCourt, day_sheet, sentence
from app.services.desk import Desk
from app.services.promise_words import exceptions, late, summary
from app.services.views import DayView
from app.storage import print_jobs, trail
from app.storage.access import Transaction
from app.storage.records import PrintJob
from app.texts import _
from printing.documents import day_sheet as paper
from printing.documents.facts import Issue
from printing.documents.frozen import freeze

KIND: Final = "day_sheet"
_ROLLS: Final = (RECEIPT_PRINTER, TICKET_PRINTER)


@on(HALL)
def day_view(desk: Desk, day: date | None = None) -> DayView:
    """Return a day as the panel shows it, today if none is given. Raises HallProblem, StorageProblem."""
    sheet = day_sheet(desk, day)
    made = desk.store(print_jobs.numbered, _prefix(sheet))
    return DayView(
        sheet,
        tuple(sentence(one) for one in sheet.differences),
        tuple((job.ticket or "", job.state) for job in made if not job.copy),
        on_page=desk.bench.has(A4_PRINTER),
        on_roll=any(desk.bench.has(role) for role in _ROLLS),
        promise=summary(sheet.kept),
        passed=exceptions(sheet.kept),
    )


@on(HALL)
def print_day(desk: Desk, day: date | None, roll: bool, at_court: AtCourt | None = None) -> str:
    """Put the day's sheet into the ledger and return its number; its printer's act prints it.

    Raises FormProblem when nothing changed since the last sheet or no printer takes it, HallProblem,
    StorageProblem.
    """
    role = next((role for role in (_ROLLS if roll else (A4_PRINTER,)) if desk.bench.has(role)), None)
    if role is None:
        raise FormProblem(
            _("没有可用的小票机。") if roll else _("没有可用的文书打印机。"),
            safe=_("今天的账都在，什么都没有打印。"),
            next_step=_("请选另一种纸，或按 Ctrl+, 选择打印机。"),
        )
    sheet = day_sheet(desk, day, at_court)
    return desk.store(_queue, desk, sheet, desk.bench.owner(role))


def _queue(connection: Transaction, desk: Desk, sheet: DaySheet, printer: str) -> str:
    before = [job for job in print_jobs.numbered(connection, _prefix(sheet)) if not job.copy]
    number = f"{_prefix(sheet)}{len(before) + 1}"
    content: dict[str, Any] = {"large": False, "data": freeze(_facts(sheet, number, desk))}
    if before and _said(json.loads(before[-1].content)) == _said(content):
        raise FormProblem(
            _("从日结单 {number} 到现在，账没有变化。").format(number=before[-1].ticket),
            safe=_("没有再打一份原件。"),
            next_step=_("要补打，请按 Ctrl+P 打开打印台账。"),
        )
    job = PrintJob(
        id=new_id(),
        visit_id=None,
        ticket=number,
        kind=KIND,
        printer=printer,
        title=_("窗口日结单"),
        content=json.dumps(content, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
        clerk=sheet.clerk,
    )
    now = desk.clock.now()
    print_jobs.add(connection, job, now)
    trail.add(
        connection,
        AuditAct.DAY_CLOSED,
        subject=job.id,
        actor=sheet.clerk,
        at=now,
        paper=number,
        differences=len(sheet.differences),
    )
    return number


def _prefix(sheet: DaySheet) -> str:
    return f"RJ{sheet.day:%Y%m%d}-{sheet.window:02d}-"


def _said(content: dict[str, Any]) -> dict[str, Any]:
    """Return what tells two sheets apart: not when they were made, nor the trail, which grows by each.

    Nor the names of matters: their visits are forgotten with time, their numbers stay.
    """
    told = {key: value for key, value in content["data"].items() if key not in ("issue", "trail", "matters")}
    return told | {"left": [ticket for ticket, _matters in told["left"]]}


def _late(sheet: DaySheet) -> tuple[str, ...]:
    names = "、".join(late(sheet.kept))
    return (_("超过承诺时间才叫到的绿色号：{names}。").format(names=names),) if names else ()


def _facts(sheet: DaySheet, number: str, desk: Desk) -> paper.DaySheet:
    tickets = {fate: len(sheet.tickets_of(fate)) for fate in TicketFate}
    intakes = {fate: len(sheet.intakes_of(fate)) for fate in Fate}
    numbers = [intake.receipt_no for intake in sheet.intakes]
    return paper.DaySheet(
        issue=Issue(
            court=sheet.court,
            number=number,
            issued=local(sheet.made_at),
            officer=sheet.clerk,
            phone=desk.settings.papers.phone,
            court_mongolian=desk.settings.papers.court_mongolian,
        ),
        day=sheet.day,
        window=_("{number} 号窗口").format(number=sheet.window),
        tickets=len(sheet.tickets),
        served=tickets[TicketFate.SERVED],
        missed=tickets[TicketFate.NO_SHOW],
        open=tickets[TicketFate.OPEN],
        receipts=len(numbers),
        stored=intakes[Fate.STORED],
        waiting=intakes[Fate.WAITING],
        attention=intakes[Fate.ATTENTION],
        court_checked=sheet.court_checked,
        trail=_("{count} 行，末尾 {head}").format(count=sheet.audit_size, head=sheet.audit_head),
        first_receipt=min(numbers, default=""),
        last_receipt=max(numbers, default=""),
        matters=sheet.by_matter,
        differences=tuple(sentence(one) for one in sheet.differences),
        left=tuple((ticket, matters or _("（已按保存期限清除）")) for ticket, matters in sheet.left),
        voids=sheet.voids,
        promise=(*summary(sheet.kept), *_late(sheet)),
        passed=exceptions(sheet.kept),
        reprints=tuple((made, why or _("没有写明")) for made, why in sheet.reprints),
    )
