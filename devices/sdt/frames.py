"""Frames of the SDT protocol: build them, and find them in a stream that may be damaged.

    AA AA AA 96 69 | LenH LenL | body | CHK

Len counts the bytes after itself, CHK included. CHK makes the XOR of everything from LenH through CHK zero.
The body of a request is CMD PARA [data], that of a reply SW1 SW2 SW3 [data].
"""

from __future__ import annotations

from functools import reduce
from operator import xor

HEADER = b"\xaa\xaa\xaa\x96\x69"
LONGEST = 2400
"""Largest believable Len; the longest real reply (text, photo, finger) has 2314."""
SHORTEST_REPLY = 4
SHORTEST_REQUEST = 3

_LENGTH_END = len(HEADER) + 2


def checksum(data: bytes | bytearray) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def build(body: bytes) -> bytes:
    """Wrap ``body`` into a frame."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return HEADER + counted + bytes([checksum(counted)])


class FrameReader:
    """Takes bytes as they come and hands out the bodies of whole, correct frames.

    ``dropped`` counts bytes that belonged to no good frame, ``bad_sums`` whole frames with a wrong sum.
    Once drained with ``next_body`` it holds less than one frame, so noise cannot fill the memory.
    """

    def __init__(self, shortest: int = SHORTEST_REPLY) -> None:
        self._buffer = bytearray()
        self._shortest = shortest
        self.dropped = 0
        self.bad_sums = 0

    def feed(self, data: bytes) -> None:
        """Append what the line gave."""
        self._buffer += data

    def clear(self) -> None:
        """Forget the bytes held; the counters stay."""
        self._buffer.clear()

    @property
    def pending(self) -> int:
        """Bytes held that may become a frame."""
        return len(self._buffer)

    def next_body(self) -> bytes | None:
        """Return the body of the next good frame, or None until more bytes are fed."""
        while self._align() and len(self._buffer) >= _LENGTH_END:
            length = int.from_bytes(self._buffer[len(HEADER) : _LENGTH_END], "big")
            end = _LENGTH_END + length
            if not self._shortest <= length <= LONGEST:
                self._drop(len(HEADER))
            elif len(self._buffer) < end:
                return None
            elif checksum(self._buffer[len(HEADER) : end]) != 0:
                self.bad_sums += 1
                self._drop(len(HEADER))
            else:
                body = bytes(self._buffer[_LENGTH_END : end - 1])
                del self._buffer[:end]
                return body
        return None

    def _align(self) -> bool:
        """Cut everything before a header; without one keep only a tail that a header could begin with."""
        start = self._buffer.find(HEADER)
        if start >= 0:
            self._drop(start)
            return True
        keep = next((n for n in range(len(HEADER) - 1, 0, -1) if self._buffer.endswith(HEADER[:n])), 0)
        self._drop(len(self._buffer) - keep)
        return False

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self.dropped += count
