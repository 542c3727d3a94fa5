"""Coverage-guided fuzzing of everything that reads what a device, a worker or a page brings.

    python -m venv fuzz && fuzz/bin/pip install atheris python-escpos pyusb pyserial Pillow defusedxml
    fuzz/bin/python -m benchmarks.fuzz_parsers sdt CORPUS -max_total_time=40 -max_len=4096 -timeout=5

Atheris is not among the locked packages. Results are in ``docs/fuzzing.md``. Anything but a DeviceError, a
ValueError where one is promised, or a hang ends the run with the input that caused it.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["devices", "printing", "app.domain"]):
    from app.domain.mrz import check_mrz_lines, mended_mrz
    from devices import address, camera, requests, signature
    from devices.errors import DeviceError
    from devices.escl.messages import parse_capabilities, parse_status
    from devices.keypad import KeypadFrames, keypad_table
    from devices.pictures import density, measure
    from devices.scan_gun import BurstDetector, Key
    from devices.sdt import card as cards
    from devices.sdt.frames import FrameReader
    from devices.sound import read_wav
    from devices.strip import strip_table
    from devices.tables import load, parse
    from devices.vendor import protocol
    from printing.printers.conversation import Limits, Talk
    from printing.printers.ipp import _attributes

TABLES = Path(__file__).resolve().parents[1] / "resources" / "devices" / "keypads"
KEYPADS = [keypad_table(load(TABLES, name)) for name in ("sample-a", "sample-b")]


def sdt(data: bytes) -> None:
    reader, frames = FrameReader(), 0
    for at in range(0, len(data), 7):
        reader.feed(data[at : at + 7])
        while reader.next_body() is not None:
            frames += 1
    assert frames <= len(data)


def card(data: bytes) -> None:
    try:
        payload = cards.split_payload(data, bool(data[:1] > b"\x80"))
    except DeviceError:
        payload = cards.Payload((data * 256 or bytes(256))[:256], bytes(1024), 0)
    with suppress(DeviceError):
        cards.parse_card(payload, cards.split_addresses(data[:280]))


def escl(data: bytes) -> None:
    for read in (parse_capabilities, lambda document: parse_status(document, has_feeder=True)):
        with suppress(DeviceError):
            read(data)


def keypad(data: bytes) -> None:
    for table in KEYPADS:
        frames = KeypadFrames(table)
        with suppress(DeviceError):
            for at in range(0, len(data), 5):
                frames.feed(data[at : at + 5])


def gun(data: bytes) -> None:
    source, detector, at = atheris.FuzzedDataProvider(data), BurstDetector(), 0.0
    while source.remaining_bytes() > 3:
        at += source.ConsumeFloatInRange(-0.01, 0.08)
        detector.key(Key(source.ConsumeUnicodeNoSurrogates(2), at, source.ConsumeBool()))
        detector.pause(at)


def mrz(data: bytes) -> None:
    lines = atheris.FuzzedDataProvider(data).ConsumeUnicode(500).split("\n")[:4]
    check_mrz_lines(mended_mrz(lines))


def picture(data: bytes) -> None:
    for head in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"):
        with suppress(DeviceError):
            measure(head + data)
        density(head + data)


def sound(data: bytes) -> None:
    with suppress(DeviceError):
        read_wav(data)


def reply(data: bytes) -> None:
    line = data.decode("utf-8", "replace")
    requests.answers(line, 1)
    with suppress(DeviceError):
        found = requests.answer(line, 1)
        readers: tuple[Callable[..., object], ...] = (
            protocol.opened, protocol.state, protocol.card, protocol.png,
            camera.raw_frame, camera.capabilities, signature.new_points, signature.capabilities,
        )  # fmt: skip
        for read in readers:
            with suppress(DeviceError):
                read(found)


def url(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    parsers: tuple[Callable[[str], object], ...] = (
        address.parse_sdt, address.parse_folder, address.parse_speaker, address.parse_camera,
        address.parse_escl, address.parse_sane, lambda t: address.parse_program(t, "sdt+vendor"),
        lambda t: address.parse_serial(t, "gun+serial"),
    )  # fmt: skip
    for read in parsers:
        with suppress(DeviceError):
            read(text)


def table(data: bytes) -> None:
    for read in (keypad_table, strip_table):
        with suppress(DeviceError):
            read(parse("x", data.decode("utf-8", "replace")))


class _Line:
    """A printer that answers what the fuzzer says."""

    doubtful = 0

    def __init__(self, data: bytes) -> None:
        self._pieces = [data[at : at + 3] for at in range(0, len(data), 3)]

    def send(self, data: memoryview, _limit: float) -> int:
        return len(data)

    def receive(self, limit: float) -> bytes:
        return self._pieces.pop() if limit and self._pieces else b""

    def finish(self, limit: float) -> None:
        """Nothing is held."""


def printer(data: bytes) -> None:
    Talk(_Line(data), Limits(0.001, 0.001, 0.001, 0.001)).status()


def ipp(data: bytes) -> None:
    with suppress(struct.error, ValueError):
        dict(_attributes(data))


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (sdt, card, escl, keypad, gun, mrz, picture, sound, reply, url, table, printer, ipp)
}


def main() -> None:
    """Fuzz the target named first; the rest goes to libFuzzer."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, atheris.instrument_func(target))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
