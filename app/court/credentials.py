"""Who may come in: tokens, certificates and sessions, each known by the hash of its secret only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from app.court.ground import Ground
from app.court.store import WallClock, stamp, utc_now
from app.court.tables import HOME_COURT, credential, enrolment

ROLES: Final = ("window", "office", "monitor")
"""A counter; the back office; what watches the gateway."""
CODE_BYTES: Final = 16
"""128 bits: a one-time code is not guessed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. `device`, if set, is the only one it may speak for; `id` the credential's hash."""

    id: str
    court: str
    name: str
    role: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A credential as an operator sees it; `id` is the beginning of its hash, enough to revoke it."""

    id: str
    court: str
    kind: str
    name: str
    role: str
    device: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class Credentials:
    """The credentials in the court's database. Safe to call from several threads and processes."""

    def __init__(self, ground: Ground, now: WallClock = utc_now) -> None:
        self._ground = ground
        self._now = now

    def add(
        self,
        hashed: str,
        kind: str,
        caller: Caller,
        lasts: timedelta | None = None,
    ) -> None:
        """Let the holder of a secret in. One that is there already, revoked perhaps, stays as it is.

        `kind` is "token", "certificate" or "session"; a session's caller has the `id` of its parent.
        """
        now = self._now()
        row = {
            "court": caller.court,
            "sha256": hashed,
            "kind": kind,
            "name": caller.name,
            "role": caller.role,
            "device": caller.device,
            "parent": caller.id or None,
            "created_at": stamp(now),
            "expires_at": None if lasts is None else stamp(now + lasts),
        }
        with self._ground.write() as connection:
            connection.execute(self._ground.upsert(credential).values(row).on_conflict_do_nothing())

    def find(self, hashed: str, kind: str) -> Caller | str:
        """Return who holds a secret, or why nobody comes in with it: "unknown", "revoked", "expired"."""
        wanted = select(credential).where(credential.c.sha256 == hashed, credential.c.kind == kind)
        with self._ground.read() as connection:
            row = connection.execute(wanted).first()
            parent = None if row is None or row.parent is None else _by_hash(connection, row.parent)
        if row is None:
            return "unknown"
        if parent is not None and isinstance(state := self._state(parent), str):
            return state
        return self._state(row)

    def _state(self, row: Row[Any]) -> Caller | str:
        if row.revoked_at is not None:
            return "revoked"
        if row.expires_at is not None and datetime.fromisoformat(row.expires_at) <= self._now():
            return "expired"
        return Caller(row.sha256, row.court, row.name, row.role, row.device)

    def revoke(self, beginning: str) -> int:
        """Let nobody in any more whose hash or name is this; return how many. Sessions end with them."""
        if not beginning:
            return 0
        match = credential.c.sha256.startswith(beginning, autoescape=True) & (len(beginning) >= 8)
        named = (credential.c.name == beginning) | match
        change = update(credential).where(named, credential.c.revoked_at.is_(None))
        with self._ground.write() as connection:
            return int(connection.execute(change.values(revoked_at=stamp(self._now()))).rowcount)

    def end(self, hashed: str, within: timedelta) -> None:
        """Let a credential end after a while, if it does not end sooner."""
        ends = stamp(self._now() + within)
        sooner = credential.c.expires_at.is_(None) | (credential.c.expires_at > ends)
        change = update(credential).where(credential.c.sha256 == hashed, sooner)
        with self._ground.write() as connection:
            connection.execute(change.values(expires_at=ends))

    def listed(self) -> Sequence[Listed]:
        """Return every token and certificate, the revoked too, the oldest first."""
        wanted = select(credential).where(credential.c.kind != "session").order_by(credential.c.created_at)
        with self._ground.read() as connection:
            return [
                Listed(
                    row.sha256[:16],
                    row.court,
                    row.kind,
                    row.name,
                    row.role,
                    row.device,
                    row.created_at,
                    row.expires_at,
                    row.revoked_at,
                )
                for row in connection.execute(wanted)
            ]

    def offer(self, caller: Caller, lasts: timedelta) -> str:
        """Make a one-time code with which a window enrols itself; return it."""
        code = secrets.token_urlsafe(CODE_BYTES)
        now = self._now()
        row = {
            "court": caller.court,
            "sha256": hash_of(code),
            "name": caller.name,
            "role": caller.role,
            "device": caller.device,
            "created_at": stamp(now),
            "expires_at": stamp(now + lasts),
        }
        with self._ground.write() as connection:
            connection.execute(self._ground.upsert(enrolment).values(row))
        return code

    def redeem(self, code: str) -> Caller | str:
        """Use up a code; return for whom it was, with an empty `id`, or "unknown", "used", "expired"."""
        here = enrolment.c.sha256 == hash_of(code)
        now = self._now()
        with self._ground.write() as connection:
            row = connection.execute(select(enrolment).where(here)).first()
            if row is None:
                return "unknown"
            if datetime.fromisoformat(row.expires_at) <= now:
                return "expired"
            use = update(enrolment).where(here, enrolment.c.used_at.is_(None)).values(used_at=stamp(now))
            if connection.execute(use).rowcount != 1:
                return "used"
        return Caller("", row.court, row.name, row.role, row.device)


def _by_hash(connection: Connection, hashed: str) -> Row[Any] | None:
    return connection.execute(select(credential).where(credential.c.sha256 == hashed)).first()


def hash_of(secret: str) -> str:
    """Return what is kept of a secret. It has at least 128 bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def window(name: str = "window", court: str = HOME_COURT, device: str | None = None) -> Caller:
    """Return a window that has no credential yet."""
    return Caller("", court, name, "window", device)
