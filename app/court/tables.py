"""The court's tables. Events are immutable: the database itself refuses to change or delete one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

SCHEMA_VERSION: Final = 1
"""Kept in SQLite's `user_version`; a higher one in the file means a newer program wrote it."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
)

day_counter = Table(
    "day_counter",
    metadata,
    Column("day", Text, primary_key=True),
    Column("last", Integer, CheckConstraint("last > 0"), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('stored', 'rejected')"), nullable=False),
    Column("receipt_no", Text, unique=True),
    Column("code", Text),
    Column("field", Text),
    Column("device", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    CheckConstraint("(verdict = 'stored') = (receipt_no IS NOT NULL)"),
    CheckConstraint("(verdict = 'rejected') = (code IS NOT NULL AND field IS NOT NULL)"),
)
Index("event_by_visit", event.c.visit_id)

event_blob = Table(
    "event_blob",
    metadata,
    Column("event_id", Text, ForeignKey("event.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("size", Integer, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("durable_at", Text, nullable=False),
)

TRIGGERS: Final = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {name}_no_{act.lower()} BEFORE {act} ON {name} "
    f"BEGIN SELECT RAISE(ABORT, '{name} is immutable'); END"
    for name in ("event", "event_blob")
    for act in ("UPDATE", "DELETE")
)
