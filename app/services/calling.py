"""Calling people to this window, and what becomes of a call.

A claim is a compare-and-set on the hall log (see ``Member``). The called person's visit is opened right after
the claim; a crash in between is mended at the next start by ``resume``. Whoever leaves the window without an
outcome leaves the draft behind: it is put away and opens again with the same number.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from app.domain.audit import Act
from app.domain.hall import HallState
from app.domain.hall_event import EventKind
from app.domain.hall_next import calls_in, next_ticket
from app.domain.ticket import Ticket, TicketState
from app.errors import FormProblem, HallProblem
from app.ids import new_id
from app.lanes import HALL, on
from app.notices import Level, Notice
from app.services import coming_back, fetching, moved
from app.services.clerks import require_window_role
from app.services.desk import Desk
from app.services.freezing import note_leaving, refuse_leaving
from app.services.running import Running
from app.services.seating import promise_of
from app.services.sheet import sheets
from app.storage import handovers, supplements, trail, visits
from app.storage.access import Transaction
from app.storage.records import VisitRecord
from app.texts import _

_AWAY: Final = "away"
_GONE: Final = (TicketState.NO_SHOW, TicketState.WAITING, TicketState.PARKED)


@on(HALL)
def call_next(desk: Desk) -> VisitRecord:
    """Call whom the rule chooses and open the visit. Raises HallProblem when nobody waits or one is here.

    A person who was called while the visit could not be stored is not called again: the visit is opened.
    Raises NotApproved for the back office.
    """
    require_window_role(desk)
    state = mended(desk)
    here = _free_window(desk, state)
    if here is not None:
        return _open_visit(desk, here)
    _end_pause(desk, state)
    desk.hall.ask_around(desk.today())
    first = next_ticket(desk.hall.state, desk.clock.now(), window=desk.window)
    if first is not None:
        moved.hold(desk, first.ticket)
    choice = desk.hall.call_next(desk.today())
    if choice is None:
        raise _not_now(desk) if desk.hall.member(desk.today()).cut_off else _nobody(desk)
    desk.hall.forget_call()
    return _open_visit(desk, choice.ticket)


@on(HALL)
def call_by_itself(desk: Desk) -> str:
    """Call whoever is next if this window was idle long enough and it is its turn; "" if not.

    Also when the clerk asked for it while the hall could not be reached, once it is back.
    """
    state = desk.hall.refresh(desk.today())
    busy = desk.store(visits.open_at, desk.window) is not None
    if desk.hall.call_is_due and not busy and desk.window not in state.paused:
        desk.hall.forget_call()
        return call_next(desk).ticket if next_ticket(state, desk.clock.now(), window=desk.window) else ""
    if busy or calls_in(state, desk.window, desk.clock.now(), promise_of(desk.settings.queue)) != 0:
        return ""
    return call_next(desk).ticket


@on(HALL)
def call_one(desk: Desk, number: str) -> VisitRecord:
    """Call one certain number, waiting or parked here, and open the visit.

    Raises HallProblem; NotApproved for the back office.
    """
    require_window_role(desk)
    state = mended(desk)
    here = _free_window(desk, state)
    if here is not None:
        return _open_visit(desk, here)
    _end_pause(desk, state)
    wanted = state.tickets.get(number)
    if wanted is not None and wanted.bound == desk.window:
        moved.hold(desk, wanted)
    reason = _("{window} 号窗口点名叫号。").format(window=desk.window)
    if not desk.hall.member(desk.today()).call(number, desk.clock.now(), reason):
        raise _not_callable(desk, number)
    return _open_visit(desk, desk.hall.state.tickets[number])


def _free_window(desk: Desk, state: HallState) -> Ticket | None:
    """Return who was called but has no visit yet. Raises HallProblem while somebody is served."""
    draft = desk.store(visits.open_at, desk.window)
    if draft is None:
        return state.called_by(desk.window)
    raise HallProblem(
        _("{number} 还在本窗口办理。").format(number=draft.ticket),
        safe=_("排队没有变动。"),
        next_step=_("请先办结（F12）或标记未到（F7），再叫下一位。"),
    )


def _end_pause(desk: Desk, state: HallState) -> None:
    if desk.window in state.paused:
        desk.hall.member(desk.today()).resume(desk.clock.now())


def _not_now(desk: Desk) -> HallProblem:
    """Nobody is bound to this window or given by another; the others can only be called with the hall."""
    desk.hall.want_call()
    return HallProblem(
        _("联系不上排队主机，本窗口没有留着的人，别的窗口也没有能让的。"),
        safe=_("排队没有变动，没有重复叫号。"),
        next_step=_("主机一恢复就自动叫下一位，不用再按；几十秒还不恢复，请再按 F5。"),
    )


def _nobody(desk: Desk) -> HallProblem:
    others = len(desk.hall.state.waiting())
    if not others:
        return HallProblem(_("现在没有人等候。"), next_step=_("有人取号后再按 F5。"))
    return HallProblem(
        _("在等的 {count} 人都留给了别的窗口，或要别的窗口才能办。").format(count=others),
        safe=_("排队没有变动。"),
        next_step=_("请稍后再按 F5；已向有空不办的窗口要人。"),
    )


def _not_callable(desk: Desk, number: str) -> HallProblem:
    ticket = desk.hall.state.tickets.get(number)
    if ticket is not None and ticket.bound not in (None, desk.window):
        return HallProblem(
            _("{number} 留在 {window} 号窗口。").format(number=number, window=ticket.bound),
            safe=_("排队没有变动。"),
            next_step=_("请由 {window} 号窗口叫，或请它放回。").format(window=ticket.bound),
        )
    return HallProblem(
        _("{number} 现在不能叫：已被叫走，或不在等候。").format(number=number),
        safe=_("排队没有变动。"),
        next_step=_("请看左边的名单。"),
    )


def _open_visit(desk: Desk, ticket: Ticket) -> VisitRecord:
    """Open the ticket's visit; the draft of a person who was here before is opened again."""
    moved.hold(desk, ticket)

    def write(connection: Transaction) -> VisitRecord:
        known = visits.of_ticket(connection, desk.today().isoformat(), ticket.number)
        came = moved.brought(connection, desk, ticket)
        if came is not None:
            record = came
        elif known is not None and known.state in ("open", _AWAY):
            visits.reopen(connection, known.id)
            record = visits.get(connection, known.id) or known
        else:
            record = _new_visit(desk, ticket)
            visits.add(connection, record)
            _go_on(connection, desk, record)
        now, clerk = desk.clock.now(), desk.settings.hall.clerk
        number = record.ticket
        trail.add(connection, Act.CALLED, subject=record.id, actor=clerk, at=now, ticket=number)
        return record

    opened = desk.store(write)
    moved.say_taken(desk, ticket.parcel)
    fetching.want_draft(desk, ticket, opened)
    return opened


