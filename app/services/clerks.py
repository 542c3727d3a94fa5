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

_SERVE: Final = frozenset({Role.CLERK, Role.HELPER, Role.SUPERVISOR, Role.BACK_OFFICE})


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


def require_window_role(desk: Desk) -> None:
    """Raise NotApproved while somebody of the back office is signed in: they look, a clerk serves.

    Its answers (立案、补正、不予受理) are given at the court's own page, never at a window.
    """
    person = desk.store(staff.named, desk.settings.hall.clerk)
    if person is not None and person.active and person.role is Role.BACK_OFFICE:
        raise NotApproved(
            _("{name} 是后台人员，不在窗口叫号、取号、办结。").format(name=person.name),
            safe=_("排队和填写都没有变动；查找、台账、法院答复都可以看。"),
            next_step=_("请窗口人员按 Ctrl+L 登录；后台答复请在法院的后台页面上录。"),
        )


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
