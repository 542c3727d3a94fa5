"""Pictures and signatures as files named by the SHA-256 of their content, each encrypted with its own key.

Order on disk: write beside, fsync, rename, fsync the folder; only then may a row name the blob. A crash in
between leaves at worst an orphan, which ``sweep`` removes. Form: 12-byte nonce, then AES-256-GCM with the
hash as associated data, so a file moved under another name does not decrypt.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import StorageProblem
from app.storage.problems import storage_problem
from app.texts import _

_NONCE: Final = 12
KEY_BYTES: Final = 32


class BlobTree:
    """The folder of blobs. Safe to use from any lane: every file is written once and never changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes, key: bytes) -> str:
        """Store the bytes durably under ``key`` (32 bytes); raises StorageProblem if the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + AESGCM(key).encrypt(nonce, data, sha256.encode())
        try:
            _write_durably(self.path(sha256), sealed)
        except OSError as error:
            raise storage_problem(error) from error
        return sha256

    def get(self, sha256: str, key: bytes) -> bytes:
        """Return the plain bytes; raises StorageProblem when missing, damaged or erased (never wrong bytes).

        An empty ``key`` is that of a picture erased when its time was over.
        """
        if not key:
            raise _erased(sha256)
        try:
            sealed = self.path(sha256).read_bytes()
            data = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], sha256.encode())
        except FileNotFoundError as error:
            raise _unreadable(sha256, _("文件不在了")) from error
        except (InvalidTag, ValueError) as error:
            raise _unreadable(sha256, _("文件内容已损坏")) from error
        except OSError as error:
            raise storage_problem(error) from error
        return data

    def intact(self, sha256: str, key: bytes) -> bool:
        """Say whether the file is there and opens; raises StorageProblem when the disk cannot be read."""
        try:
            sealed = self.path(sha256).read_bytes()
            AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], sha256.encode())
        except (FileNotFoundError, InvalidTag, ValueError):
            return False
        except OSError as error:
            raise storage_problem(error) from error
        return True

    def take_file(self, sha256: str, source: Path) -> None:
        """Store a sealed file as it is, durably; the caller proves it. Raises OSError."""
        _write_durably(self.path(sha256), source.read_bytes())

    def remove(self, hashes: Iterable[str]) -> None:
        """Remove the files of these hashes, those that are there; raises StorageProblem."""
        try:
            for sha256 in hashes:
                self.path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise storage_problem(error) from error

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def names(self) -> set[str]:
        """Return the hashes of all files present."""
        return {path.name for path in self.root.glob("??/*") if not path.name.endswith(".tmp")}

    def sweep(self, referenced: set[str]) -> int:
        """Remove half-written files and files no row names; return how many.

        Raises StorageProblem when the disk does not allow it.
        """
        return self.sweep_asking(lambda names: referenced.intersection(names))

    def sweep_asking(self, named: Callable[[list[str]], set[str]]) -> int:
        """Do what ``sweep`` does, asking ``named`` which of a folder's files a row names."""
        count = 0
        try:
            for folder in self.root.glob("??"):
                paths = [path for path in folder.iterdir() if path.is_file()]
                kept = named([path.name for path in paths])
                for path in paths:
                    if path.name not in kept:
                        path.unlink()
                        count += 1
        except OSError as error:
            raise storage_problem(error) from error
        return count


def _write_durably(path: Path, data: bytes) -> None:
    folder = path.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    if not any(folder.iterdir()):  # new, or made by an attempt that ended before this
        sync_folder(folder.parent)
    beside = folder / f"{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; raises OSError."""
    if os.name != "posix":  # Windows has no directory handle to flush; NTFS journals the rename
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _erased(sha256: str) -> StorageProblem:
    return StorageProblem(
        _("这份图像已按保存期限删除。"),
        safe=_("登记的号码和送达回执都在，图像在法院。"),
        next_step=_("需要时请向法院档案调取。"),
        detail=sha256,
    )


def _unreadable(sha256: str, why: str) -> StorageProblem:
    return StorageProblem(
        _("有一页的图像打不开：{why}。").format(why=why),
        safe=_("登记内容和其他页不受影响。"),
        next_step=_("请重新扫描这一页，并通知管理员检查磁盘。"),
        detail=sha256,
    )
