"""The process that reads pages: ``python -m app.recognition.worker``. It may be killed at any moment.

    {"do": "mrz", "image": Base64 of a JPEG or PNG}
        -> {"groups": [{"lines": ["P<...", "..."], "score": 0.98, "box": [left, top, right, bottom],
                        "turned": 0 | 90 | 180 | 270}]}

Groups come from below, of the page as it lies, else of the page turned. ``box`` is in fractions of the page
as it was turned, by ``turned`` degrees clockwise. The models are inside the package ``rapidocr``: nothing is
ever downloaded.
"""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from app.recognition.strips import Pixels, Strip, strips
from devices.errors import Garbled
from devices.workers.serving import serve

_MOST_PIXELS = 60_000_000
_LIKELY = 3
"""A line with fewer fillers is text of another kind."""
_MOST_GROUPS = 4
_TURNS = {0: None, 180: cv2.ROTATE_180, 90: cv2.ROTATE_90_CLOCKWISE, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Reader:
    """The engine, loaded when it is first needed."""

    def __init__(self) -> None:
        self._engine: Any = None

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        if request["do"] == "open":
            self._load()
            return {}
        page = _decoded(base64.b64decode(request["image"]))
        for degrees, turn in _TURNS.items():
            seen = page if turn is None else np.asarray(cv2.rotate(page, turn), np.uint8)
            found = [self._read(group, degrees) for group in strips(seen)]
            if any(found):
                return {"groups": [group for group in found if group][:_MOST_GROUPS]}
        return {"groups": []}

    def _load(self) -> None:
        if self._engine is None:
            from rapidocr import RapidOCR

            logging.getLogger("RapidOCR").setLevel(logging.ERROR)
            # the classifier of upside-down lines turns good lines round (RapidOCR #259)
            self._engine = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "error"})

    def _read(self, group: tuple[Strip, ...], turned: int) -> dict[str, Any] | None:
        self._load()
        lines, scores = [], []
        for strip in group:
            found = self._engine(
                cv2.cvtColor(strip.picture, cv2.COLOR_GRAY2BGR), use_det=False, use_cls=False, use_rec=True
            )
            if not found.txts:
                return None
            lines.append(str(found.txts[0]))
            scores.append(float(found.scores[0]))
        if not any(line.count("<") >= _LIKELY for line in lines):
            return None
        boxes = np.array([strip.box for strip in group])
        box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
        return {
            "lines": lines,
            "score": min(scores),
            "box": [round(side, 4) for side in box],
            "turned": turned,
        }


def _decoded(data: bytes) -> Pixels:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if picture is None or picture.size > _MOST_PIXELS:
        raise Garbled("the page is no picture, or too large")
    return np.asarray(picture, np.uint8)


def main() -> int:
    """Serve until stdin ends."""
    serve(Reader().answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
