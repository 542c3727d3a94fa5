"""The print ledger: every paper that was printed, found again, printed again with a second person, voided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from app.clock import COURT_ZONE
from app.domain.audit import Act
from app.domain.outliers import Tally, outliers
from app.domain.receipt import Series, series
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import DB, SEARCH, on
from app.services import print_out, search
from app.services.approval import spend
from app.services.desk import Desk
from app.services.views import LedgerRow
from app.storage import intakes, print_jobs, receipts, restoring, trail
from app.storage.access import Transaction
from app.storage.receipts import VoidRecord
from app.storage.records import PrintJob
from app.texts import _

REPRINT_REASONS: Final = (
    "当事人遗失",
    "纸张损坏或字迹不清",
    "卡纸、未打完整",
    "存档或移交需要",
    "当事人申请再领一份",
)
VOID_REASONS: Final = ("打印内容有误", "重复办理", "当事人当场撤回", "纸张作废、号码已用")
_VISITS: Final = 60
_WEEK: Final = 7
_JOBS: Final = 200
_DONE: Final = ("confirmed", "printed", "unconfirmed", "not_printed")


@dataclass(frozen=True)
class LedgerView:
    """The papers that were found; ``behind``: the index is being made and older ones may be missing."""

    rows: tuple[LedgerRow, ...]
    behind: bool = False


@on(SEARCH)
def find(desk: Desk, text: str) -> LedgerView:
    """Return the papers of the visits and tickets the words lead to; of a day; of today for no words."""
    words = tuple(text.lower().split())
    visits, behind = tuple[str, ...](), False
    if words and _as_day(words) is None:
        found = search.search(desk, text, _VISITS)
        visits, behind = tuple(hit.visit_id for hit in found.hits), found.behind
    return LedgerView(desk.store(_find, desk.today(), words, visits), behind)


def _find(
    connection: Transaction, today: date, words: tuple[str, ...], visits: tuple[str, ...]
) -> tuple[LedgerRow, ...]:
    if not words:
        found = print_jobs.made(connection, *_day(today), _JOBS)
    elif (day := _as_day(words)) is not None:
        found = print_jobs.made(connection, *_day(day), _JOBS)
    else:
        found = print_jobs.of_visits(connection, visits)
        if len(words) == 1 and words[0].startswith("rj"):
            found += print_jobs.numbered(connection, words[0].upper())
        elif len(words) == 1:
            found += print_jobs.made(connection, *_day(today), _JOBS, ticket=f".{words[0].upper()}")
    return tuple(_row(connection, job) for job in found[:_JOBS])


def _as_day(words: tuple[str, ...]) -> date | None:
    try:
        return date.fromisoformat(words[0]) if len(words) == 1 else None
    except ValueError:
        return None


def _day(day: date) -> tuple[datetime, datetime]:
    first = datetime.combine(day, time(), COURT_ZONE)
    return first, first + timedelta(days=1)


def _row(connection: Transaction, job: PrintJob) -> LedgerRow:
    intake = intakes.get_intake(connection, job.visit_id) if job.visit_id else None
    number = _number(connection, job)
    return LedgerRow(
        job_id=job.id,
        title=job.title,
        number=number,
        state=job.state,
        reason=job.reason,
        copy=job.copy,
        copies=print_jobs.copies(connection, job.original or job.id),
        made_at=job.made_at or datetime.now(COURT_ZONE),
        clerk=job.clerk,
        why=job.why,
        approved_by=job.approved_by,
        tries=job.tries,
        is_receipt=job.kind in print_out.RECEIPTS,
        void=bool(intake) and receipts.is_void(connection, number),
    )


def _number(connection: Transaction, job: PrintJob) -> str:
    """Return the number a paper is known by: its receipt's, else the ticket's."""
    intake = intakes.get_intake(connection, job.visit_id) if job.visit_id else None
    return print_out.receipt_no(job, intake.receipt_no) if intake else (job.ticket or "")


@on(DB)
def reprint(desk: Desk, job_id: str, reason: str, approval_id: str) -> str:
    """Queue a copy of a paper; return its title. Raises FormProblem, NotApproved; both leave all as it was.

    The approval is spent in the transaction that makes the copy.
    """
    _need_reason(reason)

    def write(connection: Transaction) -> str:
        job = _printed(connection, job_id)
        now = desk.clock.now()
        copy_id = new_id()
        supervisor = spend(connection, approval_id, Purpose.REPRINT, copy_id, now, _number(connection, job))
        made = print_out.again(connection, desk, job, why=reason, by=supervisor, new=copy_id)
        print_jobs.add(connection, made, now)
        trail.add(
            connection,
            Act.REPRINTED,
            subject=made.id,
            actor=desk.settings.hall.clerk,
            at=now,
            of=job.visit_id or job.ticket or "",
            paper=job.kind,
            instead_of=made.original or "",
            copy=made.copy,
            why=reason,
            approved_by=supervisor,
        )
        return made.title

    return desk.store(write)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise FormProblem(
            _("没有写明理由。"), safe=_("什么都没有打印。"), next_step=_("请从列表里选一个理由。")
        )  # fmt: skip


def _printed(connection: Transaction, job_id: str) -> PrintJob:
    """Return the job when its paper left the queue: what still waits will come out by itself."""
    job = print_jobs.get(connection, job_id)
    if job is None or job.state not in _DONE:
        raise FormProblem(
            _("这份文书还在等待打印。"),
            safe=_("它不会丢，打印机好了会自动打出来。"),
            next_step=_("请先看状态栏里打印机怎么了。"),
        )
    return job


@on(DB)
def void(desk: Desk, job_id: str, reason: str, approval_id: str) -> str:
    """Void the receipt a job printed; return its number. Raises FormProblem, NotApproved.

    The record of what was handed in stays as it is; only the number counts no longer.
    """
    _need_reason(reason)

    def write(connection: Transaction) -> str:
        job = _printed(connection, job_id)
        intake = intakes.get_intake(connection, job.visit_id) if job.visit_id else None
        if intake is None or job.kind not in print_out.RECEIPTS:
            raise FormProblem(_("这不是收据。"), safe=_("什么都没有改动。"), next_step=_("请选收据再作废。"))
        number, now = print_out.receipt_no(job, intake.receipt_no), desk.clock.now()
        if receipts.is_void(connection, number):
            raise FormProblem(_("{number} 已经作废。").format(number=number), safe=_("什么都没有改动。"))
        supervisor = spend(connection, approval_id, Purpose.VOID_RECEIPT, number, now, number)
        clerk = desk.settings.hall.clerk
        receipts.void(connection, VoidRecord(number, reason, clerk, supervisor, now))
        trail.add(
            connection, Act.VOIDED, subject=intake.visit_id, actor=clerk, at=now,
            receipt_no=number, why=reason, approved_by=supervisor,
        )  # fmt: skip
        print_out.report(connection, desk, job, "voided", kind=print_out.VOID, why=reason, by=supervisor)
        return number

    return desk.store(write)


@on(DB)
def week(desk: Desk, last: date) -> tuple[Tally, ...]:
    """Return who printed and printed again in the seven days up to ``last``, those who stand out marked."""
    first, _end = _day(last - timedelta(days=_WEEK - 1))
    _first, end = _day(last)

    def read(connection: Transaction) -> tuple[Tally, ...]:
        printed = print_jobs.by_clerk(connection, first, end)
        voids = receipts.voided_by_clerk(connection, first, end)
        names = {*printed, *voids}
        return outliers(Tally(name, *printed.get(name, (0, 0)), voids.get(name, 0)) for name in names)

    return desk.store(read)


@on(DB)
def gaps(desk: Desk, first: date, last: date) -> tuple[Series, ...]:
    """Return every series of receipt numbers of the days, with what is missing, skipped and void in it."""

    def read(connection: Transaction) -> tuple[Series, ...]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        numbers = [n for day in days for n in receipts.given(connection, f"SJ{day:%Y%m%d}-")]
        voids = {
            v.receipt_no: v.reason for day in days for v in receipts.voided(connection, f"SJ{day:%Y%m%d}-")
        }
        bands = {date.fromisoformat(day): kept for day, kept in restoring.all_bands(connection).items()}
        return series(numbers, voids, bands)

    return desk.store(read)
