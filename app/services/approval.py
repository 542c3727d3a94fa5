"""The second person: a supervisor approves with a PIN what a clerk alone may not do.

``approve`` checks the PIN and returns the id of an approval; the act that needed it calls ``spend`` inside
its own transaction, so that an approval serves one act and an act without one changes nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.domain.staff import (
    APPROVAL_LIFE,
    LOCKED_FOR,
    MOST_FAILURES,
    PIN_DIGITS,
    Purpose,
    Refusal,
    Role,
    Staff,
    after_attempt,
    keeping_refusal,
    refusal,
    weak_pin,
)
from app.errors import Expected, FormProblem
from app.ids import new_id
from app.lanes import STAFF, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.storage import staff
from app.storage.access import Transaction
from app.storage.records import ApprovalRecord
from app.texts import _

_hasher: Final = PasswordHasher()
_NOBODY: Final = "administrator"


class NotApproved(Expected):
    """A second person did not approve, or the approval does not serve this act."""


@on(STAFF)
def supervisors(desk: Desk) -> tuple[str, ...]:
    """Return the names of who can approve at this counter; the clerk never approves for themselves."""
    clerk = desk.settings.hall.clerk
    found = desk.store(staff.everyone)
    return tuple(p.name for p in found if p.active and p.role is Role.SUPERVISOR and p.name != clerk)


@on(STAFF)
def approve(desk: Desk, name: str, pin: str, purpose: Purpose) -> str:
    """Return the id of a fresh approval. Raises NotApproved; every attempt is stored, a refused one too."""
    person = desk.store(staff.named, name)
    if person is None:
        raise NotApproved(
            _("没有叫“{name}”的值班主任。").format(name=name),
            safe=_("什么都没有改动。"),
            next_step=_("请选一位在册的值班主任；名单用 python -m app staff 维护。"),
        )
    now = desk.clock.now()
    found = refusal(person, desk.settings.hall.clerk, now, pin_is_right=matches(person, pin))
    failures, locked = after_attempt(person, now, found)
    tried = ApprovalRecord(new_id(), name, purpose, desk.settings.hall.clerk, now, found)
    desk.store(staff.attempted, person.id, failures, locked, tried)
    if found is not None:
        raise refused(found, name, MOST_FAILURES - failures if locked is None else 0)
    return tried.id


def spend(connection: Transaction, approval_id: str, purpose: Purpose, spent_on: str, now: datetime) -> str:
    """Use the approval for ``spent_on`` in the act's transaction and return the supervisor's name.

    Raises NotApproved when it was refused, given for something else, used before, or is too old.
    """
    given = staff.attempt(connection, approval_id)
    fits = given is not None and given.purpose is purpose and given.asked_at <= now
    if given is None or not fits or now - given.asked_at > APPROVAL_LIFE:
        raise _void()
    if not staff.spend(connection, approval_id, spent_on, now):
        raise _void()
    return given.supervisor


def administrator(desk: Desk, name: str, pin: str) -> None:
    """Let an administrator change the list of staff. Raises NotApproved; every attempt is stored."""
    person = desk.store(staff.named, name)
    if person is None:
        raise NotApproved(_("没有叫“{name}”的管理员。").format(name=name), safe=_("名册没有改动。"))
    now = desk.clock.now()
    found = keeping_refusal(person, now, pin_is_right=matches(person, pin))
    failures, locked = after_attempt(person, now, found)
    tried = ApprovalRecord(new_id(), name, Purpose.STAFF, desk.settings.hall.clerk, now, found)
    desk.store(staff.attempted, person.id, failures, locked, tried)
    if found is not None:
        raise refused(found, name, MOST_FAILURES - failures if locked is None else 0)


def has_administrator(desk: Desk) -> bool:
    """Say whether anybody keeps the list of staff yet; the first is made without another's PIN."""
    return any(one.active and one.role is Role.ADMINISTRATOR for one in desk.store(staff.everyone))


@on(STAFF)
def remind_of_administrator(desk: Desk) -> bool:
    """Return whether the list of staff is empty; then a notice says so until somebody is on it."""
    empty = not desk.store(staff.everyone)
    if empty:
        desk.notices.post(
            Notice(
                _NOBODY,
                Level.ATTENTION,
                _("这台电脑还没有管理员，重印、作废等没有人能核准。"),
                _("接待照常。"),
                _("关上窗口再打开会再问一次，也可以由管理员运行 python -m app staff add。"),
            )
        )
    return empty


