"""Taking the running day along when a hall changes from one window to many."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.hall_event import EventKind
from app.errors import HallProblem
from app.hall.journal import Entry, Journal
from app.hall.log import HallLog, LoggedEvent
from app.hall.numbering import counted
from app.ids import new_id
from app.texts import _


class DayDiffers(HallProblem):
    """The hall's day went another way than this window's own."""


def import_day(source: HallLog, target: HallLog, day: date, now: datetime) -> int:
    """Append the day's tickets to ``target`` under their own ids; return how many events.

    The hall's numbers go on after them before anything else, so that none is given to another meanwhile.

    Again after a break it goes on where it stopped. Raises DayDiffers when the target's day went another
    way, and whatever the logs raise.
    """
    events = _moving(source, day)
    for prefix, count in counted(source.since(day, 0)).items():
        target.skip_to(day, prefix, count, new_id(), now)
    own = {logged.event.number: logged.event_id for logged in events if _issues(logged)}
    for there in target.since(day, 0):
        if _issues(there) and own.get(there.event.number, there.event_id) != there.event_id:
            raise _differs(there)
    for logged in events:
        expected = logged.subject_seq - logged.event.span
        if target.append(day, logged.subject, expected, logged.event_id, logged.event) is None:
            raise _differs(logged)
    return len(events)


def _differs(logged: LoggedEvent) -> DayDiffers:
    return DayDiffers(
        _("大厅里 {number} 已有不同的记录，今天的号不能并过去。").format(number=logged.event.number),
        safe=_("本窗口的记录没有变动。"),
        next_step=_("今天请先把设置 hall.url 留空继续用，明天再加入；或请管理员核对。"),
        detail=logged.subject,
    )


def _issues(logged: LoggedEvent) -> bool:
    return logged.event.kind is EventKind.ISSUED and logged.subject.startswith("ticket.")


def _moving(source: HallLog, day: date) -> list[LoggedEvent]:
    return [e for e in source.since(day, 0) if e.subject.startswith("ticket.")]


def take_along(source: HallLog, target: HallLog, journal: Journal, day: date, now: datetime) -> None:
    """Import the day once, then own its facts: the journal says that they were this window's.

    Raises what ``import_day`` raises.
    """
    known = {entry.event_id for entry in journal.entries(day)}
    events = _moving(source, day)
    if all(logged.event_id in known for logged in events):
        return
    import_day(source, target, day, now)
    journal.add(day, [Entry(logged.event_id, logged.subject, logged.event) for logged in events])
