"""The type of a page in points: what each importance means on A4, in normal and in large print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from reportlab.lib.units import mm

from printing.layout import Size


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes in points, ``room`` the width of the text area.

    ``part`` is a heading of level 2, ``cell`` the text of forms and tables, ``edge`` the running lines.
    ``leading`` is from line to line of running text, in ems; ``area`` the room to sign or to seal.
    """

    room: float
    sizes: Mapping[Size, float]
    part: float
    cell: float
    edge: float
    leading: float = 1.5
    area: float = 25 * mm

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


def type_of(large: bool, room: float, *, close: bool = False) -> Type:
    """Return the type of a page; large print has nothing below 16 pt.

    ``close`` is set a little smaller and closer, for a paper that would begin a new page with a few lines.
    """
    of = Type(room, _NORMAL, part=14.0, cell=11.0, edge=9.0)
    if large:
        of = Type(room, _LARGE, part=20.0, cell=16.0, edge=16.0)
    if not close:
        return of
    reading = 16.0 if large else 13.0
    sizes = MappingProxyType({**of.sizes, Size.READING: reading})
    cell = of.cell if large else 10.5
    return replace(of, sizes=sizes, cell=cell, leading=1.36, area=20 * mm)
