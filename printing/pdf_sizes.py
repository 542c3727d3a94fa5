"""The type of a page in points: what each importance means on A4, in normal and in large print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from printing.layout import Size

LEADING = 1.5  # from line to line of running text, in ems


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes in points, ``room`` the width of the text area.

    ``part`` is a heading of level 2, ``cell`` the text of forms and tables, ``edge`` the running lines.
    """

    room: float
    sizes: Mapping[Size, float]
    part: float
    cell: float
    edge: float

    @property
    def small(self) -> float:
        return self.sizes[Size.SMALL]

    @property
    def body(self) -> float:
        return self.sizes[Size.BODY]


_NORMAL = MappingProxyType(
    {
        Size.SMALL: 10.5,
        Size.BODY: 12.0,
        Size.READING: 14.0,
        Size.LARGE: 16.0,
        Size.TITLE: 22.0,
        Size.HUGE: 96.0,
    }
)
_LARGE = MappingProxyType(
    {
        Size.SMALL: 16.0,
        Size.BODY: 16.0,
        Size.READING: 18.0,
        Size.LARGE: 20.0,
        Size.TITLE: 26.0,
        Size.HUGE: 96.0,
    }
)


def type_of(large: bool, room: float) -> Type:
    """Return the type of a page; large print has nothing below 16 pt."""
    if large:
        return Type(room, _LARGE, part=20.0, cell=16.0, edge=16.0)
    return Type(room, _NORMAL, part=14.0, cell=11.0, edge=9.0)
