"""The URL of a printer, understood once and completely.

``escpos+tcp://host:9100?width=576&status=buffered``  a ticket printer on the network
``escpos+file:///path/job.escpos?width=384``          ESC/POS jobs appended to a file
``escpos+serial:///dev/ttyS0?baud=9600&width=384``    a ticket printer at a serial port (``//COM3``)
``escpos+usb://04b8:0e15?width=576``                  a ticket printer at USB, by vendor and product
``pdf+file:///folder``                                one PDF a job in a folder
``cups://NAME?server=host:631``                       a queue of the system spooler
``winspool://NAME``                                   a page printer of Windows, its name percent-encoded
``escpos+winspool://NAME?width=576``                  a ticket printer that Windows knows by name

``width``: 576 (80 mm, the default) or 384 dots. ``status``: what proof the printer can give, see
:class:`Proof`. ``baud``: 9600 (the default) to 115200; ``flow``: xonxoff (the default), rtscts or none;
``text``: mixed sends Chinese text as text and is the default below 57600 baud, raster draws everything;
``qr``: native or raster, what the printer can do with codes in mixed text. ``server``: of the spooler.
Anything not understood raises BadAddress: a mistyped option must not be ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from urllib.request import url2pathname

from printing.errors import BadAddress

DEFAULT_PORT = 9100
WIDTHS = (576, 384)
_BAUDS = ("9600", "19200", "38400", "57600", "115200")
_FAST = 57600  # from here on a drawn ticket takes less than four seconds
_COM = re.compile(r"COM[1-9]\d{0,2}", re.IGNORECASE)
_USB = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_QUEUE = re.compile(r"[^\s/#\\\"'?<>|\x00-\x1f\-][^\s/#\\\"'?<>|\x00-\x1f]{0,126}")  # as lpadmin takes them
_LONGEST_NAME = 220  # characters; what CreateDC and OpenPrinter take
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class Scheme(Enum):
    ESCPOS_TCP = "escpos+tcp"
    ESCPOS_FILE = "escpos+file"
    ESCPOS_SERIAL = "escpos+serial"
    ESCPOS_USB = "escpos+usb"
    PDF_FOLDER = "pdf+file"
    CUPS = "cups"
    WINDOWS = "winspool"
    ESCPOS_WINDOWS = "escpos+winspool"


class Proof(Enum):
    """How a printer that can answer proves that a job is done.

    BUFFERED answers ``GS r 1`` in the order of the data, so its answer comes after the last line is
    printed; REALTIME answers ``DLE EOT`` only, which says that nothing is wrong now; NONE answers nothing.
    """

    BUFFERED = "buffered"
    REALTIME = "realtime"
    NONE = "none"


class Flow(Enum):
    """How a serial printer says that it cannot take more."""

    XONXOFF = "xonxoff"
    RTSCTS = "rtscts"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed URL.

    ``host`` and ``port`` are of TCP and of the spooler's server, ``path`` (absolute) of files, ``width`` of
    ESC/POS, ``name`` of a serial port or a queue, ``vendor`` and ``product`` of USB.
    """

    url: str
    scheme: Scheme
    host: str = ""
    port: int = 0
    path: Path = Path()
    width: int = 0
    proof: Proof = Proof.NONE
    name: str = ""
    baud: int = 0
    flow: Flow = Flow.NONE
    mixed: bool = False
    native_qr: bool = False
    vendor: int = 0
    product: int = 0


