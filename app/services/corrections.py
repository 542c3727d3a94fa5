"""What was corrected after the end of a visit, laid over its form: papers made later say it as it stands.

The form itself stays frozen; a correction lives in the amendment that stands for the record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from app.domain.amendment import differences
from app.services.amendments import AMENDABLE
from app.services.fields import Draft, copied_from, entry
from app.storage import intakes, visits
from app.storage.access import Transaction
from app.storage.records import DraftField

_VISITOR: Final = frozenset({"name", "id_number", "phone", "address", "nation"})
_PARTY: Final = (*_VISITOR, "legal_representative", "representative_post")
_AGENT: Final = {
    "name": "identity.name",
    "id_number": "identity.id_number",
    "phone": "identity.phone",
    "office": "agent.1.office",
}
"""The visitor is the agent, so what is corrected of the one is corrected of the other."""


def draft_of(connection: Transaction, visit_id: str) -> Draft:
    """Return the form of a visit as its record stands now; of one that is open, as far as it is filled in."""
    return corrected(connection, visit_id, visits.fields(connection, visit_id))


def corrected(connection: Transaction, visit_id: str, draft: Draft) -> Draft:
    """Return the form as the record that stands has it; ``draft`` itself where nothing was corrected."""
    events = [one for one in intakes.events_of(connection, visit_id) if one.kind in AMENDABLE]
    if len(events) < 2 or not (events[0].body and events[-1].body):
        return draft
    first, last = json.loads(events[0].body), json.loads(events[-1].body)
    changes = {one["path"]: one["after"] for one in differences(first, last)}
    return laid_over(draft, first, changes) if changes else draft


def laid_over(draft: Draft, first: Mapping[str, Any], changes: Mapping[str, str]) -> Draft:
    """Return the form with the corrections (by their place in the record) in the fields they come from.

    ``first`` is the record of the form. What a party had from the visitor stays what the record says of the
    party, unless that was corrected too. What a card was read for stays read: the paper was seen.
    """
    texts = {target: text for path, text in changes.items() if (target := _target(first, path))}
    texts = dict(_copied(draft, first, texts)) | texts
    return {**draft, **{path: _held(draft, path, text) for path, text in texts.items()}}


def _held(draft: Draft, path: str, text: str) -> DraftField:
    own = entry(draft, path)
    return replace(own, path=path, value=text) if own else DraftField(path, text, "typed", None)


def _copied(draft: Draft, first: Mapping[str, Any], changed: Collection[str]) -> Iterator[tuple[str, str]]:
    for party in first["parties"]:
        for name in _PARTY:
            path = f"party.{party['key']}.{name}"
            if path not in draft and copied_from(draft, path) in changed:
                yield path, party[name]


def _target(first: Mapping[str, Any], path: str) -> str:
    """The field of the form a place in the record was made from, "" where it was computed."""
    part, _dot, rest = path.partition(".")
    number, _dot, name = rest.partition(".")
    if part == "visitor":
        return f"identity.{rest}" if rest in _VISITOR else ""
    if part == "parties":
        return f"party.{first[part][int(number)]['key']}.{name}" if name in _PARTY else ""
    if part == "agents":
        return _AGENT.get(name, "")
    return f"matter.{first[part][int(number)]['number']}.{name.removeprefix('answers.')}"
