"""From the content of a POST to offers: bounded before and after decompression, lenient per event.

One event with a broken envelope is answered by itself; only a batch that is nonsense as a whole is refused.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import zstandard

from app.sync.protocol import MAX_BATCH_EVENTS, MAX_SAFE_INT, VERSION, Event, parse_json

_MAX_WINDOW: Final = 8 << 20
"""Bytes of window a zstd frame may ask for: a bound on memory, whatever the frame announces."""
_MAX_NAME: Final = 64
_TEXTS: Final = ("id", "device", "visit_id", "kind", "sha256")
_INTEGERS: Final = ("seq", "schema")


class BatchRefused(Exception):
    """The whole request is refused with `status` and `code`."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Misfit:
    """An event whose envelope cannot be read; only its `id` is known. Not remembered."""

    id: str
    field: str


Offer = Event | Misfit


def decompress(content: bytes, coding: str, limit: int) -> bytes:
    """Undo the content coding. Raises `BatchRefused` beyond `limit` bytes or for an unknown coding."""
    if coding == "identity":
        plain = content
    elif coding == "zstd":
        try:
            reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(
                io.BytesIO(content)
            )
            plain = reader.read(limit + 1)
        except zstandard.ZstdError as error:
            raise BatchRefused(400, "damaged") from error
    else:
        raise BatchRefused(415, "unknown_coding")
    if len(plain) > limit:
        raise BatchRefused(413, "too_large")
    return plain


def read_batch(data: bytes) -> list[Offer]:
    """Read a batch. Raises `BatchRefused` when it is not a batch of at most 500 events with ids."""
    try:
        batch = parse_json(data)
    except ValueError as error:
        raise BatchRefused(400, "malformed") from error
    if not isinstance(batch, dict):
        raise BatchRefused(400, "malformed")
    if batch.get("v") != VERSION:
        raise BatchRefused(400, "upgrade_required")
    events = batch.get("events")
    if not isinstance(events, list):
        raise BatchRefused(400, "malformed")
    if len(events) > MAX_BATCH_EVENTS:
        raise BatchRefused(413, "too_many")
    return [_read_offer(item) for item in events]


def _read_offer(item: object) -> Offer:
    if not isinstance(item, dict) or not _is_name(item.get("id")):
        raise BatchRefused(400, "malformed")
    field = _bad_field(item)
    if field:
        return Misfit(item["id"], field)
    try:
        body = item["body"].encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate, written as an escape
        return Misfit(item["id"], "body")
    return Event(
        id=item["id"],
        device=item["device"],
        seq=item["seq"],
        visit_id=item["visit_id"],
        kind=item["kind"],
        schema=item["schema"],
        body=body,
        sha256=item["sha256"],
    )


def _bad_field(item: Mapping[str, Any]) -> str:
    """Return the name of the first field that has not the type it must have, "" for none."""
    for name in _TEXTS:
        if not _is_name(item.get(name)):
            return name
    for name in _INTEGERS:
        value = item.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_SAFE_INT:
            return name
    return "" if isinstance(item.get("body"), str) else "body"


def _is_name(value: object) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME:
        return False
    if value.isascii() and value.isprintable():  # nearly always, and much faster
        return True
    return all("\x00" < char < "\ud800" or char > "\udfff" for char in value)
