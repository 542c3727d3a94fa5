"""The bound dossier of a finished visit."""

from __future__ import annotations

import json

from app.errors import FormProblem
from app.lanes import PAPERS, on
from app.services.desk import Desk
from app.storage import intakes, pages
from app.texts import _


@on(PAPERS)
def dossier_pdf(desk: Desk, visit_id: str) -> bytes:
    """Return the one PDF of all pages, as it was bound when the visit was finished.

    Raises FormProblem for a visit that is not finished, StorageProblem when the file cannot be read.
    """
    intake = desk.store(intakes.get_intake, visit_id)
    if intake is None:
        raise FormProblem(_("这次办理还没有办结，没有成册的材料。"))
    sha256 = json.loads(intake.body)["dossier"].get("sha256")
    if sha256 is None:
        raise FormProblem(_("这次办理没有交材料，没有成册的材料。"))
    record = desk.store(pages.get_blob, sha256)
    if record is None:
        raise AssertionError("a finished visit names a dossier without a row; the transaction forbids it")
    return desk.blobs.get(sha256, record.key)
