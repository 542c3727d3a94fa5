"""The loop of a worker: a request a line in, a reply a line out, the end when nobody asks any more."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from devices.errors import DeviceError, DriverFault
from devices.requests import failure

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def serve(answer: Answer) -> None:
    """Answer requests until stdin ends; what a library raises becomes a reply too."""
    try:
        for line in sys.stdin:
            request = json.loads(line)
            sys.stdout.write(json.dumps({"id": request["id"], **_reply(answer, request)}) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody listens, and Python would complain while flushing


def _reply(answer: Answer, request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": answer(request)}
    except DeviceError as error:
        return failure(error)
    except Exception as error:  # noqa: BLE001 - whatever a native library raises
        return failure(DriverFault(f"{type(error).__name__}: {error}"))
