"""Machine-readable lines on a scanned page: proposed with their place, judged by their check digits."""

from __future__ import annotations

import base64
import importlib.util
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from types import TracebackType
from typing import Any, Final, Self

from app.domain.checked import Checked
from app.domain.mrz import check_mrz_lines, mended_mrz
from devices.conversation import ROOT, Conversation
from devices.errors import DeviceError, Garbled, LibraryMissing
from devices.traffic import TrafficLog

LIBRARY: Final = "rapidocr"
_OPEN_SECONDS, _READ_SECONDS = 60.0, 30.0
_EITHER: Final = {"Φ": "D0", "Ø": "0D", "ø": "0D", "Θ": "0D"}
_MOST_TRIES = 64


@dataclass(frozen=True)
class MrzFound:
    """``box``: left, top, right, bottom as fractions of the page turned clockwise by ``turned`` degrees.

    ``checked.ok`` says that all check digits agree; without it the lines are a guess that a person corrects.
    """

    lines: tuple[str, ...]
    checked: Checked
    score: float
    box: tuple[float, float, float, float]
    turned: int

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"<MrzFound {len(self.lines)} lines ok={self.checked.ok} score={self.score:.2f}>"


class PageReader:
    """A reading process, kept while pages come. One thread at a time; a hanging page costs only itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, library: str = LIBRARY) -> None:
        self.traffic = TrafficLog()
        self._worker = Conversation("recognition", self.traffic, clock)
        self._library = library

    def available(self) -> str | None:
        """Return None, or the reason why this PC cannot read pages."""
        if importlib.util.find_spec(self._library) is None:
            return f"the Python package {self._library} is not installed"
        return None

    def close(self) -> None:
        """End the process; never raises."""
        self._worker.stop()

    def __enter__(self) -> Self:
        """Nothing is started before the first page."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def mrz(
        self, image: bytes, today: date | None, cancelled: Callable[[], bool] = lambda: False
    ) -> MrzFound | None:
        """Return the lines of a passport or card on a page (JPEG or PNG), the best if there are several.

        Takes one to a few seconds. None when the page has none. Raises LibraryMissing, NotAnswering, Garbled,
        DriverFault, Cancelled.
        """
        self._start(cancelled)
        text = base64.b64encode(image).decode("ascii")
        reply = self._worker.ask("mrz", _READ_SECONDS, cancelled, image=text)
        groups = reply.get("groups")
        if not isinstance(groups, list):
            raise Garbled("mrz: no groups")
        found = [_found(group, today) for group in groups]
        return max(found, key=lambda one: (one.checked.ok, one.score), default=None)

    def _start(self, cancelled: Callable[[], bool]) -> None:
        if self._worker.running:
            return
        reason = self.available()
        if reason is not None:
            raise LibraryMissing(reason)
        self._worker.start(_command(), ROOT)
        try:
            self._worker.ask("open", _OPEN_SECONDS, cancelled)
        except DeviceError:
            self.close()
            raise


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "recognition-worker"]
    return [sys.executable, "-m", "app.recognition.worker"]


def _found(group: object, today: date | None) -> MrzFound:
    if not isinstance(group, Mapping):
        raise Garbled("mrz: a group is an object")
    lines, box = _texts(group.get("lines")), group.get("box")
    score, turned = group.get("score"), group.get("turned")
    if not isinstance(box, list) or len(box) != 4 or not all(_is_fraction(side) for side in box):
        raise Garbled("mrz: a box has four fractions")
    if not _is_fraction(score) or turned not in (0, 90, 180, 270):
        raise Garbled("mrz: no score or turn")
    best, checked = _judged(lines, today)
    left, top, right, bottom = (float(side) for side in box)
    return MrzFound(best, checked, float(score or 0), (left, top, right, bottom), int(turned))


def _judged(lines: Sequence[str], today: date | None) -> tuple[tuple[str, ...], Checked]:
    """Mend the lines; a sign that is a letter or a digit becomes the one with which all digits agree."""
    either = [c for line in lines for c in line if c in _EITHER]
    best: tuple[tuple[str, ...], Checked] | None = None
    for choice in islice(product(*(_EITHER[c] for c in either)), _MOST_TRIES):
        rest = iter(choice)
        mended = mended_mrz(["".join(next(rest) if c in _EITHER else c for c in line) for line in lines])
        checked = check_mrz_lines(mended, today=today)
        if best is None or (checked.ok and not best[1].ok):
            best = mended, checked
    return best or (tuple(lines), check_mrz_lines(lines, today=today))


def _texts(found: object) -> list[str]:
    if not isinstance(found, list) or not 1 <= len(found) <= 3:
        raise Garbled("mrz: one to three lines")
    if not all(isinstance(line, str) and len(line) <= 120 for line in found):
        raise Garbled("mrz: a line is a short text")
    return [str(line) for line in found]


def _is_fraction(found: Any) -> bool:
    return type(found) in {int, float} and 0 <= found <= 1
