"""The draft of the open visit: each field saved as it is entered, each with where it came from."""

from __future__ import annotations

from app.errors import FormProblem
from app.lanes import DB, on
from app.services import form
from app.services.desk import Desk
from app.storage import visits
from app.storage.records import DraftField, VisitRecord
from app.texts import _


def require_open(desk: Desk) -> VisitRecord:
    """Return the visit that is open at this window; raises FormProblem when there is none."""
    record = desk.store(visits.open_at, desk.window)
    if record is None:
        raise FormProblem(_("现在没有正在办理的人。"), next_step=_("请先按 F5 叫下一位。"))
    return record


@on(DB)
def set_field(desk: Desk, path: str, text: str) -> None:
    """Save what the clerk typed, exactly as far as it goes; an unfinished number is kept as it is.

    What the card or a page said stays on record beside it.
    """
    if path not in form.SPECS:
        raise FormProblem(_("没有这一项。"))
    record = require_open(desk)
    checked = form.check(path, text)
    before = desk.store(visits.fields, record.id).get(path)
    if before is not None and before.value == checked.value:
        return
    read_value = before.read_value if before else None
    if before is not None and before.source != "typed":
        read_value = before.value
    desk.store(
        visits.set_field,
        record.id,
        DraftField(path, checked.value, "typed", read_value),
        desk.clock.now(),
    )
