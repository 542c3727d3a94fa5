"""What the back office answered, as the court lists it: read strictly, because it is shown to a clerk.

Wire form of `GET /v1/answers?since=N&device=D`, in the order of `no`:

    {"v": 1, "epoch": str, "answers": [{"no", "id", "visit_id", "word", "matter", "made_at",
        "case_number"?, "judge"?, "reason"?, "corrects"?}, ...], "next": int, "more": bool}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from app.sync.protocol import MAX_SAFE_INT, NotOurProtocol, is_uuid7, parse_json

MAX_TEXT: Final = 2_000
_WORD: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class OfficeAnswer:
    """One answer to one visit. `no` orders the answers of a court within an epoch; `id` is a UUIDv7.

    `word`: accepted, supplement, declined, mediated, not_mediated, or one a later court may know; `matter` is
    the number of the matter, 0 for the whole visit; `corrects` the id of the answer it replaces.
    """

    no: int
    id: str
    visit_id: str
    word: str
    matter: int
    case_number: str | None
    judge: str | None
    reason: str | None
    corrects: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Answers after a number, in order; `last` is the number to go on from, `more` that there are more."""

    epoch: str
    answers: Sequence[OfficeAnswer]
    last: int
    more: bool


def decode_page(data: bytes, since: int) -> AnswerPage:
    """Read the court's list. Raises `NotOurProtocol` when any part of it makes no sense."""
    try:
        told = parse_json(data)
    except ValueError as error:
        raise NotOurProtocol("the list is not JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("answers"), list):
        raise NotOurProtocol("the list has no answers")
    epoch, more = told.get("epoch"), told.get("more")
    if not isinstance(epoch, str) or not epoch or not isinstance(more, bool):
        raise NotOurProtocol("the list has no epoch or no end")
    found = [_answer(item) for item in told["answers"]]
    numbers = [since, *(one.no for one in found)]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise NotOurProtocol("the list is not in order")
    return AnswerPage(epoch, found, numbers[-1], more and bool(found))


def _answer(item: object) -> OfficeAnswer:
    if not isinstance(item, dict):
        raise NotOurProtocol("an answer is no object")
    word = item.get("word")
    if not isinstance(word, str) or _WORD.fullmatch(word) is None:
        raise NotOurProtocol("an answer has no word")
    return OfficeAnswer(
        no=_number(item, "no", least=1),
        id=_id(item, "id"),
        visit_id=_id(item, "visit_id"),
        word=word,
        matter=_number(item, "matter", least=0),
        case_number=_text(item, "case_number"),
        judge=_text(item, "judge"),
        reason=_text(item, "reason"),
        corrects=_id(item, "corrects") if item.get("corrects") is not None else None,
        made_at=_moment(item.get("made_at")),
    )


def _number(item: Mapping[str, Any], name: str, least: int) -> int:
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_SAFE_INT:
        raise NotOurProtocol(f"{name} is no number")
    return value


def _id(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not is_uuid7(value):
        raise NotOurProtocol(f"{name} is no id")
    return value


def _text(item: Mapping[str, Any], name: str) -> str | None:
    """Return a text without what controls something; line breaks stay."""
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise NotOurProtocol(f"{name} is no text")
    kept = (char for char in value if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return "".join(kept) or None


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError as error:
        raise NotOurProtocol("made_at is no time") from error
    if found is None or found.utcoffset() is None:
        raise NotOurProtocol("made_at is no time")
    return found
