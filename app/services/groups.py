"""Those whom many filers choose to represent them: ``matter.<n>.representatives`` holds their keys."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import FormProblem
from app.lanes import DB, on
from app.services.desk import Desk
from app.services.drafts import require_open, save
from app.services.fields import Draft
from app.services.sheet import chosen_representatives, current
from app.storage import visits
from app.texts import _


@on(DB)
def represent(desk: Desk, key: str) -> bool:
    """Make a filer of the matter on the screen its representative, or no longer; return which it is now."""
    record = require_open(desk)
    draft = desk.store(visits.fields, record.id)
    shown = current(draft, desk.knowledge)
    filers = {party.key for party in shown.parties.filers}
    if key not in filers:
        raise FormProblem(
            _("诉讼代表人从申请的一方里推选。"), next_step=_("把光标放到那一方的一个人里，再按一次。")
        )
    chosen = list(shown.parties.representatives)
    now = key not in chosen
    chosen = [*chosen, key] if now else [other for other in chosen if other != key]
    save(desk, record.id, draft, {shown.path("representatives"): ",".join(chosen)})
    return now


def put_forward(draft: Draft, put: Callable[[str, str], None], number: int, key: str) -> None:
    """Add one to the representatives of a matter in a draft that is being written."""
    known = chosen_representatives(draft, number)
    put(f"matter.{number}.representatives", ",".join(dict.fromkeys((*known, key))))
