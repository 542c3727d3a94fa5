"""The second person: a supervisor approves with a PIN what a clerk alone may not do.

``approve`` checks the PIN and returns the id of an approval; the act that needed it calls ``spend`` inside
its own transaction, so that an approval serves one act and an act without one changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.domain.audit import Act
from app.domain.hall_asks import RIGHT, WRONG
from app.domain.hall_event import EventKind, HallEvent
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
from app.errors import Expected, FormProblem, HallProblem
from app.hall import person_key
from app.ids import new_id
from app.lanes import HALL, STAFF, on
from app.notices import Level, Notice
from app.services.desk import Desk
from app.storage import staff, trail
from app.storage.access import Transaction
from app.storage.records import ApprovalRecord
from app.texts import _

NOBODY: Final = "administrator"


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
        raise nobody(name)
    clerk, now = desk.settings.hall.clerk, desk.clock.now()
    found = refusal(person, clerk, now, pin_is_right=matches(person, pin))
    return attempt(desk, person, ApprovalRecord(new_id(), name, purpose, clerk, now, found))


def attempt(
    desk: Desk, person: Staff, tried: ApprovalRecord, also: Callable[[Transaction], None] = lambda _open: None
) -> str:
    """Store an attempt and what it does to the PIN here and at every window of the hall; return its id.

    ``also`` belongs to the same transaction when the attempt was good. Raises NotApproved for one that was
    refused, which leaves a line in the audit trail.
    """
    failures, locked = after_attempt(person, tried.asked_at, tried.refusal)

    def write(connection: Transaction) -> None:
        staff.attempted(connection, person.id, failures, locked, tried)
        if tried.refusal is None:
            also(connection)
            return
        trail.add(
            connection, Act.PIN_REFUSED, subject=person.id, actor=tried.clerk, at=tried.asked_at,
            purpose=tried.purpose.value, why=tried.refusal.value,
        )  # fmt: skip

    desk.store(write)
    if desk.hall.is_shared and tried.refusal in (None, Refusal.WRONG_PIN):
        word = RIGHT if tried.refusal is None else WRONG
        event = HallEvent(
            EventKind.PIN_TRIED, "", tried.asked_at, person=person.id, reason=word, limits=(person.failures,)
        )
        tell(desk, event)
    if tried.refusal is not None:
        raise refused(tried.refusal, person.name, MOST_FAILURES - failures if locked is None else 0)
    return tried.id


def tell(desk: Desk, event: HallEvent) -> None:
    """Let the hall hear it, now or when this window is back in it; nobody waits for that."""

    def say() -> None:
        with suppress(HallProblem):
            desk.hall.member(desk.today()).say(event)

    desk.lanes.submit(HALL, say)


def spend(
    connection: Transaction, approval_id: str, purpose: Purpose, spent_on: str, now: datetime, about: str = ""
) -> str:
    """Use the approval for ``spent_on`` in the act's transaction and return the supervisor's name.

    Raises NotApproved when it was refused, given for something else (``about`` another number, where it was
    given for one), used before, or is too old.
    """
    given = staff.attempt(connection, approval_id)
    fits = given is not None and given.purpose is purpose and given.asked_at <= now
    fits = fits and given is not None and given.about in ("", about)
    if given is None or not fits or now - given.asked_at > APPROVAL_LIFE:
        raise _void()
    if not staff.spend(connection, approval_id, spent_on, now):
        raise _void()
    return given.supervisor


def administrator(desk: Desk, name: str, pin: str) -> Staff:
    """Let an administrator change the list of staff. Raises NotApproved; every attempt is stored."""
    person = desk.store(staff.named, name)
    if person is None:
        raise NotApproved(_("没有叫“{name}”的管理员。").format(name=name), safe=_("名册没有改动。"))
    clerk, now = desk.settings.hall.clerk, desk.clock.now()
    found = keeping_refusal(person, now, pin_is_right=matches(person, pin))
    attempt(desk, person, ApprovalRecord(new_id(), name, Purpose.STAFF, clerk, now, found))
    return person


def has_administrator(desk: Desk) -> bool:
    """Say whether anybody keeps the list of staff yet; the first is made without another's PIN."""
    return any(one.active and one.role is Role.ADMINISTRATOR for one in desk.store(staff.everyone))


