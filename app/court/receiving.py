"""Reading the content of a request: as it arrives, and never more than allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from app.court.batch import BatchRefused, Offer, decompress, read_batch
from app.court.blobs import Append, Blobs, Held
from app.court.errors import BlobRefusal, BlobTooLarge
from app.court.guard import TooSlow, caller, within_quota
from app.sync.protocol import CONTENT_DIGEST, IF_MATCH, UPLOAD_LENGTH, UPLOAD_OFFSET, Event, content_digest

_PIECE: Final = 256 << 10
"""Bytes gathered before they are written, to spare trips to a thread."""
_MAX_DIGITS: Final = 15
_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]{1,64}"')


async def receive_batch(request: Request, limit: int) -> Callable[[], list[Offer]]:
    """Receive a POST; return what reads its offers, for a thread, and raises `BatchRefused` as this does.

    Raises `ClientDisconnect`.
    """
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit:
            raise BatchRefused(413, "too_large")
    data = bytes(content)
    who = caller(request)
    digest = request.headers.get(CONTENT_DIGEST)
    if digest is not None and digest != content_digest(data):
        raise BatchRefused(400, "damaged")
    coding = request.headers.get("content-encoding", "identity").strip().lower()

    def read() -> list[Offer]:
        offers = read_batch(decompress(data, coding, limit))
        if who.device is not None and any(isinstance(o, Event) and o.device != who.device for o in offers):
            raise BatchRefused(403, "wrong_device")
        if not within_quota(request, records=len(offers), size=len(data)):
            raise BatchRefused(429, "quota")
        return offers

    return read


def expected_epoch(request: Request) -> str:
    """Return the epoch a batch is meant for, "" for any (If-Match, RFC 9110 13.1.1).

    Raises `BatchRefused` for anything but one quoted name or `*`.
    """
    given = request.headers.get(IF_MATCH, "*").strip()
    if given == "*":
        return ""
    if _ETAG.fullmatch(given) is None:
        raise BatchRefused(400, "bad_header")
    return given[1:-1]


async def receive_chunk(request: Request, blobs: Blobs, sha256: str, limit: int) -> Held:
    """Append the content of a PATCH as it arrives; what came before a break is kept.

    Raises `BlobRefusal`, `ClientDisconnect`, and `BatchRefused` for headers that make no sense.
    """
    offset, total = _number(request, UPLOAD_OFFSET), _number(request, UPLOAD_LENGTH)
    if "content-length" in request.headers and _number(request, "content-length") > limit:
        raise BlobTooLarge(offset)
    if not within_quota(request, size=_announced(request, limit)):
        raise BatchRefused(429, "quota")
    try:
        append = await run_in_threadpool(blobs.append, sha256, offset, total)
    except BlobRefusal:
        await _drain(request, limit)
        raise
    try:
        await _write_all(request, append, limit)
        return await run_in_threadpool(append.finish, request.headers.get(CONTENT_DIGEST))
    finally:
        await run_in_threadpool(append.abandon)


async def _write_all(request: Request, append: Append, limit: int) -> None:
    arrived, waiting = 0, bytearray()
    try:
        async for piece in request.stream():
            arrived += len(piece)
            if arrived > limit:
                raise BlobTooLarge
            waiting += piece
            if len(waiting) >= _PIECE:
                await run_in_threadpool(append.write, bytes(waiting))
                waiting.clear()
    except (ClientDisconnect, TooSlow):
        await run_in_threadpool(append.write, bytes(waiting))
        raise
    await run_in_threadpool(append.write, bytes(waiting))


async def _drain(request: Request, limit: int) -> None:
    """Read what is still coming, or a sender in the middle of it would see a reset and not our answer."""
    arrived = 0
    async for piece in request.stream():
        arrived += len(piece)
        if arrived > limit:
            return


def _announced(request: Request, limit: int) -> int:
    return _number(request, "content-length") if "content-length" in request.headers else limit


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
        raise BatchRefused(400, "bad_header")
    return int(text)
