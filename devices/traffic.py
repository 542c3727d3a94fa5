"""What went over the wire of a device, kept for whoever has to find a fault, without personal data.

The log is a ring in memory; it reaches a disk only when a technician exports it. One JSON line an entry:

    {"t": 0.000, "sent": "aaaaaa96690003300132"}
    {"t": 0.112, "got": "aaaaaa9669 0508 000090 01000400 *1280 =ok"}
    {"t": 0.113, "event": "Garbled: ..."}

``t`` counts seconds from the first entry. In bytes, hex digits are what was there, ``*n`` stands for n bytes
nobody may see, ``=ok`` and ``=bad`` for a checksum that was right or wrong.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from devices.errors import CardNotLifted, DeviceError, NoCard
from devices.line import ByteLine

Kind = Literal["sent", "got", "event"]
CAPACITY = 2000
FAULTS_KEPT = 5
ENTRIES_BEFORE_A_FAULT = 80
_LONGEST_TEXT = 800
_NO_FAULTS = (NoCard, CardNotLifted)
_PERSONAL = re.compile(r"[0-9A-Za-z+/=]{24,}|[0-9]{6,}[0-9Xx]?|[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """``at``: seconds of the log's clock; ``text`` is masked already."""

    at: float
    kind: Kind
    text: str


class Mask(Protocol):
    """Writes bytes down so that nothing personal is left."""

    def sent(self, data: bytes) -> str: ...

    def received(self, data: bytes) -> str: ...


class TrafficLog:
    """The last entries, and those before each of the last faults. May be read from any thread."""

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._faults: deque[tuple[Entry, ...]] = deque(maxlen=FAULTS_KEPT)

    def note(self, kind: Kind, text: str) -> None:
        """Add an entry; ``text`` must be masked."""
        with self._lock:
            self._entries.append(Entry(self._clock(), kind, text[:_LONGEST_TEXT]))

    def error(self, error: DeviceError) -> None:
        """Add a failure and keep what came before it. A card that is not there is no failure."""
        self.note("event", f"{type(error).__name__}: {mask_text(error.diagnostics)}")
        if isinstance(error, _NO_FAULTS):
            return
        with self._lock:
            self._faults.append(tuple(self._entries)[-ENTRIES_BEFORE_A_FAULT:])

    def entries(self) -> tuple[Entry, ...]:
        """Return what is held, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def faults(self) -> tuple[tuple[Entry, ...], ...]:
        """Return the last faults, oldest first; each ends with the entry of its error."""
        with self._lock:
            return tuple(self._faults)


def export(entries: Iterable[Entry]) -> str:
    """Write entries as JSON lines; ``devices.simulators.replay`` reads them."""
    lines, start = [], None
    for entry in entries:
        start = entry.at if start is None else start
        lines.append(json.dumps({"t": round(entry.at - start, 4), entry.kind: entry.text}))
    return "".join(f"{line}\n" for line in lines)


def mask_text(text: str) -> str:
    """Return words of a device with everything that could be a name, a number or data made ``*``."""
    return _PERSONAL.sub("*", text)


class LengthMask:
    """Shows how long the data was, nothing else: for guns, whose codes may hold anything."""

    def sent(self, data: bytes) -> str:
        """Bytes to the device."""
        return f"*{len(data)}"

    def received(self, data: bytes) -> str:
        """Bytes from the device."""
        return f"*{len(data)}"


class NoMask:
    """Shows all: for devices whose bytes say nothing about anybody, such as a keypad with five keys."""

    def sent(self, data: bytes) -> str:
        """Bytes to the device."""
        return data.hex()

    def received(self, data: bytes) -> str:
        """Bytes from the device."""
        return data.hex()


class RecordedLine:
    """A line whose traffic is written into a log."""

    def __init__(self, line: ByteLine, log: TrafficLog, mask: Mask) -> None:
        self._line = line
        self._log = log
        self._mask = mask

    def read(self) -> bytes:
        """See :meth:`devices.line.ByteLine.read`."""
        data = self._line.read()
        if data:
            self._log.note("got", self._mask.received(data))
        return data

    def drain(self) -> bool:
        """See :meth:`devices.line.ByteLine.drain`."""
        dropped = self._line.drain()
        if dropped:
            self._log.note("event", "bytes of an earlier answer thrown away")
        return dropped

    def write(self, data: bytes) -> None:
        """See :meth:`devices.line.ByteLine.write`."""
        self._log.note("sent", self._mask.sent(data))
        self._line.write(data)

    def close(self) -> None:
        """See :meth:`devices.line.ByteLine.close`."""
        self._line.close()
