"""Reading a long day of the hall's log, on a slow computer too: what was read stays read."""

from __future__ import annotations

from collections.abc import Callable

from nats.aio.client import Client

from app.hall.pages import Pages
from app.hall.wire import Names, Stored, Unavailable


class Readings:
    """Readings that ran out of time or met a replica that was behind go on where they ended.

    A window that starts late in a busy day reads tens of thousands of events; begun anew each time, that
    would never fit into the time a call waits. Belongs to the log's thread. ``saw`` is told the sequence and
    the id of the newest event of such a part, so that a log that lacks it is refused as an older copy.
    """

    def __init__(self, saw: Callable[[int, str], None]) -> None:
        self._saw = saw
        self._pages = Pages()
        self._parts: dict[tuple[str, int], list[Stored]] = {}

    def begin_anew(self) -> None:
        """The log may be another copy."""
        self._parts = {}

    async def whole(self, client: Client, names: Names, subject: str, start: int, high: int) -> list[Stored]:
        """Return all messages of the subject from sequence ``start``; one at ``high`` is known to be there.

        Raises Unavailable when the replica that answered has not come as far, or what ``Pages`` raises.
        """
        parts, key = self._parts, (subject, start)
        part = parts.pop(key, [])
        is_whole = False
        try:
            following = part[-1].seq + 1 if part else start
            await self._pages.read_all(client, names, subject, following, part)
            is_whole = high < start or bool(part and part[-1].seq >= high)
        finally:
            if part and not is_whole:
                parts[key] = part
                self._saw(part[-1].seq, part[-1].event_id)
        if not is_whole:
            raise Unavailable("a replica is behind")
        return part