@on(STAFF)
def remind_of_administrator(desk: Desk) -> bool:
    """Return whether an administrator is to be asked for: the list is empty and no hall has one.

    An empty list is said by a notice until somebody is on it.
    """
    empty = not desk.store(staff.everyone)
    if empty:
        desk.notices.post(
            Notice(
                NOBODY,
                Level.ATTENTION,
                _("这台电脑还没有管理员，重印、作废等没有人能核准。"),
                _("接待照常。"),
                _("请按 Ctrl+M 打开人员名册登记，也可以运行 python -m app staff add。"),
            )
        )
    return empty and (desk.hall.roll is None or desk.listed.heard is not None)


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
    first = new_person(name, Role.ADMINISTRATOR, pin, desk.clock.now())

    def write(connection: Transaction) -> None:
        if staff.everyone(connection):
            raise FormProblem(
                _("名册里已经有人了。"),
                safe=_("什么都没有改动。"),
                next_step=_("请管理员用 python -m app staff 维护名册。"),
            )
        put(connection, first, by=name, at=first.pin_set_at)

    desk.store(write)
    desk.notices.clear(NOBODY)
    return name


def enlist(desk: Desk, name: str, role: Role, pin: str) -> None:
    """Add a person, or give one who is known a new PIN and role. Raises FormProblem for a weak PIN."""
    now = desk.clock.now()
    fresh = new_person(name, role, pin, now)

    def write(connection: Transaction) -> None:
        known = staff.named(connection, name)
        person = fresh if known is None else replace(fresh, id=known.id)
        put(connection, person, by=desk.settings.hall.clerk, at=now)

    desk.store(write)


def new_person(name: str, role: Role, pin: str, now: datetime) -> Staff:
    """Return somebody new with a PIN and a key only it opens; raises FormProblem for a weak PIN."""
    if weak_pin(pin):
        raise FormProblem(
            _("口令太容易猜。"),
            safe=_("原来的口令没有变。"),
            next_step=_("请用至少 {count} 位数字，不用同一个数字，也不用连续数字。").format(count=PIN_DIGITS),
        )
    public, sealed = person_key.new_key(pin)
    return Staff(new_id(), name, role, person_key.hasher.hash(pin), now, public_key=public, sealed_key=sealed)


def put(connection: Transaction, person: Staff, *, by: str, at: datetime) -> None:
    """Let the person be so on this window's list, with a line in the audit trail; nothing for no change.

    A PIN that stays keeps its wrong attempts and its lock; a new one begins without.
    """
    known = staff.get(connection, person.id)
    if known is not None and known.pin_hash == person.pin_hash:
        person = replace(person, failures=known.failures, locked_until=known.locked_until)
    if known == person:
        return
    staff.put(connection, person)
    trail.add(
        connection, Act.STAFF, subject=person.id, actor=by, at=at,
        what=_changed(known, person), role=person.role.value,
    )  # fmt: skip


def _changed(known: Staff | None, person: Staff) -> str:
    if known is None:
        return "added"
    if known.active != person.active:
        return "back" if person.active else "left"
    return "role" if known.pin_hash == person.pin_hash else "pin"


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
            gone, now = replace(known, active=False), desk.clock.now()
            put(connection, gone, by=desk.settings.hall.clerk, at=now)
        return known is not None

    return desk.store(write)


def matches(person: Staff, pin: str) -> bool:
    """Say whether this is the person's PIN; a tenth of a second of Argon2id."""
    try:
        return person_key.hasher.verify(person.pin_hash, pin)
    except (VerifyMismatchError, InvalidHashError):
        return False


def nobody(name: str) -> NotApproved:
    """Return the sentences for a name that is not on the list."""
    return NotApproved(
        _("没有叫“{name}”的值班主任。").format(name=name),
        safe=_("什么都没有改动。"),
        next_step=_("请选一位在册的值班主任；名册按 Ctrl+M 打开。"),
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
        Refusal.EXPIRED: (_("{name} 的口令已过期。"), _("请本人先按 Ctrl+Shift+M 换口令。")),
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
