"""Who printed again or voided clearly more than the others: a question to ask, not a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEAST: Final = 3
"""Fewer copies and voids in a week are never remarkable."""
TIMES: Final = 2.0
"""So many times the share of the others is."""


@dataclass(frozen=True)
class Tally:
    """One clerk's week: originals printed, copies made, receipts voided."""

    clerk: str
    originals: int
    copies: int
    voids: int
    outlier: bool = False

    @property
    def again(self) -> int:
        return self.copies + self.voids


def outliers(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return the clerks, the most copies and voids first, those who stand out marked.

    A clerk stands out with at least ``LEAST`` of them, and a share of the originals that is more than
    ``TIMES`` that of all others together; alone at a counter, with more than one in ten.
    """
    known = sorted(tallies, key=lambda one: (-one.again, one.clerk))
    return tuple(
        Tally(one.clerk, one.originals, one.copies, one.voids, _stands_out(one, known)) for one in known
    )


def _stands_out(one: Tally, everyone: Iterable[Tally]) -> bool:
    others = [other for other in everyone if other.clerk != one.clerk]
    originals, again = sum(o.originals for o in others), sum(o.again for o in others)
    usual = again / originals if originals else 1 / (10 * TIMES)
    return one.again >= LEAST and one.again > TIMES * usual * one.originals
