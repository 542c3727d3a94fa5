"""The language between us and the worker: messages of a JSON head and a binary body, length first.

    uint32 head length | uint32 body length | head (UTF-8 JSON object) | body      (big endian)

    to the worker    {"type": "decode", "path", "kind", "limits"}
    from the worker  {"type": "count", "pages"}               how many pages will come
                     {"type": "page", "width", "height", "dpi", "source"} + JPEG
                     {"type": "problem", "name", "fields", "diagnostics"}   the last message
                     {"type": "end", "pages"}                                the last message

The worker has read a hostile file, so nothing it says is believed: lengths are capped and every field is
checked before use.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from app.imaging.errors import (
    Damaged,
    Encrypted,
    ImportProblem,
    TooLarge,
    Unreadable,
    Unsupported,
)
from app.imaging.page import Page

_LENGTHS = struct.Struct(">II")
MAX_HEAD = 64 << 10
MAX_BODY = 64 << 20
# A long strip keeps its own proportions, so one side may be far beyond A4.
MAX_SIDE = 65_500


class Garbled(Exception):
    """The other side does not speak the protocol."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``head`` always has a string under "type"."""

    head: dict[str, Any]
    body: bytes = field(default=b"", repr=False)

    @property
    def type(self) -> str:
        return str(self.head["type"])


def write_message(stream: BinaryIO, message: Message) -> None:
    """Write and flush one message. Raises OSError when nobody listens."""
    head = json.dumps(message.head).encode()
    stream.write(_LENGTHS.pack(len(head), len(message.body)) + head)
    stream.write(message.body)
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """Return the next message, or None at the end of the stream. Raises Garbled."""
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise Garbled("cut off")
    head_length, body_length = _LENGTHS.unpack(lengths)
    if head_length > MAX_HEAD or body_length > MAX_BODY:
        raise Garbled("too long")
    raw, body = stream.read(head_length), stream.read(body_length)
    if len(raw) < head_length or len(body) < body_length:
        raise Garbled("cut off")
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError):
        raise Garbled("no JSON") from None
    if not isinstance(head, dict) or not isinstance(head.get("type"), str):
        raise Garbled("no type")
    return Message(head, body)


def number(head: dict[str, Any], name: str, highest: int) -> int:
    """Return a field that must be a whole number from 1 to ``highest``. Raises Garbled."""
    value = head.get(name)
    if type(value) is not int or not 1 <= value <= highest:
        raise Garbled(name)
    return value


def page_message(page: Page) -> Message:
    """Return the message that carries a page."""
    head = {
        "type": "page",
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "source": page.source,
    }
    return Message(head, page.data)


def page_from(message: Message) -> Page:
    """Return the page a message carries. Raises Garbled."""
    head = message.head
    source = head.get("source")
    if source not in {"pdf", "jpeg", "png", "tiff"} or not message.body.startswith(b"\xff\xd8\xff"):
        raise Garbled("page")
    width, height = number(head, "width", MAX_SIDE), number(head, "height", MAX_SIDE)
    return Page(message.body, "image/jpeg", width, height, number(head, "dpi", 2400), source)


def problem_message(problem: ImportProblem) -> Message:
    """Return the message that carries a problem out of the worker."""
    fields = {name: value for name, value in vars(problem).items() if name != "diagnostics"}
    head = {"type": "problem", "name": type(problem).__name__, "fields": fields}
    return Message({**head, "diagnostics": problem.diagnostics})


def problem_from(message: Message) -> ImportProblem:
    """Return the problem a message carries. Raises Garbled."""
    name, fields = message.head.get("name"), message.head.get("fields")
    if not isinstance(fields, dict):
        raise Garbled("fields")
    diagnostics = _diagnostics(message.head.get("diagnostics"))
    match name:
        case "Damaged":
            page = None if fields.get("page") is None else number(fields, "page", 1 << 31)
            return Damaged(page, diagnostics=diagnostics)
        case "TooLarge":
            value = None if fields.get("value") is None else number(fields, "value", 1 << 62)
            limit = number(fields, "limit", 1 << 62)
            return TooLarge(_word(fields.get("what")), value, limit, diagnostics=diagnostics)
        case "Unsupported":
            return Unsupported(_word(fields.get("found")), diagnostics=diagnostics)
        case "Encrypted":
            return Encrypted(diagnostics=diagnostics)
        case "Unreadable":
            return Unreadable(diagnostics=diagnostics)
        case _:
            raise Garbled("problem")


def _word(value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > 40:
        raise Garbled("word")
    return value


def _diagnostics(value: object) -> dict[str, str | int]:
    if not isinstance(value, dict) or len(value) > 8:
        raise Garbled("diagnostics")
    return {_word(key): item if type(item) is int else _word(item) for key, item in value.items()}
