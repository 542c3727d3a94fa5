"""Requests to a worker and its replies: one JSON object a line, in UTF-8.

    {"id": 1, "do": "open"}     -> {"id": 1, "ok": {...}}
    any                         -> {"id": n, "error": "unplugged", "facts": "errno 19"}

The errors are the keys of ``ERRORS``; ``facts`` are for technicians and hold nothing personal.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from devices import errors
from devices.traffic import mask_text

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
    "feeder_empty": errors.FeederEmpty,
    "feeder_jam": errors.FeederJam,
    "scanner_cover_open": errors.ScannerCoverOpen,
    "scanner_busy": errors.ScannerBusy,
    "transfer_cut": errors.TransferCut,
    "driver_fault": errors.DriverFault,
}

_LONGEST_WORDS = 80
_NAMES = {kind: name for name, kind in ERRORS.items()}


def request(number: int, do: str, **data: object) -> str:
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
        raise kind(f"worker says {words(reply['error'])}: {words(reply.get('facts'))}")
    found = reply.get("ok")
    if not isinstance(found, dict):
        raise errors.Garbled("a reply with neither ok nor error")
    return found


def failure(error: errors.DeviceError) -> dict[str, str]:
    """What a worker replies when a driver failed it."""
    return {"error": _NAMES.get(type(error), "driver_fault"), "facts": error.diagnostics}


def octets(reply: Mapping[str, Any], key: str, length: int | None = None) -> bytes:
    """Read Base64. Raises Garbled for none, or for another ``length``."""
    text = reply.get(key)
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise errors.Garbled(f"{key} is no Base64") from None
    if not data or (length is not None and len(data) != length):
        raise errors.Garbled(f"{key} of {len(data)} bytes")
    return data


def words(text: object) -> str:
    """Make words of a worker short and harmless."""
    return mask_text(str(text))[:_LONGEST_WORDS]


def title(reply: Mapping[str, Any], key: str = "title") -> str:
    """Return a name for people, printable and short, "" for none."""
    return "".join(c for c in str(reply.get(key, "")) if c.isprintable())[:_LONGEST_WORDS]


def _object(line: str) -> Mapping[str, Any]:
    """The JSON object of a line, empty when it is none."""
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, dict) and type(reply.get("id")) is int else {}
