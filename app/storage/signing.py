"""The Ed25519 key of this device (RFC 8032): made once, kept inside the encrypted store, never leaves it."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection

from app.storage import meta

_KEY: Final = "device_signing_key"


def _private(connection: Connection) -> Ed25519PrivateKey:
    kept = meta.read(connection, _KEY)
    if kept is not None:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept))
    made = Ed25519PrivateKey.generate()
    meta.write(connection, _KEY, made.private_bytes_raw().hex())
    return made


def private_key(connection: Connection) -> Ed25519PrivateKey:
    """Return the key itself, for a signature over what is too large for memory."""
    return _private(connection)


def public_key(connection: Connection) -> str:
    """Return the public key: 32 bytes as 64 hex digits."""
    return _private(connection).public_key().public_bytes_raw().hex()


def sign(connection: Connection, message: bytes) -> str:
    """Return the signature of the message: 64 bytes as 128 hex digits."""
    return _private(connection).sign(message).hex()


def verify(key: str, signature: str, message: bytes) -> bool:
    """Say whether ``key`` signed the message; False too for what is no key or no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
