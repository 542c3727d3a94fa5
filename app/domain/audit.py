"""The audit trail: lines chained by hash, so that a changed, removed or inserted line shows.

Each line's hash covers its own words and the hash before it. A chain alone cannot show that its end was cut
off, nor that whoever holds the file wrote all of it anew; the *head* kept beside it shows the first, the
signed checkpoints that the court keeps show the second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

START: Final = "0" * 64
"""The hash before the first line."""


class Act(StrEnum):
    """The acts of consequence that leave a line."""

    SIGNED_IN = "signed_in"
    CALLED = "called"
    FINISHED = "finished"
    UNFROZEN = "unfrozen"
    PRINTED = "printed"
    REPRINTED = "reprinted"
    VOIDED = "voided"
    DAY_CLOSED = "day_closed"
    PAPER_ANSWERED = "paper_answered"
    COURT_ANSWERED = "court_answered"
    NOTICE_PASSED_ON = "notice_passed_on"
    NOTICE_AGAIN = "notice_again"
    NOTICE_REFUSED = "notice_refused"
    TAKEN_UP = "taken_up"
    GIVEN = "given"
    TAKEN_OVER = "taken_over"
    TAKEN_BACK = "taken_back"
    AMENDED = "amended"
    SETTINGS = "settings"
    RISK_FOUND = "risk_found"
    ID_SEEN = "id_seen"
    RESTORED = "restored"
    ERASED = "erased"
    KEY = "key"
    STAFF = "staff"
    PIN_REFUSED = "pin_refused"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act. ``at`` ISO 8601 UTC; ``subject`` an id, never a name; ``detail`` canonical JSON, no person
    but in a reason somebody typed.
    """

    seq: int
    at: str
    actor: str
    act: str
    subject: str
    detail: str
    hash: str

    def hash_after(self, previous: str) -> str:
        """Return the hash this line must have behind ``previous``."""
        words = [self.seq, self.at, self.actor, self.act, self.subject, self.detail]
        text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines there are and the hash of the last; (0, START) of an empty trail."""

    size: int
    hash: str


EMPTY: Final = Head(0, START)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the trail does not hold: the line concerned and what is wrong with it.

    ``what``: ``changed`` the line or one inserted before it, ``missing`` no line of this number, ``order``
    a number out of its order, ``tail`` lines are missing at the end or were added, ``checkpoint`` the line
    is not the one that was signed.
    """

    seq: int
    what: str


def line_after(head: Head, *, at: str, actor: str, act: str, subject: str, detail: str) -> AuditLine:
    """Return the line that follows ``head``."""
    bare = AuditLine(head.size + 1, at, actor, act, subject, detail, "")
    return AuditLine(bare.seq, at, actor, act, subject, detail, bare.hash_after(head.hash))


def breaks(lines: Iterable[AuditLine], head: Head, signed: Iterable[Head] = ()) -> Iterator[Break]:
    """Return every place where the trail does not hold, in order of the lines.

    ``lines`` in their stored order; ``head`` as kept beside them; ``signed`` the heads of the checkpoints.
    """
    wanted = {one.size: one.hash for one in signed}
    previous, expected = START, 1
    for line in lines:
        if line.seq != expected:
            yield Break(expected, "missing" if line.seq > expected else "order")
        elif line.hash_after(previous) != line.hash:
            yield Break(line.seq, "changed")
        if wanted.pop(line.seq, line.hash) != line.hash:
            yield Break(line.seq, "checkpoint")
        previous, expected = line.hash, line.seq + 1
    if Head(expected - 1, previous) != head:
        yield Break(expected, "tail")
    for size in sorted(wanted):
        yield Break(size, "checkpoint")


def detail(**facts: str | int) -> str:
    """Return the facts of a line as canonical JSON; the same facts always give the same text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
