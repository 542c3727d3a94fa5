"""The worker of a simulated document camera; ``devices.simulators.document_camera`` tells it what it sees.

    python -m devices.simulators.camera_worker --scene FILE

FILE holds one line, read before every picture: ``empty``, ``page N``, ``hand N`` (a hand over the page),
``frozen`` (one picture again and again), ``silent`` (no answer), ``slow``, ``crash``, ``garbage``, ``flood``,
``unplugged``, ``busy`` (another program holds it).
"""

from __future__ import annotations

import argparse
import base64
import io
import random
import sys
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from devices.errors import InUse, Unplugged
from devices.simulators import pages
from devices.simulators.misbehaviour import misbehave
from devices.stillness import THUMB
from devices.workers.serving import serve

_SIZE = (1280, 960)
_PREVIEW = (640, 480)
_PAGE_AT, _PAGE_SIZE = (320, 40), (620, 877)
_DESK = (70, 66, 60)
_NOISE = 6
_PICTURE_SECONDS = 0.04
_SLOW_SECONDS = 1.5
_STILL_DPI = 200
_RANDOM = random.SystemRandom()


class SimulatedCamera:
    """Draws what the scene says."""

    def __init__(self, scene: Path) -> None:
        self._file = scene
        self._number = 0
        self._frozen: dict[str, Any] = {}

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        scene, _, rest = self._scene().partition(" ")
        self._misbehave(scene)
        if request["do"] == "open":
            return {"title": "高拍仪 (模拟)", "width": _SIZE[0], "height": _SIZE[1], "live": True}
        if request["do"] == "still":
            return self._still(Path(request["folder"]), int(rest or 0), scene)
        time.sleep(_PICTURE_SECONDS)
        self._number = max(self._number, int(request["after"])) + 1
        if scene == "frozen":
            self._frozen = self._frozen or self._frame("page", 0)
            return {**self._frozen, "number": self._number}
        self._frozen = {}
        return self._frame(scene, int(rest or 0))

    def _misbehave(self, scene: str) -> None:
        misbehave(scene)
        match scene:
            case "unplugged":
                raise Unplugged("the camera gives no more pictures")
            case "busy":
                raise InUse("another program holds the camera")
            case "slow":
                time.sleep(_SLOW_SECONDS)
            case "garbage":
                sys.stdout.write('{"id": [[[\n')

    def _scene(self) -> str:
        try:
            return self._file.read_text("utf-8").strip() or "empty"
        except OSError:
            return "unplugged"

    def _frame(self, scene: str, page: int) -> dict[str, Any]:
        picture = _seen(page if scene != "empty" else -1).copy()
        draw = ImageDraw.Draw(picture)
        if scene == "hand":
            at = _RANDOM.randrange(150, 420)
            draw.ellipse((at, 200, at + 110, 480), fill=(196, 150, 122))
        for _ in range(_NOISE):
            draw.point((_RANDOM.randrange(_PREVIEW[0]), _RANDOM.randrange(_PREVIEW[1])), fill=(128, 128, 128))
        whole = scene in {"page", "frozen", "slow"}
        return {
            "number": self._number,
            "jpeg": base64.b64encode(_jpeg(picture)).decode("ascii"),
            "thumb": base64.b64encode(picture.convert("L").resize(THUMB).tobytes()).decode("ascii"),
            "page": _corners() if whole else None,
        }

    def _still(self, folder: Path, page: int, scene: str) -> dict[str, Any]:
        straight = scene != "empty"
        picture = pages.drawn(page, _STILL_DPI, True) if straight else _desk(-1)
        (folder / "still.jpg").write_bytes(_jpeg(picture))
        return {"file": "still.jpg", "dpi": _STILL_DPI, "straight": straight}


def _desk(number: int) -> Image.Image:
    picture = Image.new("RGB", _SIZE, _DESK)
    if number >= 0:
        picture.paste(pages.drawn(number, 75, True).resize(_PAGE_SIZE), _PAGE_AT)
    return picture


@lru_cache(maxsize=4)
def _seen(number: int) -> Image.Image:
    return _desk(number).resize(_PREVIEW)


def _corners() -> list[list[float]]:
    (x, y), (width, height) = _PAGE_AT, _PAGE_SIZE
    edges = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return [[round(a / _SIZE[0], 4), round(b / _SIZE[1], 4)] for a, b in edges]


def _jpeg(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=80)
    return held.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the worker; see the top of this module."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulators.camera_worker")
    parser.add_argument("--scene", type=Path, required=True, metavar="FILE")
    serve(SimulatedCamera(parser.parse_args(arguments).scene).answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
