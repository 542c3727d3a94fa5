"""A visit walked through the services, without a window."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.dossier import DossierPage
from app.ids import new_id
from app.services import calling, confirmation, drafts, finishing, issuing, papers, visit_view
from app.services.bench import PRINTERS
from app.services.desk import Desk
from app.services.finishing import Finished
from app.services.print_out import print_waiting
from app.services.views import DeskView, VisitView
from app.storage import audit, intakes, pages
from app.storage.access import Transaction
from app.storage.audit import Facts
from app.storage.records import PageRecord
from tests.helpers.desks import FILLED, do
from tests.helpers.imaging_files import encoded, pdf, text_page
from tests.helpers.printing import signature_png

STROKES = [[(0.1, 0.1, 0.0, 0.5), (0.6, 0.7, 0.2, 0.5)], [(0.4, 0.2, 0.3, 0.5), (0.5, 0.9, 0.4, 0.5)]]


def called(desk: Desk) -> str:
    """Issue a number and call it; return the visit's id."""
    do(desk, issuing.take_ticket, "立案登记", False)
    return str(do(desk, calling.call_next).id)


def fill(desk: Desk, **changes: str) -> None:
    for path, text in {**FILLED, **{k.replace("__", "."): v for k, v in changes.items()}}.items():
        do(desk, drafts.set_field, path, text)


def hand_in(desk: Desk, folder: Path, number: int = 1, material: str = "M01") -> int:
    """Import a picture of one page and a PDF of two."""
    picture, document = folder / f"page-{number}.jpg", folder / f"pages-{number}.pdf"
    picture.write_bytes(encoded(text_page(number=number)))
    document.write_bytes(pdf(2))
    return int(do(desk, papers.import_files, material, (picture, document)))


@cache
def _page() -> bytes:
    return encoded(text_page((413, 584)))


def lay(desk: Desk, visit_id: str, material: str = "M01") -> None:
    """Put one page into the dossier without the importing worker."""
    sha256 = papers.keep_blob(desk, _page(), "image/jpeg")
    page = DossierPage(new_id(), 0, material, sha256, "image/jpeg", 413, 584, 150, "file", matter=1)
    desk.store(pages.add, visit_id, PageRecord(page, b"thumbnail"), desk.clock.now())


def sign(desk: Desk) -> None:
    do(desk, confirmation.sign, shown(desk).confirmation.sha256, signature_png(), STROKES)


def ready(desk: Desk, folder: Path, *, signed: bool = True) -> str:
    """Bring a visit to where one key finishes it; return its id."""
    visit_id = called(desk)
    fill(desk)
    hand_in(desk, folder)
    if signed:
        sign(desk)
    return visit_id


def finish(desk: Desk, *, unsigned: bool = False) -> Finished:
    """Finish and close the ticket, as the window does."""
    finished: Finished = do(desk, finishing.finish, unsigned)
    do(desk, calling.served, finished.ticket)
    return finished


def print_all(desk: Desk) -> int:
    printed = 0
    for role in PRINTERS:
        if desk.bench.has(role) and desk.bench.owner(role) == role:
            printed += do(desk, print_waiting[role], role)
    return printed


def view(desk: Desk, finished: str = "") -> DeskView:
    made: DeskView = do(desk, visit_view.desk_view, finished)
    return made


def shown(desk: Desk, finished: str = "") -> VisitView:
    visit = view(desk, finished).visit
    assert visit is not None
    return visit


def facts(desk: Desk) -> Facts:
    return desk.store(audit.facts)


def record(desk: Desk, visit_id: str) -> dict[str, Any]:
    """Return the record of a finished visit as it was hashed."""
    intake = desk.store(intakes.get_intake, visit_id)
    assert intake is not None
    return dict(json.loads(intake.body))


def everything(connection: Transaction) -> list[str]:
    """Return every row of every table."""
    from sqlalchemy import select

    from app.storage.tables import metadata

    return [f"{t.name} {tuple(row)}" for t in metadata.sorted_tables for row in connection.execute(select(t))]
