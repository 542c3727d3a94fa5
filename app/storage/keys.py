"""The store's key at rest: sealed by TPM, the system's key store or two custodians; escrowed to the court.

``store.sealed`` holds the raw key under AES-256-GCM; its header is the associated data, so a file whose words
were changed does not open. What opens it is asked of a *sealer*. ``store.escrow``
holds the same key for the court's public key alone: X25519 (RFC 7748) with HKDF, or RSA-OAEP (RFC 8017).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import StorageProblem
from app.texts import _

KEY_BYTES: Final = 32
_NONCE: Final = 12
_VERSION: Final = 1
_SEALED: Final = b"yichuang store key, sealed"
_ESCROWED: Final = b"yichuang store key, escrow"
_LEAST_RSA_BITS: Final = 3072
_OAEP: Final = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=_ESCROWED)
_ARGON: Final = {"t": 3, "m": 65536, "p": 1}
_MOST_ARGON: Final = {"t": 16, "m": 1 << 20, "p": 8}
Passphrases = Callable[[], tuple[str, str]]
PublicKey = X25519PublicKey | RSAPublicKey
PrivateKey = X25519PrivateKey | RSAPrivateKey


class KeyLocked(StorageProblem):
    """The key is there but whoever must open it has not: both custodians, or the system's key store."""


class Sealer(Protocol):
    """Keeps the key that opens a sealed file, or can make it again. ``method`` names it in the file."""

    method: str

    def new(self) -> tuple[Mapping[str, Any], bytes]:
        """Return what goes into the file's header and a fresh 32-byte key; raises KeyLocked."""
        ...

    def again(self, header: Mapping[str, Any]) -> bytes:
        """Return the key of a file by its header; raises KeyLocked."""
        ...


class Custodians:
    """Two people, each with a passphrase of their own; neither opens anything alone (Argon2id, RFC 9106)."""

    method = "custodians"

    def __init__(self, ask: Passphrases) -> None:
        self._ask = ask

    def new(self) -> tuple[Mapping[str, Any], bytes]:
        header = {"salts": [secrets.token_hex(16), secrets.token_hex(16)], **_ARGON}
        return header, self.again(header)

    def again(self, header: Mapping[str, Any]) -> bytes:
        cost = {name: int(header[name]) for name in _ARGON}
        if any(not 0 < cost[name] <= most for name, most in _MOST_ARGON.items()):
            raise ValueError("a cost that no file of ours has")
        parts = b"".join(
            Argon2id(
                salt=bytes.fromhex(salt),
                length=32,
                iterations=cost["t"],
                lanes=cost["p"],
                memory_cost=cost["m"],
            ).derive(words.encode())
            for salt, words in zip(header["salts"], self._ask(), strict=True)
        )
        return _hkdf(parts, b"yichuang two custodians")


def seal(key: bytes, sealer: Sealer) -> bytes:
    """Return the sealed file's content for a 32-byte key; raises KeyLocked."""
    more, opener = sealer.new()
    header = {"v": _VERSION, "method": sealer.method, **more}
    return _box(header, opener, key, _SEALED)


