"""One question of the Internet Printing Protocol: in which state is a job (RFC 8011, 4.3.4 and 5.3.7).

``lpstat`` lists a cancelled, an aborted and a completed job in the same words (seen with CUPS 2.4), so what
decides between "printed" and "look at the paper" is asked of the scheduler itself.
"""

from __future__ import annotations

import http.client
import socket
import struct
from collections.abc import Iterator
from enum import IntEnum

_GET_JOB_ATTRIBUTES = 0x0009
_OPERATION, _END = 0x01, 0x03
_CHARSET, _LANGUAGE, _URI, _NAME, _KEYWORD = 0x47, 0x48, 0x45, 0x42, 0x44
_LAST_DELIMITER = 0x0F


class IppJobState(IntEnum):
    """RFC 8011, 5.3.7."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class _LocalConnection(http.client.HTTPConnection):
    """HTTP over the scheduler's domain socket; the host is its path."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, data = name.encode(), value.encode()
    return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(data)) + data


def _question(number: int) -> bytes:
    return (
        struct.pack(">BBHLB", 1, 1, _GET_JOB_ATTRIBUTES, 1, _OPERATION)
        + _attribute(_CHARSET, "attributes-charset", "utf-8")
        + _attribute(_LANGUAGE, "attributes-natural-language", "en")
        + _attribute(_URI, "job-uri", f"ipp://localhost/jobs/{number}")
        + _attribute(_NAME, "requesting-user-name", "yichuang")
        + _attribute(_KEYWORD, "requested-attributes", "job-state")
        + bytes((_END,))
    )


def _attributes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the attributes of an answer; raise struct.error if it is cut short."""
    at = 8
    while at < len(data):
        tag = data[at]
        at += 1
        if tag <= _LAST_DELIMITER:
            if tag == _END:
                return
            continue
        (length,) = struct.unpack_from(">H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii", "replace")
        at += 2 + length
        (length,) = struct.unpack_from(">H", data, at)
        yield name, data[at + 2 : at + 2 + length]
        at += 2 + length


def job_state(host: str, port: int, number: int, limit: float) -> IppJobState | None:
    """Return the state of job ``number``, None if the scheduler does not know it.

    ``host`` is a name, an address or the path of a domain socket. Raises OSError when there is no
    understandable answer within ``limit`` seconds.
    """
    kind = _LocalConnection if host.startswith("/") else http.client.HTTPConnection
    connection = kind(host, port, timeout=limit)
    headers = {"Content-Type": "application/ipp", "Host": "localhost"}
    try:
        connection.request("POST", f"/jobs/{number}", _question(number), headers)
        data = connection.getresponse().read(65536)
        value = dict(_attributes(data)).get("job-state")
        return IppJobState(int.from_bytes(value, "big")) if value else None
    except (http.client.HTTPException, struct.error, ValueError) as error:
        raise OSError(f"the scheduler's answer makes no sense ({type(error).__name__})") from error
    finally:
        connection.close()
