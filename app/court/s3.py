"""Whole blobs in an S3-compatible object store, as `<court>/ab/cd/<sha256>` in one bucket.

A part grows on this machine and is verified here; only then is it put and its size asked back. Many stores
acknowledge before the data is on a disk, and none tells: after a power cut there, start the gateway once with
`--restored`, which looks for every blob and lets the desks offer again what is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from app.court.blobs import Shelf
from app.court.errors import BlobStoreUnusable
from app.sync.protocol import is_sha256

WARNING: Final = (
    "对象存储可能在数据落盘之前就确认写入，断电可能丢失已确认的材料；断电后请用 --restored 启动一次。"
    " The object store may acknowledge a write before it is on disk; after a power cut there, "
    "start once with --restored."
)
_PIECE: Final = 1 << 20
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=60.0)
_ABSENT: Final = frozenset({"NoSuchKey", "NotFound", "NoSuchObject"})


def shelves(address: str, key_file: Path | None) -> Callable[[str, Path], Shelf]:
    """Return what makes a court's shelf. `address` is `http(s)://host:port/bucket`; the bucket exists.

    `key_file` holds the access key and the secret, one a line. Raises `BlobStoreUnusable`.
    """
    parts = urlsplit(address)
    bucket = parts.path.strip("/")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not bucket or "@" in parts.netloc:
        raise BlobStoreUnusable("对象存储地址格式不对。", "The object store is http(s)://host:port/bucket.")
    client = Minio(
        parts.netloc,
        *_keys(key_file),
        secure=parts.scheme == "https",
        http_client=urllib3.PoolManager(timeout=_TIMEOUT, maxsize=16, retries=urllib3.Retry(2)),
    )
    try:
        with _told():
            there = client.bucket_exists(bucket)
    except OSError as error:
        raise BlobStoreUnusable("对象存储无法使用。", f"The object store cannot be used: {error}.") from error
    if not there:
        raise BlobStoreUnusable("对象存储没有这个桶。", f"The object store has no bucket {bucket}.")
    return lambda court, _: S3Shelf(client, bucket, court)


def _keys(key_file: Path | None) -> tuple[str, str]:
    try:
        access, secret = ([] if key_file is None else key_file.read_text("ascii").split())[:2]
    except (OSError, ValueError) as error:
        raise BlobStoreUnusable(
            "对象存储的密钥文件无法读取。", "The S3 key file must hold the access key and the secret."
        ) from error
    return access, secret


class S3Shelf:
    """`Shelf` for one court. Safe to call from several threads."""

    def __init__(self, client: Minio, bucket: str, court: str) -> None:
        self._client = client
        self._bucket = bucket
        self._court = court

    def put(self, sha256: str, part: Path) -> None:
        """See `Shelf`; the part is removed when the store says it has all of it."""
        size = part.stat().st_size
        if self.size(sha256) != size:
            with _told():
                self._client.fput_object(self._bucket, self._key(sha256), str(part))
            if self.size(sha256) != size:
                raise OSError("the object store has not what it was given")
        part.unlink()

    def size(self, sha256: str) -> int | None:
        """See `Shelf`."""
        key = self._key(sha256)
        with _told():
            try:
                return self._client.stat_object(self._bucket, key).size
            except S3Error as error:
                if error.code in _ABSENT:
                    return None
                raise

    def read(self, sha256: str) -> Iterator[bytes]:
        """See `Shelf`."""
        with _told():
            reply = self._client.get_object(self._bucket, self._key(sha256))
            try:
                yield from reply.stream(_PIECE)
            finally:
                reply.close()
                reply.release_conn()

    def _key(self, sha256: str) -> str:
        if not is_sha256(sha256):
            raise ValueError("a blob is named by its SHA-256")
        return f"{self._court}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the client raises into `OSError`, without the address of the object."""
    try:
        yield
    except S3Error as error:
        raise OSError(f"object store: {error.code}") from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise OSError(f"object store: {type(error).__name__}") from error
