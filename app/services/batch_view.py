"""What the window shows of a table that was entered: the rows that failed first, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RowState(StrEnum):
    """What became of one row."""

    FAILED = "failed"
    REMARKED = "remarked"
    ENTERED = "entered"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One row: its number in the file, whom it names, and what is to be said of it."""

    number: int
    state: RowState
    title: str
    text: str = ""


@dataclass(frozen=True)
class BatchView:
    """A table gone through. ``stopped_at``: the row before which the clerk stopped, 0 when none was left."""

    file: str
    of_parties: bool
    lines: tuple[BatchLine, ...]
    unknown: tuple[str, ...] = ()
    stopped_at: int = 0

    def count(self, *states: RowState) -> int:
        return sum(line.state in states for line in self.lines)

    @property
    def entered(self) -> int:
        return self.count(RowState.ENTERED, RowState.REMARKED)
