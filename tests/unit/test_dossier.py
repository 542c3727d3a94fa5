"""Pages of a visit, grouped by the material they belong to, in the order each material first appears."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.dossier import DossierPage, bundles


def page(position: int, material: str) -> DossierPage:
    return DossierPage(
        f"p{position}", position, material, f"{position:064x}", "image/jpeg", 1, 1, 300, "scanner"
    )


def made(*materials: str) -> list[DossierPage]:
    return [page(n, material) for n, material in enumerate(materials, 1)]


def shown(pages: list[DossierPage]) -> list[tuple[str, list[int]]]:
    return [(b.material, [p.position for p in b.pages]) for b in bundles(pages)]


def test_no_pages_make_no_bundle() -> None:
    assert bundles([]) == ()


def test_a_material_scanned_twice_is_one_bundle_at_its_first_place() -> None:
    assert shown(made("M01", "M13", "M01", "M02")) == [("M01", [1, 3]), ("M13", [2]), ("M02", [4])]


def test_the_order_is_that_of_the_pages_not_of_the_codes_or_of_the_list() -> None:
    pages = made("M14", "M01", "M14")
    assert shown(pages[::-1]) == [("M14", [1, 3]), ("M01", [2])]


@given(st.lists(st.sampled_from(["M01", "M02", "M13"]), max_size=12), st.randoms())
def test_every_page_is_in_exactly_one_bundle_and_a_material_in_exactly_one(materials, chance) -> None:  # type: ignore[no-untyped-def]
    pages = made(*materials)
    chance.shuffle(pages)
    found = bundles(pages)
    assert sorted(p.position for b in found for p in b.pages) == list(range(1, len(materials) + 1))
    assert len({b.material for b in found}) == len(found)
    assert all(p.material == b.material for b in found for p in b.pages)
    assert [b.pages[0].position for b in found] == sorted(b.pages[0].position for b in found)
    assert all(list(b.pages) == sorted(b.pages, key=lambda p: p.position) for b in found)
