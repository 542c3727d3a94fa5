"""Identifiers: UUIDv7 (RFC 9562), made once and kept for life as the idempotency key."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """Return a new UUIDv7 as lower-case text; ids of one process sort by time of making."""
    return str(uuid_utils.uuid7())
