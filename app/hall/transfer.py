"""Taking the running day along when a hall changes from one window to many."""

from __future__ import annotations

from datetime import date

from app.errors import HallProblem
from app.hall.log import HallLog
from app.texts import _


def import_day(source: HallLog, target: HallLog, day: date) -> int:
    """Append the day's events to ``target`` under their own ids; return how many there are.

    Again after a break it goes on where it stopped. Raises HallProblem when the target's day went another
    way, and whatever the logs raise.
    """
    events = source.since(day, 0)
    for logged in events:
        expected = logged.subject_seq - logged.event.span
        if target.append(day, logged.subject, expected, logged.event_id, logged.event) is None:
            raise HallProblem(
                _("大厅里 {number} 已有不同的记录，今天的号不能并过去。").format(number=logged.event.number),
                safe=_("本窗口的记录没有变动。"),
                next_step=_("请在今天下班后再改为多窗口，或请管理员核对。"),
                detail=logged.subject,
            )
    return len(events)
