"""The court's tables, the same on every engine. Events and answers are immutable: the database refuses.

Every table that grows has the court in its primary key, so that a cluster can shard by court, and the large
ones have the month too, so that PostgreSQL can cut them into months. The month is not the time of arrival but
is read from the UUIDv7: a repeat finds its first copy in one partition, however late it comes. Times are
ISO 8601 texts in UTC. `meta` is small and not of one court; a cluster copies it to every node.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from app.sync.protocol import is_uuid7

SCHEMA_VERSION: Final = 2
"""A database with a higher one was written by a newer program."""

HOME_COURT: Final = "home"
"""The court of a gateway that serves one court only and was not told its name."""

NO_MONTH: Final = 0
"""The month of an id that is no UUIDv7, or of a time nobody believes."""
_FIRST_MS: Final = 1_577_836_800_000
"""2020-01-01, in milliseconds of UNIX time."""
_HOUR_MS: Final = 3_600_000
_LAST_MS: Final = 4_102_444_800_000
"""2100-01-01."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

court_state = Table(
    "court_state",
    metadata,
    Column("court", Text, primary_key=True),
    Column("last_event", BigInteger, nullable=False),
    Column("last_answer", BigInteger, nullable=False),
)
"""One row a court. Who writes for a court holds it until the commit, so numbers appear without gaps."""

day_counter = Table(
    "day_counter",
    metadata,
    Column("court", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("last", BigInteger, CheckConstraint("last > 0"), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("court", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    Column("no", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('stored', 'rejected')"), nullable=False),
    Column("receipt_no", Text),
    Column("code", Text),
    Column("field", Text),
    Column("device", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint("(verdict = 'stored') = (receipt_no IS NOT NULL)"),
    CheckConstraint("(verdict = 'rejected') = (code IS NOT NULL AND field IS NOT NULL)"),
)
Index("event_by_visit", event.c.court, event.c.visit_id)
Index("event_by_no", event.c.court, event.c.no)
Index("event_by_hash", event.c.sha256)
_VOID: Final = event.c.kind == "void"
Index("event_void", event.c.court, event.c.device, sqlite_where=_VOID, postgresql_where=_VOID)

event_blob = Table(
    "event_blob",
    metadata,
    Column("court", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("event_id", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

blob = Table(
    "blob",
    metadata,
    Column("court", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("durable_at", Text, nullable=False),
)

credential = Table(
    "credential",
    metadata,
    Column("court", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("device", Text),
    Column("parent", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("revoked_at", Text),
)
"""Who may come in: the hash of a token, of a certificate (DER) or of a session's secret; `parent` is the
credential a session was opened with."""
Index("credential_by_hash", credential.c.sha256)

enrolment = Table(
    "enrolment",
    metadata,
    Column("court", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("device", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
)
"""One-time codes, by their hash."""

answer = Table(
    "answer",
    metadata,
    Column("court", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("no", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("matter", Integer, nullable=False),
    Column("case_number", Text),
    Column("judge", Text),
    Column("reason", Text),
    Column("corrects", Text),
    Column("author", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)
"""What the back office said of a visit, or of one matter of it (0 for all). The month is the visit's."""
Index("answer_by_visit", answer.c.court, answer.c.visit_id)

PARTITIONED: Final = (event, event_blob, answer)
IMMUTABLE: Final = (event, event_blob, answer)


def month_of(event_id: str) -> int:
    """Return the month of a UUIDv7 as YYYYMM in UTC; `NO_MONTH` for another text or an absurd time."""
    if not is_uuid7(event_id):
        return NO_MONTH
    milliseconds = int(event_id[:8] + event_id[9:13], 16)
    if not _FIRST_MS <= milliseconds < _LAST_MS:
        return NO_MONTH
    return _month_of_hour(milliseconds // _HOUR_MS)


@lru_cache(maxsize=1_024)
def _month_of_hour(hour: int) -> int:
    """Return the month of an hour of UNIX time; a batch is of a few hours, and no month begins within one."""
    moment = time.gmtime(hour * 3_600)
    return moment.tm_year * 100 + moment.tm_mon
