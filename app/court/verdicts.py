"""From offers to answers and rows, without a database: what is known comes in, what is new goes out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.court.batch import Misfit, Offer
from app.court.rules import NamedBlob, judge
from app.court.tables import month_of
from app.sync.protocol import Answer, Conflict, Event, Later, Rejected, Stored

_log = logging.getLogger(__name__)

DAMAGED_RETRY: Final = 5.0
"""Seconds after which an event that was damaged on the way may come again."""

KNOWN: Final = (
    "id",
    "sha256",
    "verdict",
    "receipt_no",
    "code",
    "field",
    "device",
    "seq",
    "visit_id",
    "kind",
    "schema",
)
"""The columns an answer to a repeat is made from."""
_IDENTITY: Final = ("sha256", "device", "seq", "visit_id", "kind", "schema")

Verdict = Rejected | Sequence[NamedBlob]


@dataclass(frozen=True, slots=True)
class Judged:
    """An event whose body is whole, with what the rules say of it."""

    event: Event
    month: int
    verdict: Verdict


def examine(offer: Offer) -> Judged | tuple[str, Answer]:
    """Judge an offer; one that cannot be kept is answered at once, as a pair of its id and the answer."""
    if isinstance(offer, Misfit):
        return offer.id, Rejected("wrong_type", offer.field)
    if not offer.intact:
        return offer.id, Later(DAMAGED_RETRY)
    return Judged(offer, month_of(offer.id), judge(offer))


@dataclass(slots=True)
class Round:
    """One batch while its rows are made. `last_no` and `last_receipt` are the numbers given last."""

    court: str
    epoch: str
    received_at: str
    day: str
    last_no: int
    last_receipt: int
    known: dict[str, Mapping[str, Any]]
    rows: list[tuple[object, ...]] = field(default_factory=list)
    """For the table `event`, in the order of its columns."""
    blobs: list[tuple[object, ...]] = field(default_factory=list)
    """For the table `event_blob`."""
    made: dict[str, tuple[Event, Answer]] = field(default_factory=dict)
    """What this batch has answered already: an id may stand in it twice."""

    def answer(self, judged: Judged) -> Answer:
        """Return the word for an event, and make its row if it is new."""
        offer = judged.event
        known = self.known.get(offer.id)
        if known is None:
            made = self.made.get(offer.id)
            return self._keep(judged) if made is None else _again(offer, *made)
        if any(known[name] != getattr(offer, name) for name in _IDENTITY):
            _log.warning("event %s came again with other content", offer.id)
            return Conflict()
        if known["verdict"] == "rejected":
            return Rejected(known["code"], known["field"])
        return Stored(known["receipt_no"], known["sha256"], self.epoch)

    def _keep(self, judged: Judged) -> Answer:
        one, verdict = judged.event, judged.verdict
        self.last_no += 1
        answer: Answer
        receipt, code, fault = None, None, None
        if isinstance(verdict, Rejected):
            answer, code, fault = verdict, verdict.code, verdict.field
        else:
            self.last_receipt += 1
            receipt = f"{self.day}-{self.last_receipt:06d}"
            answer = Stored(receipt, one.sha256, self.epoch)
            self.blobs.extend((self.court, judged.month, one.id, b.sha256, b.size) for b in verdict)
        word = "stored" if receipt else "rejected"
        head = (self.court, judged.month, one.id, self.last_no, one.sha256, word, receipt, code, fault)
        tail = (one.device, one.seq, one.visit_id, one.kind, one.schema, self.received_at, one.body)
        self.rows.append(head + tail)
        self.made[one.id] = one, answer
        return answer


def _again(offer: Event, first: Event, answer: Answer) -> Answer:
    """Return the word for an id that came in the same batch before."""
    if offer == first:
        return answer
    _log.warning("event %s came again with other content", offer.id)
    return Conflict()
