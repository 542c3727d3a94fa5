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
errors are the keys of ``devices.requests.ERRORS``; ``facts`` are for technicians and hold nothing of the card.
"""  # noqa: E501 - a reply stands on one line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devices import errors
from devices.base import CardState
from devices.pictures import measure
from devices.requests import octets, title
from devices.sdt.card import FINGER_BYTES, PHOTO_BYTES, TEXT_BYTES, Payload

PROTOCOL = 1

_MOST_ADDRESSES = 4
_LONGEST_ADDRESS = 35
_LONGEST_SIDE = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """Reply to ``open``."""

    title: str
    sam_id: str
    decodes_photo: bool


def opened(reply: Mapping[str, Any]) -> Opened:
    """Read the reply to ``open``. Raises DriverFault for another protocol."""
    if reply.get("protocol") != PROTOCOL:
        raise errors.DriverFault(f"the worker does not speak protocol {PROTOCOL}")
    return Opened(title(reply), title(reply, "sam_id"), reply.get("photo") is True)


def state(reply: Mapping[str, Any]) -> CardState:
    """Read the reply to ``find``. Raises Garbled."""
    try:
        return CardState(reply.get("state"))
    except ValueError:
        raise errors.Garbled("find: no such state") from None


def card(reply: Mapping[str, Any]) -> tuple[Payload, tuple[str, ...]]:
    """Read the reply to ``read``: payload and later addresses. Raises Garbled."""
    text, photo = octets(reply, "text", TEXT_BYTES), octets(reply, "photo", PHOTO_BYTES)
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
    data = octets(reply, "png")
    try:
        picture = measure(data)
    except errors.TransferCut as error:
        raise errors.Garbled(error.diagnostics) from error
    if picture.media_type != "image/png" or max(picture.width, picture.height) > _LONGEST_SIDE:
        raise errors.Garbled(f"photo: {picture.media_type} of {picture.width} by {picture.height} pixels")
    return data
