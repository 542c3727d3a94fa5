"""Where the store's key lies and who opens it: sealed, or as a plain file of this user alone.

``load`` never makes a key beside an existing store. A sealed file goes before a plain one; what a crash left
of a plain one beside it is removed once the sealed one has given the same key.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.errors import StorageProblem
from app.paths import Places
from app.storage import keys
from app.storage.blobs import sync_folder
from app.storage.keys import KEY_BYTES, Custodians, KeyLocked, Passphrases, Sealer
from app.storage.tpm import Tpm
from app.texts import _

PLAIN: Final = "file"
_SERVICE: Final = "yichuang store key"
_TRUSTED: Final = ("keyring.backends.Windows", "keyring.backends.macOS", "keyring.backends.SecretService",
                   "keyring.backends.kwallet", "keyring.backends.libsecret")  # fmt: skip
"""Key stores of an operating system; others that ``keyring`` may find keep secrets in a plain file."""


class SystemKeyStore:
    """The operating system's key store through ``keyring``: Credential Manager, Keychain, Secret Service.

    ``trusted`` names the modules whose backends count as one.
    """

    method = "keyring"

    def __init__(self, trusted: tuple[str, ...] = _TRUSTED) -> None:
        self._trusted = trusted

    def usable(self) -> bool:
        """Say whether this computer has one that is more than a file."""
        import keyring

        found = keyring.get_keyring()
        inner = getattr(found, "backends", None) or [found]
        return type(next(iter(inner))).__module__.startswith(self._trusted)

    def new(self) -> tuple[Mapping[str, Any], bytes]:
        import keyring
        from keyring.errors import KeyringError

        if not self.usable():
            raise self._away()
        name, opener = secrets.token_hex(16), secrets.token_bytes(KEY_BYTES)
        try:
            keyring.set_password(_SERVICE, name, opener.hex())
        except KeyringError as error:
            raise self._away() from error
        return {"name": name}, self.again({"name": name})

    def again(self, header: Mapping[str, Any]) -> bytes:
        import keyring
        from keyring.errors import KeyringError

        try:
            kept = keyring.get_password(_SERVICE, str(header["name"]))
        except KeyringError as error:
            raise self._away() from error
        if kept is None:
            raise self._away()
        return bytes.fromhex(kept)

    def _away(self) -> KeyLocked:
        return KeyLocked(
            _("系统的密钥库打不开，或里面没有本机数据的密钥。"),
            safe=_("数据和密钥文件都没有改动。"),
            next_step=_("请用平时的系统用户登录；仍不行请法院用托管副本恢复（python -m app key recover）。"),
        )


def nobody_asked() -> tuple[str, str]:
    """Stand in for the two custodians where nobody can be asked: raises KeyLocked."""
    raise KeyLocked(
        _("数据由两位保管人的口令锁着。"),
        safe=_("数据和密钥文件都没有改动。"),
        next_step=_("请两位保管人各自输入口令。"),
    )


def sealers(ask: Passphrases) -> dict[str, Sealer]:
    """Return what can open a sealed file here, by method."""
    made: tuple[Sealer, ...] = (Tpm(), SystemKeyStore(), Custodians(ask))
    return {sealer.method: sealer for sealer in made}


def seal_by_itself(places: Places, key: bytes) -> None:
    """Seal a plain key by the TPM, else by the system's key store; leave it plain where there is neither.

    What does not work when it is tried counts as not there. Raises OSError.
    """
    for sealer in (Tpm(), SystemKeyStore()):
        if not sealer.usable():
            continue
        with suppress(KeyLocked):
            keep_sealed(places, key, sealer)
            return


@dataclass(frozen=True)
class Standing:
    """How the key is kept. ``method`` "" when there is none yet; ``private`` no other user may read it."""

    method: str
    escrowed_to: str
    private: bool


def standing(places: Places) -> Standing:
    """Return how the key is kept, without opening it; raises StorageProblem for a damaged sealed file."""
    method = ""
    if places.sealed_key.exists():
        method = keys.method_of(places.sealed_key.read_bytes())
    elif places.key.exists():
        method = PLAIN
    escrow = keys.escrowed_to(places.escrow.read_bytes()) if places.escrow.exists() else ""
    return Standing(method, escrow, not places.key.exists() or private(places.key))


def private(path: Path) -> bool:
    """Say whether nobody but the owner may read the file; Windows keeps that in the folder's own rights."""
    return os.name != "posix" or not path.stat().st_mode & 0o077


def load(places: Places, ask: Passphrases = nobody_asked) -> bytes | None:
    """Return the raw 32-byte key, None when there is none. Raises KeyLocked, StorageProblem, OSError."""
    plain = places.key.read_bytes() if places.key.exists() else None
    if places.sealed_key.exists():
        key = keys.unseal(places.sealed_key.read_bytes(), sealers(ask))
        if plain == key:
            places.key.unlink()
        return key
    if plain is not None and len(plain) != KEY_BYTES:
        raise no_key(_("密钥文件长度不对"))
    if plain is not None and not private(places.key):
        places.key.chmod(0o600)
    return plain


def keep_plain(places: Places, key: bytes) -> None:
    """Write the key as a file that only this user can read, and no sealed one beside it. Raises OSError."""
    write_private(places.key, key)
    places.sealed_key.unlink(missing_ok=True)
    sync_folder(places.config)


def keep_sealed(places: Places, key: bytes, sealer: Sealer) -> None:
    """Seal the key, prove that the sealed file opens, then remove the plain one.

    Raises KeyLocked, OSError; then the key is kept as it was.
    """
    content = keys.seal(key, sealer)
    if keys.unseal(content, {sealer.method: sealer}) != key:
        raise AssertionError("what was sealed opens to something else")
    write_private(places.sealed_key, content)
    places.key.unlink(missing_ok=True)
    sync_folder(places.config)


def keep_escrow(places: Places, key: bytes, pem: bytes) -> str:
    """Write the copy for the court's key, new only for another court key; return its fingerprint.

    Raises ValueError for a key that is no good, OSError.
    """
    court = keys.public_key(pem)
    wanted = keys.fingerprint(court)
    present = keys.escrowed_to(places.escrow.read_bytes()) if places.escrow.exists() else ""
    if present != wanted:
        write_private(places.escrow, keys.escrow(key, court))
    return wanted


def write_private(path: Path, content: bytes) -> None:
    """Write a file durably, readable by this user only from its first moment. Raises OSError."""
    beside = path.with_name(path.name + ".tmp")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def no_key(why: str) -> StorageProblem:
    """Return the sentences of a store whose key is not there."""
    return StorageProblem(
        _("本机数据打不开：{why}。").format(why=why),
        safe=_("数据仍在原处，程序不会新建空库。"),
        next_step=_("请管理员放回密钥文件，或由法院用托管副本恢复（python -m app key recover）。"),
    )
