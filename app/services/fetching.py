"""Papers of an earlier visit, or a draft, that lie at another window: asked for, and given when asked.

A question goes to all windows of the hall as a keyed hash of what is sought, so that nobody learns more than
whether it is theirs. The window that has it gives it by itself: nothing is open there, and the person stands
where the question came from. From then on the intake is that window's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.domain.checked import compact
from app.domain.hall import Wish
from app.domain.hall_event import EventKind
from app.domain.return_code import read_code
from app.domain.ticket import Ticket
from app.errors import Expected, FormProblem, HallProblem
from app.ids import new_id
from app.lanes import HALL, on
from app.services import coming_back, corrections, moved
from app.services.desk import Desk
from app.services.fields import value
from app.services.parcel import gather, pack
from app.services.swiping import person_of
from app.storage import handovers, intakes, supplements, visits
from app.storage.access import Transaction
from app.storage.records import HandoverRecord, SupplementRecord, VisitRecord
from app.texts import _

ANSWER_SECONDS: Final = 6.0
"""How long the clerk waits for an answer; one that comes later is taken in all the same."""
_ASKED_LATELY: Final = timedelta(minutes=5)
_DRAFT: Final = "draft|"


# ---- asking -----------------------------------------------------------------------------------------------


@on(HALL)
def ask(desk: Desk, sought: str) -> int:
    """Ask the other windows for papers that are owed, by a code, a number of a paper or an identity number.

    Returns the window that had them; they are here then. Raises HallProblem, with what to do when nobody
    answered.
    """
    text = read_code(sought) or compact(sought)
    if not text:
        raise FormProblem(_("还没有输入要找的号码。"), next_step=_("请扫告知书上的码，或输入证件号码。"))
    desk.hall.refresh(desk.today())
    if not moved.is_connected(desk):
        raise HallProblem(
            _("联系不上别的窗口，收件在哪里查不到。"),
            safe=_("没有改动。"),
            next_step=_("请稍后再查；急的话请到收件的窗口，收件号第二段就是窗口号。"),
        )
    moved.attend(desk)
    wish = _want(desk, text)
    found = desk.hall.wait_for(
        desk.today(), lambda state: any(p.wish == wish for p in state.parcels.values()), ANSWER_SECONDS
    )
    moved.attend(desk)
    giver = next((p.giver for p in desk.hall.state.parcels.values() if p.wish == wish), 0)
    if not found or not giver:
        raise HallProblem(
            _("没有窗口回答：开着的窗口里没有这份收件。"),
            safe=_("没有改动。"),
            next_step=_("收件的窗口可能没有开机：收件号第二段是窗口号，请打开它再查，或请来访人到那里。"),
        )
    return giver


def want_draft(desk: Desk, ticket: Ticket, opened: VisitRecord) -> None:
    """Ask for the draft of a number another window called before, if its visit begins empty here."""
    before = ticket.before.holder if ticket.before is not None else None
    if before in (None, desk.window) or not moved.is_connected(desk):
        return
    if desk.store(visits.is_empty, opened.id):
        _want(desk, _DRAFT + ticket.number)


def _want(desk: Desk, text: str) -> str:
    wish = new_id()
    member = desk.hall.member(desk.today())
    person = person_of(desk, text)
    member.about_papers(EventKind.WANTED, desk.clock.now(), wish=wish, person=person)
    return wish


# ---- answering --------------------------------------------------------------------------------------------


def answer(desk: Desk) -> None:
    """Give what other windows have asked for lately and this one has; on the hall lane, never raises."""
    if not moved.is_connected(desk):
        return
    state = desk.hall.state
    answered = {p.wish for p in state.parcels.values()} | desk.moving.answered
    for wish, asked in state.wishes.items():
        late = desk.clock.now() - asked.at > _ASKED_LATELY
        if wish not in answered and asked.window != desk.window and not late:
            _answer(desk, wish, asked)


def _answer(desk: Desk, wish: str, asked: Wish) -> None:
    try:
        for visit_id in desk.store(_sought, desk, asked.person):
            _give(desk, wish, asked.window, visit_id)
    except Expected:
        return  # the line, or a picture: asked again at the next look while the question is fresh
    desk.moving.answered.add(wish)


def _sought(connection: Transaction, desk: Desk, person: str) -> list[str]:
    """Return the visits whose papers are sought, each intake once."""
    here = (
        o for o in supplements.still_open(connection) if handovers.place_of(connection, o.first_id) is None
    )
    found = [
        coming_back.latest(connection, one.visit_id)
        for one in here
        if any(person_of(desk, name) == person for name in _names(connection, one))
    ]
    day = desk.today().isoformat()
    found += [v.id for v in visits.away(connection, day) if person_of(desk, _DRAFT + v.ticket) == person]
    return [visit_id for visit_id in dict.fromkeys(found) if not _is_at_hand(connection, visit_id)]


def _names(connection: Transaction, one: SupplementRecord) -> Iterator[str]:
    yield one.code
    yield compact(one.paper_no)
    known = intakes.get_intake(connection, one.visit_id)
    if known is not None:
        yield compact(known.receipt_no)
    number = compact(value(corrections.draft_of(connection, one.visit_id), "identity.id_number"))
    if number:
        yield number


def _is_at_hand(connection: Transaction, visit_id: str) -> bool:
    """Somebody goes on with it here just now."""
    return any(later.state == "open" for later in visits.continued_by(connection, visit_id))


def _give(desk: Desk, wish: str, to: int, visit_id: str) -> None:
    """Pack, close the copy here, then tell the hall. From the second on it is the other window's."""
    papers, parcel, now = desk.store(gather, visit_id), new_id(), desk.clock.now()
    if desk.hall.parcels is None:
        return
    desk.hall.parcels.send(to, parcel, pack(desk, papers))
    reason = _("来访人在 {window} 号窗口").format(window=to)
    record = HandoverRecord(parcel, moved.OUT, visit_id, papers.first_id, "", to, reason, "sealed", b"", now)

    def seal(connection: Transaction) -> bool:
        if gather(connection, visit_id) != papers or _is_at_hand(connection, visit_id):
            return False
        if papers.last.receipt is None:
            handovers.close_copy(connection, visit_id, now)
        handovers.add(connection, record)
        moved.note_given(connection, desk, record)
        return True

    if desk.store(seal):
        member = desk.hall.member(desk.today())
        member.about_papers(EventKind.GIVEN, now, parcel=parcel, wish=wish, to=to)
