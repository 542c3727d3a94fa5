"""Many card reads with random faults: no wrong field, every failure explained, nothing leaks.

In CI a short run; the long one: ``YICHUANG_SOAK=1000 pytest -s tests/faults/test_device_soak.py``.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from devices.base import CardRead
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import (
    CardNotLifted,
    DeviceError,
    Garbled,
    NoCard,
    NotAnswering,
    NotAuthorised,
    ReadFailed,
    Unplugged,
)
from devices.sdt.card import Payload, parse_card
from devices.sdt.session import Limits
from devices.simulators.cards import CARDS
from devices.simulators.sdt_machine import photo_of
from tests.helpers.devices import Simulator, id_reader, nothing_left

pytestmark = pytest.mark.slow

__all__ = ["nothing_left"]

READS = int(os.environ.get("YICHUANG_SOAK", "60"))
WIRE = "tcp" if sys.platform == "win32" else "serial"
LIMITS = Limits(header=0.3, whole=1.5, quiet=0.1, card=6.0)
FAULTS = (
    *["none"] * 4, "badsum", "badsum read 2", "garbage any 9", "half", "half read 2", "nul", "nul select",
    "silent", "silent find", "noise read 1", "noise read 3", "noise read 99", "noise any 2", "lift select",
    "lift", "sw41", "sw81 select", "unplug", "rename", "flood", "noauth", "silent address 9",
)  # fmt: skip
# Noise that one byte of XOR does not see can make any status word of any other, also "command unknown".
EXPLAINED = (Garbled, NotAnswering, Unplugged, ReadFailed, NoCard, CardNotLifted, NotAuthorised)


def clean(simulator: Simulator, reader: SdtIdReader, card: str) -> None:
    """End all faults, make the line whole again and lay a card down."""
    for command in ("clear", "lift", "replug", f"place {card}"):
        simulator.tell(command)
    reader.close()


def read(reader: SdtIdReader, folder: Path) -> CardRead | DeviceError:
    """Read once; the port may have come back under its other name."""
    try:
        reader.open()
        return reader.read()
    except DeviceError as error:
        return error


def held(reader: SdtIdReader) -> tuple[int, int, int]:
    """Descriptors, threads and resident bytes held with the port closed: an open one holds five."""
    reader.close()
    gc.collect()
    process = psutil.Process()
    return process.num_fds(), threading.active_count(), process.memory_info().rss


class _Port:
    """What the system would list for the reader, whatever its name is now."""

    vid, pid, serial_number = 0x1A86, 0x7523, "S1"

    def __init__(self, path: Path) -> None:
        self.device = str(path)


@pytest.mark.timeout(max(120, 3 * READS))
@pytest.mark.skipif(WIRE == "tcp", reason="needs a pty")
def test_no_wrong_field_is_ever_accepted_whatever_goes_wrong(tmp_path: Path) -> None:
    seed = int(os.environ.get("YICHUANG_SEED", random.SystemRandom().randrange(1 << 32)))
    dice = random.Random(seed)  # noqa: S311 - faults, no secrets
    outcomes: Counter[str] = Counter()
    warm: tuple[int, int, int] | None = None
    url = f"sdt+serial://{tmp_path}/reader?usb=1A86:7523:S1"

    def ports() -> list[_Port]:
        return [_Port(path) for path in tmp_path.iterdir() if path.is_symlink()]

    readers = {limits: SdtIdReader(url, limits, ports=ports) for limits in (LIMITS, Limits())}
    with id_reader(WIRE, tmp_path) as simulator:
        for number in range(READS):
            name, fault = dice.choice(list(CARDS)), dice.choice(FAULTS)
            # Where nothing is made to go wrong a busy machine may not be taken for a silent reader.
            reader = readers[LIMITS if fault != "none" else Limits()]
            clean(simulator, reader, name)
            reader.open()
            if fault != "none":
                simulator.tell(f"fault {fault}")
            found = read(reader, tmp_path)
            reader.close()
            why = f"seed {seed}, read {number}, {name}, {fault}: {found!r}"
            if isinstance(found, DeviceError):
                assert fault.startswith("noise") or isinstance(found, EXPLAINED), why
                assert found.diagnostics, why
                assert fault != "none", why
            else:
                later = CARDS[name].later_addresses if found.addresses_complete else ()
                block = Payload(CARDS[name].text, found.photo, CARDS[name].finger_length)
                assert replace(found, addresses_complete=True) == parse_card(block, later), why
                assert found.photo == photo_of(CARDS[name]), why
            outcomes[f"{fault.split()[0]}: {type(found).__name__}"] += 1
            if number == min(READS // 3, 100):
                warm = held(reader)
        assert warm is not None
        descriptors, threads, memory = held(reader)
        assert descriptors <= warm[0]
        assert threads <= warm[1]
        assert memory - warm[2] < 8 << 20
    good = sum(n for key, n in outcomes.items() if key.endswith("CardRead"))
    assert good >= READS // 5, outcomes
    if READS > 100:
        print(f"seed {seed}, {good} of {READS} read; {dict(sorted(outcomes.items()))}")  # noqa: T201 - asked for
