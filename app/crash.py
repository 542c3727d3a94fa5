"""Bugs: each gets an incident number and a trace in the log, without what people typed."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass

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
