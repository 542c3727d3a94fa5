"""The papers of one visit: pages in order, grouped by the material they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class DossierPage:
    """One page: ``sha256`` names its picture, ``material`` the catalogue code (M01 起诉状 …).

    ``matter`` is the number of the matter of the visit it belongs to, from 1.
    """

    page_id: str
    position: int
    material: str
    sha256: str
    media_type: str
    width: int
    height: int
    dpi: int
    source: str
    matter: int = 1


@dataclass(frozen=True)
class Bundle:
    """Consecutive pages of one material of one matter, as it stands on the receipt."""

    material: str
    pages: tuple[DossierPage, ...]
    matter: int = 1


def bundles(pages: Iterable[DossierPage]) -> tuple[Bundle, ...]:
    """Group pages by matter, then material, keeping the order in which each material first appears."""
    ordered = sorted(pages, key=lambda page: page.position)
    first: dict[tuple[int, str], int] = {}
    for page in ordered:
        first.setdefault(_heap(page), page.position)
    heaps = sorted(ordered, key=lambda page: (page.matter, first[_heap(page)], page.position))
    return tuple(
        Bundle(material, tuple(group), matter) for (matter, material), group in groupby(heaps, key=_heap)
    )


def _heap(page: DossierPage) -> tuple[int, str]:
    return page.matter, page.material
