"""The XML of eSCL: what a scanner can do, how it is, and a job. Elements are found by local name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from devices.base import Colour, FeederState, ScannerState, ScannerStatus, ScanSettings, Source
from devices.errors import Garbled

XML_BYTES = 1 << 20
"""Largest XML document accepted."""

_UNITS_PER_INCH = 300
_MM_PER_INCH = 25.4
_COLOURS = {"Grayscale8": Colour.GRAY, "RGB24": Colour.COLOUR}
_MODES = {colour: mode for mode, colour in _COLOURS.items()}
_INPUTS = {Source.FLATBED: "PlatenInputCaps", Source.FEEDER: "AdfSimplexInputCaps"}
_SOURCES = {Source.FLATBED: "Platen", Source.FEEDER: "Feeder"}
_STATES = {"Idle": ScannerState.IDLE, "Stopped": ScannerState.STOPPED, "Down": ScannerState.STOPPED}
_FEEDER_STATES = {
    "ScannerAdfEmpty": FeederState.EMPTY,
    "ScannerAdfLoaded": FeederState.LOADED,
    "ScannerAdfProcessing": FeederState.LOADED,
    "ScannerAdfJam": FeederState.JAMMED,
    "ScannerAdfMispick": FeederState.JAMMED,
    "ScannerAdfMultipickDetected": FeederState.JAMMED,
    "ScannerAdfInputTrayFailed": FeederState.JAMMED,
    "ScannerAdfHatchOpen": FeederState.COVER_OPEN,
    "ScannerAdfCoverOpen": FeederState.COVER_OPEN,
    "ScannerCoverOpen": FeederState.COVER_OPEN,
}

_JOB = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" \
xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>{version}</pwg:Version>
<scan:Intent>Document</scan:Intent>
<pwg:ScanRegions><pwg:ScanRegion>
<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>
<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>
<pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>
</pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource>
<scan:ColorMode>{mode}</scan:ColorMode>
<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
</scan:ScanSettings>
"""


@dataclass(frozen=True, slots=True)
class InputCaps:
    """One source. Sizes in 1/300 inch, 0 when not said; an empty set means that the scanner does not say."""

    max_width: int
    max_height: int
    resolutions: frozenset[int]
    colours: frozenset[Colour]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a scanner says about itself."""

    version: str
    model: str
    serial: str
    inputs: Mapping[Source, InputCaps]


def parse_capabilities(document: bytes) -> Capabilities:
    """Read ScannerCapabilities. Raises Garbled."""
    root = _root(document, "ScannerCapabilities")
    inputs = {}
    for source, name in _INPUTS.items():
        caps = next(_all(root, name), None)
        if caps is not None:
            inputs[source] = _input_caps(caps)
    return Capabilities(
        version=_word(root, "Version", "2.0"),
        model=_word(root, "MakeAndModel"),
        serial=_word(root, "SerialNumber"),
        inputs=inputs,
    )


def parse_status(document: bytes, has_feeder: bool) -> ScannerStatus:
    """Read ScannerStatus. Raises Garbled."""
    root = _root(document, "ScannerStatus")
    state, adf = _word(root, "State"), _word(root, "AdfState")
    feeder = _FEEDER_STATES.get(adf, FeederState.UNKNOWN)
    if not has_feeder and feeder is FeederState.UNKNOWN:
        feeder = FeederState.ABSENT
    return ScannerStatus(
        _STATES.get(state, ScannerState.BUSY), feeder, f"State {state}, AdfState {adf or '-'}"
    )


def job(settings: ScanSettings, capabilities: Capabilities) -> bytes:
    """Write ScanSettings for a page of the paper asked for, no larger than the source can take."""
    caps = capabilities.inputs[settings.source]
    width, height = (round(side / _MM_PER_INCH * _UNITS_PER_INCH) for side in settings.paper.value)
    text = _JOB.format(
        version=escape(capabilities.version),
        width=min(width, caps.max_width or width),
        height=min(height, caps.max_height or height),
        source=_SOURCES[settings.source],
        mode=_MODES[settings.colour],
        dpi=settings.dpi,
    )
    return text.encode()


def _input_caps(caps: Element) -> InputCaps:
    resolutions = {_number(found) for found in _all(caps, "XResolution")}
    for span in _all(caps, "XResolutionRange"):
        low, high = _number(next(_all(span, "Min"), None)), _number(next(_all(span, "Max"), None))
        resolutions |= {dpi for dpi in (100, 200, 300) if low <= dpi <= high}
    modes = {(found.text or "").strip() for found in _all(caps, "ColorMode")}
    return InputCaps(
        max_width=_number(next(_all(caps, "MaxWidth"), None)),
        max_height=_number(next(_all(caps, "MaxHeight"), None)),
        resolutions=frozenset(resolutions - {0}),
        colours=frozenset(_COLOURS[mode] for mode in modes & _COLOURS.keys()),
    )


def _root(document: bytes, expected: str) -> Element:
    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Garbled(f"{expected}: {type(error).__name__}: {error}") from error
    if _local(root) != expected:
        raise Garbled(f"{expected} expected, {_local(root)[:40]!r} received")
    return root


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if _local(found) == name)


def _word(root: Element, name: str, default: str = "") -> str:
    """A short text of the device, safe to show: printable, at most 80 characters."""
    found = next(_all(root, name), None)
    text = (found.text or "").strip() if found is not None else ""
    return "".join(c for c in text if c.isprintable())[:80] or default


def _number(element: Element | None) -> int:
    text = (element.text or "").strip() if element is not None else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0
