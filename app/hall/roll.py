"""The list of staff of a whole hall: changes in one order, each signed by an administrator's own key.

The first change founds the list and is signed by an administrator it names itself; every later one names the
change before it by its hash and is signed by somebody who was an administrator until then, or by the person
whose own PIN and key, and nothing else, it renews. Whoever has read the first needs to trust nobody for the
rest, the hall's servers included; what does not fit is passed over.
On the servers they lie sealed with AES-256-GCM under a key that only the hall's members have.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.clock import moment, stamp
from app.domain.staff import Role, Staff, renewed
from app.hall.person_key import signed_by
from app.hall.sealing import NotGenuine

_INFO: Final = b"yichuang list of staff 1"
_NONCE: Final = 12
_PUBLIC_KEY: Final = 32
LONGEST_NAME: Final = 40


class Roll(Protocol):
    """Where a hall keeps the changes. Calls block; they belong to the ``hall`` lane."""

    def at(self, place: int) -> bytes | None:
        """Return what stands at a place (from 1): b"" for what no member sealed, None behind the last.

        Raises HallProblem.
        """

    def append(self, place: int, body: bytes) -> bool:
        """Put a change at a place; False when another one is there. Raises HallProblem."""


@dataclass(frozen=True)
class Change:
    """People as they are from now on. ``before`` is the hash of the change before, ``by`` who signed."""

    before: str
    by: str
    at: datetime
    people: tuple[Staff, ...]


def hash_of(body: bytes) -> str:
    """Return what the next change names this one by; "" stands for none."""
    return hashlib.sha256(body).hexdigest() if body else ""


def sign(change: Change, key: Ed25519PrivateKey) -> bytes:
    """Return the change as it is kept: JSON with the signature over its canonical text."""
    body = {
        "before": change.before,
        "by": change.by,
        "at": stamp(change.at),
        "people": [_plain(one) for one in change.people],
    }
    return json.dumps({"change": body, "signature": _text(key.sign(_canonical(body)))}).encode()


def read(body: bytes, before: bytes, known: Mapping[str, Staff]) -> Change:
    """Return the change when it may follow ``before`` in the list as ``known`` by id; b"" begins it.

    Raises NotGenuine for anything else: malformed, out of order, or not signed by an administrator.
    """
    try:
        raw = json.loads(body)
        words, signature = raw["change"], base64.b64decode(raw["signature"], validate=True)
        change = Change(
            str(words["before"]),
            str(words["by"]),
            moment(words["at"]),
            tuple(_person(one) for one in words["people"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotGenuine("not a change of the list") from error
    if change.before != hash_of(before) or not change.people:
        raise NotGenuine("a change out of its order")
    trusted = known if before else {one.id: one for one in change.people}
    signer = trusted.get(change.by)
    if signer is None or not signer.active or not (_keeps(signer) or _is_own_pin(change, signer)):
        raise NotGenuine("a change by nobody who may make it")
    if not signed_by(signer.public_key, signature, _canonical(words)):
        raise NotGenuine("a change with another signature")
    return change


def _keeps(signer: Staff) -> bool:
    return signer.role is Role.ADMINISTRATOR


def _is_own_pin(change: Change, signer: Staff) -> bool:
    """Say whether somebody renews their own PIN, from the moment they say so, and changes nothing else."""
    first, *others = change.people
    return not others and renewed(signer, first) and first.pin_set_at == change.at


class Sealed:
    """Seals changes for the members of one hall; ``secret`` is what joining gave them."""

    def __init__(self, hall: str, secret: bytes) -> None:
        self._hall = hall
        self._cipher = AESGCM(HKDF(hashes.SHA256(), 32, hall.encode(), _INFO).derive(secret))

    def seal(self, place: int, body: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, body, self._where(place))

    def open(self, place: int, sealed: bytes) -> bytes:
        """Return the change. Raises NotGenuine for what no member sealed for this place."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._where(place))
        except (ValueError, InvalidTag) as error:
            raise NotGenuine("not sealed by this hall") from error

    def _where(self, place: int) -> bytes:
        return f"{self._hall}|{place}".encode()


def _plain(one: Staff) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "pin_hash": one.pin_hash,
        "pin_set_at": stamp(one.pin_set_at),
        "active": one.active,
        "public_key": _text(one.public_key),
        "sealed_key": _text(one.sealed_key),
    }


def _person(raw: Mapping[str, Any]) -> Staff:
    """Read one person. Raises ValueError, KeyError, TypeError for what cannot be one."""
    name, active = raw["name"], raw["active"]
    public = base64.b64decode(raw["public_key"], validate=True)
    fits = isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable()
    if not fits or not isinstance(active, bool) or len(public) != _PUBLIC_KEY:
        raise ValueError("not a person of the list")
    return Staff(
        id=str(raw["id"]),
        name=name,
        role=Role(raw["role"]),
        pin_hash=str(raw["pin_hash"]),
        pin_set_at=moment(raw["pin_set_at"]),
        active=active,
        public_key=public,
        sealed_key=base64.b64decode(raw["sealed_key"], validate=True),
    )


def _canonical(words: object) -> bytes:
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
