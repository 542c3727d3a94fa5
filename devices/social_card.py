"""Social security cards 社会保障卡: what lies open on them, the number and the name of the holder.

LD/T 32-2015 and 人社信息函〔2012〕37号 (file structure 2.0): the environment ``sx1.sh.社会保障`` is selected
by name, in it EF06 holds the holder's basic data, one record each, readable without any key: 08 number (18
characters), 09 name (GB 18030, filled with 00), 0A sex, 0B nation. A record is tag, length, value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.errors import Garbled, NotSupported

_SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
_BASIC = bytes.fromhex("00A4020002EF06")
_RECORDS = {1: 0x08, 2: 0x09, 4: 0x0B}
COMMANDS: tuple[bytes, ...] = (
    _SELECT,
    _BASIC,
    *(bytes((0x00, 0xB2, record, 0x04, 0x00)) for record in _RECORDS),
)
"""To be sent in this order and in one session."""
_GOOD = 0x9000


@dataclass(frozen=True, slots=True, repr=False)
class SocialCard:
    """``nation_code``: two digits of GB/T 3304, "" where the card does not say."""

    number: str
    name: str
    nation_code: str

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "<SocialCard>"


def holder(answers: Sequence[tuple[bytes, int]]) -> SocialCard:
    """Read the answers to ``COMMANDS``: data and status word each.

    Raises NotSupported for a card that is none, or says nothing without a key; Garbled.
    """
    if len(answers) < len(COMMANDS) or any(status != _GOOD for _data, status in answers[:4]):
        raise NotSupported(f"statuses {', '.join(f'{status:04X}' for _data, status in answers)}")
    number, name, nation = (
        _value(data, tag) if status == _GOOD else ""
        for (data, status), tag in zip(answers[2:], _RECORDS.values(), strict=False)
    )
    if not number or not name:
        raise Garbled("a card without a number or a name")
    return SocialCard(number.upper(), name, nation if nation.isdigit() else "")


def _value(record: bytes, tag: int) -> str:
    if len(record) < 2 or record[0] != tag or len(record) < 2 + record[1]:
        raise Garbled(f"record {tag:02X} of {len(record)} bytes")
    value = record[2 : 2 + record[1]].rstrip(b"\x00\xff ")
    try:
        text = value.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Garbled(f"record {tag:02X}: {error.reason}") from None
    if not text.isprintable():
        raise Garbled(f"record {tag:02X}: control characters")
    return text.strip()
