"""Visits that go on at another window; who is expected today with an appointment.

Revision ID: 0002
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

_STATEMENTS: Final = (
    """CREATE TABLE handover (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    way TEXT NOT NULL CONSTRAINT ck_handover_way CHECK (way IN ('out', 'in')),
    visit_id TEXT NOT NULL,
    first_id TEXT NOT NULL,
    ticket TEXT NOT NULL,
    other INTEGER NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_handover_state
    CHECK (state IN ('sealed', 'given', 'held', 'taken', 'back')),
    body BLOB NOT NULL,
    made_at TEXT NOT NULL,
    settled_at TEXT,
    CONSTRAINT uq_handover_id_way UNIQUE (id, way),
    CONSTRAINT ck_handover_settled CHECK ((settled_at IS NULL) = (state IN ('sealed', 'given', 'held')))
)""",
    """CREATE INDEX ix_handover_first_id ON handover (first_id)""",
    """CREATE INDEX ix_handover_settled_at ON handover (settled_at)""",
    """CREATE TABLE intake_elsewhere (
    visit_id TEXT NOT NULL,
    receipt_no TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    PRIMARY KEY (visit_id),
    CONSTRAINT fk_intake_elsewhere_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
)""",
    """CREATE TRIGGER handover_identity
       BEFORE UPDATE OF seq, id, way, visit_id, first_id, ticket, other, reason, made_at ON handover
       BEGIN SELECT RAISE(ABORT, 'a hand-over is immutable'); END""",
    """CREATE TRIGGER handover_settled_once BEFORE UPDATE ON handover WHEN OLD.settled_at IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a hand-over is settled once'); END""",
    """CREATE TRIGGER handover_kept BEFORE DELETE ON handover
       BEGIN SELECT RAISE(ABORT, 'a hand-over is kept'); END""",
    *(
        f"CREATE TRIGGER {table}_elsewhere BEFORE INSERT ON {table} "  # noqa: S608
        "WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'elsewhere' "
        "BEGIN SELECT RAISE(ABORT, 'the visit goes on at another window'); END"
        for table in ("draft_field", "page", "confirmation")
    ),
    """CREATE TABLE appointment (
    day TEXT NOT NULL,
    number TEXT NOT NULL,
    phone TEXT NOT NULL,
    card TEXT NOT NULL,
    time TEXT NOT NULL,
    matters TEXT NOT NULL,
    ticket TEXT NOT NULL,
    PRIMARY KEY (day, number)
)""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
