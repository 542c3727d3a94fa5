"""What can happen in a hall, as facts of its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.ticket import Wanted


class EventKind(StrEnum):
    """What can happen to a ticket, to a counter of numbers, to a window, or to the hall."""

    ISSUED = "issued"
    CALLED = "called"
    RECALLED = "recalled"
    UNANSWERED = "unanswered"
    RETURNED = "returned"
    NO_SHOW = "no_show"
    SERVED = "served"
    PARKED = "parked"
    TRANSFERRED = "transferred"
    UNDONE = "undone"
    BOUND = "bound"
    ASKED = "asked"
    RELEASED = "released"
    FREED = "freed"
    BLOCK = "block"
    ENROLLED = "enrolled"
    PAUSED = "paused"
    RESUMED = "resumed"
    PROMISED = "promised"
    EPOCH = "epoch"
    REPORTED = "reported"
    RETIRED = "retired"
    WANTED = "wanted"
    GIVEN = "given"
    TAKEN = "taken"
    ALARM = "alarm"
    COMING = "coming"
    CALM = "calm"
    STAFF_CHANGED = "staff_changed"
    PIN_TRIED = "pin_tried"
    APPROVAL_WANTED = "approval_wanted"
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    APPROVAL_OVER = "approval_over"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class HallEvent:
    """One fact. ``window`` is the counter that acted (for FREED and RETIRED: the one acted upon).

    ``span`` is how many numbers a BLOCK takes from its counter, beginning with ``number``; a BLOCK without a
    window skips them. ``windows`` are those an EPOCH waits for. ``report`` marks a fact of the epoch before,
    told again. An ISSUED says what the ticket is for (see ``Wanted``), the ``wait`` that was said and, given
    by a window that was alone, that only this one may call it (``to``); a CALLED the ``rule`` that chose and
    who would have been next otherwise (``other``), a TRANSFERRED the window it goes ``to`` or what it
    ``needs``, a RETURNED or a RELEASED the window that alone may call it now
    (``to``), a NO_SHOW the window that alone may
    go on with it, because it did so while it was cut off and has not told the rest (``to``), an ENROLLED the
    ``tags`` of its window, a PROMISED the ``limits``: minutes a green ticket waits at most, times an ordinary
    one is overtaken, minutes a missed number keeps its place, seconds after which an idle window calls by
    itself, 1 for the one idle longest first, and the minutes by which urgent, green and returning people
    count as having come earlier. An ISSUED with an appointment says when its time began
    (``booked``). A CALLED that is ``alone`` was made while its window was cut off; UNANSWERED says the same
    of a CALLED that is in the log already: of number ``about``, made ``at`` that moment, the answer was lost.

    ``parcel`` names papers that move between windows: those of a running visit go with its TRANSFERRED. Those
    of an earlier visit are WANTED by a window (``person`` is a keyed hash of what they are found by, ``wish``
    names the question), GIVEN to it and TAKEN by it.

    STAFF_CHANGED says that the hall's list of staff goes on. PIN_TRIED says whose PIN (``person``, an id of
    that list) was tried, right or wrong (``reason``), after how many wrong ones (``limits``).

    APPROVAL_WANTED asks every other window's supervisors: ``wish`` names the question, ``rule`` its purpose,
    ``about`` the number of the paper, ``reason`` a code from a list, ``person`` who asks. APPROVED answers it
    with what the supervisor signed (``seal``), NOT_APPROVED with why not; APPROVAL_OVER ends it.

    An ALARM calls for help at a window, COMING answers the one ``to`` name, CALM ends one's own.

    FOREIGN stands for what is in the log but cannot be read, or may not be where it is; it changes nothing.
    """

    kind: EventKind
    number: str
    at: datetime
    window: int | None = None
    group: str = ""
    green: bool = False
    span: int = 1
    windows: tuple[int, ...] = ()
    report: bool = False
    urgent: bool = False
    needs: tuple[str, ...] = ()
    person: str = ""
    cases: int = 1
    reason: str = ""
    to: int | None = None
    rule: str = ""
    other: str = ""
    tags: tuple[str, ...] = ()
    limits: tuple[int, ...] = ()
    wait: tuple[int, ...] = ()
    back: bool = False
    parcel: str = ""
    wish: str = ""
    about: str = ""
    seal: str = ""
    alone: bool = False
    booked: str = ""


def issued(number: str, wanted: Wanted, at: datetime) -> HallEvent:
    """Return the event that gives a ticket its number; "" to have it counted by the log."""
    return HallEvent(
        EventKind.ISSUED,
        number,
        at,
        group=wanted.group,
        green=wanted.green,
        urgent=wanted.urgent,
        needs=wanted.needs,
        person=wanted.person,
        cases=wanted.cases,
        wait=wanted.wait,
        back=wanted.back,
        booked=wanted.booked,
    )
