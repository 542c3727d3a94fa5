"""Handing a running visit over to another window with everything entered: given, offered, taken or declined.

The number and the time of arrival stay. Whoever was asked first answers for what becomes of it (首问负责制):
the reason, who gave and who took stand in the audit trail of both windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.hall import HallState
from app.domain.hall_event import EventKind
from app.domain.ticket import Ticket, TicketState
from app.errors import FormProblem, HallProblem
from app.ids import new_id
from app.lanes import HALL, on
from app.services import calling, moved, queue
from app.services.desk import Desk
from app.services.parcel import Papers, gather, pack
from app.storage import handovers, visits
from app.storage.access import Transaction
from app.storage.records import HandoverRecord, VisitRecord
from app.texts import _

REASONS: Final = ("本窗口办不了这一项", "要能办的窗口接着办", "交接班", "设备故障")
LONGEST_REASON: Final = 100


@dataclass(frozen=True)
class WindowRow:
    """A window papers can be given to; ``paused`` is why it does not call, "" while it does."""

    window: int
    tags: str
    paused: str


@dataclass(frozen=True)
class OfferRow:
    """A number with papers; ``window`` is the other one, ``ready`` says that the papers are here."""

    number: str
    window: int
    reason: str
    ready: bool


@dataclass(frozen=True)
class HandoverView:
    """What can be given, to whom, what is offered to this window, and what it gave that nobody took yet.

    ``number`` is who is here, "" for nobody; ``obstacle`` why nothing can be given now.
    """

    number: str
    obstacle: str
    windows: tuple[WindowRow, ...]
    offers: tuple[OfferRow, ...]
    given: tuple[OfferRow, ...]


@on(HALL)
def view(desk: Desk) -> HandoverView:
    """Return the page; call again after an act."""
    queue.look(desk)
    moved.attend(desk)
    state = desk.hall.state
    called = state.called_by(desk.window)
    return HandoverView(
        number=called.number if called else "",
        obstacle=_obstacle(desk, state, called),
        windows=_windows(state, desk.window),
        offers=tuple(_offers(desk, state)),
        given=tuple(_given(desk)),
    )


def _windows(state: HallState, own: int) -> tuple[WindowRow, ...]:
    paused = {window: pause.reason for window, pause in state.paused.items()}
    others = sorted((window, tags) for window, tags in state.tags.items() if window != own)
    return tuple(WindowRow(window, " ".join(sorted(tags)), paused.get(window, "")) for window, tags in others)


def _obstacle(desk: Desk, state: HallState, called: Ticket | None) -> str:
    if desk.hall.parcels is None:
        return _("本窗口自己排队，没有别的窗口可以移交。")
    if not moved.is_connected(desk):
        return _("联系不上排队主机，现在不能移交；本窗口可以接着办。")
    if not _windows(state, desk.window):
        return _("今天没有别的窗口开着。")
    return "" if called is not None else _("现在没有正在办理的人。")


def _offers(desk: Desk, state: HallState) -> list[OfferRow]:
    bound = [t for t in state.bound_to(desk.window) if t.parcel and t.sent]
    return [
        OfferRow(t.number, t.holder or 0, t.reason, desk.store(handovers.get, t.parcel, moved.IN) is not None)
        for t in bound
    ]


def _given(desk: Desk) -> list[OfferRow]:
    rows = desk.store(handovers.unsettled)
    state = desk.hall.state
    waiting = {t.parcel for t in state.waiting() if t.parcel}
    mine = (row for row in rows if row.way == moved.OUT and row.id in waiting)
    return [OfferRow(row.ticket, row.other, row.reason, ready=True) for row in mine]


@on(HALL)
def give(desk: Desk, to: int, reason: str) -> str:
    """Hand the visit that is open here over to a window; return the number.

    Until the hall has been told, all of it is here; from then on it is the other window's, also when this
    program ends in that moment. Raises FormProblem without a reason, HallProblem when the hall or the window
    is out of reach, StorageProblem when a picture cannot be read; then nothing was given.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise FormProblem(
            _("还没有写移交的原因。"), safe=_("没有移交。"), next_step=_("请选一个原因，或写几个字。")
        )
    state = calling.mended(desk)
    draft, ticket = desk.store(visits.open_at, desk.window), state.called_by(desk.window)
    if draft is None or ticket is None or draft.ticket != ticket.number:
        raise HallProblem(_("现在没有正在办理的人。"), next_step=_("请先按 F5 叫下一位。"))
    calling.require_window(desk, state, to)
    papers, parcel = desk.store(gather, draft.id), new_id()
    if desk.hall.parcels is None:
        raise HallProblem(_("本窗口自己排队，没有别的窗口可以移交。"), safe=_("没有移交。"))
    desk.hall.parcels.send(to, parcel, pack(desk, papers))
    record = HandoverRecord(
        parcel, moved.OUT, draft.id, papers.first_id, ticket.number, to, reason, "sealed", b"",
        desk.clock.now(),
    )  # fmt: skip
    desk.store(_seal, papers, draft, record)
    member, urgent = desk.hall.member(desk.today()), calling.pressing(desk, draft)
    member.close(
        EventKind.TRANSFERRED, ticket.number, desk.clock.now(), reason=reason, to=to, urgent=urgent,
        parcel=parcel,
    )  # fmt: skip
    moved.settle(desk)
    return ticket.number


def _seal(connection: Transaction, papers: Papers, draft: VisitRecord, record: HandoverRecord) -> None:
    """Close the copy here, unless something was entered while the papers were packed."""
    if gather(connection, draft.id) != papers:
        raise FormProblem(
            _("移交的同时内容有改动，没有移交。"),
            safe=_("都还在本窗口，改动已保存。"),
            next_step=_("请再移交一次。"),
        )
    handovers.close_copy(connection, draft.id, record.made_at)
    handovers.add(connection, record)


@on(HALL)
def accept(desk: Desk, number: str) -> str:
    """Call a number that comes with papers and open its visit as it stood. Raises HallProblem."""
    _offered(desk, number)
    return calling.call_one(desk, number).ticket


@on(HALL)
def decline(desk: Desk, number: str, reason: str) -> int:
    """Give the papers back to the window they came from; return it. Raises HallProblem when cut off."""
    ticket = _offered(desk, number)
    if not moved.is_connected(desk):
        raise HallProblem(
            _("联系不上排队主机，退回要等恢复后再做。"),
            safe=_("移交来的都在本机。"),
            next_step=_("可以先办。"),
        )
    giver = ticket.holder
    member = desk.hall.member(desk.today())
    member.close(EventKind.RETURNED, number, desk.clock.now(), reason=reason, to=giver)
    moved.settle(desk)
    return giver or 0


def _offered(desk: Desk, number: str) -> Ticket:
    ticket = calling.mended(desk).tickets.get(number)
    offered = ticket is not None and ticket.state is TicketState.WAITING and ticket.bound == desk.window
    if ticket is None or not (offered and ticket.parcel):
        raise HallProblem(
            _("{number} 没有移交给本窗口，或已经撤回。").format(number=number),
            safe=_("排队没有变动。"),
            next_step=_("请看移交名单。"),
        )
    return ticket