def _go_on(connection: Transaction, desk: Desk, record: VisitRecord) -> None:
    """Open what the person comes back to; the call stands even when somebody went on with it meanwhile."""
    earlier = supplements.expected(connection, record.day, record.ticket)
    if earlier:
        with suppress(FormProblem):
            coming_back.go_on(connection, desk, record, earlier)


def _new_visit(desk: Desk, ticket: Ticket) -> VisitRecord:
    return VisitRecord(
        id=new_id(),
        ticket=ticket.number,
        day=desk.today().isoformat(),
        window=desk.window,
        clerk=desk.settings.hall.clerk,
        green=ticket.green,
        opened_at=desk.clock.now(),
        state="open",
        closed_at=None,
    )


# ---- what becomes of a call -------------------------------------------------------------------------------


@on(HALL)
def recall(desk: Desk) -> str:
    """Call the person at this window once more; return the number."""
    ticket = _called(desk)
    desk.hall.member(desk.today()).close(EventKind.RECALLED, ticket.number, desk.clock.now())
    return ticket.number


@on(HALL)
def no_show(desk: Desk) -> None:
    """Record that the called person is not here; the draft is kept for when they come back.

    A draft left open on an earlier day has no ticket today; it is put away alone. Raises Frozen when it
    holds papers: nobody comes back with that number, and they have no receipt.
    """
    before = desk.store(visits.open_at, desk.window)
    mended(desk)
    draft = desk.store(visits.open_at, desk.window)
    if before is not None and draft is None:
        return
    if draft is None or draft.day == desk.today().isoformat():
        _let_go(desk, EventKind.NO_SHOW)
    elif draft is not None:
        refuse_leaving(desk, draft.id)
        _put_away(desk, draft)


