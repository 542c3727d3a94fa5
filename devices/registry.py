"""Which driver drives which address.

Third parties add drivers through the entry-point group ``yichuang.drivers``: the name of the entry point is
the scheme, the object a :class:`Driver`. A scheme of our own cannot be taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from devices.address import scheme_of
from devices.base import IdCardReader, Scanner
from devices.errors import BadAddress, DriverFault, LibraryMissing

GROUP = "yichuang.drivers"


@dataclass(frozen=True, slots=True)
class Driver:
    """What makes a device of either kind from its address; it raises BadAddress and opens nothing."""

    id_reader: Callable[[str], IdCardReader] | None = None
    scanner: Callable[[str], Scanner] | None = None


def _sdt(url: str) -> IdCardReader:
    from devices.drivers.id_sdt import SdtIdReader

    return SdtIdReader(url)


def _escl(url: str) -> Scanner:
    from devices.drivers.scan_escl import EsclScanner

    return EsclScanner(url)


def _sane(url: str) -> Scanner:
    from devices.drivers.scan_sane import SaneScanner

    return SaneScanner(url)


# The functions import late, so that a desk without scanner does not load an HTTP client at start.
_OURS: Mapping[str, Driver] = {
    "sdt+serial": Driver(id_reader=_sdt),
    "sdt+tcp": Driver(id_reader=_sdt),
    "sdt+rfc2217": Driver(id_reader=_sdt),
    "escl+http": Driver(scanner=_escl),
    "sane": Driver(scanner=_sane),
}


def make_id_reader(url: str) -> IdCardReader:
    """Return the closed reader at ``url``. Raises BadAddress; DriverFault for a broken foreign driver."""
    make = _driver(url).id_reader
    if make is None:
        raise BadAddress(f"{url!r} is no address of an ID card reader")
    return make(url)


def make_scanner(url: str) -> Scanner:
    """Return the closed scanner at ``url``. Raises as :func:`make_id_reader`."""
    make = _driver(url).scanner
    if make is None:
        raise BadAddress(f"{url!r} is no address of a scanner")
    return make(url)


def open_id_reader(url: str) -> IdCardReader:
    """Return the opened reader at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    reader = make_id_reader(url)
    _refuse_unavailable(reader.available())
    reader.open()
    return reader


def open_scanner(url: str) -> Scanner:
    """Return the opened scanner at ``url``. Raises LibraryMissing and what ``open()`` raises."""
    scanner = make_scanner(url)
    _refuse_unavailable(scanner.available())
    scanner.open()
    return scanner


def schemes() -> tuple[str, ...]:
    """Return the schemes that can be driven here, ours first; loads no third-party code."""
    foreign = {point.name for point in entry_points(group=GROUP)} - _OURS.keys()
    return (*_OURS, *sorted(foreign))


def _refuse_unavailable(reason: str | None) -> None:
    if reason is not None:
        raise LibraryMissing(reason)


def _driver(url: str) -> Driver:
    scheme = scheme_of(url)
    if scheme in _OURS:
        return _OURS[scheme]
    for point in entry_points(group=GROUP):
        if point.name == scheme:
            return _load(point)
    raise BadAddress(f"no driver for {scheme!r}; known: {', '.join(schemes())}")


def _load(point: EntryPoint) -> Driver:
    try:
        driver = point.load()
    except (ImportError, AttributeError) as error:
        raise DriverFault(f"driver {point.value!r} does not load: {error}") from error
    if not isinstance(driver, Driver):
        raise DriverFault(
            f"driver {point.value!r} is a {type(driver).__name__}, not a devices.registry.Driver"
        )
    return driver
