"""Finding a visit again by name, pinyin, its initials, number, case number or telephone.

The index lags behind the store by a moment and catches up by itself; what was erased leaves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from app.domain.identity import mask_id
from app.domain.readings import parse_readings, spelled
from app.domain.search_words import terms, words
from app.lanes import SEARCH, on
from app.paths import resources
from app.services.desk import Desk
from app.storage import searching
from app.storage.search_index import Entry
from app.storage.search_index import Shown as Shown
from app.storage.searching import Changed

LIMIT: Final = 20
_AT_ONCE: Final = 200
_RECORD: Final = "records"


@dataclass(frozen=True)
class Found:
    """The newest visits that fit; ``more``: there may be others; ``behind``: the index is catching up."""

    hits: tuple[Shown, ...]
    more: bool
    behind: bool


@on(SEARCH)
def search(desk: Desk, line: str, limit: int = LIMIT) -> Found:
    """Return the newest visits in which every term of the line is found; nothing for an empty line."""
    behind = not catch_up_once(desk)
    asked = terms(line)
    if not asked:
        return Found((), more=False, behind=behind)
    hits, more = desk.index.find(asked, limit)
    return Found(tuple(hits), more=more, behind=behind)


@on(SEARCH)
def catch_up(desk: Desk, at_once: int = _AT_ONCE) -> bool:
    """Take a bounded number of new records into the index; return whether it is now up to date."""
    return catch_up_once(desk, at_once)


def catch_up_once(desk: Desk, at_once: int = _AT_ONCE) -> bool:
    """Do what ``catch_up`` does, within another act of its lane."""
    index = desk.index
    at = searching.Position.parse(index.mark(_RECORD))
    if desk.store(searching.is_ahead, at):
        index.clear()
        at = searching.Position()
    changed, now = desk.store(searching.changed_since, at, at_once)
    if now != at:
        kept = [_entry(one) for one in changed if one.body is not None]
        gone = [one.visit_id for one in changed if one.body is None]
        index.put(kept, gone, {_RECORD: str(now)})
    return len(changed) < at_once


def _entry(changed: Changed) -> Entry:
    body: dict[str, Any] = json.loads(changed.body or b"{}")
    visitor = body.get("visitor", {})
    people = [visitor, *body.get("parties", ()), *body.get("agents", ())]
    numbers = [str(body.get("receipt_no", "")).removeprefix("SJ"), str(body.get("ticket", ""))]
    cases = [*changed.cases, *_cases(body)]
    shown = Shown(
        visit_id=changed.visit_id,
        day=changed.day,
        ticket=str(body.get("ticket", "")),
        receipt_no=str(body.get("receipt_no", "")),
        name=str(visitor.get("name", "")),
        number=mask_id(str(visitor.get("id_number", ""))) if visitor.get("id_number") else "",
        matter="、".join(str(matter.get("name", "")) for matter in body.get("matters", ())),
        cases=tuple(changed.cases),
    )
    numbers += [*_each(people, "id_number"), *_each(people, "phone")]
    names = tuple(_each(people, "name"))
    return Entry(words(names, numbers, cases, spelled(names, _readings())), shown)


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    return parse_readings((resources() / "names" / "readings.tsv").read_text(encoding="utf-8"))


def _each(people: Iterable[dict[str, Any]], field: str) -> Iterator[str]:
    return (str(person.get(field) or "") for person in people)


def _cases(body: dict[str, Any]) -> Iterator[str]:
    """Return what was entered as a case number in the matters' short forms."""
    for field in body.get("provenance", ()):
        if str(field.get("path", "")).rpartition(".")[2] == "case_number":
            yield str(field.get("value", ""))
