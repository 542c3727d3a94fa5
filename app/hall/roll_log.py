"""The list of staff on a stream of its own in the hall's JetStream: only ever added to, kept for ever."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Final

from nats.aio.client import Client

from app.hall.nats_log import NatsLog
from app.hall.roll import Sealed
from app.hall.sealing import NotGenuine
from app.hall.wire import NOT_FOUND, Names, Unavailable, published

_EXPECTED: Final = "Nats-Expected-Last-Sequence"
_TRY: Final = 1.0


class NatsRoll:
    """Implements ``app.hall.roll.Roll`` over the connection of the hall's log.

    The stream has one subject and loses nothing, so a change's place is its sequence.
    """

    def __init__(self, log: NatsLog, names: Names, sealed: Sealed) -> None:
        self._log = log
        self._names = names
        self._sealed = sealed

    def at(self, place: int) -> bytes | None:
        """See ``Roll.at``."""
        found = self._log.ask(partial(_message, names=self._names, place=place))
        if found is None:
            return None
        try:
            return self._sealed.open(place, found)
        except NotGenuine:
            return b""

    def append(self, place: int, body: bytes) -> bool:
        """See ``Roll.append``; after a lost answer what is there decides."""
        sealed = self._sealed.seal(place, body)
        self._log.ask(partial(_publish, names=self._names, place=place, sealed=sealed))
        return self.at(place) == body


async def _publish(client: Client, names: Names, place: int, sealed: bytes) -> None:
    headers = {_EXPECTED: str(place - 1)}
    published((await client.request(names.roll, sealed, timeout=_TRY, headers=headers)).data)


async def _message(client: Client, names: Names, place: int) -> bytes | None:
    ask = json.dumps({"seq": place}).encode()
    found = json.loads((await client.request(names.roll_message, ask, timeout=_TRY)).data)
    refused = found.get("error")
    if refused is None:
        return base64.b64decode(found["message"].get("data", ""))
    if refused.get("err_code") == NOT_FOUND:
        return None
    raise Unavailable(str(refused.get("description", "")))
