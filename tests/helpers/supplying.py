"""What is to be supplied, at a real desk: look, decide, bring the papers."""

from __future__ import annotations

from pathlib import Path

from app.services import drafts, papers, supplement, supplement_view
from app.services.desk import Desk
from app.services.supplement import CORRECTION
from app.services.supply_views import SupplyView
from app.storage import supplements, visits
from app.storage.records import SupplementRecord
from tests.helpers.desks import do
from tests.helpers.imaging_files import encoded, text_page


def looked(desk: Desk) -> SupplyView:
    found = do(desk, supplement_view.look)
    assert isinstance(found, SupplyView)
    return found


def tell(desk: Desk, kind: str = CORRECTION, reason: str = "", approval_id: str = "") -> None:
    """Look at the list and decide on it."""
    seen = looked(desk)
    sha256 = seen.notice if kind == CORRECTION else seen.promise
    do(desk, supplement.decide, kind, sha256, reason, approval_id)


def bring(desk: Desk, folder: Path, material: str, copies: int = 1, matter: int = 1) -> None:
    """Hand in one page of a material and count its copies."""
    picture = folder / f"{material}.jpg"
    picture.write_bytes(encoded(text_page((413, 584), 1)))
    do(desk, papers.import_files, material, (picture,))
    do(desk, drafts.set_field, f"matter.{matter}.copies.{material}", str(copies))


def told(desk: Desk, visit_id: str) -> tuple[SupplementRecord, ...]:
    """Return everything told about the intake a visit belongs to."""
    return desk.store(lambda c: supplements.of_intake(c, visits.first_of(c, visit_id)))
