"""A visit as the back office reads it: its events with their bodies, its blobs, and all of it as one file."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sqlalchemy import select

from app.court.answers import Given
from app.court.blobs import BlobsOf
from app.court.ground import Ground
from app.court.store import named_blobs
from app.court.tables import answer, event
from app.sync.protocol import parse_json

PAGE: Final = 50
"""Visits on one page of the list."""
_IN_MEMORY: Final = 8 << 20
_KINDS: Final = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"II*\x00", "tif", "image/tiff"),
    (b"MM\x00*", "tif", "image/tiff"),
)


@dataclass(frozen=True, slots=True)
class Intake:
    """One line of the list. `parties` are names only; `answer` is the back office's last word, or None."""

    no: int
    visit_id: str
    receipt_no: str
    device: str
    received_at: str
    kind: str
    parties: Sequence[str]
    matter: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A stored event with its body: `text` exactly as it came, `body` as read."""

    id: str
    no: int
    kind: str
    receipt_no: str
    sha256: str
    received_at: str
    text: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Package:
    """A visit. `blobs` maps each named hash to its size in bytes and whether it is here."""

    court: str
    visit_id: str
    events: Sequence[StoredEvent]
    blobs: Mapping[str, tuple[int, bool]]

    @property
    def dossier(self) -> str | None:
        """The hash of the bound PDF the last event names, None when it names none or it is not here."""
        for one in reversed(self.events):
            found = one.body.get("dossier")
            name = found.get("sha256") if isinstance(found, dict) else None
            if isinstance(name, str) and self.blobs.get(name, (0, False))[1]:
                return name
        return None

    @property
    def additions(self) -> Sequence[Addition]:
        """Papers added after the end, the first first, as the last event that tells of them has it."""
        for told_by in reversed(self.events):
            told = told_by.body.get("additions")
            if isinstance(told, list) and told:
                return [_addition(one) for one in told if isinstance(one, dict)]
        return []

    @property
    def bound(self) -> Mapping[str, str]:
        """The names of the bound PDFs in the whole package, by hash."""
        names = {one.dossier: f"addition-{place}.pdf" for place, one in enumerate(self.additions, 1)}
        return {**names, self.dossier: "dossier.pdf"} if self.dossier else names


@dataclass(frozen=True, slots=True)
class Addition:
    """Papers added after the end: the number on their receipt and their PDF, which may not be here yet."""

    number: str
    at: str
    by: str
    reason: str
    papers: str
    dossier: str


class Packages:
    """Reads visits of any court. Safe to call from several threads."""

    def __init__(self, ground: Ground, blobs: BlobsOf) -> None:
        self._ground = ground
        self._blobs = blobs

    def listed(self, court: str, before: int | None = None) -> Sequence[Intake]:
        """Return the newest stored events of a court, at most `PAGE`, only those below number `before`."""
        columns = (
            event.c.no,
            event.c.visit_id,
            event.c.receipt_no,
            event.c.device,
            event.c.received_at,
            event.c.kind,
        )
        here = (event.c.court == court) & (event.c.verdict == "stored")
        if before is not None:
            here &= event.c.no < before
        here &= event.c.kind.not_in(("checkpoint", "print", "void"))  # a device's own log is no visit
        wanted = select(*columns, event.c.body).where(here).order_by(event.c.no.desc()).limit(PAGE)
        with self._ground.read() as connection:
            rows = connection.execute(wanted).all()
            visits = {row.visit_id for row in rows}
            said = select(answer.c.visit_id, answer.c.word).order_by(answer.c.no)
            said = said.where(answer.c.court == court, answer.c.visit_id.in_(visits))
            words = {row.visit_id: row.word for row in connection.execute(said)}
        return [Intake(*row[:6], *_summary(row.body), words.get(row.visit_id)) for row in rows]

    def get(self, court: str, visit_id: str) -> Package | None:
        """Return a visit with at least one stored event, None otherwise."""
        columns = event.c.id, event.c.no, event.c.kind, event.c.receipt_no, event.c.sha256
        here = (event.c.court == court) & (event.c.visit_id == visit_id) & (event.c.verdict == "stored")
        wanted = select(*columns, event.c.received_at, event.c.body, event.c.month).where(here)
        with self._ground.read() as connection:
            rows = connection.execute(wanted.order_by(event.c.no)).all()
            blobs = named_blobs(connection, court, {(row.month, row.id) for row in rows})
        if not rows:
            return None
        events = [StoredEvent(*row[:6], bytes(row.body).decode("utf-8"), _read(row.body)) for row in rows]
        return Package(court, visit_id, events, blobs)

    def blob(self, package: Package, sha256: str) -> tuple[str, Iterable[bytes]] | None:
        """Return the media type and the pieces of a blob the package names, None when it is not here."""
        if not package.blobs.get(sha256, (0, False))[1]:
            return None
        pieces = iter(self._blobs(package.court).read(sha256))
        first = next(pieces, b"")
        return kind_of(first)[1], _joined(first, pieces)

    def write(self, package: Package, answers: Sequence[Given]) -> BinaryIO:
        """Return the whole package as a ZIP file: `package.json`, `summary.csv`, every event, every blob."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the caller closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("package.json", as_json(package, answers).encode("utf-8", "backslashreplace"))
            archive.writestr("summary.csv", as_csv(package, answers))
            for one in package.events:
                archive.writestr(f"events/{one.no:09d}-{one.id}.json", one.text)
            for sha256, (_, here) in package.blobs.items():
                if here:
                    self._add_blob(archive, package, sha256)
        file.seek(0)
        return file  # type: ignore[return-value]

    def _add_blob(self, archive: zipfile.ZipFile, package: Package, sha256: str) -> None:
        pieces = iter(self._blobs(package.court).read(sha256))
        first = next(pieces, b"")
        suffix = kind_of(first)[0]
        bound = package.bound.get(sha256, "") if suffix == "pdf" else ""
        name = bound or f"blobs/{sha256}.{suffix}"
        with archive.open(name, "w", force_zip64=True) as target:
            for piece in _joined(first, pieces):
                target.write(piece)


