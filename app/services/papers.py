"""The papers of the open visit: scanned or imported, each page durable before the next is asked for."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.dossier import DossierPage
from app.errors import Cancelled, Expected
from app.ids import new_id
from app.imaging.errors import ImportProblem
from app.imaging.importing import import_file
from app.imaging.page import Page, normalise, thumbnail
from app.lanes import DB, PAPERS, SCANNER, on
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.problems import page_problem
from app.services.sheet import current_number
from app.services.views import PageView
from app.storage import pages, visits
from app.storage.blobs import KEY_BYTES
from app.storage.records import BlobRecord, PageRecord
from app.texts import _
from devices.base import ScanSettings, Source

THUMBNAIL_HEIGHT: Final = 160


def keep_blob(desk: Desk, data: bytes, media_type: str) -> str:
    """Make the bytes durable on disk, then name them in the store; return their SHA-256."""
    with kept_blob(desk, data, media_type) as sha256:
        return sha256


@contextmanager
def kept_blob(desk: Desk, data: bytes, media_type: str) -> Iterator[str]:
    """Do what ``keep_blob`` does; until it is left nothing erases the picture, which no row needs yet.

    The lock is held while waiting for ``db``, which never takes it; so the same picture arriving on two
    lanes gets one file and one key. A file that was lost or damaged is written again.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    with desk.blob_lock:
        known = desk.store(pages.get_blob, sha256)
        if known is None or not desk.blobs.intact(sha256, known.key):
            key = (known.key if known else b"") or secrets.token_bytes(KEY_BYTES)
            desk.blobs.put(data, key)
            if known is not None and not known.key:
                desk.store(pages.give_key, sha256, key)
            if known is None:
                record = BlobRecord(sha256, len(data), key, media_type)
                desk.store(pages.add_blob, record, desk.clock.now())
        yield sha256


def page_view(record: PageRecord, position: int, name: str, *, covered: bool) -> PageView:
    """Return a page as it is shown; of one that is ``covered`` the picture is not told."""
    page = record.page
    shown = b"" if covered else record.thumbnail
    return PageView(page.page_id, position, page.material, name, page.sha256, page.source, shown, covered)


@on(SCANNER)
def scan(desk: Desk, material: str, feeder: bool, on_page: Callable[[], None]) -> int:
    """Scan one page from the flatbed, or all from the feeder; return how many were added.

    ``on_page`` is called on this lane after each page is stored. Pages scanned before a jam stay.
    Raises DeviceProblem, StorageProblem, Cancelled.
    """
    return scan_to(desk, place_of(desk, material), feeder, on_page)


def scan_to(desk: Desk, place: Place, feeder: bool, on_page: Callable[[], None]) -> int:
    """Scan pages into a place, on the scanner's lane; see `scan`."""
    flag = desk.cancel_flag("scan")
    settings = ScanSettings(source=Source.FEEDER if feeder else Source.FLATBED)
    added = 0
    with desk.bench.scanner() as scanner:
        for scanned in scanner.scan(settings, flag.is_set):
            try:
                page = normalise(scanned.data, scanned.dpi)
            except ImportProblem as error:
                raise page_problem(error) from error
            add_page(desk, place, page, "scanner")
            added += 1
            on_page()
    return added


@on(PAPERS)
def import_files(desk: Desk, material: str, files: tuple[Path, ...]) -> int:
    """Take in PDFs and pictures; of a file that fails no page is kept, files before it stay.

    Raises FormProblem with what is wrong with the file, StorageProblem, Cancelled.
    """
    return import_to(desk, place_of(desk, material), files)


def import_to(desk: Desk, place: Place, files: tuple[Path, ...]) -> int:
    """Take in files into a place, on the papers' lane; see `import_files`."""
    flag = desk.cancel_flag("import_files")
    added = 0
    for path in files:
        made: list[str] = []
        try:
            pages_ = import_file(path, cancelled=flag.is_set)
            made.extend(add_page(desk, place, page, "file") for page in pages_)
        except ImportProblem as error:
            _take_back(desk, made)
            raise _named(page_problem(error), path) from error
        added += len(made)
    return added


def _take_back(desk: Desk, page_ids: list[str]) -> None:
    for page_id in page_ids:
        desk.store(pages.remove, page_id, desk.clock.now())


def _named(problem: Expected | Cancelled, path: Path) -> Expected | Cancelled:
    """Say which of several files it was; the name is shown, never logged.

    Characters that steer go: a direction mark could make ``.exe`` look like ``.pdf``.
    """
    if isinstance(problem, Expected):
        name = "".join(c for c in path.name if c.isprintable())[:80]
        problem.happened = _("《{name}》：{happened}").format(name=name, happened=problem.happened)
    return problem


@dataclass(frozen=True)
class Place:
    """Where a page goes; decided when the act begins, so turning to another matter moves nothing.

    ``late``: its visit is finished, and an amendment is to add it.
    """

    visit_id: str
    matter: int
    material: str
    late: bool = False


def place_of(desk: Desk, material: str) -> Place:
    """Return where the next page of the open visit goes; raises FormProblem without one."""
    record = require_open(desk)
    draft = desk.store(visits.fields, record.id)
    return Place(record.id, current_number(draft), material)


def add_page(desk: Desk, place: Place, page: Page, source: str) -> str:
    """Make the page durable, then add it to the dossier; return its id. Raises StorageProblem."""
    small = thumbnail(page, THUMBNAIL_HEIGHT)
    with kept_blob(desk, page.data, page.media_type) as sha256:
        made = DossierPage(
            page_id=new_id(),
            position=0,
            material=place.material,
            sha256=sha256,
            media_type=page.media_type,
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            source=source,
            matter=place.matter,
        )
        record = PageRecord(made, small)
        desk.store(pages.add, place.visit_id, record, desk.clock.now(), late=place.late)
    return made.page_id


@on(DB)
def remove_page(desk: Desk, page_id: str) -> None:
    """Take a page out of the dossier; its picture is kept until the visit is finished."""
    require_open(desk)
    desk.store(pages.remove, page_id, desk.clock.now())


@on(DB)
def restore_page(desk: Desk, page_id: str) -> None:
    """Put a removed page back where it was."""
    require_open(desk)
    desk.store(pages.remove, page_id, None)