@on(HALL)
def park(desk: Desk, reason: str) -> str:
    """Set the person aside, to be called here again; return the number."""
    return _let_go(desk, EventKind.PARKED, reason)


@on(HALL)
def put_back(desk: Desk, reason: str) -> str:
    """Let the person wait again at the place of their arrival; return the number."""
    return _let_go(desk, EventKind.RETURNED, reason)


@on(HALL)
def transfer(desk: Desk, reason: str, to: int | None = None, needs: tuple[str, ...] = ()) -> str:
    """Send the person on with number and time of arrival: to a window, or to any that can do what it needs.

    Raises HallProblem when there is no such window today, or the hall is out of reach.
    """
    state = desk.hall.refresh(desk.today())
    require_window(desk, state, to, needs)
    return _let_go(desk, EventKind.TRANSFERRED, reason, to=to, needs=needs)


def require_window(desk: Desk, state: HallState, to: int | None, needs: tuple[str, ...] = ()) -> None:
    """Raise HallProblem when the hall cannot be told, or there is no such window today."""
    if desk.hall.member(desk.today()).cut_off:
        raise HallProblem(
            _("联系不上排队主机，别的窗口听不到转号。"),
            safe=_("排队没有变动。"),
            next_step=_("请等连接恢复；也可以先挂起。"),
        )
    others = {window: tags for window, tags in state.tags.items() if window != desk.window}
    if to not in others if to is not None else not any(tags.issuperset(needs) for tags in others.values()):
        raise HallProblem(
            _("今天没有这样的窗口，不能转。"),
            safe=_("排队没有变动。"),
            next_step=_("请从名单里选一个开着的窗口。"),
        )


@on(HALL)
def bring_back(desk: Desk, number: str) -> None:
    """Put a missed number back: at its place by arrival within the grace, else as of now."""
    desk.hall.refresh(desk.today())
    if not desk.hall.member(desk.today()).bring_back(number, desk.clock.now()):
        raise HallProblem(
            _("{number} 不在过号名单里。").format(number=number), next_step=_("请看左边的名单。")
        )


@on(HALL)
def undo(desk: Desk) -> str:
    """Take back this window's last act on a ticket as long as nobody went on from it; return the number."""
    state = mended(desk)
    member = desk.hall.member(desk.today())
    last = member.last_act()
    before = state.tickets[last.number].before if last is not None else None
    if last is None or before is None:
        raise HallProblem(_("没有可以撤销的一步。"), next_step=_("只能撤销本窗口刚做的一步。"))
    draft = desk.store(visits.open_at, desk.window)
    if before.state is TicketState.CALLED and draft is not None:
        raise HallProblem(
            _("{number} 正在本窗口，不能把 {other} 撤销回来。").format(
                number=draft.ticket, other=last.number
            ),
            safe=_("排队没有变动。"),
            next_step=_("请先办完眼前这一位。"),
        )
    if not member.undo(last.number, desk.clock.now()):
        raise busy_hall()
    if before.state is TicketState.CALLED:
        _open_visit(desk, desk.hall.state.tickets[last.number])
    elif draft is not None and draft.ticket == last.number:
        _put_away(desk, draft)
    return last.number


@on(HALL)
def pause(desk: Desk, reason: str) -> None:
    """Say that this window does not call for a while; the next call ends it."""
    desk.hall.forget_call()
    desk.hall.refresh(desk.today())
    desk.hall.member(desk.today()).pause(reason, desk.clock.now())
    desk.hall.tend(desk.today())


@on(HALL)
def end_pause(desk: Desk) -> None:
    """Say that this window calls again."""
    _end_pause(desk, desk.hall.refresh(desk.today()))


