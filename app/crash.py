"""Bugs: each gets an incident number and a trace in the log, without what people typed."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from app.ids import new_id

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Incident:
    """A bug that was met: ``number`` is what the clerk reads out, ``kind`` the exception's type."""

    number: str
    kind: str


def record(error: BaseException) -> Incident:
    """Log where it happened, never the values: an exception's message may hold a name or a number."""
    incident = Incident(number=new_id()[-8:], kind=type(error).__name__)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    _log.error("incident %s: %s at %s", incident.number, incident.kind, where)
    return incident


@contextmanager
def unhandled(tell: Callable[[Incident], None]) -> Iterator[None]:
    """Record what escapes from a slot or a thread meanwhile, and tell; the program goes on."""
    slot, thread = sys.excepthook, threading.excepthook

    def from_slot(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            slot(kind, error, trace)
        else:
            tell(record(error))

    def from_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            tell(record(arguments.exc_value))

    sys.excepthook, threading.excepthook = from_slot, from_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = slot, thread
