"""The visitor's rating of a finished visit: once, by keypad or on the party screen, never asked twice."""

from __future__ import annotations

from typing import Final

from app.clock import stamp
from app.ids import new_id
from app.lanes import DB, KEYPAD, on
from app.services.desk import Desk
from app.storage import intakes, ratings
from app.storage.access import Transaction
from app.sync.protocol import canonical, sha256_hex
from devices.errors import Cancelled as NobodyWaits

SCORES: Final = (1, 2, 3, 4, 5)
"""From very dissatisfied to very satisfied."""
KIND: Final = "rating"
SCHEMA: Final = 1
_ASK_SECONDS: Final = 30.0


@on(KEYPAD)
def ask_keypad(desk: Desk) -> int | None:
    """Ask on the keypad; None when nobody pressed in time or the question was taken back."""
    if not desk.bench.has(KEYPAD):
        return None
    flag = desk.cancel_flag(KEYPAD)
    with desk.bench.keypad() as keypad:
        try:
            return keypad.ask(_ASK_SECONDS, flag.is_set)
        except NobodyWaits:
            return None


@on(DB)
def rate(desk: Desk, visit_id: str, score: int, way: str) -> bool:
    """Store the rating with its event for the court; False when the visit is rated already or still open.

    ``way`` is keypad or screen. Raises ValueError for a score that is none.
    """
    if score not in SCORES:
        raise ValueError(f"a score is 1 to 5, not {score}")

    def write(connection: Transaction) -> bool:
        at = desk.clock.now()
        if not ratings.add(connection, visit_id, score, way, at):
            return False
        said = {"visit_id": visit_id, "score": score, "way": way, "rated_at": stamp(at), "blobs": []}
        body = canonical(said)
        intakes.add_event(
            connection,
            event_id=new_id(),
            visit_id=visit_id,
            kind=KIND,
            schema=SCHEMA,
            body=body,
            sha256=sha256_hex(body),
            at=at,
        )
        return True

    return desk.store(write)
