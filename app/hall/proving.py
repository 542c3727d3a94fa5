"""What a hall has to prove before a window uses it: that it is there, and that it keeps what it stores."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from typing import Final

import nats.errors
from nats.aio.client import Client

from app.hall import refusals
from app.hall.wire import Names, Unavailable, from_answer

_ASKED: Final = 10
_AGAIN: Final = 0.15
_NO_ANSWER: Final = b'{"error": {"description": "nobody there"}}'
"""Instead of the empty message a server sends when nobody listens where something was asked."""
_TRY: Final = 1.0
_OTHERS: Final = 0.3
"""Seconds for each further server after the first has answered."""


async def prove_setting(client: Client, names: Names, servers: int) -> None:
    """Read every server's setting back: without a flush a write the acknowledgement is worth nothing.

    Raises HallProblem when a server does not flush, Unavailable or what the client raises when none answers.
    """
    inbox = await client.subscribe(client.new_inbox())
    try:
        await client.publish(names.setting, reply=inbox.subject)
        answers = [_setting((await inbox.next_msg(_TRY)).data)]
        with contextlib.suppress(nats.errors.TimeoutError):
            while len(answers) < servers:
                answers.append(_setting((await inbox.next_msg(_OTHERS)).data))
    finally:
        await inbox.unsubscribe()
    for server, flushes in answers:
        if not flushes:
            raise refusals.not_flushed(server)


def _setting(answer: bytes) -> tuple[str, bool]:
    """Return a server's name and whether it flushes. Raises Unavailable when nobody answered that."""
    try:
        told = json.loads(answer)
        return str(told["server"]["name"]), bool(told["data"]["config"].get("sync_always"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable("no setting") from error


async def hear_leader(client: Client, names: Names) -> None:
    """Ask for what may not exist, again and again, as a leader may be there any moment.

    An answer to any of it will do. Raises Unavailable when the servers say that there is none, or what the
    client raises.
    """
    if not client.is_connected:
        raise Unavailable("not connected")
    nothing = json.dumps({"last_by_subj": names.day(date.min) + "nothing"}).encode()
    inbox = await client.subscribe(client.new_inbox())
    try:
        for _ in range(_ASKED):
            await client.publish(names.get_message, nothing, reply=inbox.subject)
            with contextlib.suppress(nats.errors.TimeoutError):
                from_answer((await inbox.next_msg(_AGAIN)).data or _NO_ANSWER)
                return
        raise nats.errors.TimeoutError
    finally:
        await inbox.unsubscribe()
