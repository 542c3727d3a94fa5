"""Pages of a visit, their blobs, and what the party signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from app.clock import moment, stamp
from app.domain.dossier import DossierPage
from app.ids import new_id
from app.storage.records import BlobRecord, ConfirmationRecord, PageRecord
from app.storage.tables import blob, confirmation, page

EARLIER: Final = "earlier"
"""Where a page came from that an earlier visit of the same intake brought."""


_AT_ONCE: Final = 500
_BLOB: Final = select(blob.c.sha256, blob.c.size, blob.c.key, blob.c.media_type).where(
    blob.c.sha256 == bindparam("sha256")
)
_THERE: Final = (
    select(page, blob.c.media_type)
    .join(blob, blob.c.sha256 == page.c.sha256)
    .where(page.c.visit_id == bindparam("visit_id"), page.c.removed_at.is_(None))
    .order_by(page.c.position)
)
_OF_VISIT: Final = _THERE.where(page.c.late == 0)
_ADDED: Final = _THERE.where(page.c.amendment.is_not(None))
_WAITING: Final = _THERE.where(page.c.late == 1, page.c.amendment.is_(None))
_SIGNED: Final = (
    select(
        confirmation.c.text,
        confirmation.c.text_sha256,
        confirmation.c.signature_sha256,
        confirmation.c.signed_at,
    )
    .where(confirmation.c.visit_id == bindparam("visit_id"))
    .order_by(confirmation.c.signed_at.desc())
    .limit(1)
)


def add_blob(connection: Connection, record: BlobRecord, at: datetime) -> None:
    """Name a blob that is durable on disk."""
    values = {"sha256": record.sha256, "size": record.size, "key": record.key, "created_at": stamp(at)}
    connection.execute(blob.insert().values(**values, media_type=record.media_type))


def get_blob(connection: Connection, sha256: str) -> BlobRecord | None:
    row = connection.execute(_BLOB, {"sha256": sha256}).first()
    return BlobRecord(*row) if row else None


def named(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Return which of the hashes are pictures that are kept; a few hundred are asked for at a time."""
    found: set[str] = set()
    for start in range(0, len(hashes), _AT_ONCE):
        wanted = blob.c.sha256.in_(hashes[start : start + _AT_ONCE])
        found |= set(
            connection.execute(select(blob.c.sha256).where(wanted, func.length(blob.c.key) > 0)).scalars()
        )
    return found


def give_key(connection: Connection, sha256: str, key: bytes) -> None:
    """Name a picture again that was erased and has come anew."""
    connection.execute(blob.update().where(blob.c.sha256 == sha256).values(key=key))


def add(
    connection: Connection, visit_id: str, record: PageRecord, at: datetime, *, late: bool = False
) -> int:
    """Append a page and return its position, from 1; positions of removed pages are not used again.

    ``late``: it came after the end of its visit and waits for the amendment that adds it.
    """
    newest = select(func.max(page.c.position)).where(page.c.visit_id == visit_id)
    position = int(connection.execute(newest).scalar() or 0) + 1
    made = record.page
    connection.execute(
        page.insert().values(
            id=made.page_id,
            visit_id=visit_id,
            position=position,
            matter=made.matter,
            material=made.material,
            sha256=made.sha256,
            thumbnail=record.thumbnail,
            width=made.width,
            height=made.height,
            dpi=made.dpi,
            source=made.source,
            added_at=stamp(at),
            late=int(late),
        )
    )
    return position


def give_late(connection: Connection, page_ids: Sequence[str], event_id: str) -> None:
    """Name the amendment that adds pages which came after the end; from now on they are frozen."""
    connection.execute(page.update().where(page.c.id.in_(page_ids)).values(amendment=event_id))


def carry_over(connection: Connection, earlier_id: str, visit_id: str, at: datetime) -> int:
    """Give a visit the pages of the one it goes on with, marked ``earlier``; return how many."""
    kept = (*of_visit(connection, earlier_id), *added_to(connection, earlier_id))
    for record in kept:
        page_id = new_id()
        add(
            connection,
            visit_id,
            replace(record, page=replace(record.page, page_id=page_id, source=EARLIER)),
            at,
        )
    return len(kept)


def remove(connection: Connection, page_id: str, at: datetime | None) -> None:
    """Take a page out of the dossier, or put it back when ``at`` is None."""
    removed = stamp(at) if at else None
    connection.execute(page.update().where(page.c.id == page_id).values(removed_at=removed))


def of_visit(connection: Connection, visit_id: str) -> tuple[PageRecord, ...]:
    """Return the pages in order, without the removed ones and those that came after the end."""
    return _pages(connection, _OF_VISIT, visit_id)


def added_to(connection: Connection, visit_id: str) -> tuple[PageRecord, ...]:
    """Return the pages that amendments added to a finished visit, in order."""
    return _pages(connection, _ADDED, visit_id)


def waiting_for(connection: Connection, visit_id: str) -> tuple[PageRecord, ...]:
    """Return the pages that came after the end of a visit and wait for their amendment."""
    return _pages(connection, _WAITING, visit_id)


def _pages(connection: Connection, which: Select[Any], visit_id: str) -> tuple[PageRecord, ...]:
    rows = connection.execute(which, {"visit_id": visit_id})
    return tuple(
        PageRecord(
            DossierPage(
                page_id=row.id,
                position=row.position,
                material=row.material,
                sha256=row.sha256,
                media_type=row.media_type,
                width=row.width,
                height=row.height,
                dpi=row.dpi,
                source=row.source,
                matter=row.matter,
            ),
            bytes(row.thumbnail),
        )
        for row in rows
    )


def add_confirmation(
    connection: Connection, visit_id: str, record: ConfirmationRecord, *, confirmation_id: str, strokes: str
) -> None:
    connection.execute(
        confirmation.insert().values(
            id=confirmation_id,
            visit_id=visit_id,
            text=record.text,
            text_sha256=record.text_sha256,
            signature_sha256=record.signature_sha256,
            strokes=strokes,
            signed_at=stamp(record.signed_at),
        )
    )


def last_confirmation(connection: Connection, visit_id: str) -> ConfirmationRecord | None:
    """Return what was signed last, or None."""
    row = connection.execute(_SIGNED, {"visit_id": visit_id}).first()
    return ConfirmationRecord(row[0], row[1], row[2], moment(row[3])) if row else None
