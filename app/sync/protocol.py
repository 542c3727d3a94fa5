"""The words the desk and the court say to each other, and the bytes that carry them.

Shared by both ends and therefore free of I/O, clocks and third-party imports. An event is identified by
its id *and* the SHA-256 of its body; the body travels and is stored as the exact bytes that were hashed,
so fields one side does not know survive. The court answers with codes, never with text to display.

Wire form of a batch (`POST /v1/events`, UTF-8 JSON, zstd or identity, at most `MAX_BATCH_BYTES`):

    {"v": 1, "events": [{"id", "device", "seq", "visit_id", "kind", "schema", "sha256", "body"}, ...]}

and of the answer:

    {"v": 1, "epoch": str, "answers": [
        {"id", "word": "stored", "receipt_no", "sha256", "epoch"} | {"id", "word": "conflict"} |
        {"id", "word": "rejected", "code", "field"} | {"id", "word": "later", "seconds"}, ...]}

An event without an answer means *later*. `body` is a JSON string holding the UTF-8 body.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Final, NoReturn, cast

VERSION: Final = 1

MAX_BATCH_EVENTS: Final = 500
MAX_BATCH_BYTES: Final = 1_000_000
"""Bytes of a batch before compression; the compressed form must not be larger either."""

CHUNK_BYTES: Final = 1 << 20
"""Bytes of one blob PATCH as our client sends it."""
MAX_CHUNK_BYTES: Final = 8 << 20
"""Bytes of one blob PATCH that a court must accept."""
MAX_BLOB_BYTES: Final = 512 << 20

MAX_SAFE_INT: Final = 2**53 - 1

IF_MATCH: Final = "If-Match"
CONTENT_DIGEST: Final = "Content-Digest"
"""RFC 9530; SHA-256 over the request content as sent, so a damaged envelope is noticed too."""
UPLOAD_OFFSET: Final = "Upload-Offset"
UPLOAD_LENGTH: Final = "Upload-Length"

_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class NotOurProtocol(ValueError):
    """Bytes that cannot be read as a batch or as an answer; says nothing about single events."""


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable fact from one desk.

    `id` UUIDv7 in lower case; `device` the enrolled device; `seq` counts per device from 1; `visit_id`
    UUIDv7 of the visit, the unit of order; `kind` such as "intake"; `schema` version of the body's rules;
    `body` UTF-8 JSON object, exactly the bytes that were hashed; `sha256` 64 lower-case hex digits.
    """

    id: str
    device: str
    seq: int
    visit_id: str
    kind: str
    schema: int
    body: bytes
    sha256: str

    @property
    def intact(self) -> bool:
        """Whether the body still has the hash it was given."""
        return sha256_hex(self.body) == self.sha256


@dataclass(frozen=True, slots=True)
class Stored:
    """Committed at the court. Repeats get the same answer for as long as the epoch lasts."""

    receipt_no: str
    sha256: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The court knows this id with other content: a fault or an attack; a person looks."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Breaks a published rule; remembered with its hash. A corrected event has a new id."""

    code: str
    field: str


@dataclass(frozen=True, slots=True)
class Later:
    """Keep it and offer it again, not before `seconds`."""

    seconds: float


Settled = Stored | Conflict | Rejected
"""What ends an event's way, for the desk."""
Answer = Settled | Later


@dataclass(frozen=True, slots=True)
class Answers:
    """The court's reply to one batch: its epoch, and an answer for each event id it chose to answer."""

    epoch: str
    by_id: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class CourtInfo:
    """`epoch` names the incarnation of the court's database; `time` is the court's UTC clock, ISO 8601."""

    epoch: str
    time: str


@dataclass(frozen=True, slots=True)
class BlobProgress:
    """How far the court has a blob, in bytes; `complete` only when the whole file has the right hash."""

    offset: int
    complete: bool
    epoch: str


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def content_digest(data: bytes) -> str:
    """Return the value of the `Content-Digest` field (RFC 9530) for `data`."""
    return digest_field(hashlib.sha256(data).digest())


def digest_field(digest: bytes) -> str:
    """Return the same for a SHA-256 that was taken piece by piece."""
    return f"sha-256=:{base64.b64encode(digest).decode('ascii')}:"


