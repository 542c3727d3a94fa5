"""A person's own key, which only their PIN opens: what it signed was signed with the PIN, at whatever window.

Ed25519 (RFC 8032). The private key lies sealed with AES-256-GCM under a key that Argon2id (RFC 9106) makes of
the PIN, so it is worth as much trouble to guess as the PIN's hash.
"""

from __future__ import annotations

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.hall.sealing import NotGenuine

_SALT: Final = 16
_NONCE: Final = 12
hasher = PasswordHasher()
"""What a guess of a PIN costs, for its hash and for its key alike: RFC 9106, second recommended choice."""


def new_key(pin: str) -> tuple[bytes, bytes]:
    """Return a new public key (32 bytes) and the private one as only the PIN opens it."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_wrapping(pin, salt)).encrypt(nonce, private.private_bytes_raw(), public)
    return public, salt + nonce + sealed


def open_key(pin: str, public: bytes, sealed: bytes) -> Ed25519PrivateKey:
    """Return the private key. Raises NotGenuine for another PIN or a damaged key."""
    salt, nonce, rest = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE], sealed[_SALT + _NONCE :]
    if len(salt) + len(nonce) != _SALT + _NONCE:
        raise NotGenuine("not a sealed key")
    try:
        private = Ed25519PrivateKey.from_private_bytes(
            AESGCM(_wrapping(pin, salt)).decrypt(nonce, rest, public)
        )
    except (ValueError, InvalidTag) as error:
        raise NotGenuine("the PIN does not open the key") from error
    return private


def signed_by(public: bytes, signature: bytes, words: bytes) -> bool:
    """Say whether whoever has the private key of ``public`` signed the words."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, words)
    except (ValueError, InvalidSignature):
        return False
    return True


def _wrapping(pin: str, salt: bytes) -> bytes:
    cost = (hasher.time_cost, hasher.memory_cost, hasher.parallelism)
    return hash_secret_raw(pin.encode("utf-8"), salt, *cost, 32, Type.ID)
