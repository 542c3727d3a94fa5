"""Visits that move between windows, kept true to what the hall says of them.

Whose a visit is, is decided in one place: in the log of the hall for one that is handed over with its number,
in the store of the window that gave it for papers of an earlier visit. What a crash left half done is
finished here from that, at every look at the hall.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from app.clock import business_day
from app.domain.audit import Act
from app.domain.hall_event import EventKind
from app.domain.handover import Fate, fate
from app.domain.ticket import Ticket
from app.errors import Expected, HallProblem
from app.hall.seat import Standing
from app.notices import Notice
from app.services.desk import Desk
from app.services.papers import keep_blob
from app.services.parcel import gather, pack, read, unpack
from app.storage import handovers, retention, trail, visits
from app.storage.access import Transaction
from app.storage.records import HandoverRecord, VisitRecord
from app.texts import _

OUT: Final = "out"
IN: Final = "in"


def is_connected(desk: Desk) -> bool:
    return desk.hall.parcels is not None and desk.hall.standing() is Standing.CONNECTED


def attend(desk: Desk) -> None:
    """Show who we are once a day, fetch what is given to this window, finish what is half done.

    Call it on the hall lane. What cannot be done now is tried again; what cannot be read is told once.
    """
    if not is_connected(desk):
        return
    try:
        _announce(desk)
        settle(desk)
    except HallProblem:
        return
    for ticket in desk.hall.state.bound_to(desk.window):
        if ticket.parcel and ticket.holder is not None:
            _try(desk, ticket.parcel, lambda t=ticket: hold(desk, t))  # type: ignore[misc]
    for parcel, sent in desk.hall.state.parcels.items():
        if sent.to == desk.window and not sent.taken:
            _try(desk, parcel, lambda p=parcel, g=sent.giver: take_in(desk, g, p))  # type: ignore[misc]


def _announce(desk: Desk) -> None:
    if desk.hall.parcels is not None and desk.moving.announced != desk.today():
        desk.hall.parcels.announce()
        desk.moving.announced = desk.today()


def _try(desk: Desk, parcel: str, fetch: Callable[[], None]) -> None:
    if parcel in desk.moving.unreadable:
        return
    try:
        fetch()
    except NotThere:
        return
    except Expected as problem:
        if desk.hall.standing() is Standing.CONNECTED:
            desk.moving.unreadable.add(parcel)
            desk.notices.post(Notice.of("handover", problem))


class NotThere(HallProblem):
    """The papers are not, or not all, in the hall yet."""


# ---- in -------------------------------------------------------------------------------------------------


def hold(desk: Desk, ticket: Ticket) -> None:
    """Have the papers that come with a number here, durable, before anybody calls it. Raises HallProblem."""
    before = ticket if ticket.bound is not None else ticket.before
    giver = before.holder if before is not None else None
    if ticket.parcel and giver is not None:
        _fetch(desk, giver, ticket.parcel, ticket.number, ticket.reason)


def _fetch(desk: Desk, giver: int, parcel: str, number: str, reason: str) -> None:
    if desk.hall.parcels is None or desk.store(handovers.get, parcel, IN) is not None:
        return
    data = desk.hall.parcels.fetch(giver, parcel)
    if data is None:
        raise NotThere(
            _("{window} 号窗口移交的材料还没有传到。").format(window=giver),
            safe=_("那个窗口还留着底稿。"),
            next_step=_("请稍后再按一次；一直不到，请按“退回”。"),
        )
    text, pictures = unpack(data)
    for media_type, picture in pictures:
        keep_blob(desk, picture, media_type)
    papers = read(text)
    last, now = papers.last.visit.id, desk.clock.now()
    held = HandoverRecord(parcel, IN, last, papers.first_id, number, giver, reason, "held", text, now)
    desk.store(handovers.add, held)


def brought(connection: Transaction, desk: Desk, ticket: Ticket) -> VisitRecord | None:
    """Write the visit that came with a called number, in the caller's transaction; None when none did."""
    held = handovers.get(connection, ticket.parcel, IN) if ticket.parcel else None
    if held is None or held.state != "held":
        return None
    _bring_in(connection, desk, held)
    visits.reopen(connection, held.visit_id)
    return visits.get(connection, held.visit_id)


def _bring_in(connection: Transaction, desk: Desk, held: HandoverRecord) -> None:
    papers, now, clerk = read(held.body), desk.clock.now(), desk.settings.hall.clerk
    last = papers.last
    if last.receipt is None:
        last = replace(last, visit=replace(last.visit, window=desk.window, clerk=clerk))
    handovers.bring_in(connection, (*papers.visits[:-1], last), papers.told, now)
    handovers.settle(connection, held.id, IN, "taken", now)
    trail.add(
        connection,
        Act.TAKEN_OVER,
        subject=held.visit_id,
        actor=clerk,
        at=now,
        giver=held.other,
        reason=held.reason,
    )


