"""After the hall's log was put back from a backup: fence the tickets of before, skip numbers that may be out.

Nobody knows what the lost part held except the windows that saw it. So the epoch is raised before any window
is let in; tickets of the epoch before stand still until every window has reported or was retired.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from app.domain.hall_event import EventKind, HallEvent
from app.domain.ticket import HIGHEST_COUNT
from app.errors import HallProblem
from app.hall.join import joined
from app.hall.log import EPOCH_SUBJECT, HallLog
from app.hall.node import Node
from app.hall.numbering import counted
from app.ids import new_id
from app.texts import _

BAND: Final = 1000
"""Numbers go on at a multiple of this, ``_MARGIN`` or more above what is known to be out."""
_MARGIN: Final = 500
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
    events = log.since(day, 0)
    epochs = sum(logged.subject == EPOCH_SUBJECT for logged in events)
    event = HallEvent(EventKind.EPOCH, "", now, windows=windows)
    _must(log.append(day, EPOCH_SUBJECT, epochs, new_id(), event))
    counts = counted(events)
    for prefix in sorted({*counts, *prefixes}):
        skip(log, day, now, prefix, counts.get(prefix, 0))


def skip(log: HallLog, day: date, now: datetime, prefix: str, beyond: int) -> None:
    """Let the numbers go on after a multiple of 1,000 at least 500 above ``beyond``."""
    log.skip_to(day, prefix, min(HIGHEST_COUNT, ((beyond + _MARGIN) // BAND + 1) * BAND), new_id(), now)


def _must(seq: int | None) -> None:
    if seq is None:
        raise HallProblem(_("恢复期间有别的程序在写排队记录。"), next_step=_("请关闭其他窗口后再启动一次。"))
