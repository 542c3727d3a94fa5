"""After the hall's log was put back from a backup: fence the tickets of before, skip numbers that may be out.

Nobody knows what the lost part held except the windows that saw it. So the epoch is raised before any window
is let in; tickets of the epoch before stand still until every window has reported or was retired.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from app.domain.hall import EventKind, HallEvent
from app.domain.ticket import format_number
from app.errors import HallProblem
from app.hall.join import joined
from app.hall.log import EPOCH_SUBJECT, HallLog, counter_subject
from app.hall.nats_log import NatsLog
from app.hall.node import Node
from app.ids import new_id
from app.texts import _

BAND: Final = 1000
"""Numbers go on at the next multiple of this: what the lost part issued lies below."""
_HIGHEST: Final = 9999
_PATIENCE: Final = 30.0


def raise_epoch(node: Node, day: date) -> None:
    """Fence the day's log for every joined window. Raises HallProblem."""
    windows = [int(m.removeprefix("window-")) for m in joined(node) if m.startswith("window-")]
    log = NatsLog(node.admin(), patience=_PATIENCE)
    try:
        fence(log, day, datetime.now(UTC), tuple(windows))
    finally:
        log.close()


def fence(log: HallLog, day: date, now: datetime, windows: tuple[int, ...]) -> None:
    """Append the epoch event, then move every counter of the day to its next band."""
    places = {logged.subject: logged.subject_seq for logged in log.since(day, 0)}
    event = HallEvent(EventKind.EPOCH, "", now, windows=windows)
    _must(log.append(day, EPOCH_SUBJECT, places.get(EPOCH_SUBJECT, 0), new_id(), event))
    for subject, count in places.items():
        if subject.startswith("counter."):
            skip(log, day, now, subject.removeprefix("counter."), count, beyond=count)


def skip(log: HallLog, day: date, now: datetime, prefix: str, count: int, *, beyond: int) -> None:
    """Move the counter from ``count`` to the first multiple of 1,000 above ``beyond``."""
    span = min(_HIGHEST, (beyond // BAND + 1) * BAND) - count
    if span > 0:
        event = HallEvent(EventKind.BLOCK, format_number(prefix, count + 1), now, span=span)
        _must(log.append(day, counter_subject(prefix), count, new_id(), event))


def _must(seq: int | None) -> None:
    if seq is None:
        raise HallProblem(_("恢复期间有别的程序在写排队记录。"), next_step=_("请关闭其他窗口后再启动一次。"))
