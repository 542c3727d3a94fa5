"""When the page under a document camera lies still: a pure rule on small grey pictures."""

from __future__ import annotations

from dataclasses import dataclass

THUMB = (32, 24)
"""Width and height of the small pictures, one byte a pixel, row by row."""
_PIXELS = THUMB[0] * THUMB[1]
_LEVELS = 14
"""Differences up to this are noise of the camera and flicker of the lamps (of 255)."""
_MOVED_PIXELS = 12
"""As many changed pixels are a movement: a finger covers about twenty of a page that fills the picture."""


@dataclass
class Stillness:
    """Watches picture after picture; each page is reported once, until it moves or goes."""

    seconds: float = 0.8
    """How long a page must lie still: shorter catches the hand on its way back."""
    pictures: int = 4
    """How many pictures must agree, so that a slow camera does not decide on two."""
    _held: bytes = b""
    _since: float = 0.0
    _agreed: int = 0
    _reported: bytes = b""

    def look(self, thumb: bytes, page: bool, now: float) -> bool:
        """Return True when a page has just come to rest. ``page``: a whole page is seen; ``now``: seconds.

        Every picture is compared with the first of its rest, not with the one before: what creeps moves too.
        Raises ValueError for a picture of another size.
        """
        if len(thumb) != _PIXELS:
            raise ValueError(f"{len(thumb)} pixels, not {_PIXELS}")
        if not page:
            self._held = self._reported = b""
            return False
        if not self._held or moved(self._held, thumb):
            self._held, self._since, self._agreed = thumb, now, 1
            return False
        self._agreed += 1
        rested = self._agreed >= self.pictures and now - self._since >= self.seconds
        if not rested or (self._reported and not moved(self._reported, thumb)):
            return False
        self._reported = self._held
        return True


def moved(before: bytes, after: bytes) -> bool:
    """Say whether more than noise lies between two pictures of one size."""
    changed = sum(1 for a, b in zip(before, after, strict=True) if abs(a - b) > _LEVELS)
    return changed >= _MOVED_PIXELS
