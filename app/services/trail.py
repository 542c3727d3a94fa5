"""The audit trail as the services use it: who came, what was set; and its proof.

Acts with a transaction of their own write their line there (``app.storage.trail``); this is for the rest,
for the signed checkpoints that go to the court, and for checking it all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from app.clock import moment, stamp
from app.domain.audit import Act, AuditLine, Head, breaks
from app.ids import new_id
from app.lanes import DB, UPKEEP, on
from app.services.desk import Desk
from app.settings import shown
from app.storage import intakes, meta, signing, trail
from app.storage.access import Transaction
from app.sync.protocol import canonical, sha256_hex
from app.texts import _

CHECKPOINT: Final = "checkpoint"
SCHEMA: Final = 1
EVERY_LINES: Final = 100
LONGEST_UNSIGNED: Final = timedelta(minutes=30)
AtCourt = Callable[[str], str | None]
_SETTINGS: Final = "settings_sha256"
_SIGNED: Final = "audit_signed"


@on(DB)
def start(desk: Desk) -> None:
    """Write who works here now, and that the settings are others than last time."""
    digest = hashlib.sha256(shown(desk.settings).encode()).hexdigest()

    def write(connection: Transaction) -> None:
        _line(connection, desk, Act.SIGNED_IN, f"window-{desk.window}")
        if meta.read(connection, _SETTINGS) != digest:
            meta.write(connection, _SETTINGS, digest)
            _line(connection, desk, Act.SETTINGS, "settings", sha256=digest)

    desk.store(write)


def _line(connection: Transaction, desk: Desk, act: Act, subject: str, **facts: str | int) -> AuditLine:
    clerk, now = desk.settings.hall.clerk, desk.clock.now()
    return trail.add(connection, act, subject=subject, actor=clerk, at=now, **facts)


@on(UPKEEP)
def checkpoint(desk: Desk, least: int = 1) -> bool:
    """Sign the head of the trail and put it into the outbox when ``least`` lines came since the last.

    Fewer lines are signed half an hour after the last.
    The event's ``visit_id`` is this device: the court keeps a device's checkpoints in their order.
    """
    return desk.store(_checkpoint, desk, least)


def _checkpoint(connection: Transaction, desk: Desk, least: int) -> bool:
    head = trail.head(connection)
    now = desk.clock.now()
    before, _space, at = (meta.read(connection, _SIGNED) or "0").partition(" ")
    old = not at or abs(now - moment(at)) >= LONGEST_UNSIGNED
    if head.size - int(before) < (1 if old else least):
        return False
    device = meta.read(connection, meta.DEVICE) or ""
    facts = {"visit_id": device, "size": head.size, "head": head.hash, "signed_at": stamp(now), "blobs": []}
    signature = signing.sign(connection, canonical(facts))
    body = canonical(facts | {"signature": signature, "key": signing.public_key(connection)})
    intakes.add_event(
        connection,
        event_id=new_id(),
        visit_id=device,
        kind=CHECKPOINT,
        schema=SCHEMA,
        body=body,
        sha256=sha256_hex(body),
        at=now,
    )
    meta.write(connection, _SIGNED, f"{head.size} {stamp(now)}")
    return True


def findings(connection: Transaction) -> list[str]:
    """Return every place where the trail does not hold, as sentences; an empty list means that it does."""
    device = meta.read(connection, meta.DEVICE) or ""
    found: list[str] = []
    signed: list[Head] = []
    for event in intakes.events_of(connection, device):
        if event.kind != CHECKPOINT:
            continue
        facts = json.loads(event.body)
        signature, key = facts.pop("signature"), facts.pop("key")
        if key != signing.public_key(connection) or not signing.verify(key, signature, canonical(facts)):
            found.append(_("审计检查点 {event} 的签名不对").format(event=event.id))
        else:
            signed.append(Head(facts["size"], facts["head"]))
    broken = breaks(trail.lines(connection), trail.head(connection), signed)
    return found + [_(_SENTENCES[one.what]).format(line=one.seq) for one in broken]


def unknown_to_court(desk: Desk, at_court: AtCourt) -> list[str]:
    """Return the acknowledged checkpoints that the court does not have as they stand here."""
    device = desk.store(meta.read, meta.DEVICE) or ""
    return [
        _("审计检查点 {event} 与法院所存不一致").format(event=event.id)
        for event in desk.store(intakes.events_of, device)
        if event.kind == CHECKPOINT and event.state == "stored" and at_court(event.id) != event.sha256
    ]


_SENTENCES: Final = {
    "changed": "审计第 {line} 行被改动，或其前有插入",
    "missing": "审计第 {line} 行缺失",
    "order": "审计第 {line} 行的次序不对",
    "tail": "审计记录的末尾（第 {line} 行起）被删去或添加",
    "checkpoint": "审计第 {line} 行与已签名的检查点不一致",
}
