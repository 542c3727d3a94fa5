"""Finding the page in a picture of a desk, and looking straight down on it. Needs OpenCV."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Quad: TypeAlias = NDArray[np.float32]

_LOOK_SIDE = 600
_LEAST_SHARE = 0.15
_MOST_SHARE = 0.98
_STEPS = (0.01, 0.02, 0.03, 0.05)
_A4 = 297 / 210
_NEARLY = 0.06
_A4_INCHES = 297 / 25.4
_DESK_INCHES = 330 / 25.4
"""What the longer side of a picture covers when no page tells: a little more than A4 lying across."""


def page_quad(picture: Pixels) -> Quad | None:
    """Return the corners of the lightest large area with four corners, clockwise from the top left, or None.

    The picture is BGR. An area of less than 15 % is no page, one of 98 % is the desk itself.
    """
    scale = _LOOK_SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not shapes:
        return None
    hull = cv2.convexHull(max(shapes, key=cv2.contourArea))
    share = cv2.contourArea(hull) / (small.shape[0] * small.shape[1])
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        return None
    around = cv2.arcLength(hull, True)
    for step in _STEPS:
        corners = cv2.approxPolyDP(hull, step * around, True)
        if len(corners) == 4:
            return _in_order(corners.reshape(4, 2).astype(np.float32) / np.float32(scale))
    return None


def straightened(picture: Pixels, quad: Quad) -> Pixels:
    """Return the page as seen from straight above; a page of nearly A4 gets its exact proportions."""
    sides = [float(np.linalg.norm(quad[i] - quad[(i + 1) % 4])) for i in range(4)]
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    long, short = max(width, height), min(width, height)
    if abs(long / short - _A4) <= _NEARLY * _A4:
        width, height = (long / _A4, long) if height >= width else (long, long / _A4)
    size = round(width), round(height)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    return np.asarray(cv2.warpPerspective(picture, cv2.getPerspectiveTransform(quad, target), size), np.uint8)


def resolution(picture: Pixels, is_page: bool) -> int:
    """Estimate dots an inch: a page is taken for A4 when it has its proportions."""
    height, width = picture.shape[:2]
    long, short = max(width, height), min(width, height)
    a4 = is_page and abs(long / short - _A4) <= _NEARLY * _A4
    return int(long / (_A4_INCHES if a4 else _DESK_INCHES) + 0.5)


def _in_order(corners: Quad) -> Quad:
    sums, differences = corners.sum(axis=1), np.diff(corners, axis=1).reshape(4)
    places = [sums.argmin(), differences.argmin(), sums.argmax(), differences.argmax()]
    return corners[places]
