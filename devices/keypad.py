"""Rating keypads 评价器: no common protocol is known, so a table says what their frames look like.

title = "..."          baud = 9600
prompt = "AA 55 10"    sent before a rating is waited for; left out when the keypad needs none
prefix = "AA 55"       a frame begins with it
length = 5             bytes of a whole frame
key_at = 3             offset of the byte that names the key
check = "sum"          none, sum, xor or crc16: the last byte(s) of a frame ...
check_from = 0         ... over the bytes from here on
[keys]                 key byte in hex = score
31 = 5
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.checks import CHECKS
from devices.tables import Table

_LONGEST = 64
_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class KeypadTable:
    """One model of keypad; see the top of this module."""

    title: str
    baud: int
    prompt: bytes
    prefix: bytes
    length: int
    key_at: int
    check: str
    check_from: int
    keys: Mapping[int, int]
    """Key byte to score."""

    def frame(self, key: int) -> bytes:
        """Write the frame of a key; bytes that mean nothing are zero."""
        body = bytearray(self.length - len(CHECKS[self.check](b"")))
        body[: len(self.prefix)] = self.prefix
        body[self.key_at] = key
        return bytes(body) + CHECKS[self.check](bytes(body[self.check_from :]))


def keypad_table(table: Table) -> KeypadTable:
    """Read a table. Raises BadTable."""
    length = table.whole("length", 2, _LONGEST)
    check = table.check()
    end = length - len(CHECKS[check](b""))
    prefix = table.octets("prefix")
    if not 1 <= len(prefix) < end:
        raise table.wrong("prefix", "leaves no room for a key")
    found = KeypadTable(
        title=table.text("title"),
        baud=table.baud(),
        prompt=table.octets("prompt", ""),
        prefix=prefix,
        length=length,
        key_at=table.whole("key_at", len(prefix), end - 1),
        check=check,
        check_from=table.whole("check_from", 0, end - 1, 0),
        keys=_keys(table.inner("keys")),
    )
    table.finish()
    return found


def _keys(table: Table) -> Mapping[int, int]:
    keys = {}
    for name in table.names():
        try:
            (key,) = bytes.fromhex(name)
        except ValueError:
            raise table.wrong(name, "is no byte in hex") from None
        keys[key] = table.whole(name, 0, _HIGHEST)
    if not keys:
        raise table.wrong("keys", "names no key")
    return keys


class KeypadFrames:
    """Takes bytes as they come and hands out scores.

    ``dropped`` counts bytes that belonged to no good frame. Holds less than one frame.
    """

    def __init__(self, table: KeypadTable) -> None:
        self._table = table
        self._held = b""
        self.dropped = 0

    def feed(self, data: bytes) -> list[int]:
        """Return the scores of the frames that are whole now; keys the table does not name give none."""
        table = self._table
        self._held += data
        scores = []
        while self._begins() and len(self._held) >= table.length:
            frame = self._held[: table.length]
            body = frame[: table.length - len(CHECKS[table.check](b""))]
            good = frame[len(body) :] == CHECKS[table.check](body[table.check_from :])
            used = table.length if good else 1
            self.dropped += 0 if good else 1
            self._held = self._held[used:]
            if good and body[table.key_at] in table.keys:
                scores.append(table.keys[body[table.key_at]])
        return scores

    def _begins(self) -> bool:
        """Drop what cannot begin a frame; say whether a prefix stands first now."""
        prefix = self._table.prefix
        start = self._held.find(prefix)
        if start < 0:
            keep = next((n for n in range(len(prefix) - 1, 0, -1) if self._held.endswith(prefix[:n])), 0)
            start = len(self._held) - keep
        self.dropped += start
        self._held = self._held[start:]
        return self._held.startswith(prefix)