@on(HALL)
def served(desk: Desk, number: str) -> None:
    """Close a ticket whose visit is finished; nothing happens when it is closed already."""
    ticket = desk.hall.refresh(desk.today()).tickets.get(number)
    if ticket is not None and ticket.state is TicketState.CALLED and ticket.window == desk.window:
        desk.hall.member(desk.today()).close(EventKind.SERVED, number, desk.clock.now())


def _called(desk: Desk) -> Ticket:
    ticket = desk.hall.refresh(desk.today()).called_by(desk.window)
    if ticket is None:
        raise HallProblem(_("本窗口还没有叫号。"), next_step=_("请先按 F5 叫下一位。"))
    return ticket


def _let_go(
    desk: Desk, kind: EventKind, reason: str = "", *, to: int | None = None, needs: tuple[str, ...] = ()
) -> str:
    """Record that the called person leaves the window without an outcome, and put the draft away.

    A matter that was entered is a risk on record, unless the person is sent on to another window.
    """
    ticket = _called(desk)
    member = desk.hall.member(desk.today())
    draft = desk.store(visits.open_at, desk.window)
    urgent = draft is not None and pressing(desk, draft)
    member.close(kind, ticket.number, desk.clock.now(), reason=reason, to=to, needs=needs, urgent=urgent)
    if draft is not None:
        if kind is not EventKind.TRANSFERRED:
            desk.store(note_leaving, desk, draft.id)
        _put_away(desk, draft)
    return ticket.number


def pressing(desk: Desk, draft: VisitRecord) -> bool:
    """Whether a limit found while the visit was open makes its number go first from now on."""
    now, fields = desk.clock.now(), desk.store(visits.fields, draft.id)
    made = sheets(fields, desk.knowledge)
    return any(Running(shown, desk.knowledge, now).pressing for shown in made)


def _put_away(desk: Desk, draft: VisitRecord) -> None:
    desk.store(visits.close, draft.id, _AWAY, desk.clock.now())


# ---- after a crash ----------------------------------------------------------------------------------------


@on(HALL)
def resume(desk: Desk) -> VisitRecord | None:
    """After a start, bring hall and visits of this window together; return the visit to go on with.

    A claim without a visit (crash between the two) gets its visit; a finished visit whose ticket still
    counts as called is closed; so is the draft of a number that left the window; an open draft is announced
    to the clerk.
    """
    ticket = mended(desk).called_by(desk.window)
    if ticket is not None:
        known = desk.store(visits.of_ticket, desk.today().isoformat(), ticket.number)
        if known is None or known.state in (_AWAY, handovers.ELSEWHERE):
            _open_visit(desk, ticket)
    record = desk.store(visits.open_at, desk.window)
    if record is not None:
        desk.notices.post(
            Notice(
                "reopened",
                Level.ATTENTION,
                _("{ticket} 上次没有办完，已接着打开。").format(ticket=record.ticket),
                _("填写、扫描和签字都在。"),
                _("请核对后继续。"),
            )
        )
    return record


def mended(desk: Desk) -> HallState:
    """Return the day's state after doing what a crash or a full disk left undone in hall or store."""
    day = desk.today()
    state = desk.hall.refresh(day)
    moved.settle(desk)
    ticket = state.called_by(desk.window)
    if ticket is not None:
        known = desk.store(visits.of_ticket, day.isoformat(), ticket.number)
        if known is not None and known.state == "finished":
            desk.hall.member(day).close(EventKind.SERVED, ticket.number, desk.clock.now())
            return desk.hall.state
        return state
    draft = desk.store(visits.open_at, desk.window)
    known_as = state.tickets.get(draft.ticket) if draft and draft.day == day.isoformat() else None
    if draft is not None and known_as is not None:
        elsewhere = known_as.state is TicketState.CALLED and known_as.window != desk.window
        if known_as.state in _GONE or elsewhere:
            _put_away(desk, draft)
    return state


def busy_hall() -> HallProblem:
    return HallProblem(
        _("排队系统正忙，这一步没有成。"), safe=_("没有重号，也没有重复叫号。"), next_step=_("请再按一次。")
    )
