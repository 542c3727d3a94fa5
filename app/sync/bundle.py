"""The file a courier carries: signed, encrypted, whole or refused. Shared by both ends, knows no store.

    "YICHUANG COURIER 1\\n"
    u32 length, header: canonical JSON {"v", "kind", "id", "device", "made_at", "from", "to", "ephemeral"}
    chunks: u32 length, AES-256-GCM of at most 1 MiB of the zstd stream; the last is flagged in its nonce
    u32 0, Ed25519 signature (64 bytes) over SHA-256 of everything before it

`from` is the sender's Ed25519 key, `to` the receiver's X25519 key, `ephemeral` the sender's X25519 key for
this file only (RFC 7748, 8032, 5869). The content key is bound to the header, each chunk to its place. A
reader copies the file first, checks the signature over all of it, and only then opens anything.
The content is frames: u8 kind, u64 length, bytes.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, cast

import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.sync.protocol import MAX_BATCH_BYTES, MAX_BLOB_BYTES, canonical, is_uuid7, parse_json

MAGIC: Final = b"YICHUANG COURIER 1\n"
BUNDLE: Final = "bundle"
ACKNOWLEDGEMENT: Final = "acknowledgement"

BATCH: Final = 1
"""A batch of events, as in a POST."""
BLOB: Final = 2
"""32 bytes of SHA-256 and the blob."""
FACTS: Final = 3
"""A JSON object: what else the other side must know."""

MAX_FRAME: Final = MAX_BLOB_BYTES + 32
MAX_SMALL: Final = 16 * MAX_BATCH_BYTES
_CHUNK: Final = 1 << 20
_TAG: Final = 16
_MAX_HEADER: Final = 4_096
_MAX_WINDOW: Final = 8 << 20
_LENGTH: Final = struct.Struct(">I")
_FRAME: Final = struct.Struct(">BQ")
_SIGNED: Final = b"yichuang courier signature\0"
_TEXTS: Final = ("kind", "id", "device", "made_at", "from", "to", "ephemeral")


class BundleRefused(Exception):
    """A file that is not taken. `code`: not_ours, truncated, altered, foreign, not_for_us, nonsense."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """Who made the file for whom: keys as 64 hex digits, `id` and `device` UUIDv7, `made_at` UTC."""

    kind: str
    id: str
    device: str
    made_at: str
    sender: str
    receiver: str


class Readable(Protocol):
    """Something that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        ...


class Writer:
    """Writes one file; use as a context, and only a normal end makes it whole."""

    def __init__(self, target: BinaryIO, header: Header, signer: Ed25519PrivateKey) -> None:
        """Begin the file. Raises `ValueError` for a receiver's key that is none."""
        ephemeral = X25519PrivateKey.generate()
        told = {
            "v": 1,
            "kind": header.kind,
            "id": header.id,
            "device": header.device,
            "made_at": header.made_at,
            "from": header.sender,
            "to": header.receiver,
            "ephemeral": ephemeral.public_key().public_bytes_raw().hex(),
        }
        head = canonical(told)
        receiver = X25519PublicKey.from_public_bytes(bytes.fromhex(header.receiver))
        self._target = target
        self._signer = signer
        self._hash = hashlib.sha256(_SIGNED)
        self._put(MAGIC + _LENGTH.pack(len(head)) + head)
        self._chunks = _Chunks(AESGCM(_key(ephemeral.exchange(receiver), head)), self._put_chunk)
        self._zstd = zstandard.ZstdCompressor(level=3).stream_writer(
            cast("BinaryIO", self._chunks), closefd=False
        )

    def add(self, kind: int, size: int, content: BinaryIO) -> None:
        """Add a frame of `size` bytes read from `content`. Raises `ValueError` when it has fewer."""
        self._zstd.write(_FRAME.pack(kind, size))
        left = size
        while left:
            piece = content.read(min(left, _CHUNK))
            if not piece:
                raise ValueError("less content than announced")
            self._zstd.write(piece)
            left -= len(piece)

    def add_bytes(self, kind: int, content: bytes) -> None:
        """Add a frame that is in memory."""
        self.add(kind, len(content), io.BytesIO(content))

    def finish(self) -> None:
        """End the content and sign the file."""
        self._zstd.flush(zstandard.FLUSH_FRAME)
        self._chunks.finish()
        self._put(_LENGTH.pack(0))
        self._target.write(self._signer.sign(self._hash.digest()))

    def _put_chunk(self, sealed: bytes) -> None:
        self._put(_LENGTH.pack(len(sealed)) + sealed)

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._target.write(data)


class _Chunks:
    """Cuts a stream into sealed chunks."""

    def __init__(self, cipher: AESGCM, put: Callable[[bytes], None]) -> None:
        self._cipher = cipher
        self._put = put
        self._waiting = bytearray()
        self._count = 0

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._count, last), plain, None))
        self._count += 1


