"""Document cameras 高拍仪: pictures while the page is being laid down, and the page itself.

What a camera worker is asked, as in ``devices.requests``:

    {"do": "open", "source": "0"}                 -> {"title": "...", "width": 3264, "height": 2448, "live": true}
    {"do": "frame", "after": 17}                  -> {"number": 18, "jpeg": Base64, "thumb": Base64,
                                                      "page": [[x, y], ...] | null}
    {"do": "still", "folder": "/private/folder"}  -> {"file": "still.jpg", "dpi": 278, "straight": true}

``frame`` waits for a picture younger than ``after``. ``jpeg`` is at most 1280 pixels wide, ``thumb`` has
``stillness.THUMB`` bytes of grey, ``page`` the four corners of a page as fractions of the picture, clockwise
from the top left. ``still`` writes a whole JPEG of full resolution, cut out and straightened when the page was
found. ``live`` is false for a source that may rightly show one picture for ever.
"""  # noqa: E501 - a reply stands on one line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from devices.base import CameraCapabilities, Device, ScannedPage
from devices.errors import Garbled, TransferCut
from devices.pictures import measure
from devices.requests import octets
from devices.stillness import THUMB

Corners = tuple[tuple[float, float], ...]
_WIDEST = 1280


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the preview. ``number`` grows; ``jpeg`` is at most 1280 pixels wide."""

    number: int
    jpeg: bytes
    page: Corners | None
    """The corners of the page, as fractions of the picture; None when no whole page is seen."""
    at_rest: bool
    """The page has just come to rest: this is the moment to take it, said once a page."""

    def __repr__(self) -> str:
        """Leave the picture out."""
        return f"<Frame {self.number} page={self.page is not None} at_rest={self.at_rest}>"


class DocumentCamera(Device, Protocol):
    """A camera over the desk. Pictures are JPEG; whoever shows them decodes them off the GUI thread."""

    @property
    def capabilities(self) -> CameraCapabilities: ...

    def preview(self) -> Frame:
        """Wait for the next picture, at most a few seconds; never gives one twice.

        Raises NotAnswering (frozen, too), Unplugged, Garbled, DriverFault.
        """
        ...

    def still(self) -> ScannedPage:
        """Take the page in full resolution; bounded in time. Raises as :meth:`preview`, and TransferCut."""
        ...


@dataclass(frozen=True, slots=True)
class RawFrame:
    """A reply to ``frame`` that holds what it should."""

    number: int
    jpeg: bytes
    thumb: bytes
    page: Corners | None


def raw_frame(reply: Mapping[str, Any]) -> RawFrame:
    """Read the reply to ``frame``. Raises Garbled."""
    number, page = reply.get("number"), reply.get("page")
    if type(number) is not int:
        raise Garbled("frame: no number")
    jpeg = octets(reply, "jpeg")
    try:
        picture = measure(jpeg)
    except TransferCut as error:
        raise Garbled(error.diagnostics) from error
    if picture.media_type != "image/jpeg" or max(picture.width, picture.height) > _WIDEST:
        raise Garbled(f"frame: {picture.media_type} of {picture.width} by {picture.height} pixels")
    thumb = octets(reply, "thumb", THUMB[0] * THUMB[1])
    return RawFrame(number, jpeg, thumb, None if page is None else _corners(page))


def capabilities(reply: Mapping[str, Any]) -> CameraCapabilities:
    """Read the reply to ``open``. Raises Garbled."""
    size = [reply.get(key) for key in ("width", "height")]
    if not all(type(side) is int and 0 < side <= 100_000 for side in size):
        raise Garbled("open: no size of the picture")
    return CameraCapabilities(size[0] or 0, size[1] or 0, live=reply.get("live") is True)


def _corners(found: object) -> Corners:
    if not isinstance(found, list) or len(found) != 4:
        raise Garbled("frame: a page has four corners")
    corners = []
    for corner in found:
        if not isinstance(corner, list) or len(corner) != 2:
            raise Garbled("frame: a corner has two numbers")
        if not all(type(part) in {int, float} and -0.5 <= part <= 1.5 for part in corner):
            raise Garbled("frame: a corner lies outside")
        corners.append((float(corner[0]), float(corner[1])))
    return tuple(corners)
