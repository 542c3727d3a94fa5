from __future__ import annotations

import re

import pytest

from ui.stylesheet import stylesheet
from ui.theme import SHAPE_PAIRS, TEXT_PAIRS, ThemeName, contrast, names, theme

PLAIN_TEXT = 4.5
SHAPES = 3.0


@pytest.mark.parametrize("name", list(ThemeName))
@pytest.mark.parametrize(("text", "surface"), TEXT_PAIRS)
def test_text_is_readable_on_its_surface(name: ThemeName, text: str, surface: str) -> None:
    tokens = theme(name).tokens
    assert contrast(getattr(tokens, text), getattr(tokens, surface)) >= PLAIN_TEXT


@pytest.mark.parametrize("name", list(ThemeName))
@pytest.mark.parametrize(("line", "surface"), SHAPE_PAIRS)
def test_lines_that_mean_something_are_seen(name: ThemeName, line: str, surface: str) -> None:
    tokens = theme(name).tokens
    assert contrast(getattr(tokens, line), getattr(tokens, surface)) >= SHAPES


def test_contrast_agrees_with_the_two_ends_of_the_scale() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


def test_the_scale_grows_type_but_not_the_grid() -> None:
    large = theme(scale=200)
    assert large.type("base") == 2 * theme().type("base")
    assert large.grid(2) == theme().grid(2)


@pytest.mark.parametrize(("asked", "given"), [(50, 100), (150, 150), (300, 200)])
def test_a_scale_out_of_range_is_brought_to_the_nearest_end(asked: int, given: int) -> None:
    assert theme(scale=asked).scale == given


@pytest.mark.parametrize("name", list(ThemeName))
def test_the_style_sheet_uses_no_colour_that_is_not_a_token(name: ThemeName) -> None:
    look = theme(name)
    known = {getattr(look.tokens, token).lower() for token in names()}
    assert {colour.lower() for colour in re.findall(r"#[0-9A-Fa-f]{6}", stylesheet(look))} <= known
