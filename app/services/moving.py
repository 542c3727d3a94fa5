"""What this run of the program remembers of papers on their way between windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Moving:
    """``announced`` is the day this window showed its certificate, ``answered`` are questions looked at,
    ``unreadable`` are parcels told of once.

    ``brought`` is the visit whose draft came last into its place.
    """

    announced: date | None = None
    answered: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    brought: str = ""
