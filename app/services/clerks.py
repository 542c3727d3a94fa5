"""Who works at the window: signing in with a PIN, changing clerks, the lock of a window nobody touches.

Signing in changes who acts from now on and nothing else: the open visit, what is typed in it and what waits
for a printer stay. Every attempt is stored like an approval, a refused one too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.domain.audit import Act
from app.domain.staff import Purpose, Role, entry_refusal
from app.ids import new_id
from app.lanes import STAFF, on
from app.services.approval import NotApproved, attempt, matches
from app.services.desk import Desk
from app.storage import staff, trail
from app.storage.access import Transaction
from app.storage.records import ApprovalRecord
from app.texts import _

_SERVE: Final = frozenset({Role.CLERK, Role.HELPER, Role.SUPERVISOR})


@dataclass(frozen=True)
class Clerks:
    """Who can sign in here, the present one first where they can; ``present`` works here now.

    A window whose present clerk has no PIN of their own is never locked: nobody could open it again.
    """

    names: tuple[str, ...]
    present: str

    @property
    def can_lock(self) -> bool:
        return self.present in self.names


@on(STAFF)
def clerks(desk: Desk) -> Clerks:
    """Return who can work at this window."""
    present = desk.settings.hall.clerk
    names = [one.name for one in desk.store(staff.everyone) if one.active and one.role in _SERVE]
    return Clerks(tuple(sorted(names, key=lambda name: (name != present, name))), present)


@on(STAFF)
def sign_in(desk: Desk, name: str, pin: str) -> str:
    """Let this person work at the window from now on; return the name. Raises NotApproved."""
    person = desk.store(staff.named, name)
    if person is None:
        raise NotApproved(
            _("没有叫“{name}”的人员。").format(name=name),
            safe=_("窗口仍然锁着，内容都在。"),
            next_step=_("请选一位在册的人员；名单用 python -m app staff 维护。"),
        )
    now = desk.clock.now()
    found = entry_refusal(person, now, pin_is_right=matches(person, pin))

    def came(connection: Transaction) -> None:
        trail.add(connection, Act.SIGNED_IN, subject=f"window-{desk.window}", actor=name, at=now)

    attempt(desk, person, ApprovalRecord(new_id(), name, Purpose.SIGN_IN, name, now, found), came)
    desk.settings = replace(desk.settings, hall=replace(desk.settings.hall, clerk=name))
    return name
