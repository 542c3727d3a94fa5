"""Commands and status words of the SDT protocol, and what each status word means for us.

The command that sets the speed of the line (60 xx) is left out on purpose: it can strand a reader.
"""

from __future__ import annotations

from devices.errors import DeviceError, DriverFault, Garbled, NotAuthorised, ReaderDefective, ReadFailed

SAM_STATUS = b"\x11\xff"
SAM_ID = b"\x12\xff"
FIND = b"\x20\x01"
SELECT = b"\x20\x02"
READ = b"\x30\x01"
READ_WITH_FINGER = b"\x30\x10"
LATER_ADDRESSES = b"\x30\x03"

OK = 0x90
FOUND = 0x9F
REQUEST_DAMAGED = frozenset({0x10, 0x11})
"""The reader got our frame with a wrong sum or length: worth asking again."""
UNKNOWN_COMMAND = frozenset({0x21, 0x23, 0x24})
NOT_FOUND = 0x80
ABSENT = 0x91

_SHORTEST_CARD = 1284
_LONGEST_SMALL = 280

_MEANINGS: dict[int, tuple[type[DeviceError], str]] = {
    0x10: (Garbled, "the reader got a wrong checksum"),
    0x11: (Garbled, "the reader got a wrong length"),
    0x21: (DriverFault, "bad command or combination"),
    0x23: (DriverFault, "not permitted"),
    0x24: (DriverFault, "command unknown"),
    0x31: (ReadFailed, "card rejected SAM"),
    0x32: (ReadFailed, "SAM rejected card"),
    0x33: (ReadFailed, "data verification failed"),
    0x37: (ReadFailed, "finger data verification failed"),
    0x3F: (ReadFailed, "info length wrong"),
    0x40: (ReadFailed, "unknown card type"),
    0x41: (ReadFailed, "read failed"),
    0x47: (ReadFailed, "random number failed"),
    0x60: (ReaderDefective, "self-test failed"),
    0x66: (NotAuthorised, "SAM not authorised"),
    0x67: (NotAuthorised, "remote SAM not authorised"),
    0x69: (NotAuthorised, "remote SAM not authorised"),
    0x80: (ReadFailed, "card gone"),
    0x81: (ReadFailed, "select failed"),
    0x91: (ReadFailed, "item absent"),
}


def failure(command: bytes, status: int) -> DeviceError:
    """Return the exception for a status word that is no success, e.g. 0x66 -> NotAuthorised.

    A word that no reader is known to say counts as damaged on the line: one byte of XOR misses such noise.
    """
    kind, words = _MEANINGS.get(status, (Garbled, "unknown status"))
    return kind(f"command {command.hex(' ')}: status {status:02x}, {words}")


def plausible(command: bytes, status: int, length: int) -> bool:
    """Say whether a good reply of ``length`` data bytes can belong to ``command``.

    A late answer to an earlier request must never pass for the answer to this one: it may hold the card of
    the person before.
    """
    if status != OK:
        return True
    if command == FIND:
        return False
    if command in {READ, READ_WITH_FINGER}:
        return length >= _SHORTEST_CARD
    return length <= _LONGEST_SMALL
