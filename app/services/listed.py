"""What this run of the program remembers of the hall's list of staff and of approvals asked for elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.hall_asks import Tried
from app.domain.staff import Staff


@dataclass
class Listed:
    """How far the hall's changes were read.

    ``read`` is the last place that was looked at, ``found`` the changes that count so far, in order, and
    ``people`` everybody as they leave them; ``heard`` how often the hall said today that the list went on,
    None before it was read at all; ``tried`` the attempts that were counted here. ``answers`` is how many
    answers to each of our own questions were looked at.
    """

    read: int = 0
    found: list[bytes] = field(default_factory=list)
    people: dict[str, Staff] = field(default_factory=dict)
    heard: int | None = None
    tried: Mapping[str, Tried] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