def is_uuid7(text: str) -> bool:
    """Whether `text` is a UUIDv7 (RFC 9562) in its lower-case form."""
    return _UUID7.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether `text` is a SHA-256 as 64 lower-case hex digits."""
    return _SHA256.fullmatch(text) is not None


def canonical(obj: object) -> bytes:
    """Return the one UTF-8 JSON form of `obj`: keys sorted by code point, no spaces, no escapes but needed.

    Money and other decimals are strings. Raises `ValueError` for floats, integers beyond 2**53-1, keys
    that are not strings, lone surrogates, and anything JSON has no word for.
    """
    _check_plain(obj)
    text = json.dumps(obj, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError


def _check_plain(obj: object) -> None:
    if obj is None or isinstance(obj, (bool, str)):
        return
    if isinstance(obj, int):
        if abs(obj) > MAX_SAFE_INT:
            raise ValueError("an integer beyond 2**53-1 must be a string")
    elif isinstance(obj, Mapping):
        for key, value in obj.items():
            if not isinstance(key, str):
                raise ValueError("keys must be strings")  # noqa: TRY004  one error type for callers
            _check_plain(value)
    elif isinstance(obj, (list, tuple)):
        for value in obj:
            _check_plain(value)
    else:
        raise ValueError(f"{type(obj).__name__} has no canonical form")  # noqa: TRY004


def parse_json(data: bytes | str) -> object:
    """Read strict JSON: no floats, no duplicate keys, no NaN. Raises `ValueError`, also for deep nesting."""
    try:
        return _STRICT.decode(data if isinstance(data, str) else data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"numbers are integers, decimals are strings; {len(text)} characters refused")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


_quoted: Final = encode_basestring
"""A JSON string as `canonical` writes it; the rest of an event's envelope is always the same."""
_STRICT: Final = json.JSONDecoder(
    parse_float=_refuse_number, parse_constant=_refuse_number, object_pairs_hook=_unique_keys
)
"""Made once: a decoder made anew for each event took as long as reading it."""


def encode_event(event: Event) -> bytes:
    """Return one event in canonical form, as in a batch. Raises `ValueError` for a body that is not UTF-8."""
    if abs(event.seq) > MAX_SAFE_INT or abs(event.schema) > MAX_SAFE_INT:
        raise ValueError("an integer beyond 2**53-1 must be a string")
    text = (
        f'{{"body":{_quoted(event.body.decode("utf-8"))},"device":{_quoted(event.device)},'
        f'"id":{_quoted(event.id)},"kind":{_quoted(event.kind)},"schema":{event.schema:d},'
        f'"seq":{event.seq:d},"sha256":{_quoted(event.sha256)},"visit_id":{_quoted(event.visit_id)}}}'
    )
    return text.encode("utf-8")


def encode_batch(events: Sequence[Event]) -> bytes:
    """Return the uncompressed content of a POST. Raises `ValueError` beyond either limit of a batch."""
    data = join_events([encode_event(event) for event in events])
    if len(events) > MAX_BATCH_EVENTS or len(data) > MAX_BATCH_BYTES:
        raise ValueError("a batch has at most 500 events and 1 MB")
    return data


def join_events(encoded: Sequence[bytes]) -> bytes:
    """Return a batch made of events that are already encoded."""
    return b'{"events":[' + b",".join(encoded) + b'],"v":%d}' % VERSION


BATCH_OVERHEAD: Final = len(join_events([]))
"""Bytes of a batch beside its events and the commas between them."""


def encode_answers(answers: Answers) -> bytes:
    """Return the content of the court's reply."""
    listed = ",".join(_answer_text(_quoted(one), answer) for one, answer in answers.by_id.items())
    return f'{{"answers":[{listed}],"epoch":{_quoted(answers.epoch)},"v":{VERSION}}}'.encode()


def _answer_text(one: str, answer: Answer) -> str:
    """Return an answer to the event with the quoted id `one`, in canonical form."""
    match answer:
        case Stored(number, sha256, epoch):
            told = f'"receipt_no":{_quoted(number)},"sha256":{_quoted(sha256)},"word":"stored"'
            return f'{{"epoch":{_quoted(epoch)},"id":{one},{told}}}'
        case Conflict():
            return f'{{"id":{one},"word":"conflict"}}'
        case Rejected(code, field):
            told = f'"field":{_quoted(field)},"id":{one},"word":"rejected"'
            return f'{{"code":{_quoted(code)},{told}}}'
        case Later(seconds):
            return f'{{"id":{one},"seconds":{int(seconds)},"word":"later"}}'


def decode_answers(data: bytes) -> Answers:
    """Read the court's reply; an answer in a form or word we do not know is left out and so means later.

    Raises `NotOurProtocol` when the reply as a whole is nonsense.
    """
    try:
        reply = parse_json(data)
    except ValueError as error:
        raise NotOurProtocol("the reply is not JSON") from error
    if not isinstance(reply, dict) or not isinstance(reply.get("answers"), list):
        raise NotOurProtocol("the reply has no answers")
    epoch = reply.get("epoch")
    if not isinstance(epoch, str) or not epoch:
        raise NotOurProtocol("the reply has no epoch")
    found: dict[str, Answer] = {}
    for item in cast("list[object]", reply["answers"]):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            answer = _decode_answer(item)
            if answer is not None:
                found[item["id"]] = answer
    return Answers(epoch, found)


def _decode_answer(item: Mapping[str, Any]) -> Answer | None:
    def texts(*names: str) -> list[str] | None:
        values = [item.get(name) for name in names]
        return [str(value) for value in values] if all(isinstance(v, str) and v for v in values) else None

    word = item.get("word")
    if word == "stored":
        found = texts("receipt_no", "sha256", "epoch")
        return Stored(*found) if found else None
    if word == "rejected":
        found = texts("code", "field")
        return Rejected(*found) if found else None
    if word == "conflict":
        return Conflict()
    seconds = item.get("seconds")
    if word == "later" and isinstance(seconds, int) and seconds >= 0:
        return Later(float(seconds))
    return None
