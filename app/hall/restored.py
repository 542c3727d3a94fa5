"""After the hall's log was put back from a backup: fence the tickets of before, skip numbers that may be out.

Nobody knows what the lost part held except the windows that saw it. So the epoch is raised before any window
is let in; tickets of the epoch before stand still until every window has reported or was retired.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import format_number
from app.errors import HallProblem
from app.hall.join import joined
from app.hall.log import EPOCH_SUBJECT, HallLog, counter_subject
from app.hall.node import Node
from app.ids import new_id
from app.texts import _

BAND: Final = 1000
"""Numbers go on at a multiple of this, ``_MARGIN`` or more above what is known to be out."""
_MARGIN: Final = 500
_HIGHEST: Final = 9999
_PATIENCE: Final = 30.0


def raise_epoch(node: Node, day: date) -> None:
    """Fence the day's log for every joined window. Raises HallProblem."""
    windows = [int(m.removeprefix("window-")) for m in joined(node) if m.startswith("window-")]
    from app.hall.nats_log import NatsLog  # the windows' side of this module starts without it

    log = NatsLog(node.admin(), patience=_PATIENCE)
    try:
        fence(log, day, datetime.now(UTC), tuple(windows))
    finally:
        log.close()


def fence(
    log: HallLog,
    day: date,
    now: datetime,
    windows: tuple[int, ...],
    prefixes: tuple[str, ...] = ("A", "G"),
) -> None:
    """Append the epoch event, then move every counter of the day to its next band.

    ``prefixes`` are moved even when the copy is so old that it has no number of them.
    """
    places = {logged.subject: logged.subject_seq for logged in log.since(day, 0)}
    event = HallEvent(EventKind.EPOCH, "", now, windows=windows)
    _must(log.append(day, EPOCH_SUBJECT, places.get(EPOCH_SUBJECT, 0), new_id(), event))
    counted = {subject.removeprefix("counter.") for subject in places if subject.startswith("counter.")}
    for prefix in sorted(counted.union(prefixes)):
        count = places.get(counter_subject(prefix), 0)
        skip(log, day, now, prefix, count, beyond=count)


def skip(log: HallLog, day: date, now: datetime, prefix: str, count: int, *, beyond: int) -> None:
    """Move the counter from ``count`` to a multiple of 1,000 at least 500 above ``beyond``."""
    span = min(_HIGHEST, ((beyond + _MARGIN) // BAND + 1) * BAND) - count
    if span > 0:
        event = HallEvent(EventKind.BLOCK, format_number(prefix, count + 1), now, span=span)
        _must(log.append(day, counter_subject(prefix), count, new_id(), event))


def _must(seq: int | None) -> None:
    if seq is None:
        raise HallProblem(_("恢复期间有别的程序在写排队记录。"), next_step=_("请关闭其他窗口后再启动一次。"))
