"""One question, one answer, within a time limit: the conversation with a reader.

Before each request the input is cleared, so a late answer is never taken for the next one. A damaged answer
is asked for once more with the same command; silence is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from devices.errors import Garbled, NotAnswering
from devices.line import ByteLine
from devices.sdt import frames
from devices.sdt.commands import REQUEST_DAMAGED, plausible

_CLEAR_SECONDS = 0.2
_STATUS_BYTES = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. Public drivers wait 2 s for the head of a reply and 5 s for all of it."""

    header: float = 2.0
    """Until the first good header of a reply."""
    whole: float = 5.0
    """For one command with its answer and the repetition."""
    quiet: float = 0.5
    """A reply that has begun and pauses longer than this is broken."""
    card: float = 12.0
    """For everything that reading one card takes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """SW3 and the data behind it."""

    status: int
    data: bytes


class _Damaged(Exception):
    """This attempt brought bytes and no frame."""


class SdtSession:
    """Asks questions on one open line. Not for two threads at once."""

    def __init__(
        self, line: ByteLine, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = line
        self._limits = limits or Limits()
        self._clock = clock
        self._frames = frames.FrameReader()
        self._dirty = True
        self._repeated = 0

    @property
    def noise(self) -> int:
        """Grows with every byte that belonged to no good frame and every answer that had to be repeated."""
        return self._frames.dropped + self._frames.bad_sums + self._repeated

    def counters(self) -> str:
        """Bytes dropped and bad sums since the line was opened, for diagnostics."""
        return f"{self._frames.dropped} bytes dropped, {self._frames.bad_sums} bad sums"

    def ask(self, command: bytes, deadline: float | None = None) -> Reply:
        """Send ``command`` (CMD PARA [data]) and return the reply, whatever its status.

        ``deadline``: clock time at which to give up even if the limits would allow more.
        Raises Garbled, NotAnswering or Unplugged.
        """
        end = self._clock() + self._limits.whole
        if deadline is not None:
            end = min(end, deadline)
        try:
            reply = self._attempt(command, end)
            if reply.status not in REQUEST_DAMAGED:
                return reply
        except _Damaged:
            pass
        self._repeated += 1
        try:
            return self._attempt(command, end)
        except _Damaged as error:
            raise Garbled(f"command {command.hex(' ')}: {error}; {self.counters()}") from None

    def _attempt(self, command: bytes, end: float) -> Reply:
        self._clear()
        self._line.write(frames.build(command))
        start = self._clock()
        body = self._body(start, end)
        if body is None:
            raise NotAnswering(f"command {command.hex(' ')}: silence for {self._clock() - start:.1f} s")
        if len(body) < _STATUS_BYTES or body[:2] != b"\0\0":
            raise _Damaged(f"reply of {len(body)} bytes without a status word")
        reply = Reply(body[2], body[_STATUS_BYTES:])
        if not plausible(command, reply.status, len(reply.data)):
            raise _Damaged(f"{len(reply.data)} data bytes belong to another request")
        self._dirty = False
        return reply

    def _body(self, start: float, end: float) -> bytes | None:
        """Wait for one good frame; None after silence; raises _Damaged when bytes came and no frame."""
        header_end = min(end, start + self._limits.header)
        heard: float | None = None
        received = 0
        while True:
            data = self._line.read()
            now = self._clock()
            if data:
                heard, received = now, received + len(data)
                self._frames.feed(data)
                body = self._frames.next_body()
                if body is not None:
                    return body
            in_frame = self._frames.pending >= len(frames.HEADER)
            paused = heard is not None and now - heard > self._limits.quiet
            if paused or now >= (end if in_frame else header_end):
                break
        if received == 0:
            return None
        raise _Damaged(f"{received} bytes received and no good frame")

    def _clear(self) -> None:
        """Throw away what is left of earlier answers; bounded, for a line that never falls silent.

        After an answer that went wrong this also waits for the line to fall silent.
        """
        self._frames.clear()
        end = self._clock() + _CLEAR_SECONDS
        take = self._line.read if self._dirty else self._line.drain
        while take() and self._clock() < end:
            pass
        self._dirty = True
