"""What the court demands of an event: published data, judged the same way every time.

A verdict depends on nothing but the event, so a repeat is judged alike. Unknown fields pass and are kept.
The rules stand in the OpenAPI document under `x-event-rules`, so a desk's author need not guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from app.sync.protocol import MAX_BLOB_BYTES, Event, Rejected, is_sha256, is_uuid7, parse_json

MAX_DEPTH: Final = 16
MAX_TEXT: Final = 20_000
"""Characters of any one text in a body."""
_DEVICE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Field:
    """One required field of a body.

    `form`: "text" one line of 1 to `most` characters; "uuid7"; "utc" an ISO 8601 time ending in Z or
    +00:00; "whole" a number from `least` to `most`; "list" of `least` to `most` items; "blobs" a list of
    {"sha256": 64 hex, "size": bytes}; "additions" a list of {"number": text, "pages": blobs of which there
    is at least one, "dossier": one blob}, every one of which the body's `blobs` name too.
    """

    name: str
    form: Literal["text", "uuid7", "utc", "list", "blobs", "whole", "additions"]
    least: int = 0
    most: int = 64


_WITH_ADDITIONS: Final = 2
_MOST_BLOBS: Final = 5_000
_NUMBER: Final = Field("number", "text")
_INTAKE: Final = (
    Field("visit_id", "uuid7"),
    Field("receipt_no", "text"),
    Field("finished_at", "utc"),
    Field("matters", "list", least=1, most=100),
    Field("parties", "list", most=1_000),
    Field("blobs", "blobs", most=_MOST_BLOBS),
)
_PRINT: Final = (
    Field("visit_id", "uuid7"),
    Field("job", "uuid7"),
    Field("original", "uuid7"),
    Field("of", "text"),
    Field("paper", "text"),
    Field("outcome", "text"),
    Field("at", "utc"),
    Field("blobs", "blobs"),
)
_AMENDMENT: Final = (
    *_INTAKE,
    Field("corrects", "uuid7"),
    Field("reason", "text", most=500),
    Field("amended_by", "text"),
    Field("amended_at", "utc"),
    Field("changes", "list", most=2_000),
)
RULES: Final[Mapping[tuple[str, int], Sequence[Field]]] = {
    ("intake", 1): _INTAKE,
    # A device's own log: ``visit_id`` is the device, ``head`` the hash of its audit trail at ``size`` lines.
    ("checkpoint", 1): (
        Field("visit_id", "uuid7"),
        Field("head", "text"),
        Field("signed_at", "utc"),
        Field("signature", "text", most=128),
        Field("key", "text"),
        Field("blobs", "blobs"),
    ),
    # What became of one paper of the print ledger; ``visit_id`` is the device.
    ("print", 1): _PRINT,
    # A receipt whose number counts no longer; the page that checks codes says so.
    ("void", 1): (*_PRINT, Field("receipt_no", "text")),
    ("intake", 2): (*_INTAKE, Field("agents", "list", most=1_000)),
    ("rating", 1): (
        Field("visit_id", "uuid7"),
        Field("score", "whole", least=1, most=5),
        Field("way", "text", most=20),
        Field("rated_at", "utc"),
        Field("blobs", "blobs"),
    ),
    ("amendment", 1): _AMENDMENT,
    # A record to which papers were added after the end; ``additions`` say which, each with its own PDF.
    ("amendment", 2): (*_AMENDMENT, Field("additions", "additions", least=1, most=100)),
    # ``notices`` are what the party was told in writing; ``continues`` names the visit this one goes on with;
    # ``findings`` are the risks, ``disposal`` says whether the visit was done or only received, ``steps`` are
    # what was recorded on the way: triage, requests to other courts, help.
    ("intake", 3): (
        *_INTAKE,
        Field("agents", "list", most=1_000),
        Field("notices", "list", most=100),
        Field("disposal", "text"),
        Field("findings", "list", most=1_000),
        Field("steps", "list", most=100),
    ),
}
"""Required fields by kind and schema of the body."""


@dataclass(frozen=True, slots=True)
class NamedBlob:
    """A blob a stored event names; `size` in bytes as the desk says."""

    sha256: str
    size: int


def judge(event: Event) -> Rejected | list[NamedBlob]:
    """Return why the event is rejected, or else the blobs it names, each hash once."""
    fault = _envelope_fault(event)
    if fault is not None:
        return fault
    try:
        body = parse_json(event.body)
    except ValueError:
        return Rejected("bad_json", "body")
    if not isinstance(body, dict):
        return Rejected("bad_json", "body")
    fault = _limits_fault(body, len(event.body))
    if fault is not None:
        return fault
    for field in RULES[event.kind, event.schema]:
        value = body.get(field.name)
        if not _is_plainly_good(field, value):
            code = _field_code(field, value)
            if code:
                return Rejected(code, field.name)
    if body["visit_id"] != event.visit_id:
        return Rejected("mismatch", "visit_id")
    if event.schema >= _WITH_ADDITIONS and event.kind == "amendment" and not _all_named(body):
        return Rejected("mismatch", "additions")
    return list({item["sha256"]: NamedBlob(item["sha256"], item["size"]) for item in body["blobs"]}.values())


def published() -> dict[str, object]:
    """Return the rules as plain data for the OpenAPI document."""
    return {
        "max_depth": MAX_DEPTH,
        "max_text": MAX_TEXT,
        "bodies": [
            {
                "kind": kind,
                "schema": schema,
                "required": [
                    {"name": field.name, "form": field.form, "least": field.least, "most": field.most}
                    for field in fields
                ],
            }
            for (kind, schema), fields in RULES.items()
        ],
    }


def _envelope_fault(event: Event) -> Rejected | None:
    if not is_uuid7(event.id):
        return Rejected("bad_value", "id")
    if not is_uuid7(event.visit_id):
        return Rejected("bad_value", "visit_id")
    if _DEVICE.fullmatch(event.device) is None:
        return Rejected("bad_value", "device")
    if event.seq < 1:
        return Rejected("bad_value", "seq")
    if (event.kind, event.schema) not in RULES:
        known = any(kind == event.kind for kind, _ in RULES)
        return Rejected("unknown_schema", "schema") if known else Rejected("unknown_kind", "kind")
    return None


def _limits_fault(body: Mapping[str, Any], size: int) -> Rejected | None:
    """Return the first field that is too deep or too long; `size` is the body's bytes."""
    for name, value in body.items():
        if type(value) in _CONTAINERS and not _is_shallow(value, MAX_DEPTH):
            return Rejected("too_deep", _shown(name))
        if size > MAX_TEXT and any(len(text) > MAX_TEXT for text in _texts(value)):
            return Rejected("too_long", _shown(name))
    return None


