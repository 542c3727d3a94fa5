"""Papers of a visit as they travel between windows: everything that makes it, and the pictures.

Form: four bytes (big-endian) give the length of the JSON that follows, then come the pictures it lists, in
its order. What comes in is checked like any other input: wrong words, wrong lengths and wrong hashes are
refused whole.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Final

from app.clock import moment, stamp
from app.domain.dossier import DossierPage
from app.errors import HallProblem
from app.services.desk import Desk
from app.storage import handovers, pages, supplements, visits
from app.storage.access import Transaction
from app.storage.records import (
    DraftField,
    MovingVisit,
    PageRecord,
    SignatureRecord,
    SupplementRecord,
    VisitRecord,
)
from app.texts import _

VERSION: Final = 1
_HEAD: Final = 4


@dataclass(frozen=True)
class Papers:
    """What travels: the visits, the first one first, and what was told in writing about their intake."""

    visits: tuple[MovingVisit, ...]
    told: tuple[SupplementRecord, ...]

    @property
    def last(self) -> MovingVisit:
        return self.visits[-1]

    @property
    def first_id(self) -> str:
        return self.visits[0].visit.id


def gather(connection: Transaction, visit_id: str) -> Papers:
    """Return what travels with a visit."""
    first = visits.first_of(connection, visit_id)
    return Papers(handovers.chain(connection, visit_id), supplements.of_intake(connection, first))


def pack(desk: Desk, papers: Papers) -> bytes:
    """Return the papers with their pictures. Raises StorageProblem when one cannot be read."""
    hashes = {record.page.sha256 for one in papers.visits for record in one.pages}
    hashes |= {signature.signature_sha256 for one in papers.visits for signature in one.signed}
    listed, pictures = [], []
    for sha256 in sorted(hashes):
        record = desk.store(pages.get_blob, sha256)
        if record is None:
            raise AssertionError("a page whose blob has no row; foreign keys forbid it")
        listed.append({"sha256": sha256, "size": record.size, "media_type": record.media_type})
        pictures.append(desk.blobs.get(sha256, record.key))
    body = {"version": VERSION, "blobs": listed, "visits": papers.visits, "told": papers.told}
    text = json.dumps(body, default=_plain, ensure_ascii=False).encode("utf-8")
    return len(text).to_bytes(_HEAD, "big") + text + b"".join(pictures)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(type(value).__name__)


def unpack(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return the JSON and the pictures as (media type, bytes), each proved. Raises HallProblem."""
    try:
        start = _HEAD + int.from_bytes(data[:_HEAD], "big")
        text = data[_HEAD:start]
        read(text)
        pictures = _pictures(json.loads(text)["blobs"], data[start:])
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(error) from error
    return text, pictures


def _pictures(listed: list[Mapping[str, Any]], data: bytes) -> list[tuple[str, bytes]]:
    found, start = [], 0
    for one in listed:
        picture = data[start : start + int(one["size"])]
        start += len(picture)
        if hashlib.sha256(picture).hexdigest() != one["sha256"]:
            raise ValueError("a picture is not what its hash says")
        found.append((str(one["media_type"]), picture))
    if start != len(data):
        raise ValueError("more than is listed")
    return found


def read(text: bytes) -> Papers:
    """Read the JSON of a parcel. Raises ValueError, KeyError, TypeError for anything else."""
    raw = json.loads(text)
    if raw["version"] != VERSION or not raw["visits"]:
        raise ValueError("another version")
    moved = tuple(_visit(one) for one in raw["visits"])
    return Papers(moved, tuple(_told(one) for one in raw["told"]))


def _visit(raw: Mapping[str, Any]) -> MovingVisit:
    receipt = raw["receipt"]
    return MovingVisit(
        VisitRecord(**_moments(raw["visit"], "opened_at", "closed_at")),
        tuple(DraftField(**one) for one in raw["fields"]),
        tuple(_page(one) for one in raw["pages"]),
        tuple(SignatureRecord(**_moments(one, "signed_at")) for one in raw["signed"]),
        (str(receipt[0]), str(receipt[1]), str(receipt[2])) if receipt else None,
    )


def _page(raw: Mapping[str, Any]) -> PageRecord:
    return PageRecord(DossierPage(**raw["page"]), base64.b64decode(raw["thumbnail"], validate=True))


def _told(raw: Mapping[str, Any]) -> SupplementRecord:
    values = _moments(raw, "issued_at", "ended_at")
    return SupplementRecord(**values | {"due": date.fromisoformat(raw["due"])})


def _moments(raw: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**raw, **{name: moment(raw[name]) for name in names if raw[name]}}


def unreadable(error: Exception) -> HallProblem:
    return HallProblem(
        _("别的窗口移交来的材料看不懂。"),
        safe=_("那个窗口还留着底稿，本机没有改动。"),
        next_step=_("请退回，由那个窗口办完；并核对两台电脑的程序版本。"),
        detail=f"{type(error).__name__}: {error}"[:200],
    )
