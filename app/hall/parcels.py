"""Papers on their way from one window to another, over a stream of the hall's JetStream.

A parcel lies on one subject that only its giver may write: first a message that empties the subject and
carries the envelope, then the sealed parts. The giver empties it again when the papers have arrived; what is
forgotten goes after three days by itself. Each window shows its certificate on a subject of its own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from nats.aio.client import Client

from app.errors import HallProblem
from app.hall.address import HallAddress
from app.hall.nats_log import NatsLog
from app.hall.sealing import Address, Identity, NotGenuine, parts_of, seal, unseal
from app.hall.wire import (
    NOT_FOUND,
    PENDING,
    STATUS,
    Names,
    Unavailable,
    published,
)
from app.texts import _

MOST_BYTES: Final = 64 * 1024 * 1024
"""Plain bytes of one parcel at most."""
_ROLLUP: Final = {"Nats-Rollup": "sub"}
_PLACE: Final = "Parcel-Part"
_TRY: Final = 1.0
_PAGE: Final = 64


class NatsParcels:
    """Implements ``app.hall.seat.Parcels`` over the connection of the hall's log."""

    def __init__(self, log: NatsLog, address: HallAddress) -> None:
        self._log = log
        self._address = address
        self._names = Names(address.hall)
        self._window = int(address.member.removeprefix("window-"))

    def announce(self) -> None:
        """See ``Parcels.announce``."""
        subject = self._names.parcel_key(self._window)
        self._publish(subject, self._identity().certificate, _ROLLUP)

    def send(self, to: int, parcel: str, data: bytes) -> None:
        """See ``Parcels.send``."""
        if len(data) > MOST_BYTES:
            raise HallProblem(
                _("材料太大（{size} 兆），不能移交。").format(size=len(data) >> 20),
                safe=_("都还在本窗口。"),
                next_step=_("请在本窗口办完。"),
            )
        address = Address(parcel, self._window, to)
        try:
            envelope, parts = seal(self._identity(), address, self._certificate(to), data)
        except NotGenuine as error:
            raise HallProblem(
                _("{window} 号窗口的凭证不对，没有移交。").format(window=to),
                safe=_("都还在本窗口。"),
                next_step=_("请在那个窗口重新加入大厅。"),
                detail=str(error),
            ) from error
        subject = self._names.parcel(self._window, to, parcel)
        self._publish(subject, envelope, {**_ROLLUP, _PLACE: "0"})
        for place, part in enumerate(parts, 1):
            self._publish(subject, part, {_PLACE: str(place)})

    def fetch(self, giver: int, parcel: str) -> bytes | None:
        """See ``Parcels.fetch``."""
        subject = self._names.parcel(giver, self._window, parcel)
        found = self._log.ask(partial(_read, names=self._names, subject=subject))
        if not found:
            return None
        try:
            envelope, parts = found[0], found[1:]
            if len(parts) < parts_of(envelope):
                return None
            return unseal(self._identity(), Address(parcel, giver, self._window), envelope, parts)
        except NotGenuine as error:
            raise HallProblem(
                _("{window} 号窗口移交来的材料打不开。").format(window=giver),
                safe=_("那个窗口还留着底稿。"),
                next_step=_("请按“退回”，请那个窗口再移交一次。"),
                detail=str(error),
            ) from error

    def clear(self, to: int, parcel: str) -> None:
        """See ``Parcels.clear``."""
        self._publish(self._names.parcel(self._window, to, parcel), b"", _ROLLUP)

    def _identity(self) -> Identity:
        try:
            return Identity.read(self._address.folder, self._address.hall, self._window)
        except (OSError, ValueError) as error:
            raise HallProblem(
                _("本窗口的大厅凭证无法读取。"),
                safe=_("都还在本窗口。"),
                next_step=_("请重新加入大厅。"),
                detail=type(error).__name__,
            ) from error

    def _certificate(self, window: int) -> bytes:
        subject = self._names.parcel_key(window)
        found = self._log.ask(partial(_newest, names=self._names, subject=subject))
        if found is None:
            raise HallProblem(
                _("{window} 号窗口今天没有连上大厅，不能移交。").format(window=window),
                safe=_("都还在本窗口。"),
                next_step=_("请先打开那个窗口，或移交给别的窗口。"),
            )
        return found

    def _publish(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        """Publish once; the same part again is the same part."""
        self._log.ask(partial(_publish, subject=subject, body=body, headers=headers))


async def _publish(client: Client, subject: str, body: bytes, headers: dict[str, str]) -> None:
    answer = await client.request(subject, body, timeout=_TRY, headers=headers)
    if published(answer.data) is None:
        raise Unavailable("a publish without a condition was refused")


async def _newest(client: Client, names: Names, subject: str) -> bytes | None:
    ask = json.dumps({"last_by_subj": subject}).encode()
    found = json.loads((await client.request(names.parcel_message, ask, timeout=_TRY)).data)
    refused = found.get("error")
    if refused is None:
        return base64.b64decode(found["message"].get("data", ""))
    if refused.get("err_code") == NOT_FOUND:
        return None
    raise Unavailable(str(refused.get("description", "")))


async def _read(client: Client, names: Names, subject: str) -> list[bytes]:
    """Return envelope and parts in their order as far as they are there; a part laid twice counts once."""
    parts: dict[int, bytes] = {}
    inbox = await client.subscribe(client.new_inbox())
    try:
        start, more = 1, True
        while more:
            ask = {"batch": _PAGE, "seq": start, "next_by_subj": subject}
            await client.publish(names.parcel_many, json.dumps(ask).encode(), reply=inbox.subject)
            start, more = await _page(inbox.next_msg, parts, start)
    finally:
        await inbox.unsubscribe()
    whole = 0
    while whole in parts:
        whole += 1
    return [parts[place] for place in range(whole)]


async def _page(following: Callable[..., Any], parts: dict[int, bytes], start: int) -> tuple[int, bool]:
    while True:
        message = await following(_TRY)
        headers = message.headers or {}
        status = headers.get(STATUS)
        if status == "204":
            return start, int(headers.get(PENDING, "0")) > 0
        if status == "404":
            return start, False
        if status is not None:
            raise Unavailable(f"status {status}")
        start = int(headers["Nats-Sequence"]) + 1
        if headers.get(_PLACE, "").isdecimal():
            parts.setdefault(int(headers[_PLACE]), message.data)
