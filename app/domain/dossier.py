"""The papers of one visit: pages in order, grouped by the material they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class DossierPage:
    """One page: ``sha256`` names its picture, ``material`` the catalogue code (M01 起诉状 …)."""

    page_id: str
    position: int
    material: str
    sha256: str
    media_type: str
    width: int
    height: int
    dpi: int
    source: str


@dataclass(frozen=True)
class Bundle:
    """Consecutive pages of one material, as it stands on the receipt."""

    material: str
    pages: tuple[DossierPage, ...]


def bundles(pages: Iterable[DossierPage]) -> tuple[Bundle, ...]:
    """Group pages by material, keeping the order in which each material first appears."""
    ordered = sorted(pages, key=lambda page: page.position)
    first: dict[str, int] = {}
    for page in ordered:
        first.setdefault(page.material, page.position)
    by_material = sorted(ordered, key=lambda page: (first[page.material], page.position))
    return tuple(Bundle(m, tuple(group)) for m, group in groupby(by_material, key=lambda page: page.material))
