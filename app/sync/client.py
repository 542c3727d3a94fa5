"""The HTTP side of the desk: one request per call, bounded in time and size, trusting nothing it reads.

Redirects are not followed and proxies of the environment are not used: the court is one known address.
A call either returns a value of `app.sync.protocol` or raises an error of `app.sync.errors`.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

import httpx
import zstandard

from app.sync.errors import BlobRestart, CourtRefused, CourtTrouble, CourtUnreachable
from app.sync.office import AnswerPage, decode_page
from app.sync.protocol import (
    CONTENT_DIGEST,
    IF_MATCH,
    UPLOAD_LENGTH,
    UPLOAD_OFFSET,
    Answers,
    BlobProgress,
    CourtInfo,
    Event,
    NotOurProtocol,
    content_digest,
    decode_answers,
    encode_batch,
    is_sha256,
    parse_json,
)

TIMEOUT: Final = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=5.0)
"""Seconds for each wait on the network."""
DEADLINE: Final = 60.0
"""Seconds for reading one whole answer; a server that drips bytes is cut off."""
MAX_ANSWERS_BYTES: Final = 1_000_000
MAX_LIST_BYTES: Final = 4_000_000
"""200 answers with the longest reasons."""
MAX_SMALL_BYTES: Final = 16_384
NO_TRUST: Final = 495
"""Stands for the status that a failed TLS handshake does not have."""
_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{16,256}")


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: httpx.Headers
    content: bytes


class CourtClient:
    """Speaks to one gateway. Belongs to the sync lane; `post` and the calls about blobs may run at once."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        device: str = "",
        tls: ssl.SSLContext | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        `base_url` such as "http://127.0.0.1:8470"; `device` is the desk whose answers are asked for, "" for
        those of the whole court; `tls` shows this window's certificate, and then `token` may be "";
        `transport` is the seam for tests.
        Raises `ValueError` for a token that cannot stand in a header.
        """
        if (token or tls is None) and _TOKEN.fullmatch(token) is None:
            raise ValueError("the court token has 16 to 256 visible ASCII characters")
        self._device = device
        self._http = httpx.Client(
            base_url=base_url,
            headers={
                **({"Authorization": f"Bearer {token}"} if token else {}),
                "Accept-Encoding": "identity",
            },
            timeout=TIMEOUT,
            verify=tls or True,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def hello(self) -> CourtInfo:
        """Ask who is there. Raises the errors of `app.sync.errors`, as do all calls below."""
        told = _fields(self._call("GET", "/v1/hello", {}, None, MAX_SMALL_BYTES))
        return CourtInfo(_text(told, "epoch"), _text(told, "time"))

    def post(self, events: Sequence[Event], epoch: str = "") -> Answers:
        """Offer a batch meant for `epoch`, "" for any. Raises `ValueError` beyond the limits of a batch."""
        content = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(encode_batch(events))
        headers = {
            "Content-Type": "application/json",
            "Content-Encoding": "zstd",
            CONTENT_DIGEST: content_digest(content),
            **({IF_MATCH: f'"{epoch}"'} if epoch else {}),
        }
        reply = self._call("POST", "/v1/events", headers, content, MAX_ANSWERS_BYTES)
        try:
            return decode_answers(reply.content)
        except NotOurProtocol as error:
            raise CourtTrouble(reply.status, "nonsense") from error

    def answers(self, since: int) -> AnswerPage:
        """Ask what the back office answered to this desk's visits after number `since`."""
        about = {"since": str(since), **({"device": self._device} if self._device else {})}
        reply = self._call("GET", f"/v1/answers?{urlencode(about)}", {}, None, MAX_LIST_BYTES)
        try:
            return decode_page(reply.content, since)
        except NotOurProtocol as error:
            raise CourtTrouble(reply.status, "nonsense") from error

    def event_hash(self, event_id: str) -> str | None:
        """Return the SHA-256 the court has stored an event under, None when it has not stored it."""
        try:
            reply = self._call("GET", f"/v1/events/{event_id}", {}, None, MAX_SMALL_BYTES)
        except CourtTrouble as trouble:
            if trouble.status == httpx.codes.NOT_FOUND:
                return None
            raise
        told = _fields(reply)
        return _text(told, "sha256") if told.get("word") == "stored" else None

    def blob_offset(self, sha256: str) -> int | None:
        """Return how many bytes of a blob the court has, None when it has none.

        The offset equals the size only when the court has verified the hash of the whole.
        """
        try:
            reply = self._call("HEAD", _blob_path(sha256), {}, None, 0)
        except CourtTrouble as trouble:
            if trouble.status == httpx.codes.NOT_FOUND:
                return None
            raise
        return _offset(reply.headers.get(UPLOAD_OFFSET, ""), reply.status)

    def put_blob_chunk(self, sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        """Append `chunk` at `offset` of a blob of `total` bytes.

        Raises `BlobRestart` when the court wants another offset, or the finished file has a wrong hash.
        """
        headers = {
            "Content-Type": "application/offset+octet-stream",
            UPLOAD_OFFSET: str(offset),
            UPLOAD_LENGTH: str(total),
            CONTENT_DIGEST: content_digest(chunk),
        }
        reply = self._call("PATCH", _blob_path(sha256), headers, chunk, MAX_SMALL_BYTES)
        told = _fields(reply)
        complete = told.get("complete")
        if not isinstance(complete, bool):
            raise CourtTrouble(reply.status, "nonsense")
        return BlobProgress(_offset(told.get("offset"), reply.status), complete, _text(told, "epoch"))

    def _call(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None, cap: int
    ) -> _Reply:
        try:
            with self._http.stream(method, path, headers=headers, content=content) as response:
                reply = _Reply(response.status_code, response.headers, _read(response, cap))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            if _is_about_trust(error):
                raise CourtTrouble(NO_TRUST, "tls") from error
            raise CourtUnreachable(type(error).__name__) from error
        _raise_for(reply)
        return reply


def _is_about_trust(error: BaseException | None) -> bool:
    """Whether the cause is a certificate, theirs or ours, and not a connection that broke."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError))
        error = error.__cause__ or error.__context__
    return False


def _read(response: httpx.Response, cap: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise CourtTrouble(response.status_code, "nonsense")
    give_up = time.monotonic() + DEADLINE
    found = bytearray()
    for piece in response.iter_raw():
        found += piece
        if len(found) > cap:
            raise CourtTrouble(response.status_code, "answer_too_large")
        if time.monotonic() > give_up:
            raise CourtUnreachable("DeadlineReached")
    return bytes(found)


def _raise_for(reply: _Reply) -> None:
    if reply.status in {httpx.codes.OK, httpx.codes.NO_CONTENT}:
        return
    told: Mapping[str, Any] = {}
    with suppress(CourtTrouble):
        told = _fields(reply)
    code = told.get("code")
    code = code if isinstance(code, str) and _CODE.fullmatch(code) else f"http_{reply.status}"
    if reply.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise CourtRefused(reply.status, code)
    if code in {"offset_mismatch", "hash_mismatch"}:
        raise BlobRestart(reply.status, code, _offset(told.get("offset"), reply.status))
    raise CourtTrouble(reply.status, code)


def _fields(reply: _Reply) -> Mapping[str, Any]:
    try:
        told = parse_json(reply.content)
    except ValueError as error:
        raise CourtTrouble(reply.status, "nonsense") from error
    if not isinstance(told, dict):
        raise CourtTrouble(reply.status, "nonsense")
    return told


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise CourtTrouble(httpx.codes.OK, "nonsense")
    return value


def _offset(value: object, status: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CourtTrouble(status, "nonsense")
    return value


def _blob_path(sha256: str) -> str:
    if not is_sha256(sha256):
        raise ValueError("a blob is named by its SHA-256")
    return f"/v1/blobs/{sha256}"
