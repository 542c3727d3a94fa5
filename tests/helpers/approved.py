"""Approved pictures of every paper: ``python -m tests.helpers.approved [KEY …]`` approves what is drawn now.

Look at each changed picture before you commit it. Pictures are half size with 16 greys; the comparison
forgives the edges of letters, which differ between versions of the drawing libraries, and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from printing.documents.catalogue import KINDS, Kind
from printing.layout import Paper
from printing.preview import pictures

FOLDER = Path(__file__).resolve().parents[1] / "unit" / "approved"
SCALE = 0.55  # pixels a point of A4
BLOCK = 8  # pixels
COURT = "ᠪᠠᠭᠠᠷᠢᠨ ᠪᠠᠷᠠᠭᠤᠨ ᠬᠣᠰᠢᠭᠤᠨ\u202fᠤ ᠠᠷᠠᠳ\u202fᠤᠨ ᠰᠢᠭᠦᠬᠦ ᠬᠣᠷᠢᠶ\u180eᠠ"  # to be drawn, not to be believed
MEAN_LIMIT, BLOCK_LIMIT = 2.0, 18.0  # of 255

VARIANTS = {
    "a4": (Paper.A4, False),
    "a4-large": (Paper.A4, True),
    "80": (Paper.ROLL_80, False),
    "58": (Paper.ROLL_58, False),
    "80-large": (Paper.ROLL_80, True),
    "a4-mongolian": (Paper.A4, False),
    "80-mongolian": (Paper.ROLL_80, False),
}
MONGOLIAN = {"queue_ticket": "80-mongolian", "acceptance_notice": "a4-mongolian"}


def cases() -> Iterator[tuple[str, str]]:
    """Yield key and variant of every picture that is kept."""
    for key, kind in KINDS.items():
        for name, (paper, _) in VARIANTS.items():
            if paper in kind.papers and (not name.endswith("mongolian") or MONGOLIAN.get(key) == name):
                yield key, name


def in_mongolian(data: Any) -> Any:
    """Return the data of a court that asks for its name in the traditional script."""
    if hasattr(data, "court_mongolian"):
        return replace(data, court_mongolian=COURT)
    return replace(data, issue=replace(data.issue, court_mongolian=COURT))


def _small(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: value // 17 * 17)


def drawn(kind: Kind, variant: str) -> Image.Image:
    """Return all pages of a variant beside each other, or the roll, as small as it is kept."""
    paper, large = VARIANTS[variant]
    data = in_mongolian(kind.sample()) if variant.endswith("mongolian") else kind.sample()
    every = pictures(kind.build(data, paper, large=large), SCALE)
    if paper is not Paper.A4:
        (roll,) = every
        return _small(roll.resize((roll.width // 2, roll.height // 2), Image.Resampling.BOX))
    whole = Image.new("L", (sum(page.width for page in every), every[0].height), 255)
    x = 0
    for page in every:
        whole.paste(page, (x, 0))
        x += page.width
    return _small(whole)


def path(key: str, variant: str) -> Path:
    return FOLDER / f"{key}.{variant}.png"


def difference(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Return the mean difference of the pictures and that of the worst block, of 255."""
    if one.size != other.size:
        return 255.0, 255.0
    apart = ImageChops.difference(one.convert("L"), other.convert("L"))
    mean = apart.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    columns, rows = max(one.width // BLOCK, 1), max(one.height // BLOCK, 1)
    blocks = apart.resize((columns, rows), Image.Resampling.BOX)
    (_, worst) = blocks.getextrema()
    assert isinstance(mean, int | float)
    assert isinstance(worst, int | float)
    return float(mean), float(worst)


def alike(one: Image.Image, other: Image.Image) -> bool:
    mean, worst = difference(one, other)
    return mean <= MEAN_LIMIT and worst <= BLOCK_LIMIT


def approve(keys: list[str]) -> None:
    """Keep what is drawn now as approved, for these keys or for all."""
    FOLDER.mkdir(exist_ok=True)
    for key, variant in cases():
        if keys and key not in keys:
            continue
        file = path(key, variant)
        picture = drawn(KINDS[key], variant)
        if file.exists() and alike(Image.open(file), picture):
            continue
        picture.quantize(16).save(file, optimize=True)
        sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    approve(sys.argv[1:])
