"""The XML of network scanners, and pictures judged by their bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from devices.base import Colour, FeederState, ScannerState, ScanSettings, Source
from devices.drivers.scan_sane import _parse_options
from devices.errors import Garbled, LibraryMissing, NotAnswering, TransferCut
from devices.escl.messages import job, parse_capabilities, parse_status
from devices.pictures import measure
from devices.worker import Worker

NAMES = (
    'xmlns:s="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:p="http://www.pwg.org/schemas/2010/12/sm"'
)
CAPABILITIES = f"""<s:ScannerCapabilities {NAMES}><p:Version>2.6&amp;</p:Version>
<p:MakeAndModel> Acme\u202e 9 </p:MakeAndModel><s:Platen><s:PlatenInputCaps><s:MaxWidth>2400</s:MaxWidth>
<s:MaxHeight>nonsense</s:MaxHeight><s:ColorMode>RGB24</s:ColorMode><s:ColorMode>Odd</s:ColorMode>
<s:XResolutionRange><s:Min>75</s:Min><s:Max>250</s:Max></s:XResolutionRange>
</s:PlatenInputCaps></s:Platen></s:ScannerCapabilities>""".encode()


def status(state: str, adf: str = "") -> bytes:
    feeder = f"<s:AdfState>{adf}</s:AdfState>" if adf else ""
    return f"<s:ScannerStatus {NAMES}><p:State>{state}</p:State>{feeder}</s:ScannerStatus>".encode()


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("L", size, 200).save(target, kind, **options)
    return target.getvalue()


def test_a_document_type_is_refused_even_without_entities() -> None:
    with pytest.raises(Garbled, match="DTDForbidden"):
        parse_status(b'<!DOCTYPE x SYSTEM "http://elsewhere/x.dtd">' + status("Idle"), has_feeder=True)


def test_capabilities_are_read_by_local_name_and_odd_values_ignored() -> None:
    known = parse_capabilities(CAPABILITIES)
    caps = known.inputs[Source.FLATBED]
    assert (known.model, list(known.inputs)) == ("Acme 9", [Source.FLATBED])
    assert (caps.max_width, caps.max_height) == (2400, 0)
    assert caps.resolutions == {100, 200}
    assert caps.colours == {Colour.COLOUR}


def test_a_job_asks_for_a4_as_far_as_the_glass_reaches_and_escapes_what_the_scanner_said() -> None:
    text = job(ScanSettings(dpi=200, colour=Colour.COLOUR), parse_capabilities(CAPABILITIES)).decode()
    assert "<pwg:Width>2400</pwg:Width><pwg:Height>3508</pwg:Height>" in text
    assert "<pwg:Version>2.6&amp;</pwg:Version>" in text
    assert "<scan:ColorMode>RGB24</scan:ColorMode>" in text


@pytest.mark.parametrize(
    ("adf", "feeder"),
    [
        ("ScannerAdfEmpty", FeederState.EMPTY),
        ("ScannerAdfLoaded", FeederState.LOADED),
        ("ScannerAdfJam", FeederState.JAMMED),
        ("ScannerAdfMispick", FeederState.JAMMED),
        ("ScannerAdfMultipickDetected", FeederState.JAMMED),
        ("ScannerAdfHatchOpen", FeederState.COVER_OPEN),
        ("SomethingNew", FeederState.UNKNOWN),
        ("", FeederState.UNKNOWN),
    ],
)
def test_the_state_of_the_feeder_is_understood(adf: str, feeder: FeederState) -> None:
    assert parse_status(status("Idle", adf), has_feeder=True).feeder is feeder


def test_states_of_the_scanner_and_a_missing_feeder() -> None:
    assert parse_status(status("Idle"), has_feeder=False).feeder is FeederState.ABSENT
    states = [parse_status(status(word), has_feeder=True).state for word in ("Idle", "Processing", "Stopped")]
    assert states == [ScannerState.IDLE, ScannerState.BUSY, ScannerState.STOPPED]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\0\xff",
        b"<a><b></a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a/>",
    ],
)
def test_broken_or_hostile_xml_is_garbled(document: bytes) -> None:
    for parse in (parse_capabilities, lambda data: parse_status(data, has_feeder=True)):
        with pytest.raises(Garbled):
            parse(document)


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_whole_picture_has_kind_and_size(kind: str, media_type: str) -> None:
    found = measure(picture(kind, (1653, 2339)) + b"\0" * 3)
    assert (found.media_type, found.width, found.height) == (media_type, 1653, 2339)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_without_its_end_is_a_cut_transfer(kind: str) -> None:
    data = picture(kind)
    with pytest.raises(TransferCut):
        measure(data[: len(data) // 2])


def test_a_progressive_picture_and_one_with_its_height_at_the_end_are_measured() -> None:
    assert measure(picture("JPEG", progressive=True)).height == 30
    data = bytearray(picture("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 7] = b"\0\0"
    data[-2:-2] = b"\xff\xdc\x00\x04\x00\x1e"
    assert measure(bytes(data)).height == 30


@pytest.mark.parametrize("data", [b"", b"<html>", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xc0\x00\xff\xd9"])
def test_what_is_no_picture_is_garbled(data: bytes) -> None:
    with pytest.raises(Garbled):
        measure(data)


LISTING = """
All options specific to device `x':
    --mode Lineart|Halftone|Gray|Color [Lineart]
    --resolution 75|150|200|300dpi [75]
    --source ADF Duplex|ADF Front [ADF Front]
"""


def test_the_options_of_a_sheet_fed_scanner_are_understood() -> None:
    options = _parse_options(LISTING, None)
    assert options.sources == {Source.FEEDER: "ADF Front"}
    assert options.modes == {Colour.GRAY: "Gray", Colour.COLOUR: "Color"}
    assert options.resolutions == {200, 300}
    assert not options.has_area


def test_a_device_that_lists_no_sources_is_a_flatbed() -> None:
    assert _parse_options("", None).sources == {Source.FLATBED: None}
    assert _parse_options("", "Tray 2").sources[Source.FEEDER] == "Tray 2"


def never() -> bool:
    return False


def test_a_worker_gives_its_lines_and_keeps_its_last_words(tmp_path: Path) -> None:
    with Worker(["sh", "-c", "echo a; echo b; echo why >&2; exit 3"], folder=tmp_path) as worker:
        assert [worker.next_line(10, never) for _ in range(3)] == ["a", "b", None]
        assert (worker.exit_code(), worker.last_words()) == (3, "why")


def test_a_worker_that_hangs_and_ignores_the_polite_end_is_killed() -> None:
    with Worker(["sh", "-c", "trap '' TERM; echo up; while :; do read x </dev/zero; done"]) as worker:
        assert worker.next_line(10, never) == "up"
        with pytest.raises(NotAnswering):
            worker.next_line(0.2, never)
    assert worker._process.returncode == -9


def test_a_program_that_is_not_there_is_a_missing_library() -> None:
    with pytest.raises(LibraryMissing):
        Worker(["/no/such/program"])