def unseal(content: bytes, sealers: Mapping[str, Sealer]) -> bytes:
    """Return the key of a sealed file; raises KeyLocked for a wrong passphrase, StorageProblem for damage."""
    try:
        header, nonce, sealed = _unboxed(content)
        method = str(header["method"])
        if method not in sealers:
            raise _unknown_method(method)
        return AESGCM(sealers[method].again(header)).decrypt(nonce, sealed, _bound(header, _SEALED))
    except InvalidTag as error:
        raise KeyLocked(
            _("密钥打不开：口令不对，或密钥文件被改动过。"),
            safe=_("数据和密钥文件都没有改动。"),
            next_step=_("请两位保管人重新输入；仍不行请法院用托管副本恢复（python -m app key recover）。"),
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged_file() from error


def method_of(content: bytes) -> str:
    """Return how a sealed file is sealed; raises StorageProblem when it is none."""
    try:
        return str(_unboxed(content)[0]["method"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged_file() from error


# ---- escrow ------------------------------------------------------------------------------------------


def public_key(pem: bytes) -> PublicKey:
    """Return the court's public key; raises ValueError unless it is X25519 or RSA of 3,072 bits or more."""
    key = serialization.load_pem_public_key(pem)
    if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        return key
    if isinstance(key, X25519PublicKey):
        return key
    raise ValueError("neither X25519 nor RSA of at least 3072 bits")


def private_key(pem: bytes, password: bytes | None = None) -> PrivateKey:
    """Return the court's private key; raises ValueError, TypeError for a missing or needless password."""
    key = serialization.load_pem_private_key(pem, password)
    if isinstance(key, (RSAPrivateKey, X25519PrivateKey)):
        return key
    raise ValueError("neither X25519 nor RSA")


def fingerprint(key: PublicKey) -> str:
    """Return the SHA-256 of the public key (DER, SubjectPublicKeyInfo) as hex."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def escrow(key: bytes, court: PublicKey) -> bytes:
    """Return the escrow file's content: the key, readable with the court's private key only."""
    header: dict[str, Any] = {"v": _VERSION, "court": fingerprint(court)}
    if isinstance(court, X25519PublicKey):
        ephemeral = X25519PrivateKey.generate()
        public = ephemeral.public_key().public_bytes_raw()
        header |= {"method": "x25519", "ephemeral": public.hex()}
        opener = _shared(ephemeral.exchange(court), public, court)
    else:
        opener = secrets.token_bytes(KEY_BYTES)
        header |= {"method": "rsa-oaep", "wrapped": court.encrypt(opener, _OAEP).hex()}
    return _box(header, opener, key, _ESCROWED)


def from_escrow(content: bytes, court: PrivateKey) -> bytes:
    """Return the key of an escrow file; raises StorageProblem when it is for another key or was changed."""
    try:
        header, nonce, sealed = _unboxed(content)
        if isinstance(court, X25519PrivateKey):
            public = bytes.fromhex(header["ephemeral"])
            secret = court.exchange(X25519PublicKey.from_public_bytes(public))
            opener = _shared(secret, public, court.public_key())
        else:
            opener = court.decrypt(bytes.fromhex(header["wrapped"]), _OAEP)
        return AESGCM(opener).decrypt(nonce, sealed, _bound(header, _ESCROWED))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise StorageProblem(
            _("托管副本打不开：不是给这把法院私钥的，或被改动过。"),
            safe=_("没有改动任何文件。"),
            next_step=_("请核对私钥和托管副本是不是同一窗口、同一次登记的。"),
        ) from error


def escrowed_to(content: bytes) -> str:
    """Return the fingerprint an escrow file is for, "" when it is none."""
    try:
        return str(_unboxed(content)[0]["court"])
    except (ValueError, KeyError, TypeError):
        return ""


# ---- boxes -------------------------------------------------------------------------------------------


def _box(header: Mapping[str, Any], opener: bytes, key: bytes, purpose: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(opener).encrypt(nonce, key, _bound(header, purpose))
    whole = {"header": header, "nonce": nonce.hex(), "sealed": sealed.hex()}
    return (json.dumps(whole, indent=1) + "\n").encode()


def _unboxed(content: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    whole = json.loads(content)
    header = whole["header"]
    if header["v"] != _VERSION:
        raise ValueError("written by a newer program")
    return header, bytes.fromhex(whole["nonce"]), bytes.fromhex(whole["sealed"])


def _bound(header: Mapping[str, Any], purpose: bytes) -> bytes:
    return purpose + json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _shared(secret: bytes, ephemeral: bytes, court: X25519PublicKey) -> bytes:
    return _hkdf(secret + ephemeral + court.public_bytes_raw(), _ESCROWED)


def _hkdf(material: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(material)


def _damaged_file() -> StorageProblem:
    return StorageProblem(
        _("密钥文件已损坏。"),
        safe=_("数据没有改动，程序不会新建空库。"),
        next_step=_("请放回密钥文件的副本，或由法院用托管副本恢复（python -m app key recover）。"),
    )


def _unknown_method(method: str) -> StorageProblem:
    return StorageProblem(
        _("密钥的封存方式“{method}”在这台电脑上不能用。").format(method=method[:20]),
        safe=_("数据和密钥文件都没有改动。"),
        next_step=_("请在封存时用的电脑上打开，或由法院用托管副本恢复（python -m app key recover）。"),
    )