_OPTIONS = {
    Scheme.ESCPOS_TCP: frozenset({"width", "status"}),
    Scheme.ESCPOS_FILE: frozenset({"width"}),
    Scheme.ESCPOS_SERIAL: frozenset({"width", "status", "baud", "flow", "text", "qr"}),
    Scheme.ESCPOS_USB: frozenset({"width", "status"}),
    Scheme.PDF_FOLDER: frozenset[str](),
    Scheme.CUPS: frozenset({"server"}),
    Scheme.WINDOWS: frozenset[str](),
    Scheme.ESCPOS_WINDOWS: frozenset({"width"}),
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


def _one_of(url: str, options: dict[str, str], name: str, known: Sequence[str]) -> str:
    """Return the option, the first known value if it is not given."""
    text = options.get(name, known[0])
    if text not in known:
        raise BadAddress(url, f"{name} is {' or '.join(known)}, not {text!r}")
    return text


def _width(url: str, options: dict[str, str]) -> int:
    return int(_one_of(url, options, "width", [str(width) for width in WIDTHS]))


def _proof(url: str, options: dict[str, str]) -> Proof:
    return Proof(_one_of(url, options, "status", [proof.value for proof in Proof]))


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
    proof, width = _proof(url, options), _width(url, options)
    return Address(url, Scheme.ESCPOS_TCP, parts.hostname, port, width=width, proof=proof)


def _serial(url: str, parts: SplitResult, options: dict[str, str]) -> Address:
    name = parts.netloc if _COM.fullmatch(parts.netloc) and parts.path in ("", "/") else ""
    if not name and not parts.netloc:
        name = unquote(parts.path)
    if not name.strip("/") or "\0" in name:
        raise BadAddress(url, "needs a port, such as escpos+serial:///dev/ttyS0 or escpos+serial://COM3")
    baud = int(_one_of(url, options, "baud", _BAUDS))
    usual = ("mixed", "raster") if baud < _FAST else ("raster", "mixed")
    return Address(
        url,
        Scheme.ESCPOS_SERIAL,
        name=name,
        width=_width(url, options),
        proof=_proof(url, options),
        baud=baud,
        flow=Flow(_one_of(url, options, "flow", [flow.value for flow in Flow])),
        mixed=_one_of(url, options, "text", usual) == "mixed",
        native_qr=_one_of(url, options, "qr", ("native", "raster")) == "native",
    )


def _usb(url: str, parts: SplitResult, options: dict[str, str]) -> Address:
    ids = _USB.fullmatch(parts.netloc)
    if ids is None or parts.path not in ("", "/"):
        raise BadAddress(url, "needs VID:PID, four hexadecimal digits each")
    vendor, product = (int(part, 16) for part in ids.groups())
    proof, width = _proof(url, options), _width(url, options)
    return Address(url, Scheme.ESCPOS_USB, width=width, proof=proof, vendor=vendor, product=product)


def _cups(url: str, parts: SplitResult, options: dict[str, str]) -> Address:
    name = unquote(parts.netloc)
    if not _QUEUE.fullmatch(name) or parts.path not in ("", "/"):
        raise BadAddress(url, "needs the name of a queue, without blanks")
    if "server" not in options:
        return Address(url, Scheme.CUPS, name=name)
    host, _, port = options["server"].partition(":")
    if not _HOST.fullmatch(host) or not (port or "631").isdecimal():
        raise BadAddress(url, "server is host or host:port")
    return Address(url, Scheme.CUPS, host, int(port or 631), name=name)


def _windows(url: str, parts: SplitResult, options: dict[str, str]) -> Address:
    name = unquote(parts.netloc)
    if not name.strip() or len(name) > _LONGEST_NAME or parts.path not in ("", "/"):
        raise BadAddress(url, "needs the name of a printer, percent-encoded")
    if any(ord(char) < ord(" ") or char == "\x7f" for char in name):
        raise BadAddress(url, "a name has no control characters")
    scheme = Scheme(parts.scheme)
    width = _width(url, options) if scheme is Scheme.ESCPOS_WINDOWS else 0
    return Address(url, scheme, name=name, width=width)


_PARSERS: dict[Scheme, Callable[[str, SplitResult, dict[str, str]], Address]] = {
    Scheme.ESCPOS_TCP: _tcp,
    Scheme.ESCPOS_SERIAL: _serial,
    Scheme.ESCPOS_USB: _usb,
    Scheme.CUPS: _cups,
    Scheme.WINDOWS: _windows,
    Scheme.ESCPOS_WINDOWS: _windows,
}


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
    parser = _PARSERS.get(scheme)
    if parser is not None:
        return parser(url, parts, options)
    width = _width(url, options) if scheme is Scheme.ESCPOS_FILE else 0
    return Address(url, scheme, path=_path(url, parts), width=width)
