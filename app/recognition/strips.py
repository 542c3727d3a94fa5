"""Finding machine-readable lines on a page: long thin bands of dark letters, one under another; OpenCV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]

_LOOK_WIDTH = 1400
_LEAST_WIDTH = 0.2
_LEAST_ASPECT, _MOST_ASPECT = 12.0, 60.0
_ALIKE = 0.06
_STEEPEST = 15
"""Degrees."""
_MOST_STRIPS = 12


@dataclass(frozen=True, slots=True)
class Strip:
    """One line, level and upright; ``box``: left, top, right, bottom as fractions of the page."""

    picture: Pixels
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Band:
    centre: tuple[float, float]
    width: float
    height: float
    angle: float


def strips(page: Pixels) -> list[tuple[Strip, ...]]:
    """Return groups of two or three lines of one width, the lowest first; the page is grey or BGR."""
    grey = page if page.ndim == 2 else np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    scale = _LOOK_WIDTH / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    bands = sorted(_bands(small), key=lambda band: -band.centre[1])[:_MOST_STRIPS]
    return [tuple(_strip(grey, band, scale) for band in group) for group in _groups(bands)]


def _bands(small: cv2.typing.MatLike) -> list[_Band]:
    """Dark letters on light paper, melted together along the line and not across it."""
    letters = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((13, 13), np.uint8))
    _, mask = cv2.threshold(letters, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, 25), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 15), np.uint8))
    shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for shape in shapes:
        centre, (width, height), angle = cv2.minAreaRect(shape)
        if width < height:
            width, height, angle = height, width, angle - 90
        if (
            width < _LEAST_WIDTH * small.shape[1]
            or not _LEAST_ASPECT <= width / max(1, height) <= _MOST_ASPECT
        ):
            continue
        level = (angle + 90) % 180 - 90
        if abs(level) <= 15:
            found.append(_Band((float(centre[0]), float(centre[1])), width, height, level))
    return found


def _groups(bands: list[_Band]) -> list[list[_Band]]:
    """Neighbours of one width that stand under one another; ``bands`` come from below."""
    groups: list[list[_Band]] = []
    for band in bands:
        fitting = next((g for g in groups if len(g) < 3 and _belongs(g[-1], band)), None)
        if fitting is None:
            groups.append([band])
        else:
            fitting.append(band)
    return [group[::-1] for group in groups if len(group) >= 2]


def _belongs(below: _Band, band: _Band) -> bool:
    down = below.centre[1] - band.centre[1]
    aside = abs(below.centre[0] - band.centre[0])
    alike = abs(below.width - band.width) <= _ALIKE * band.width
    return alike and band.height < down < 5 * band.height and aside <= _ALIKE * band.width


def _strip(grey: Pixels, band: _Band, scale: float) -> Strip:
    """Cut a band out of the page, with a letter's height of paper around it, and level it."""
    width, height = band.width / scale + 2 * band.height / scale, 1.8 * band.height / scale
    x, y = band.centre[0] / scale, band.centre[1] / scale
    turn = cv2.getRotationMatrix2D((x, y), band.angle, 1.0)
    turn[:, 2] += np.array([width / 2 - x, height / 2 - y])
    cut = cv2.warpAffine(grey, turn, (round(width), round(height)), flags=cv2.INTER_CUBIC, borderValue=255)
    rows, columns = grey.shape
    box = ((x - width / 2) / columns, (y - height) / rows, (x + width / 2) / columns, (y + height) / rows)
    left, top, right, bottom = (float(min(1.0, max(0.0, side))) for side in box)
    return Strip(np.asarray(cut, np.uint8), (left, top, right, bottom))
