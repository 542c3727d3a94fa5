"""What a hall has to prove before a window uses it."""

from __future__ import annotations

import contextlib
import json
from typing import Final

import nats.errors
from nats.aio.client import Client

from app.hall import refusals
from app.hall.wire import Names

_TRY: Final = 1.0
_OTHERS: Final = 0.3
"""Seconds for each further server after the first has answered."""


async def prove_setting(client: Client, names: Names, servers: int) -> None:
    """Read every server's setting back: without a flush a write the acknowledgement is worth nothing.

    Raises HallProblem when a server does not flush, or what the client raises when none answers.
    """
    inbox = await client.subscribe(client.new_inbox())
    try:
        await client.publish(names.setting, reply=inbox.subject)
        answers = [json.loads((await inbox.next_msg(_TRY)).data)]
        with contextlib.suppress(nats.errors.TimeoutError):
            while len(answers) < servers:
                answers.append(json.loads((await inbox.next_msg(_OTHERS)).data))
    finally:
        await inbox.unsubscribe()
    for answer in answers:
        if not answer.get("data", {}).get("config", {}).get("sync_always"):
            raise refusals.not_flushed(str(answer.get("server", {}).get("name", "")))
