"""The URL of a printer, understood once and completely.

``escpos+tcp://host:9100?width=576&status=buffered``  a ticket printer on the network
``escpos+file:///path/job.escpos?width=384``          ESC/POS jobs appended to a file
``pdf+file:///folder``                                one PDF a job in a folder

``width``: 576 (80 mm, the default) or 384 dots. ``status``: what proof the printer can give, see
:class:`Proof`. Anything not understood raises BadAddress: a mistyped option must not be ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit
from urllib.request import url2pathname

from printing.errors import BadAddress

DEFAULT_PORT = 9100
WIDTHS = (576, 384)


class Scheme(Enum):
    ESCPOS_TCP = "escpos+tcp"
    ESCPOS_FILE = "escpos+file"
    PDF_FOLDER = "pdf+file"


class Proof(Enum):
    """How a network printer proves that a job is done.

    BUFFERED answers ``GS r 1`` in the order of the data, so its answer comes after the last line is
    printed; REALTIME answers ``DLE EOT`` only, which says that nothing is wrong now; NONE answers nothing.
    """

    BUFFERED = "buffered"
    REALTIME = "realtime"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed URL. ``host`` and ``port`` are of TCP, ``path`` (absolute) of files, ``width`` of ESC/POS."""

    url: str
    scheme: Scheme
    host: str = ""
    port: int = 0
    path: Path = Path()
    width: int = 0
    proof: Proof = Proof.NONE


_OPTIONS = {
    Scheme.ESCPOS_TCP: frozenset({"width", "status"}),
    Scheme.ESCPOS_FILE: frozenset({"width"}),
    Scheme.PDF_FOLDER: frozenset[str](),
}


def _options(url: str, scheme: Scheme, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise BadAddress(url, f"options are name=value, joined by & ({error})") from error
    options = dict(pairs)
    if len(options) != len(pairs):
        raise BadAddress(url, "an option is given twice")
    for name in sorted(options.keys() - _OPTIONS[scheme]):
        raise BadAddress(url, f"unknown option {name!r}")
    return options


def _width(url: str, options: dict[str, str]) -> int:
    text = options.get("width", str(WIDTHS[0]))
    if text not in map(str, WIDTHS):
        raise BadAddress(url, f"width is {' or '.join(map(str, WIDTHS))} dots, not {text!r}")
    return int(text)


def _path(url: str, parts: SplitResult) -> Path:
    if parts.netloc not in ("", "localhost"):
        raise BadAddress(url, "a file URL has three slashes and no host")
    path = Path(url2pathname(parts.path))
    if not path.is_absolute() or "\0" in str(path) or path == Path(path.anchor):
        raise BadAddress(url, "needs an absolute path")
    return path


def _tcp(url: str, parts: SplitResult, options: dict[str, str]) -> Address:
    try:
        port = DEFAULT_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise BadAddress(url, "the port is a number up to 65535") from error
    if not parts.hostname or port == 0:
        raise BadAddress(url, "needs a host and a port")
    if parts.username is not None or parts.path not in ("", "/"):
        raise BadAddress(url, "a network printer has no user and no path")
    status = options.get("status", Proof.BUFFERED.value)
    if status not in {proof.value for proof in Proof}:
        raise BadAddress(url, f"status is {', '.join(proof.value for proof in Proof)}, not {status!r}")
    return Address(
        url, Scheme.ESCPOS_TCP, parts.hostname, port, width=_width(url, options), proof=Proof(status)
    )


def parse(url: str) -> Address:
    """Return the address a URL names; raise BadAddress with the reason if it names none."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadAddress(url, str(error)) from error
    schemes = {scheme.value: scheme for scheme in Scheme}
    if parts.scheme not in schemes:
        raise BadAddress(url, f"begins with one of {', '.join(schemes)}")
    if parts.fragment:
        raise BadAddress(url, "a # has no meaning here; write %23 in a path")
    scheme = schemes[parts.scheme]
    options = _options(url, scheme, parts.query)
    if scheme is Scheme.ESCPOS_TCP:
        return _tcp(url, parts, options)
    width = _width(url, options) if scheme is Scheme.ESCPOS_FILE else 0
    return Address(url, scheme, path=_path(url, parts), width=width)
