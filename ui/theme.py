"""Colours, type and spacing, in one table; everything drawn takes its values from here.

Type and row heights grow with the scale, the 8-px grid of spaces does not: at 200 % a 1366-px screen needs
its room for words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


class ThemeName(StrEnum):
    """The themes a court can choose in its settings."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme. ``x_soft`` is the surface on which ``x`` is written."""

    ink: str
    sub: str
    bg: str
    card: str
    line: str
    edge: str
    brand: str
    on_brand: str
    brand_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    focus: str


_TABLE: Final[tuple[tuple[str, str, str, str], ...]] = (
    # token        light      dark       contrast
    ("ink", "#17212B", "#E8EDF1", "#FFFFFF"),
    ("sub", "#5B6875", "#A3B0BC", "#E6E6E6"),
    ("bg", "#F3F5F6", "#12181E", "#000000"),
    ("card", "#FFFFFF", "#1B232B", "#000000"),
    ("line", "#DFE4E8", "#2F3A44", "#8C8C8C"),
    ("edge", "#7D8A96", "#74828F", "#FFFFFF"),
    ("brand", "#1F5F7A", "#8CC7E0", "#7FD8FF"),
    ("on_brand", "#FFFFFF", "#0D2531", "#000000"),
    ("brand_soft", "#E4EFF3", "#203845", "#00293B"),
    ("ok", "#2B7A4B", "#7FCB9C", "#7CF0A8"),
    ("ok_soft", "#E5F2EA", "#1D3629", "#00280F"),
    ("warn", "#9A5B00", "#EBB765", "#FFD24A"),
    ("warn_soft", "#FDF1DC", "#3A2E18", "#2E2200"),
    ("bad", "#B3261E", "#F2A099", "#FF9C92"),
    ("bad_soft", "#FBE9E7", "#432421", "#3A0500"),
    ("focus", "#0B7FC0", "#5CC3FF", "#FFFF00"),
)

TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("ink", "card"),
    ("ink", "bg"),
    ("ink", "brand_soft"),
    ("ink", "warn_soft"),
    ("ink", "bad_soft"),
    ("ink", "ok_soft"),
    ("sub", "card"),
    ("sub", "bg"),
    ("brand", "card"),
    ("brand", "bg"),
    ("brand", "brand_soft"),
    ("on_brand", "brand"),
    ("ok", "card"),
    ("ok", "bg"),
    ("ok", "ok_soft"),
    ("warn", "card"),
    ("warn", "bg"),
    ("warn", "warn_soft"),
    ("bad", "card"),
    ("bad", "bg"),
    ("bad", "bad_soft"),
)
"""Text token and the surface it is written on; each must reach 4.5 : 1 (WCAG 2.1, 1.4.3)."""

SHAPE_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("focus", "card"),
    ("focus", "bg"),
    ("edge", "card"),
    ("edge", "bg"),
)
"""Lines that carry meaning; each must reach 3 : 1 (WCAG 2.1, 1.4.11)."""

_TYPE: Final = {
    "tiny": 11,
    "small": 12,
    "base": 14,
    "lead": 16,
    "person": 18,
    "fee": 24,
    "ticket": 26,
    "number": 28,
    "party": 28,
    "party_title": 40,
}
GRID: Final = 8
RADIUS: Final = 8
FOCUS: Final = 2
FAMILIES: Final = ("Noto Sans SC", "HanaMinB")
SMALLEST_SCALE: Final = 100
LARGEST_SCALE: Final = 200
_LARGE_FROM: Final = 120


@dataclass(frozen=True)
class Theme:
    """One theme at one scale (percent)."""

    name: ThemeName
    tokens: Tokens
    scale: int = SMALLEST_SCALE

    def px(self, pixels: float) -> int:
        """Return a type-bound length (row, icon, control) at this scale."""
        return round(pixels * self.scale / 100)

    def type(self, size: str) -> int:
        """Return the pixel size of a named step of the type scale."""
        return self.px(_TYPE[size])

    def grid(self, steps: float = 1) -> int:
        """Return a space in steps of the grid; it does not grow with the type."""
        return round(GRID * steps)

    @property
    def large(self) -> bool:
        """Whether the type is so big that two columns no longer fit."""
        return self.scale >= _LARGE_FROM


def theme(name: str = ThemeName.LIGHT, scale: int = SMALLEST_SCALE) -> Theme:
    """Return the named theme; a scale outside 100–200 % is brought to the nearest end."""
    chosen = ThemeName(name)
    column = 1 + list(ThemeName).index(chosen)
    tokens = Tokens(**{row[0]: row[column] for row in _TABLE})
    return Theme(chosen, tokens, min(max(scale, SMALLEST_SCALE), LARGEST_SCALE))


def contrast(first: str, second: str) -> float:
    """Return the contrast of two ``#rrggbb`` colours, 1–21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def names() -> tuple[str, ...]:
    """Return the token names, for tests and documentation."""
    return tuple(f.name for f in fields(Tokens))
