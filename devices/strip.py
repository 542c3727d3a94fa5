"""LED strips 条屏: controllers differ, so a table says what a frame looks like.

    title = "..."          baud = 9600
    most_bytes = 32        text that fits, in bytes of GB2312
    substitute = "?"       for what GB2312 lacks
    template = "AA 55 {addr} {len} {text} {sum} 0D"
    addr = "01"
    check_from = 2         the check covers the bytes from here up to itself
    reply = "06"           what the controller answers; left out when it answers nothing
    reply_seconds = 1.0

Fields of the template: ``{addr}``, ``{len}`` (bytes of the text, one byte), ``{text}``, and at most one of
``{sum}``, ``{xor}``, ``{crc16}``. Everything else is hex.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from devices.checks import CHECKS
from devices.tables import Table

_FIELDS = frozenset({"{addr}", "{len}", "{text}", "{sum}", "{xor}", "{crc16}"})
_CHECK_FIELDS = frozenset({"{sum}", "{xor}", "{crc16}"})


@dataclass(frozen=True, slots=True)
class StripTable:
    """One model of strip; see the top of this module. ``template`` is cut into fields and hex bytes."""

    title: str
    baud: int
    most_bytes: int
    substitute: bytes
    template: tuple[str, ...]
    addr: bytes
    check_from: int
    reply: bytes
    reply_seconds: float

    def text_bytes(self, text: str) -> bytes:
        """Encode in GB2312: substitutes for what it lacks, no control characters, cut between characters."""
        found = b""
        for character in unicodedata.normalize("NFC", text):
            if unicodedata.category(character)[0] == "C":
                continue
            try:
                encoded = character.encode("gb2312")
            except UnicodeEncodeError:
                encoded = self.substitute
            if len(found) + len(encoded) > self.most_bytes:
                break
            found += encoded
        return found

    def frame(self, text: str) -> bytes:
        """Write the frame that shows ``text``."""
        encoded = self.text_bytes(text)
        fields = {"{addr}": self.addr, "{len}": bytes([len(encoded)]), "{text}": encoded}
        found = b""
        for piece in self.template:
            if piece in _CHECK_FIELDS:
                found += CHECKS[piece[1:-1]](found[self.check_from :])
            else:
                found += fields[piece] if piece in fields else bytes.fromhex(piece)
        return found


def strip_table(table: Table) -> StripTable:
    """Read a table. Raises BadTable."""
    template = tuple(table.text("template").split())
    if template.count("{text}") != 1:
        raise table.wrong("template", "has not one {text}")
    if sum(piece in _CHECK_FIELDS for piece in template) > 1:
        raise table.wrong("template", "has more than one check")
    for piece in template:
        if piece not in _FIELDS and not _is_hex(piece):
            raise table.wrong("template", f"has {piece[:20]!r}, neither hex nor a field")
    try:
        substitute = table.text("substitute", "?").encode("gb2312")
    except UnicodeEncodeError:
        raise table.wrong("substitute", "is not in GB2312 itself") from None
    found = StripTable(
        title=table.text("title"),
        baud=table.baud(),
        most_bytes=table.whole("most_bytes", 2, 255),
        substitute=substitute[:2],
        template=template,
        addr=table.octets("addr", ""),
        check_from=table.whole("check_from", 0, 64, 0),
        reply=table.octets("reply", ""),
        reply_seconds=table.seconds("reply_seconds", 1.0),
    )
    table.finish()
    return found


def _is_hex(piece: str) -> bool:
    try:
        return len(bytes.fromhex(piece)) > 0
    except ValueError:
        return False
