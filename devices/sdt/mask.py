"""SDT traffic without the card: which bytes of a reply may be seen.

Shown are the header, the length, the status word, the length words of a card in their only right values,
and whether the sum was right. Everything else is counted, noise too: it may be a card whose header broke.
"""

from __future__ import annotations

from devices.sdt.frames import HEADER, LONGEST, SHORTEST_REPLY

_STATUS = 3
_CARD_LENGTHS = b"\x01\x00\x04\x00"
_WITH_FINGER = frozenset({1290, 1802, 2314})
_SHORTEST_CARD = 1288
_FINGER_WORDS = (frozenset({0x00, 0x02, 0x04}), frozenset({0x00}))


class SdtMask:
    """Follows the stream across reads, since a frame may come in any pieces."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._start()

    def sent(self, data: bytes) -> str:
        """Requests hold nothing personal; an answer that follows begins anew."""
        self._start()
        return data.hex()

    def received(self, data: bytes) -> str:
        """Write down a piece of the stream."""
        self._tokens = []
        for byte in data:
            if self._matched < len(HEADER):
                self._search(byte)
            elif self._position < 2:
                self._measure(byte)
            else:
                self._inside(byte)
        return " ".join(self._tokens)

    def _start(self) -> None:
        self._matched = 0
        self._position = 0
        self._length = 0
        self._sum = 0
        self._zeros = 0

    def _search(self, byte: int) -> None:
        if byte == HEADER[self._matched]:
            self._matched += 1
            self._show(byte)
        elif byte == HEADER[0]:
            # AA AA AA AA 96 69: the last three of them begin the header
            self._matched = 3 if self._matched == 3 else 1
            self._show(byte)
        else:
            self._matched = 0
            self._hide()

    def _measure(self, byte: int) -> None:
        self._position += 1
        self._length = self._length << 8 | byte
        self._sum ^= byte
        self._show(byte)
        if self._position == 2 and not SHORTEST_REPLY <= self._length <= LONGEST:
            self._start()

    def _inside(self, byte: int) -> None:
        index = self._position - 2
        self._position += 1
        self._sum ^= byte
        if index == self._length - 1:
            self._tokens.append("=ok" if self._sum == 0 else "=bad")
            self._start()
        elif self._may_be_seen(index, byte):
            self._show(byte)
        else:
            self._hide()

    def _may_be_seen(self, index: int, byte: int) -> bool:
        if index < _STATUS:
            self._zeros += index < 2 and byte == 0
            return self._zeros == min(index + 1, 2)
        word = index - _STATUS
        if self._length < _SHORTEST_CARD:
            return False
        if word < len(_CARD_LENGTHS):
            return byte == _CARD_LENGTHS[word]
        finger = word - len(_CARD_LENGTHS)
        return self._length in _WITH_FINGER and finger < 2 and byte in _FINGER_WORDS[finger]

    def _show(self, byte: int) -> None:
        if self._tokens and self._tokens[-1][0] not in "*=":
            self._tokens[-1] += f"{byte:02x}"
        else:
            self._tokens.append(f"{byte:02x}")

    def _hide(self) -> None:
        if self._tokens and self._tokens[-1][0] == "*":
            self._tokens[-1] = f"*{int(self._tokens[-1][1:]) + 1}"
        else:
            self._tokens.append("*1")
