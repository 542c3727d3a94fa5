"""Checksums that cheap serial devices use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType


def sum8(data: bytes) -> bytes:
    """The sum of all bytes modulo 256, one byte."""
    return bytes([sum(data) & 0xFF])


def xor8(data: bytes) -> bytes:
    """The XOR of all bytes, one byte."""
    found = 0
    for byte in data:
        found ^= byte
    return bytes([found])


def crc16(data: bytes) -> bytes:
    """CRC-16/MODBUS, two bytes, low byte first; ``123456789`` gives 37 4B (reveng catalogue)."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return register.to_bytes(2, "little")


CHECKS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"none": lambda _data: b"", "sum": sum8, "xor": xor8, "crc16": crc16}
)
"""Names as they stand in tables."""
