"""Who may approve what the clerk alone may not: staff, their PINs, and when an approval is refused.

PINs follow GB/T 22239-2019 (等保) 8.1.4.1: not trivial, changed at intervals, locked after repeated failures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

PIN_DIGITS: Final = 6
PIN_LIFE: Final = timedelta(days=90)
MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
APPROVAL_LIFE: Final = timedelta(minutes=5)
_STEPS: Final = frozenset({-1, 0, 1})


class Role(StrEnum):
    """``SUPERVISOR`` is the 值班主任, who alone approves; ``ADMINISTRATOR`` alone keeps the list of staff.

    ``BACK_OFFICE`` examines and answers (后台); at the window it looks and calls nobody.
    """

    CLERK = "clerk"
    HELPER = "helper"
    SUPERVISOR = "supervisor"
    BACK_OFFICE = "back_office"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """What an approval is for; one given for one purpose serves no other."""

    REPRINT = "reprint"
    VOID_RECEIPT = "void_receipt"
    SECOND_NOTICE = "second_notice"
    UNFREEZE = "unfreeze"
    QUEUE_RULES = "queue_rules"
    FREE_WINDOW = "free_window"
    RESTORE = "restore"
    SIGN_IN = "sign_in"
    STAFF = "staff"
    OWN_PIN = "own_pin"


class Refusal(StrEnum):
    """Why an approval is not given, or a window stays locked."""

    LEFT = "left"
    NOT_ADMINISTRATOR = "not_administrator"
    NOT_SUPERVISOR = "not_supervisor"
    SELF = "self"
    LOCKED = "locked"
    WRONG_PIN = "wrong_pin"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Staff:
    """One person. ``failures`` counts wrong PINs since the last right one; the hash is Argon2id's text.

    ``public_key`` proves what the person signed; ``sealed_key`` is what only their PIN opens (Ed25519).
    """

    id: str
    name: str
    role: Role
    pin_hash: str
    pin_set_at: datetime
    failures: int = 0
    locked_until: datetime | None = None
    active: bool = True
    public_key: bytes = b""
    sealed_key: bytes = b""


def weak_pin(pin: str) -> bool:
    """Return whether the PIN is too short, not all ASCII digits, one digit repeated, or a run like 123456."""
    if len(pin) < PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        return True
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return len(steps) == 1 and steps <= _STEPS


def refusal(person: Staff, clerk: str, now: datetime, *, pin_is_right: bool) -> Refusal | None:
    """Return why this person cannot approve for the clerk now, or None."""
    if not person.active or person.role is not Role.SUPERVISOR:
        return Refusal.NOT_SUPERVISOR
    if person.name == clerk:
        return Refusal.SELF
    return _pin_refusal(person, now, pin_is_right=pin_is_right)


def entry_refusal(person: Staff, now: datetime, *, pin_is_right: bool) -> Refusal | None:
    """Return why this person cannot work at the window now, or None."""
    if not person.active:
        return Refusal.LEFT
    return _pin_refusal(person, now, pin_is_right=pin_is_right)


def keeping_refusal(person: Staff, now: datetime, *, pin_is_right: bool) -> Refusal | None:
    """Return why this person cannot change the list of staff now, or None."""
    if not person.active or person.role is not Role.ADMINISTRATOR:
        return Refusal.NOT_ADMINISTRATOR
    return _pin_refusal(person, now, pin_is_right=pin_is_right)


def renewing_refusal(person: Staff, now: datetime, *, pin_is_right: bool) -> Refusal | None:
    """Return why this person cannot renew their own PIN now, or None: an expired one is what is renewed."""
    found = entry_refusal(person, now, pin_is_right=pin_is_right)
    return None if found is Refusal.EXPIRED else found


def renewed(before: Staff, after: Staff) -> bool:
    """Say whether nothing but the PIN and its key changed, and not to those of an earlier day."""
    same = replace(
        after,
        pin_hash=before.pin_hash,
        pin_set_at=before.pin_set_at,
        failures=before.failures,
        locked_until=before.locked_until,
        public_key=before.public_key,
        sealed_key=before.sealed_key,
    )
    return same == before and after.pin_set_at >= before.pin_set_at


def _pin_refusal(person: Staff, now: datetime, *, pin_is_right: bool) -> Refusal | None:
    """A locked or expired PIN is refused even when right, so that a guess is never confirmed."""
    if person.locked_until is not None and now < person.locked_until:
        return Refusal.LOCKED
    if not pin_is_right:
        return Refusal.WRONG_PIN
    if now - person.pin_set_at >= PIN_LIFE:
        return Refusal.EXPIRED
    return None


def after_attempt(person: Staff, now: datetime, found: Refusal | None) -> tuple[int, datetime | None]:
    """Return the count of failures and the end of the lock as they stand after an attempt."""
    if found is None:
        return 0, None
    if found is not Refusal.WRONG_PIN:
        return person.failures, person.locked_until
    failures = person.failures + 1
    if failures >= MOST_FAILURES:
        return 0, now + LOCKED_FOR
    return failures, person.locked_until