class Reader:
    """One file that was checked as a whole; `header` says whose it is, `frames` opens it."""

    def __init__(self, source: BinaryIO) -> None:
        """Check the form and the signature of the whole file. Raises `BundleRefused`.

        The signature shows that `header.sender` made it; whether that is somebody we know, the caller checks.
        """
        self._source = source
        self._head, self.header, self._ephemeral = _read_header(source)
        self._start = source.tell()
        _check_signature(source, self._head, self.header)

    def frames(self, key: X25519PrivateKey) -> Iterator[Frame]:
        """Yield the frames in order; each must be read or skipped before the next. Raises `BundleRefused`."""
        if key.public_key().public_bytes_raw().hex() != self.header.receiver:
            raise BundleRefused("not_for_us")
        try:
            shared = key.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(self._ephemeral)))
        except ValueError as error:  # a point of low order: whoever sent it wants a key that is known
            raise BundleRefused("nonsense") from error
        self._source.seek(self._start)
        plain = _Plain(self._source, AESGCM(_key(shared, self._head)))
        stream = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(
            cast("BinaryIO", plain)
        )
        try:
            while head := _exactly(stream, _FRAME.size, or_end=True):
                kind, size = _FRAME.unpack(head)
                if size > (MAX_FRAME if kind == BLOB else MAX_SMALL):
                    raise BundleRefused("nonsense")
                frame = Frame(kind, size, stream)
                yield frame
                frame.skip()
        except zstandard.ZstdError as error:
            raise BundleRefused("nonsense") from error


class Frame:
    """One part of the content."""

    def __init__(self, kind: int, size: int, stream: Readable) -> None:
        self.kind = kind
        self.left = size
        self._stream = stream

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        wanted = min(size, self.left)
        if not wanted:
            return b""
        piece = _exactly(self._stream, wanted)
        self.left -= len(piece)
        return piece

    def skip(self) -> None:
        """Leave the rest out."""
        while self.read(_CHUNK):
            pass


class _Plain:
    """The zstd stream, opened chunk by chunk."""

    def __init__(self, source: BinaryIO, cipher: AESGCM) -> None:
        self._source = source
        self._cipher = cipher
        self._count = 0
        self._rest = b""
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        while not self._rest and not self._ended:
            self._open()
        piece = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(piece) :]
        return piece

    def _open(self) -> None:
        sealed = self._source.read(_LENGTH.unpack(self._source.read(_LENGTH.size))[0])
        following = self._source.read(_LENGTH.size)
        self._ended = following == _LENGTH.pack(0)
        self._source.seek(-_LENGTH.size, io.SEEK_CUR)
        try:
            self._rest = self._cipher.decrypt(_nonce(self._count, self._ended), sealed, None)
        except InvalidTag as error:
            raise BundleRefused("altered") from error
        self._count += 1


def _read_header(source: BinaryIO) -> tuple[bytes, Header, str]:
    if source.read(len(MAGIC)) != MAGIC:
        raise BundleRefused("not_ours")
    size = _LENGTH.unpack(_whole(source, _LENGTH.size))[0]
    if size > _MAX_HEADER:
        raise BundleRefused("nonsense")
    head = _whole(source, size)
    try:
        told = parse_json(head)
    except ValueError as error:
        raise BundleRefused("altered") from error
    if not isinstance(told, dict) or told.get("v") != 1:
        raise BundleRefused("nonsense")
    texts = [told.get(name) for name in _TEXTS]
    if not all(isinstance(text, str) and len(text) <= 64 for text in texts):
        raise BundleRefused("nonsense")
    kind, made, device, at, sender, receiver, ephemeral = (str(text) for text in texts)
    if not is_uuid7(made) or not is_uuid7(device) or not all(map(_is_key, (sender, receiver, ephemeral))):
        raise BundleRefused("nonsense")
    return head, Header(kind, made, device, at, sender, receiver), ephemeral


def _check_signature(source: BinaryIO, head: bytes, header: Header) -> None:
    digest = hashlib.sha256(_SIGNED + MAGIC + _LENGTH.pack(len(head)) + head)
    while True:
        length = _whole(source, _LENGTH.size)
        digest.update(length)
        size = _LENGTH.unpack(length)[0]
        if size == 0:
            break
        if size > _CHUNK + _TAG:
            raise BundleRefused("altered")
        digest.update(_whole(source, size))
    signature = _whole(source, 64)
    if source.read(1):
        raise BundleRefused("altered")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(header.sender)).verify(signature, digest.digest())
    except (InvalidSignature, ValueError) as error:
        raise BundleRefused("altered") from error


def _whole(source: BinaryIO, size: int) -> bytes:
    found = source.read(size)
    if len(found) != size:
        raise BundleRefused("truncated")
    return found


def _exactly(stream: Readable, size: int, *, or_end: bool = False) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = stream.read(size - len(found))
        if not piece:
            if or_end and not found:
                return b""
            raise BundleRefused("nonsense")
        found += piece
    return bytes(found)


def _key(shared: bytes, head: bytes) -> bytes:
    salt = hashlib.sha256(head).digest()
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"yichuang courier content").derive(shared)


def _nonce(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _is_key(text: str) -> bool:
    return len(text) == 64 and all(char in "0123456789abcdef" for char in text)
