"""Device addresses: the one line a court writes into the settings.

    sdt+serial:///dev/ttyUSB0?baud=115200    sdt+serial://COM3?baud=115200
    sdt+serial:///dev/ttyUSB0?usb=1A86:7523:A50285BI        found again under whatever name it comes back
    sdt+tcp://192.168.1.20:9001              sdt+rfc2217://192.168.1.20:2217
    sdt+usb://0400:C35A                      sdt+usb://0400:C35A:SERIAL
    sdt+vendor:///opt/vendor/worker?args=--port%201001
    escl+http://192.168.1.30:80/eSCL         folder:///srv/scans?settle=1.0
    sane:test:0                              sane:test:0?source=Automatic%20Document%20Feeder
    gun+serial:///dev/ttyACM0?baud=9600      keypad+serial://COM4?table=sample-a
    led+serial:///dev/ttyUSB2?table=sample-sum
    speaker:                                 speaker:USB%20Audio       speaker+null:
    camera:0                                 camera:///dev/v4l/by-id/usb-X
    camera+file:///srv/page_%2502d.jpg       camera+worker:///opt/vendor/camera?args=--port%201
    wia:                                     scan+worker:///opt/vendor/twain?args=--source%20X
    signature+worker:///opt/vendor/pad?args=--port%201
    pcsc:                                    pcsc:ACS%20ACR1281
    pcsc+worker:///opt/vendor/reader?args=--port%201
    speaker+file:///srv/last.wav             speech+command:///usr/bin/engine?args=--stdout

Every function raises :class:`~devices.errors.BadAddress` saying which part is wrong, and nothing else.
"""

from __future__ import annotations

import re
import shlex
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
_USB = re.compile(r"([0-9A-F]{4}):([0-9A-F]{4})(?::([!-~]{1,126}))?", re.ASCII | re.IGNORECASE)
_TABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?", re.ASCII)
_LONGEST_NAME = 200
_CAMERA_NUMBER = re.compile(r"[0-9]{1,2}", re.ASCII)
_FILE_NUMBER = re.compile(r"%0?[1-9]?d", re.ASCII)
_DRIVE = re.compile(r"/[A-Za-z]:/", re.ASCII)


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """Vendor and product number of a USB device, and its serial number unless any will do."""

    vendor: int
    product: int
    serial: str | None = None

    def __str__(self) -> str:
        """As it stands in an address: ``1A86:7523`` or ``1A86:7523:SERIAL``."""
        return f"{self.vendor:04X}:{self.product:04X}" + (f":{self.serial}" if self.serial else "")


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port of this PC: ``device`` is a path or ``COMn``, ``baud`` one of ``BAUD_RATES``.

    With ``usb`` the port is looked for by it each time it is opened; ``device`` is then only its last name.
    """

    device: str
    baud: int = DEFAULT_BAUD
    usb: UsbIdentity | None = None


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


@dataclass(frozen=True, slots=True)
class ProgramAddress:
    """A program: absolute path and arguments."""

    program: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """A watched folder; a file that has not changed for ``settle`` seconds is whole."""

    folder: str
    settle: float = 1.0


LinePort = SerialPort | TcpPort | Rfc2217Port
SdtLine = LinePort | UsbIdentity


def scheme_of(url: str) -> str:
    """Return the scheme, e.g. ``sdt+serial``; it chooses the driver."""
    _refuse_unprintable(url)
    found = _SCHEME.match(url)
    if found is None:
        raise BadAddress(f"no scheme at the start of {url!r}; expected something like sdt+serial://COM3")
    return found[1]


def parse_sdt(url: str) -> SdtLine:
    """Parse the address of an ID card reader: ``sdt+`` serial, tcp, rfc2217 or usb."""
    scheme = scheme_of(url)
    if scheme == "sdt+usb":
        return _usb_identity(url, unquote(url.removeprefix("sdt+usb:").removeprefix("//")))
    if scheme == "sdt+serial":
        return parse_serial(url, "sdt+serial")[0]
    parts = _split(url)
    if parts.path not in {"", "/"}:
        raise BadAddress(f"{url!r} has a path {parts.path!r}; only host and port are expected")
    if scheme == "sdt+tcp":
        _options(url, parts, set())
        return TcpPort(*_host_and_port(url, parts))
    if scheme == "sdt+rfc2217":
        options = _options(url, parts, {"baud"})
        return Rfc2217Port(*_host_and_port(url, parts), _baud(url, options))
    raise BadAddress(f"{scheme!r} is no scheme of an ID card reader: sdt+serial, tcp, rfc2217, usb")


def parse_serial(
    url: str, scheme: str, default_baud: int = DEFAULT_BAUD, *, table: bool = False
) -> tuple[SerialPort, str]:
    """Parse the address of a device on a serial port of this PC; return port and name of its table.

    The name is "" without ``table``, else the option of that name, which must be there. Tables are files; a
    name of one has letters, digits, ``-`` and ``_`` only.
    """
    if scheme_of(url) != scheme:
        raise BadAddress(f"{url!r} does not begin with {scheme}://")
    parts = _split(url)
    options = _options(url, parts, {"baud", "usb", "table"} if table else {"baud", "usb"})
    name = options.get("table", "")
    if table and not _TABLE_NAME.fullmatch(name):
        raise BadAddress(f"{url!r}: table {name!r} is no name of a table; write ?table=NAME")
    usb = _usb_identity(url, options["usb"]) if "usb" in options else None
    return SerialPort(_serial_device(url, parts), _baud(url, options, default_baud), usb), name


def parse_program(url: str, scheme: str) -> ProgramAddress:
    """Parse ``SCHEME:///absolute/path[?args=...]``; the arguments are split as a POSIX shell does."""
    if scheme_of(url) != scheme:
        raise BadAddress(f"{url!r} does not begin with {scheme}://")
    parts = _split(url)
    program = _absolute_path(url, parts)
    try:
        arguments = shlex.split(_options(url, parts, {"args"}).get("args", ""))
    except ValueError as error:
        raise BadAddress(f"{url!r}: args: {error}") from None
    return ProgramAddress(program, tuple(arguments))