def say_taken(desk: Desk, parcel: str) -> None:
    """Tell the giver that the papers are here, so that it takes them out of the hall."""
    known = desk.hall.state.parcels.get(parcel)
    if parcel and (known is None or not known.taken):
        desk.hall.member(desk.today()).about_papers(EventKind.TAKEN, desk.clock.now(), parcel=parcel)


def take_in(desk: Desk, giver: int, parcel: str) -> None:
    """Take papers of an earlier visit, or a draft, that were given to this window. Raises HallProblem."""
    _fetch(desk, giver, parcel, "", "")

    def write(connection: Transaction) -> str:
        held = handovers.get(connection, parcel, IN)
        if held is None or held.state != "held":
            return ""
        _bring_in(connection, desk, held)
        return _into_place(connection, desk, held.visit_id)

    desk.moving.brought = desk.store(write) or desk.moving.brought
    say_taken(desk, parcel)


def _into_place(connection: Transaction, desk: Desk, visit_id: str) -> str:
    """Put a draft in the place of the empty visit that was opened for its number; return its id if so.

    It came too late where something was entered meanwhile: the number has one visit, the draft is closed.
    """
    moved = visits.get(connection, visit_id)
    if moved is None or moved.state != "away":
        return ""
    others = visits.others_of_ticket(connection, moved)
    if not others:
        return ""
    here = others[0]
    if len(others) > 1 or here.state != "open" or not visits.is_empty(connection, here.id):
        handovers.close_copy(connection, visit_id, desk.clock.now())
        return ""
    visits.remove_empty(connection, here.id)
    visits.reopen(connection, visit_id)
    return visit_id


# ---- half done --------------------------------------------------------------------------------------------


def settle(desk: Desk) -> None:
    """Finish what the hall has decided of papers on their way. Raises HallProblem."""
    for record in desk.store(handovers.unsettled):
        if record.way == IN:
            _settle_held(desk, record)
        elif record.ticket:
            _settle_running(desk, record)
        else:
            _settle_given(desk, record)


def _settle_held(desk: Desk, record: HandoverRecord) -> None:
    """Forget papers that were held for a number nobody may call here any more."""
    ticket = desk.hall.state.tickets.get(record.ticket)
    ours = ticket is not None and desk.window in (ticket.bound, ticket.window)
    if record.ticket and not (ours and ticket is not None and ticket.parcel == record.id):
        desk.store(retention.drop_held, record.id, desk.clock.now())


def _settle_running(desk: Desk, record: HandoverRecord) -> None:
    if business_day(record.made_at) != desk.today():
        if record.state == "sealed":
            desk.store(_take_back, desk, record)
        else:
            desk.store(handovers.settle, record.id, OUT, "taken", desk.clock.now())
        return
    found = fate(desk.hall.member(desk.today()).about(record.ticket), record.id)
    if found is Fate.BACK or (found is Fate.UNSAID and record.state == "sealed"):
        desk.store(_take_back, desk, record)
        _clear(desk, record)
    elif found is not Fate.UNSAID:
        if record.state == "sealed":
            desk.store(note_given, desk, record)
        _settle_taken(desk, record)


def _settle_given(desk: Desk, record: HandoverRecord) -> None:
    """Papers of an earlier visit cannot come back by themselves: say again what the hall does not know."""
    if record.id not in desk.hall.state.parcels:
        if desk.hall.parcels is None or not is_connected(desk):
            return
        try:
            desk.hall.parcels.send(record.other, record.id, pack(desk, desk.store(gather, record.visit_id)))
        except HallProblem:
            return
        member = desk.hall.member(desk.today())
        member.about_papers(EventKind.GIVEN, desk.clock.now(), parcel=record.id, to=record.other)
    if record.state == "sealed":
        desk.store(note_given, desk, record)
    _settle_taken(desk, record)


def _settle_taken(desk: Desk, record: HandoverRecord) -> None:
    known = desk.hall.state.parcels.get(record.id)
    if known is not None and known.taken:
        desk.store(handovers.settle, record.id, OUT, "taken", desk.clock.now())
        _clear(desk, record)


def _clear(desk: Desk, record: HandoverRecord) -> None:
    """Empty the parcel; what cannot be reached now goes by itself in three days."""
    if desk.hall.parcels is not None:
        with suppress(HallProblem):
            desk.hall.parcels.clear(record.other, record.id)


def note_given(connection: Transaction, desk: Desk, record: HandoverRecord) -> None:
    handovers.given(connection, record.id)
    _line(connection, desk, Act.GIVEN, record)


def _take_back(connection: Transaction, desk: Desk, record: HandoverRecord) -> None:
    if handovers.settle(connection, record.id, OUT, "back", desk.clock.now()):
        handovers.put_away_copy(connection, record.visit_id)
        if record.state == "given":
            _line(connection, desk, Act.TAKEN_BACK, record)


def _line(connection: Transaction, desk: Desk, act: Act, record: HandoverRecord) -> None:
    clerk, now, to = desk.settings.hall.clerk, desk.clock.now(), record.other
    trail.add(connection, act, subject=record.visit_id, actor=clerk, at=now, to=to, reason=record.reason)