@on(STAFF)
def make_first(desk: Desk, name: str, pin: str, again: str) -> str:
    """Make the administrator of an empty list of staff; return the name.

    Raises FormProblem for a name with controls, PINs that differ or are weak, and when somebody is on the
    list: from then on an administrator's PIN is asked for.
    """
    if not name or not name.isprintable():
        raise FormProblem(_("姓名写得不对。"), safe=_("什么都没有改动。"), next_step=_("请写管理员的姓名。"))
    if pin != again:
        raise FormProblem(
            _("两次输入的口令不一样。"), safe=_("什么都没有改动。"), next_step=_("请把口令重新输两次。")
        )
    _strong(pin)
    first = Staff(new_id(), name, Role.ADMINISTRATOR, _hasher.hash(pin), desk.clock.now())

    def write(connection: Transaction) -> None:
        if staff.everyone(connection):
            raise FormProblem(
                _("名册里已经有人了。"),
                safe=_("什么都没有改动。"),
                next_step=_("请管理员用 python -m app staff 维护名册。"),
            )
        staff.add(connection, first)

    desk.store(write)
    desk.notices.clear(_NOBODY)
    return name


def enlist(desk: Desk, name: str, role: Role, pin: str) -> None:
    """Add a person, or give one who is known a new PIN and role. Raises FormProblem for a weak PIN."""
    _strong(pin)
    hashed = _hasher.hash(pin)
    now = desk.clock.now()

    def write(connection: Transaction) -> None:
        known = staff.named(connection, name)
        if known is None:
            staff.add(connection, Staff(new_id(), name, role, hashed, now))
        else:
            staff.renew(connection, known.id, role, hashed, now)

    desk.store(write)


def random_pin() -> str:
    """Return a PIN nobody would guess."""
    while weak_pin(pin := "".join(secrets.choice("0123456789") for _digit in range(PIN_DIGITS))):
        pass
    return pin


def retire(desk: Desk, name: str) -> bool:
    """Let a person approve no more; return whether the name is known. What they approved stays."""

    def write(connection: Transaction) -> bool:
        known = staff.named(connection, name)
        if known is not None:
            staff.retire(connection, known.id)
        return known is not None

    return desk.store(write)


def matches(person: Staff, pin: str) -> bool:
    """Say whether this is the person's PIN; a tenth of a second of Argon2id."""
    try:
        return _hasher.verify(person.pin_hash, pin)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _strong(pin: str) -> None:
    if weak_pin(pin):
        raise FormProblem(
            _("口令太容易猜。"),
            safe=_("原来的口令没有变。"),
            next_step=_("请用至少 {count} 位数字，不用同一个数字，也不用连续数字。").format(count=PIN_DIGITS),
        )


def refused(found: Refusal, name: str, left: int) -> NotApproved:
    """Return the sentences for a refusal; ``left`` tries remain before the lock."""
    minutes = int(LOCKED_FOR.total_seconds() // 60)
    happened, next_step = {
        Refusal.NOT_ADMINISTRATOR: (_("{name} 不是管理员。"), _("请管理员来改名册。")),
        Refusal.LEFT: (_("{name} 已停用。"), _("请换一位在册的人员。")),
        Refusal.NOT_SUPERVISOR: (_("{name} 不是值班主任。"), _("请换一位值班主任。")),
        Refusal.SELF: (_("经办人不能核准自己的事。"), _("请另一位值班主任来核准。")),
        Refusal.LOCKED: (_("{name} 的口令因连续输错已锁定。"), _("请等 {minutes} 分钟，或换一位值班主任。")),
        Refusal.WRONG_PIN: (_("口令不对。"), _("请再输一次，还可以试 {left} 次。")),
        Refusal.EXPIRED: (_("{name} 的口令已过期。"), _("请先更换口令，再来核准。")),
    }[found]
    if found is Refusal.WRONG_PIN and left <= 0:
        next_step = _("口令已锁定 {minutes} 分钟，请换一位值班主任。")
    words = {"name": name, "minutes": minutes, "left": left}
    return NotApproved(
        happened.format(**words),
        safe=_("什么都没有改动，这次尝试已记录。"),
        next_step=next_step.format(**words),
    )


def _void() -> NotApproved:
    return NotApproved(
        _("这次核准已经用过、过期，或不是为这件事给的。"),
        safe=_("什么都没有改动。"),
        next_step=_("请值班主任重新核准。"),
    )
