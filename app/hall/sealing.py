"""Papers sealed from one window to another: nobody in between can read or change them, the server included.

An elliptic-curve integrated encryption (ECIES, SEC 1 v2.0 section 5.1) with the keys the hall's members have:
a fresh P-256 key agrees with the receiver's certificate (RFC 5280, checked against the hall's CA and the
window's name), HKDF-SHA256 (RFC 5869) makes an AES-256-GCM key, each part has its place as nonce and in its
associated data. The sender signs the envelope (ECDSA) and shows its own certificate.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.hall import certs

PART: Final = 98304
"""Plain bytes of one part."""
_INFO: Final = b"yichuang parcel 1"
_SIGNED: Final = ec.ECDSA(hashes.SHA256())
_POINT: Final = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


class NotGenuine(ValueError):
    """A certificate, an envelope or a part is not what it should be."""


@dataclass(frozen=True)
class Identity:
    """A window's own key, its certificate and the hall's CA, from the folder that joining made."""

    hall: str
    window: int
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    authority: bytes

    @classmethod
    def read(cls, folder: Path, hall: str, window: int) -> Identity:
        """Read the files. Raises OSError, ValueError."""
        key = serialization.load_pem_private_key((folder / "member.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise NotGenuine("not a member's key")
        certificate, authority = (folder / "member.crt").read_bytes(), (folder / "ca.crt").read_bytes()
        return cls(hall, window, key, certificate, authority)


@dataclass(frozen=True)
class Address:
    """Which papers, from which window to which."""

    parcel: str
    giver: int
    to: int


def checked(identity: Identity, certificate: bytes, window: int, now: datetime) -> ec.EllipticCurvePublicKey:
    """Return the key of a window's certificate (PEM).

    Raises NotGenuine when the hall's CA did not sign it for this window, or its time is over.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate)
        named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = named.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound) as error:
        raise NotGenuine("not a certificate") from error
    beginning, end = f"window-{window}-", f".{identity.hall}"
    if not any(name.startswith(beginning) and name.endswith(end) for name in names):
        raise NotGenuine("another window's certificate")
    if not certs.is_from(certificate, identity.authority):
        raise NotGenuine("not of this hall")
    key = found.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotGenuine("another kind of key")
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise NotGenuine("the certificate's time is over")
    return key


def seal(
    identity: Identity, address: Address, certificate: bytes, data: bytes, now: datetime | None = None
) -> tuple[bytes, list[bytes]]:
    """Return the envelope (JSON) and the sealed parts. Raises NotGenuine for a wrong certificate."""
    receiver = checked(identity, certificate, address.to, now or datetime.now(UTC))
    fresh = ec.generate_private_key(ec.SECP256R1())
    cipher = AESGCM(_key(fresh, receiver, address))
    pieces = [data[start : start + PART] for start in range(0, max(len(data), 1), PART)]
    count = len(pieces)
    parts = [cipher.encrypt(_nonce(n), piece, _place(address, n, count)) for n, piece in enumerate(pieces)]
    body = {
        "parcel": address.parcel,
        "giver": address.giver,
        "to": address.to,
        "parts": count,
        "ephemeral": _text(fresh.public_key().public_bytes(*_POINT)),
        "sha256": _digest(parts),
        "certificate": identity.certificate.decode("ascii"),
    }
    signature = identity.key.sign(_signed(body), _SIGNED)
    return json.dumps(body | {"signature": _text(signature)}).encode(), parts


def parts_of(envelope: bytes) -> int:
    """Return how many parts belong to an envelope. Raises NotGenuine."""
    try:
        return int(json.loads(envelope)["parts"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotGenuine("not an envelope") from error


def unseal(
    identity: Identity, address: Address, envelope: bytes, parts: Sequence[bytes], now: datetime | None = None
) -> bytes:
    """Return the papers as they were sealed by ``address.giver`` for this window. Raises NotGenuine."""
    try:
        body = json.loads(envelope)
        signature = base64.b64decode(body.pop("signature"))
        point = base64.b64decode(body["ephemeral"])
        fresh = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        giver = checked(
            identity, body["certificate"].encode("ascii"), address.giver, now or datetime.now(UTC)
        )
        giver.verify(signature, _signed(body), _SIGNED)
        said = Address(body["parcel"], body["giver"], body["to"])
        if said != address or body["sha256"] != _digest(parts) or body["parts"] != len(parts):
            raise NotGenuine("another parcel")
        cipher = AESGCM(_key(identity.key, fresh, address))
        opened = [
            cipher.decrypt(_nonce(n), part, _place(address, n, len(parts))) for n, part in enumerate(parts)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, InvalidTag) as error:
        raise NotGenuine(str(error) or type(error).__name__) from error
    return b"".join(opened)


def _key(
    private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey, address: Address
) -> bytes:  # fmt: skip
    shared = private.exchange(ec.ECDH(), public)
    return HKDF(hashes.SHA256(), 32, address.parcel.encode(), _INFO).derive(shared)


def _nonce(place: int) -> bytes:
    return place.to_bytes(12, "big")


def _place(address: Address, place: int, count: int) -> bytes:
    return f"{address.parcel}|{address.giver}|{address.to}|{place}|{count}".encode()


def _digest(parts: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _signed(body: dict[str, object]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
