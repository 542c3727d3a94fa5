"""Talks to PC/SC with pyscard: ``python -m devices.workers.pcsc``; the requests are in ``devices.chip``."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from typing import Any

from smartcard.Exceptions import CardConnectionException, ListReadersException, NoCardException
from smartcard.System import readers
from smartcard.util import toBytes

from devices.errors import NoCard, ReadFailed, Unplugged
from devices.workers.serving import serve

_GET_UID = toBytes("FF CA 00 00 00")
_GOOD = (0x90, 0x00)
_MORE, _OTHER_LENGTH = 0x61, 0x6C


class PcscWorker:
    """One reader."""

    def __init__(self) -> None:
        self._name = ""

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one request."""
        match request["do"]:
            case "open":
                self._name = str(request["name"])
                return {"title": str(self._reader())}
            case "find":
                return {"present": self._present()}
            case "card":
                with_card = self._connected()
                data, *status = with_card.transmit(_GET_UID)
                uid = _text(bytes(data)) if tuple(status) == _GOOD and data else None
                return {"atr": _text(bytes(with_card.getATR())), "uid": uid}
            case "session":
                card = self._connected()
                told = [base64.b64decode(command) for command in request["list"]]
                return {"answers": [_text(_transmitted(card, command)) for command in told]}
            case _:
                return {"answer": self._exchanged(base64.b64decode(request["bytes"]))}

    def _reader(self) -> Any:
        try:
            found = [reader for reader in readers() if str(reader).startswith(self._name)]
        except ListReadersException as error:
            raise Unplugged(f"no PC/SC service: {error}") from error
        if not found:
            raise Unplugged("no such PC/SC reader")
        return found[0]

    def _present(self) -> bool:
        try:
            self._connected().disconnect()
        except NoCard:
            return False
        except ReadFailed:  # it is there, and not yet or no longer powered
            return True
        return True

    def _connected(self) -> Any:
        connection = self._reader().createConnection()
        try:
            connection.connect()
        except NoCardException as error:
            raise NoCard("no card in the PC/SC reader") from error
        except CardConnectionException as error:
            raise ReadFailed(f"{error}") from error
        return connection

    def _exchanged(self, command: bytes) -> str:
        return _text(_transmitted(self._connected(), command))


def _transmitted(card: Any, command: bytes) -> bytes:
    """Send a command; what the card keeps waiting (61xx) is fetched, a length it corrects (6Cxx) is used.

    ISO/IEC 7816-3 and 7816-4.
    """
    try:
        data, high, low = card.transmit(list(command))
        if high == _MORE:
            data, high, low = card.transmit([0x00, 0xC0, 0x00, 0x00, low])
        elif high == _OTHER_LENGTH:
            data, high, low = card.transmit([*command[:-1], low])
    except CardConnectionException as error:
        raise ReadFailed(f"{error}") from error
    return bytes([*data, high, low])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def main() -> int:
    """Serve until stdin ends."""
    serve(PcscWorker().answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