def parse_folder(url: str) -> FolderAddress:
    """Parse ``folder:///absolute/path[?settle=SECONDS]``; 0.1 to 60 seconds, 1 when left out."""
    if scheme_of(url) != "folder":
        raise BadAddress(f"{url!r} does not begin with folder://")
    parts = _split(url)
    folder = _absolute_path(url, parts)
    text = _options(url, parts, {"settle"}).get("settle", "1.0")
    if not _SECONDS.fullmatch(text) or not 0.1 <= float(text) <= 60:
        raise BadAddress(f"{url!r}: settle {text!r} is not 0.1 to 60 seconds")
    return FolderAddress(folder, float(text))


def parse_file(url: str, scheme: str) -> str:
    """Parse ``SCHEME:///absolute/path``; return the path."""
    if scheme_of(url) != scheme:
        raise BadAddress(f"{url!r} does not begin with {scheme}://")
    parts = _split(url)
    _options(url, parts, set())
    return _absolute_path(url, parts)


def parse_named(url: str, scheme: str) -> str:
    """Parse ``SCHEME:[NAME]``; return the percent-decoded name of a device, "" for the first one."""
    if scheme_of(url) != scheme:
        raise BadAddress(f"{url!r} does not begin with {scheme}:")
    name = unquote(url.removeprefix(f"{scheme}:"))
    _refuse_unprintable(name)
    if len(name) > _LONGEST_NAME:
        raise BadAddress(f"{url[:_LONGEST_NAME]!r} names a device too long")
    return name


def parse_speaker(url: str) -> tuple[str, str]:
    """Parse ``speaker:[NAME]`` or ``speaker+null:``; return the scheme and the name of the device."""
    scheme = scheme_of(url)
    if scheme not in {"speaker", "speaker+null"}:
        raise BadAddress(f"{url!r} does not begin with speaker:")
    name = parse_named(url, scheme)
    if name and scheme == "speaker+null":
        raise BadAddress(f"{url!r}: nobody has no name")
    return scheme, name


def parse_pcsc(url: str) -> str | ProgramAddress:
    """Parse ``pcsc:[NAME]`` or ``pcsc+worker:///path[?args=...]``; a reader's name or a vendor's program."""
    return parse_program(url, "pcsc+worker") if scheme_of(url) == "pcsc+worker" else parse_named(url, "pcsc")


def parse_camera(url: str) -> str | ProgramAddress:
    """Parse the address of a document camera; return what our worker opens, or a vendor's program.

    ``camera:`` and ``camera:N`` are cameras by number, ``camera:///dev/...`` by path, ``camera+file:///...``
    numbered pictures (``%2502d`` stands for two digits), ``camera+worker:///path[?args=...]`` a program.
    """
    scheme = scheme_of(url)
    if scheme == "camera+worker":
        return parse_program(url, scheme)
    if scheme == "camera+file":
        path = parse_file(url, scheme)
        if not _FILE_NUMBER.search(path):
            raise BadAddress(f"{url!r}: the name of the files has no number such as %2502d")
        return path
    if scheme != "camera":
        raise BadAddress(f"{url!r} does not begin with camera:")
    number = url.removeprefix("camera:")
    if not number.startswith("/"):
        if number and not _CAMERA_NUMBER.fullmatch(number):
            raise BadAddress(f"{url!r}: {number!r} is no number of a camera")
        return number or "0"
    return parse_file(url, scheme)


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


def _absolute_path(url: str, parts: SplitResult) -> str:
    path = unquote(parts.path)
    _refuse_unprintable(path)
    if parts.netloc or not path.startswith("/") or path == "/":
        raise BadAddress(f"{url!r} names no absolute path; write three slashes before it")
    return path[1:] if _DRIVE.match(path) else path


def _usb_identity(url: str, text: str) -> UsbIdentity:
    found = _USB.fullmatch(text)
    if found is None:
        raise BadAddress(f"{url!r}: {text!r} is no VID:PID or VID:PID:SERIAL in four hex digits each")
    return UsbIdentity(int(found[1], 16), int(found[2], 16), found[3])


def _baud(url: str, options: Mapping[str, str], default: int = DEFAULT_BAUD) -> int:
    text = options.get("baud", str(default))
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