def _addition(told: Mapping[str, Any]) -> Addition:
    """Return an addition as it can be shown; nothing a sender says is taken for granted."""
    number, at, by, reason = (clean(str(told.get(name, ""))) for name in ("number", "at", "by", "reason"))
    pages, bound = told.get("pages"), told.get("dossier")
    listed = pages if isinstance(pages, list) else []
    counted = Counter(clean(str(one.get("name", ""))) for one in listed if isinstance(one, dict))
    papers = "、".join(f"{name} {count} 页" for name, count in counted.items())
    dossier = str(bound.get("sha256", "")) if isinstance(bound, dict) else ""
    return Addition(number, at, by, reason, papers, dossier)


def as_json(package: Package, answers: Sequence[Given]) -> str:
    """Return what is known of a visit as JSON; the exact bodies are in files of their own."""
    content = {
        "court": package.court,
        "visit_id": package.visit_id,
        "events": [
            {
                "id": one.id,
                "kind": one.kind,
                "receipt_no": one.receipt_no,
                "sha256": one.sha256,
                "received_at": one.received_at,
                "body": one.body,
            }
            for one in package.events
        ],
        "blobs": [
            {"sha256": name, "size": size, "here": here} for name, (size, here) in package.blobs.items()
        ],
        "answers": [shown(one) for one in answers],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def shown(given: Given) -> dict[str, Any]:
    """Return an answer as plain data, without what is empty."""
    fields = {name: getattr(given, name) for name in Given.__slots__}
    return {name: value for name, value in fields.items() if value is not None}


def as_csv(package: Package, answers: Sequence[Given]) -> str:
    """Return a table for a spreadsheet, one field a line; a cell never begins like a formula."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["receipt_no", "path", "value"])
    for one in package.events:
        for path, value in flat(one.body):
            writer.writerow([_cell(one.receipt_no), _cell(path), _cell(value)])
    for given in answers:
        writer.writerow(
            ["", f"answer.{given.no}.{given.word}", _cell(given.case_number or given.reason or "")]
        )
    return "\ufeff" + target.getvalue()


def flat(value: object, path: str = "") -> Iterable[tuple[str, str]]:
    """Return the leaves of a body as (path, text), such as ("parties.0.name", "…")."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from flat(inner, f"{path}.{number}")
    else:
        yield clean(path), "" if value is None else clean(str(value))


def clean(text: str) -> str:
    """Return a text that can be shown: what is no character, or controls something, becomes U+FFFD."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if c != "\n" and unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)


def kind_of(first: bytes) -> tuple[str, str]:
    """Return the suffix and the media type by the first bytes of a file; nothing a sender says counts."""
    for magic, suffix, media in _KINDS:
        if first.startswith(magic):
            return suffix, media
    return "bin", "application/octet-stream"


def _cell(text: str) -> str:
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _joined(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _read(body: bytes) -> Mapping[str, Any]:
    found = parse_json(bytes(body))
    return found if isinstance(found, dict) else {}


def _summary(body: bytes) -> tuple[Sequence[str], str]:
    """Return the parties' names and the first matter's name or code."""
    read = _read(body)
    names = [p.get("name") for p in read.get("parties", ()) if isinstance(p, dict)]
    matters = [m for m in read.get("matters", ()) if isinstance(m, dict)]
    matter = next((m.get("name") or m.get("code") for m in matters), "")
    parties = [clean(name) for name in names if isinstance(name, str) and name]
    return parties, clean(matter) if isinstance(matter, str) else ""
