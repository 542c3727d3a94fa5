"""Taking the running day along when a hall changes from one window to many."""

from __future__ import annotations

from datetime import date

from app.errors import HallProblem
from app.hall.journal import Entry, Journal
from app.hall.log import HallLog, LoggedEvent
from app.texts import _


class DayDiffers(HallProblem):
    """The hall's day went another way than this window's own."""


def import_day(source: HallLog, target: HallLog, day: date) -> int:
    """Append the day's numbers and tickets to ``target`` under their own ids; return how many events.

    Again after a break it goes on where it stopped. Raises DayDiffers when the target's day went another
    way, and whatever the logs raise.
    """
    events = _moving(source, day)
    for logged in events:
        expected = logged.subject_seq - logged.event.span
        if target.append(day, logged.subject, expected, logged.event_id, logged.event) is None:
            raise DayDiffers(
                _("大厅里 {number} 已有不同的记录，今天的号不能并过去。").format(number=logged.event.number),
                safe=_("本窗口的记录没有变动。"),
                next_step=_("今天请先把设置 hall.url 留空继续用，明天再加入；或请管理员核对。"),
                detail=logged.subject,
            )
    return len(events)


def _moving(source: HallLog, day: date) -> list[LoggedEvent]:
    return [e for e in source.since(day, 0) if e.subject.startswith(("ticket.", "counter."))]


def take_along(source: HallLog, target: HallLog, journal: Journal, day: date) -> None:
    """Import the day once, then own its facts: the journal says that they were this window's.

    Raises what ``import_day`` raises.
    """
    known = {entry.event_id for entry in journal.entries(day)}
    events = _moving(source, day)
    if all(logged.event_id in known for logged in events):
        return
    import_day(source, target, day)
    for logged in events:
        journal.add(day, Entry(logged.event_id, logged.subject, logged.event))
