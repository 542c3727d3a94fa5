"""A drawn portrait in place of a photo: shapes and colours taken from the bytes, nobody's face."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageDraw

SIZE = (102, 126)
"""Pixels of the photo on a resident card."""
_FINE = 4
_GROUNDS = ("#e8eef4", "#dfe9f2", "#eef1f4")
_SKINS = ("#f0cfae", "#e5bd98", "#d9ab84")
_HAIRS = ("#26221f", "#3b2f28", "#6d6862", "#a9a49d")
_CLOTHES = ("#36557a", "#5a3e4b", "#3f5f4f", "#4b4b52", "#7a4f36")


def portrait(seed: bytes) -> bytes:
    """Draw a head and shoulders of 102 by 126 pixels as PNG; other bytes give another drawing."""
    dice = hashlib.sha256(seed).digest()
    picture = Image.new("RGB", (SIZE[0] * _FINE, SIZE[1] * _FINE), _GROUNDS[dice[0] % len(_GROUNDS)])
    _draw(ImageDraw.Draw(picture), dice)
    held = io.BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(held, "PNG")
    return held.getvalue()


def _draw(draw: ImageDraw.ImageDraw, dice: bytes) -> None:
    skin, hair = _SKINS[dice[1] % len(_SKINS)], _HAIRS[dice[2] % len(_HAIRS)]
    wide, long_hair = 21 + dice[4] % 5, dice[5] % 2
    if long_hair:
        _oval(draw, (51, 64), (wide + 8, 40), hair)
    _oval(draw, (51, 132), (46, 36), _CLOTHES[dice[3] % len(_CLOTHES)])
    _oval(draw, (51, 96), (11, 14), skin)
    _oval(draw, (51, 42), (wide + 4, 31), hair)
    _oval(draw, (51, 58), (wide, 29), skin)
    brow = 30 + dice[6] % 6
    draw.chord(_box((51, brow), (wide + 2, 14)), 180, 360, fill=hair)
    for side in (-1, 1):
        eye = 51 + side * (9 + dice[7] % 2)
        _oval(draw, (eye, 56), (3, 2), "#2b2725")
        draw.line([_at(eye - 5, 50), _at(eye + 5, 49 + dice[8] % 2)], fill=hair, width=_FINE * 2)
        if dice[9] % 3 == 0:
            draw.ellipse(_box((eye, 56), (8, 7)), outline="#4a4a4a", width=_FINE)
    draw.line([_at(51, 60), _at(49, 68), _at(53, 68)], fill="#b98d6c", width=_FINE)
    draw.arc(_box((51, 72), (8, 5)), 20, 160, fill="#a8594f", width=_FINE * 2)


def _at(across: float, down: float) -> tuple[float, float]:
    return across * _FINE, down * _FINE


def _box(middle: tuple[float, float], half: tuple[float, float]) -> list[tuple[float, float]]:
    (across, down), (wide, high) = middle, half
    return [_at(across - wide, down - high), _at(across + wide, down + high)]


def _oval(
    draw: ImageDraw.ImageDraw, middle: tuple[float, float], half: tuple[float, float], fill: str
) -> None:
    draw.ellipse(_box(middle, half), fill=fill)
