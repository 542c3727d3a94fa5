"""What the desk and a vendor's worker say to each other: one JSON object a line, in UTF-8.

The worker is a program that loads the vendor's library; it may be a 32-bit one and written in any language. It
reads requests from stdin, writes one reply a request to stdout, and ends when stdin ends. Anything for
technicians goes to stderr.

    {"id": 1, "do": "open"}      -> {"id": 1, "ok": {"protocol": 1, "title": "...", "sam_id": "...", "photo": true}}
    {"id": 2, "do": "find"}      -> {"id": 2, "ok": {"state": "no_card" | "card_present" | "lift_card"}}
    {"id": 3, "do": "read"}      -> {"id": 3, "ok": {"text": 256 bytes, "photo": 1024 bytes, "finger": 0,
                                                     "addresses": ["..."]}}
    {"id": 4, "do": "photo", "wlt": 1024 bytes}     -> {"id": 4, "ok": {"png": bytes}}
    any                          -> {"id": n, "error": "no_card", "facts": "status 80"}

Bytes are Base64. ``finger`` is the length of the fingerprint data, 0, 512 or 1024; the data itself stays away.
``addresses`` are those written later, oldest first. ``photo`` tells whether the worker can decode photos. The
errors are the keys of ``ERRORS``; ``facts`` are for technicians and hold nothing of the card.
"""  # noqa: E501 - a reply stands on one line

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devices import errors
from devices.base import CardState
from devices.pictures import measure
from devices.sdt.card import FINGER_BYTES, PHOTO_BYTES, TEXT_BYTES, Payload
from devices.traffic import mask_text

PROTOCOL = 1
ERRORS: Mapping[str, type[errors.DeviceError]] = {
    "no_card": errors.NoCard,
    "card_not_lifted": errors.CardNotLifted,
    "read_failed": errors.ReadFailed,
    "not_authorised": errors.NotAuthorised,
    "reader_defective": errors.ReaderDefective,
    "unplugged": errors.Unplugged,
    "in_use": errors.InUse,
    "no_permission": errors.NoPermission,
    "not_answering": errors.NotAnswering,
    "garbled": errors.Garbled,
    "not_supported": errors.NotSupported,
    "library_missing": errors.LibraryMissing,
    "driver_fault": errors.DriverFault,
}

_MOST_ADDRESSES = 4
_LONGEST_ADDRESS = 35
_LONGEST_WORDS = 80
_LONGEST_SIDE = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """Reply to ``open``."""

    title: str
    sam_id: str
    decodes_photo: bool


def request(number: int, do: str, **data: str) -> str:
    """Write a request."""
    return json.dumps({"id": number, "do": do, **data})


def answers(line: str, number: int) -> bool:
    """Say whether a line is the reply to request ``number``."""
    return _object(line).get("id") == number


def answer(line: str, number: int) -> Mapping[str, Any]:
    """Return what is under ``ok`` in the reply to request ``number``.

    Raises the class the reply names, DriverFault for an unknown one, Garbled when it is no such reply.
    """
    reply = _object(line)
    if reply.get("id") != number:
        raise errors.Garbled("a reply to another request")
    if "error" in reply:
        kind = ERRORS.get(str(reply["error"]), errors.DriverFault)
        raise kind(f"worker says {_words(reply['error'])}: {_words(reply.get('facts'))}")
    found = reply.get("ok")
    if not isinstance(found, dict):
        raise errors.Garbled("a reply with neither ok nor error")
    return found


def opened(reply: Mapping[str, Any]) -> Opened:
    """Read the reply to ``open``. Raises DriverFault for another protocol."""
    if reply.get("protocol") != PROTOCOL:
        raise errors.DriverFault(f"the worker does not speak protocol {PROTOCOL}")
    title, sam_id = (
        "".join(c for c in str(reply.get(key, "")) if c.isprintable())[:_LONGEST_WORDS]
        for key in ("title", "sam_id")
    )
    return Opened(title, sam_id, reply.get("photo") is True)


def state(reply: Mapping[str, Any]) -> CardState:
    """Read the reply to ``find``. Raises Garbled."""
    try:
        return CardState(reply.get("state"))
    except ValueError:
        raise errors.Garbled("find: no such state") from None


def card(reply: Mapping[str, Any]) -> tuple[Payload, tuple[str, ...]]:
    """Read the reply to ``read``: payload and later addresses. Raises Garbled."""
    text, photo = _bytes(reply, "text", TEXT_BYTES), _bytes(reply, "photo", PHOTO_BYTES)
    finger, addresses = reply.get("finger", 0), reply.get("addresses", [])
    if type(finger) is not int or finger not in FINGER_BYTES:
        raise errors.Garbled("read: no such length of fingerprint data")
    if not isinstance(addresses, list) or len(addresses) > _MOST_ADDRESSES:
        raise errors.Garbled("read: addresses are no short list")
    if not all(isinstance(a, str) and len(a) <= _LONGEST_ADDRESS for a in addresses):
        raise errors.Garbled("read: an address is no short text")
    return Payload(text, photo, finger), tuple(a.strip(" \0") for a in addresses)


def png(reply: Mapping[str, Any]) -> bytes:
    """Read the reply to ``photo``. Raises Garbled unless it is a whole PNG of at most 1000 pixels a side."""
    data = _bytes(reply, "png")
    try:
        picture = measure(data)
    except errors.TransferCut as error:
        raise errors.Garbled(error.diagnostics) from error
    if picture.media_type != "image/png" or max(picture.width, picture.height) > _LONGEST_SIDE:
        raise errors.Garbled(f"photo: {picture.media_type} of {picture.width} by {picture.height} pixels")
    return data


def _object(line: str) -> Mapping[str, Any]:
    """The JSON object of a line, empty when it is none."""
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, dict) and type(reply.get("id")) is int else {}


def _bytes(reply: Mapping[str, Any], key: str, length: int | None = None) -> bytes:
    text = reply.get(key)
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise errors.Garbled(f"{key} is no Base64") from None
    if not data or (length is not None and len(data) != length):
        raise errors.Garbled(f"{key} of {len(data)} bytes")
    return data


def _words(text: object) -> str:
    return mask_text(str(text))[:_LONGEST_WORDS]
