"""A person renews their own PIN, with the old one and nobody's help: also one that is past its ninety days.

In a hall the change is signed with the key the old PIN opens and holds at every window; wrong tries count
towards the lock there as everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.staff import Purpose, Staff, renewing_refusal
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import STAFF, on
from app.services import approval
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.staff_list import PIN, Prepared, signed
from app.storage import staff
from app.storage.records import ApprovalRecord
from app.texts import _


@on(STAFF)
def people(desk: Desk) -> tuple[str, ...]:
    """Return who has a PIN at this window, the present clerk first."""
    present = desk.settings.hall.clerk
    names = (one.name for one in desk.store(staff.everyone) if one.active)
    return tuple(sorted(names, key=lambda name: (name != present, name)))


@on(STAFF)
def prepare(desk: Desk, name: str, old: str, new: str, again: str) -> Prepared:
    """Check the old PIN and what is to follow it; ``staff_list.commit`` lets it hold.

    Raises FormProblem for a new PIN that cannot be one, NotApproved for the old one (stored as an attempt).
    """
    if new != again:
        raise _not_new(_("两次输入的新口令不一样。"), _("请把新口令重新输两次。"))
    if new == old:
        raise _not_new(_("新口令和原来的一样。"), _("请换一个不同的口令。"))
    known = desk.store(staff.named, name)
    if known is None:
        raise _nobody(name)
    now = desk.clock.now()
    fresh = replace(approval.new_person(known.name, known.role, new, now), id=known.id)
    _prove(desk, known, old)
    return signed(desk, PIN, known, old, (fresh,), now)


def _prove(desk: Desk, person: Staff, old: str) -> None:
    now = desk.clock.now()
    found = renewing_refusal(person, now, pin_is_right=approval.matches(person, old))
    clerk = desk.settings.hall.clerk
    approval.attempt(desk, person, ApprovalRecord(new_id(), person.name, Purpose.OWN_PIN, clerk, now, found))


def _not_new(happened: str, next_step: str) -> FormProblem:
    return FormProblem(happened, safe=_("原来的口令没有变。"), next_step=next_step)


def _nobody(name: str) -> NotApproved:
    return NotApproved(
        _("没有叫“{name}”的人员。").format(name=name),
        safe=_("什么都没有改动。"),
        next_step=_("请选一位在册的人员；名册按 Ctrl+M 打开。"),
    )
