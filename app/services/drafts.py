"""The draft of the open visit: each field saved as it is entered, each with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.errors import FormProblem
from app.lanes import DB, on
from app.services import claims, form, mediation, people
from app.services.claims import amount_path
from app.services.desk import Desk
from app.services.fields import Draft
from app.services.knowledge import Knowledge
from app.services.sheet import sheet
from app.storage import visits
from app.storage.access import Transaction
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

    What the card or a page said stays on record beside it. A newly chosen matter takes over the parties
    already named.
    """
    record = require_open(desk)
    draft = desk.store(visits.fields, record.id)
    if path.startswith("matter.") and path.endswith(".code"):
        _choose(desk, record, draft, path, text)
        return
    spec = form.spec_at(draft, path, desk.knowledge)
    if spec is None:
        raise FormProblem(_("没有这一项。"))
    texts = {path: form.check(spec, text).value}
    save(desk, record.id, draft, texts | _summed(draft, texts, desk.knowledge))


def _summed(draft: Draft, texts: Mapping[str, str], knowledge: Knowledge) -> dict[str, str]:
    """The amount of a matter, where what one of its filers claims has changed."""
    [(path, text)] = texts.items()
    number, _dot, rest = path.removeprefix("matter.").partition(".")
    if not (path.startswith("matter.") and rest.startswith("claim.") and number.isdigit()):
        return {}
    after = {**draft, path: DraftField(path, text, "typed", None)}
    return total_of(after, int(number), knowledge)


def total_of(draft: Draft, number: int, knowledge: Knowledge) -> dict[str, str]:
    """The amount of a matter by its path: the sum of what its filers claim; nothing where nobody does."""
    shown = sheet(draft, number, knowledge)
    path, total = amount_path(shown.matter, number), claims.total(shown.answers.claims)
    return {path: total} if path and total else {}


def _choose(desk: Desk, record: VisitRecord, draft: Draft, path: str, code: str) -> None:
    number = path.split(".")[1]
    chosen = desk.knowledge.matters.get(code)
    if chosen is None or not number.isdigit():
        raise FormProblem(_("没有这个事项。"), next_step=_("请从列表选择。"))
    old = sheet(draft, int(number), desk.knowledge)
    kept = mediation.kept_by_suit(old) if code == mediation.FILING else {}
    save(
        desk, record.id, draft, {path: code, **people.carried(draft, int(number), chosen, old.matter), **kept}
    )


def save(desk: Desk, visit_id: str, draft: Draft, texts: Mapping[str, str]) -> None:
    """Save several fields as typed by the clerk, in one transaction; unchanged ones are left alone."""
    if any(_typed(draft.get(path), path, text) for path, text in texts.items()):
        desk.store(write, visit_id, draft, texts, desk.clock.now())


def write(
    connection: Transaction, visit_id: str, draft: Draft, texts: Mapping[str, str], at: datetime
) -> None:
    """Write several fields as typed; ``draft`` is what stands until now."""
    for path, text in texts.items():
        field = _typed(draft.get(path), path, text)
        if field is not None:
            visits.set_field(connection, visit_id, field, at)


def _typed(before: DraftField | None, path: str, text: str) -> DraftField | None:
    if before is not None and before.value == text:
        return None
    read_value = before.read_value if before else None
    if before is not None and before.source != "typed":
        read_value = before.value
    return DraftField(path, text, "typed", read_value)
