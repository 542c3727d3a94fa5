"""Device addresses: the one line a court writes into the settings.

    sdt+serial:///dev/ttyUSB0?baud=115200    sdt+serial://COM3?baud=115200
    sdt+tcp://192.168.1.20:9001              sdt+rfc2217://192.168.1.20:2217
    escl+http://192.168.1.30:80/eSCL
    sane:test:0                              sane:test:0?source=Automatic%20Document%20Feeder

Every function raises :class:`~devices.errors.BadAddress` saying which part is wrong, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from devices.errors import BadAddress

BAUD_RATES = (9600, 19200, 38400, 57600, 115200)
DEFAULT_BAUD = 115200

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.ASCII)
_COM_PORT = re.compile(r"COM[1-9][0-9]{0,2}", re.ASCII | re.IGNORECASE)
_OPTION_NAME = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
_SANE_OPTION = "option."


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port of this PC: ``device`` is a path or ``COMn``, ``baud`` one of ``BAUD_RATES``."""

    device: str
    baud: int = DEFAULT_BAUD


@dataclass(frozen=True, slots=True)
class TcpPort:
    """A serial line behind a raw TCP port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Rfc2217Port:
    """A serial line behind a port server that speaks RFC 2217 (Telnet com port control)."""

    host: str
    port: int
    baud: int = DEFAULT_BAUD


@dataclass(frozen=True, slots=True)
class EsclAddress:
    """A network scanner: ``root`` is the path of its eSCL service without a slash at the end."""

    host: str
    port: int
    root: str

    @property
    def base(self) -> str:
        """``http://host:port/root``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{quote(self.root)}"


@dataclass(frozen=True, slots=True)
class SaneAddress:
    """A SANE device: its name as ``scanimage -L`` shows it, the name of its feeder, further options."""

    device: str
    feeder: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


SdtLine = SerialPort | TcpPort | Rfc2217Port


def scheme_of(url: str) -> str:
    """Return the scheme, e.g. ``sdt+serial``; it chooses the driver."""
    _refuse_unprintable(url)
    found = _SCHEME.match(url)
    if found is None:
        raise BadAddress(f"no scheme at the start of {url!r}; expected something like sdt+serial://COM3")
    return found[1]


def parse_sdt(url: str) -> SdtLine:
    """Parse the address of an ID card reader: ``sdt+serial``, ``sdt+tcp`` or ``sdt+rfc2217``."""
    scheme = scheme_of(url)
    parts = _split(url)
    if scheme == "sdt+serial":
        options = _options(url, parts, {"baud"})
        return SerialPort(_serial_device(url, parts), _baud(url, options))
    if parts.path not in {"", "/"}:
        raise BadAddress(f"{url!r} has a path {parts.path!r}; only host and port are expected")
    if scheme == "sdt+tcp":
        _options(url, parts, set())
        return TcpPort(*_host_and_port(url, parts))
    if scheme == "sdt+rfc2217":
        options = _options(url, parts, {"baud"})
        return Rfc2217Port(*_host_and_port(url, parts), _baud(url, options))
    raise BadAddress(f"{scheme!r} is no scheme of an ID card reader: sdt+serial, sdt+tcp, sdt+rfc2217")


def parse_escl(url: str) -> EsclAddress:
    """Parse ``escl+http://host:port/eSCL``; port 80 and path ``/eSCL`` when they are left out."""
    if scheme_of(url) != "escl+http":
        raise BadAddress(f"{url!r} does not begin with escl+http://")
    parts = _split(url)
    _options(url, parts, set())
    host, port = _host_and_port(url, parts, default_port=80)
    root = unquote(parts.path).rstrip("/") or "/eSCL"
    if any(piece in {".", ".."} for piece in root.split("/")):
        raise BadAddress(f"{url!r} has dots in its path")
    return EsclAddress(host, port, root)


def parse_sane(url: str) -> SaneAddress:
    """Parse ``sane:DEVICE[?source=FEEDER&option.NAME=VALUE]``; the parts are percent-decoded.

    ``source`` names the feeder when the driver cannot guess it; ``option.NAME`` sets any further option
    that ``scanimage -A`` lists, e.g. ``option.swdeskew=yes``.
    """
    if scheme_of(url) != "sane":
        raise BadAddress(f"{url!r} does not begin with sane:")
    name, _, query = url.removeprefix("sane:").partition("?")
    device = unquote(name)
    _refuse_unprintable(device)
    if not device:
        raise BadAddress(f"{url!r} names no device; scanimage -L lists them")
    if device.startswith("-"):
        raise BadAddress(f"{url!r}: a device name cannot begin with a dash")
    feeder, options = None, {}
    for key, value in _query(url, query).items():
        option = key.removeprefix(_SANE_OPTION)
        if key == "source":
            feeder = value
        elif key.startswith(_SANE_OPTION) and _OPTION_NAME.fullmatch(option):
            options[option] = value
        else:
            raise BadAddress(f"{url!r}: unknown option {key!r}; known are source and option.NAME")
    return SaneAddress(device, feeder, options)


# ---- the parts -----------------------------------------------------------------------------------


def _refuse_unprintable(text: str) -> None:
    if not text.isprintable():
        raise BadAddress(f"control characters in the address {text!r}")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise BadAddress(f"{url!r}: {error}") from None
    if parts.fragment:
        raise BadAddress(f"{url!r} has a part after '#'; write %23 if the name contains one")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("a user name or password has no place in a device address")
    return parts


def _query(url: str, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=32)
    except ValueError as error:
        raise BadAddress(f"{url!r}: {error}") from None
    options = dict(pairs)
    if len(options) != len(pairs):
        raise BadAddress(f"{url!r} gives an option twice")
    for value in options.values():
        _refuse_unprintable(value)
    return options


def _options(url: str, parts: SplitResult, known: set[str]) -> dict[str, str]:
    options = _query(url, parts.query)
    unknown = sorted(options.keys() - known)
    if unknown:
        raise BadAddress(
            f"{url!r}: unknown option {unknown[0]!r}; known: {', '.join(sorted(known)) or 'none'}"
        )
    return options


def _serial_device(url: str, parts: SplitResult) -> str:
    if parts.netloc and parts.path in {"", "/"}:
        if not _COM_PORT.fullmatch(parts.netloc):
            raise BadAddress(
                f"{url!r}: {parts.netloc!r} is no port name like COM3; a path needs three slashes"
            )
        return parts.netloc.upper()
    device = unquote(parts.path)
    _refuse_unprintable(device)
    if parts.netloc or not device.startswith("/") or device == "/":
        raise BadAddress(f"{url!r} names no port; write sdt+serial:///dev/ttyUSB0 or sdt+serial://COM3")
    return device


def _baud(url: str, options: Mapping[str, str]) -> int:
    text = options.get("baud", str(DEFAULT_BAUD))
    for rate in BAUD_RATES:
        if text == str(rate):
            return rate
    raise BadAddress(f"{url!r}: baud {text!r} is none of {', '.join(map(str, BAUD_RATES))}")


def _host_and_port(url: str, parts: SplitResult, default_port: int | None = None) -> tuple[str, int]:
    if not parts.hostname:
        raise BadAddress(f"{url!r} names no host")
    port = parts.port if parts.port is not None else default_port
    if port is None:
        raise BadAddress(f"{url!r} names no port")
    if port == 0:
        raise BadAddress(f"{url!r}: port 0 cannot be reached")
    return parts.hostname, port