def _shown(name: str) -> str:
    """Return a field name that is safe to send back: the desk's own words are not echoed."""
    return name if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) else "body"


_CONTAINERS: Final = frozenset({list, dict})
"""What `parse_json` makes of arrays and objects: never a subclass."""
_Container = list[object] | dict[str, object]


def _is_shallow(value: _Container, left: int) -> bool:
    """Whether nothing is more than `left` deep: a list of texts is 2. Runs for every event that comes."""
    if left < 2 and (value or left < 1):
        return False
    for item in value.values() if type(value) is dict else value:
        if type(item) in _CONTAINERS and not _is_shallow(cast("_Container", item), left - 1):
            return False
    return True


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        inner: Sequence[object] = [*value, *value.values()] if isinstance(value, dict) else value
        for item in inner:
            yield from _texts(item)


def _is_plainly_good(field: Field, value: object) -> bool:
    """Whether a text or a list keeps its rule at first sight, as nearly all do; False decides nothing."""
    if type(value) is str:
        short = field.form == "text" and 0 < len(value) <= field.most
        return short and value[0] != " " and value.isascii() and value.isprintable()
    return type(value) is list and field.form == "list" and field.least <= len(value) <= field.most


def _field_code(field: Field, value: object) -> str:
    """Return the code of the fault, "" for none."""
    if value is None:
        return "missing"
    if field.form in {"list", "blobs", "additions"}:
        return _list_code(field, value)
    if field.form == "whole":
        return _whole_code(field, value)
    if not isinstance(value, str):
        return "wrong_type"
    if field.form == "text":
        return _text_code(field, value)
    good = is_uuid7(value) if field.form == "uuid7" else _is_utc(value)
    return "" if good else "bad_value"


def _whole_code(field: Field, value: object) -> str:
    if type(value) is not int:
        return "wrong_type"
    return "" if field.least <= value <= field.most else "bad_value"


def _text_code(field: Field, value: str) -> str:
    if not value.strip():
        return "missing"
    if len(value) > field.most:
        return "too_long"
    if value.isascii() and value.isprintable():
        return ""
    return "bad_value" if any(unicodedata.category(char) in {"Cc", "Cs"} for char in value) else ""


def _list_code(field: Field, value: object) -> str:
    if not isinstance(value, list):
        return "wrong_type"
    if len(value) < field.least:
        return "missing"
    if len(value) > field.most:
        return "too_long"
    good = {"blobs": _is_blob, "additions": _is_addition}.get(field.form)
    return "bad_value" if good is not None and not all(good(item) for item in value) else ""


def _is_addition(item: object) -> bool:
    if type(item) is not dict or not _is_blob(item.get("dossier")):
        return False
    pages = item.get("pages")
    if type(pages) is not list or not 0 < len(pages) <= _MOST_BLOBS or not all(map(_is_blob, pages)):
        return False
    return type(item.get("number")) is str and not _text_code(_NUMBER, item["number"])


def _all_named(body: Mapping[str, Any]) -> bool:
    """Whether `blobs` names every file of the additions: only what it names is kept and counted."""
    named = {(item["sha256"], item["size"]) for item in body["blobs"]}
    wanted = (blob for one in body["additions"] for blob in (*one["pages"], one["dossier"]))
    return all((blob["sha256"], blob["size"]) in named for blob in wanted)


def _is_blob(item: object) -> bool:
    if type(item) is not dict:
        return False
    sha256, size = item.get("sha256"), item.get("size")
    return type(sha256) is str and type(size) is int and 0 < size <= MAX_BLOB_BYTES and is_sha256(sha256)


def _is_utc(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    offset = moment.utcoffset()
    return offset is not None and not offset
