"""The tables, as SQLAlchemy Core; their constraints and triggers are what makes the rules hold.

Times are ISO 8601 UTC text, days local dates, JSON is canonical text.
"""

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
    UniqueConstraint,
)

from app.domain.papers import DOCUMENTS

SCHEMA_VERSION: Final = 2

PAPERS: Final = ("ticket", "receipt", "receipt_a4", *DOCUMENTS)
"""The kinds of print jobs: the ticket, the receipt on a roll and on a page, and every other document."""

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _one_of(column: str, *words: str) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Numbers without gaps: raised only inside the transaction that uses them.
counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, CheckConstraint("value >= 0", name="value"), nullable=False),
)

hall_event = Table(
    "hall_event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("subject_seq", Integer, nullable=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("day", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("subject", "subject_seq"),
    Index(None, "day", "seq"),
    sqlite_autoincrement=True,
)

visit = Table(
    "visit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("window", Integer, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("green", Integer, CheckConstraint("green IN (0, 1)", name="green"), nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("state", Text, _one_of("state", "open", "finished", "away", "elsewhere"), nullable=False),
    Column("closed_at", Text),
    # The finished visit this one goes on with: its papers came later.
    Column("continues", Text, ForeignKey("visit.id")),
    Index(None, "state"),
    Index(None, "day", "ticket"),
    Index(None, "continues"),
)

draft_field = Table(
    "draft_field",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("source", Text, _one_of("source", "typed", "card", "page", "mrz", "chip"), nullable=False),
    Column("read_value", Text),
    Column("updated_at", Text, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, CheckConstraint("length(sha256) = 64", name="sha256"), primary_key=True),
    Column("size", Integer, CheckConstraint("size >= 0", name="size"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

page = Table(
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit_id", Text, ForeignKey("visit.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("matter", Integer, CheckConstraint("matter >= 1", name="matter"), nullable=False),
    Column("material", Text, nullable=False),
    Column("sha256", Text, ForeignKey("blob.sha256"), nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dpi", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    # 1: came after the end of its visit, and waits for its amendment until that is named.
    Column(
        "late", Integer, CheckConstraint("late IN (0, 1)", name="late"), nullable=False, server_default="0"
    ),
    Column("amendment", Text, ForeignKey("outbox.id")),
    UniqueConstraint("visit_id", "position"),
    CheckConstraint("amendment IS NULL OR (late = 1 AND removed_at IS NULL)", name="amendment"),
)

# What the party read and signed; a changed draft asks for a new signature and leaves a new row.
confirmation = Table(
    "confirmation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit_id", Text, ForeignKey("visit.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("signature_sha256", Text, ForeignKey("blob.sha256"), nullable=False),
    Column("strokes", Text, nullable=False),
    Column("signed_at", Text, nullable=False),
    Index(None, "visit_id"),
)

intake = Table(
    "intake",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("receipt_no", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Index(None, "sha256"),
)

# ``visit_id`` is the unit of order: a visit, or this device itself for what concerns no visit.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("visit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, _one_of("state", "waiting", "stored", "conflict", "rejected"), nullable=False),
    Column("receipt_no", Text),
    Column("epoch", Text),
    Column("code", Text),
    Column("field", Text),
    Column("created_at", Text, nullable=False),
    Column("answered_at", Text),
    Column("corrects", Text, ForeignKey("outbox.id"), unique=True),
    CheckConstraint("state <> 'stored' OR (receipt_no IS NOT NULL AND epoch IS NOT NULL)", name="stored"),
    Index(None, "state", "seq"),
    Index(None, "state", "answered_at"),
    Index(None, "visit_id"),
    sqlite_autoincrement=True,
)

# Bundles a courier took along: the key their answer is encrypted to, and the court's epoch as it was known.
courier_bundle = Table(
    "courier_bundle",
    metadata,
    Column("id", Text, primary_key=True),
    Column("made_at", Text, nullable=False),
    Column("reply_key", LargeBinary, nullable=False),
    Column("epoch", Text),
    Column("answered_at", Text),
)

# Pictures owed to the court: one row a visit and blob, sent after the record that names them.
outbox_blob = Table(
    "outbox_blob",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("sha256", Text, ForeignKey("blob.sha256"), primary_key=True),
    Column("epoch", Text),
    Column("stored_at", Text),
)
Index("ix_outbox_blob_sha256", outbox_blob.c.sha256)
Index("ix_outbox_blob_stored_at", outbox_blob.c.stored_at, outbox_blob.c.visit_id)
Index("ix_page_sha256", page.c.sha256)

# What the back office said of a visit; a later word never replaces an earlier one.
court_answer = Table(
    "court_answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("no", Integer, nullable=False),
    Column("visit_id", Text, ForeignKey("visit.id"), nullable=False),
    Column("word", Text, nullable=False),
    Column("matter", Integer, CheckConstraint("matter >= 0", name="matter"), nullable=False),
    Column("case_number", Text),
    Column("judge", Text),
    Column("reason", Text),
    Column("corrects", Text),
    Column("made_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("seen_at", Text),
    Index(None, "visit_id"),
    Index(None, "received_at"),
    Index(None, "seen_at"),
)

# What somebody was told in writing to supply by a day: a correction notice or a promise (容缺). ``first_id``
# is the visit the intake began with, so that a notice is the first or a further one of the same intake.
supplement = Table(
    "supplement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit_id", Text, ForeignKey("visit.id"), nullable=False),
    Column("first_id", Text, ForeignKey("visit.id"), nullable=False),
    Column("matter", Integer, CheckConstraint("matter >= 1", name="matter"), nullable=False),
    Column("kind", Text, _one_of("kind", "correction", "promise", "guidance"), nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", name="number"), nullable=False),
    Column("paper_no", Text, nullable=False, unique=True),
    Column("code", Text, CheckConstraint("length(code) = 8", name="code"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("supervisor", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("state", Text, _one_of("state", "open", "supplied", "replaced"), nullable=False),
    Column("ended_by", Text, ForeignKey("visit.id")),
    Column("ended_at", Text),
    # The back office's answer the notice passes on; told once.
    Column("answer_id", Text, ForeignKey("court_answer.id"), unique=True),
    UniqueConstraint("first_id", "matter", "kind", "number"),
    CheckConstraint(
        "kind <> 'correction' OR number = 1 OR (length(reason) > 0 AND length(supervisor) > 0)", name="once"
    ),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_by"),
    Index(None, "code"),
    Index(None, "first_id"),
    Index(None, "state", "due"),
    Index(None, "visit_id"),
)

# A number given to somebody who comes back: which finished visit opens when it is called.
comeback = Table(
    "comeback",
    metadata,
    Column("day", Text, primary_key=True),
    Column("ticket", Text, primary_key=True),
    Column("visit_id", Text, ForeignKey("visit.id"), nullable=False),
)

# Papers that moved between this window and another: ``way`` out or in, sealed or held until that is settled.
handover = Table(
    "handover",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("way", Text, _one_of("way", "out", "in"), nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("first_id", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("other", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, _one_of("state", "sealed", "given", "held", "taken", "back"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("settled_at", Text),
    UniqueConstraint("id", "way"),
    CheckConstraint("(settled_at IS NULL) = (state IN ('sealed', 'given', 'held'))", name="settled"),
    Index(None, "first_id"),
    Index(None, "settled_at"),
    sqlite_autoincrement=True,
)

# A visit that was finished at another window: what its record says of itself; the record is there.
intake_elsewhere = Table(
    "intake_elsewhere",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("receipt_no", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
)

# A paper's content never changes; ``part`` tells papers of one kind apart, ``copy`` 0 is the original.
# ``ticket`` is what a paper without a visit is about: a queue number, or a day sheet's own number.
print_job = Table(
    "print_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit_id", Text, ForeignKey("visit.id")),
    Column("ticket", Text),
    Column("kind", Text, _one_of("kind", *PAPERS), nullable=False),
    Column("part", Text, nullable=False, server_default=""),
    Column("copy", Integer, CheckConstraint("copy >= 0", name="copy"), nullable=False, server_default="0"),
    Column("original", Text, ForeignKey("print_job.id")),
    Column("printer", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("clerk", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("approved_by", Text, nullable=False, server_default=""),
    Column(
        "state",
        Text,
        _one_of("state", "waiting", "sending", "confirmed", "unconfirmed", "printed", "not_printed"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    CheckConstraint("visit_id IS NOT NULL OR ticket IS NOT NULL", name="subject"),
    CheckConstraint("(copy = 0) = (original IS NULL)", name="original"),
    Index(None, "state"),
    Index(None, "created_at"),
    Index(None, "original"),
    Index("ux_print_job_of_visit", "visit_id", "kind", "part", "copy", unique=True),
    Index("ux_print_job_of_ticket", "ticket", "kind", "part", "copy", unique=True),
)

# A receipt whose number counts no longer; the record it was given for stays. Of several receipts of one visit
# only the first bears the number of the intake.
receipt_void = Table(
    "receipt_void",
    metadata,
    Column("receipt_no", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("voided_at", Text, nullable=False),
)

# Somebody who left keeps the row, because approvals name it; another person of that name may come.
staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "role",
        Text,
        _one_of("role", "clerk", "helper", "supervisor", "back_office", "administrator"),
        nullable=False,
    ),
    Column("pin_hash", Text, nullable=False),
    Column("pin_set_at", Text, nullable=False),
    Column("failures", Integer, CheckConstraint("failures >= 0", name="failures"), nullable=False),
    Column("locked_until", Text),
    Column("active", Integer, CheckConstraint("active IN (0, 1)", name="active"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed_key", LargeBinary, nullable=False),
)
Index("ux_staff_name", staff.c.name, unique=True, sqlite_where=staff.c.active == 1)

# The hall's list of staff as this window has it: every change as an administrator signed it, in order.
staff_change = Table(
    "staff_change",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

# Every attempt of a second person to approve, granted or refused; a granted one is spent once.
approval = Table(
    "approval",
    metadata,
    Column("id", Text, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("refusal", Text),
    Column("spent_on", Text),
    Column("spent_at", Text),
    CheckConstraint("refusal IS NULL OR spent_at IS NULL", name="refused"),
    CheckConstraint("(spent_at IS NULL) = (spent_on IS NULL)", name="spent"),
    Index(None, "asked_at"),
)

# Who is expected today: keyed hashes good for one day, wiped when it is over (app.services.appointments).
appointment = Table(
    "appointment",
    metadata,
    Column("day", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("phone", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("matters", Text, nullable=False),
    Column("ticket", Text, nullable=False),
)


# What a clerk uses most, offered first; a convenience that may be forgotten.
favourite = Table(
    "favourite",
    metadata,
    Column("clerk", Text, primary_key=True),
    Column("kind", Text, _one_of("kind", "cause"), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("uses", Integer, CheckConstraint("uses >= 1", name="uses"), nullable=False),
    Column("used_at", Text, nullable=False),
)


# Who did what; each line's hash covers the line before it (app.domain.audit).
audit_line = Table(
    "audit_line",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, CheckConstraint("length(hash) = 64", name="hash"), nullable=False),
    Index(None, "act", "seq"),
    Index(None, "subject"),
)

# Each risk of a visit from when the clerk was shown it; a freeze ends by a supervisor's approval.
finding = Table(
    "finding",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("effect", Text, _one_of("effect", "remind", "warn", "freeze"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("appeared_at", Text, nullable=False),
    Column("lifted_at", Text),
    Column("lifted_by", Text),
    Column("reason", Text),
    Column("approval_id", Text, ForeignKey("approval.id"), unique=True),
    CheckConstraint("lifted_at IS NULL OR effect = 'freeze'", name="lifted"),
    CheckConstraint(
        "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (reason IS NULL) "
        "AND (lifted_at IS NULL) = (approval_id IS NULL)",
        name="whole",
    ),
)

rating = Table(
    "rating",
    metadata,
    Column("visit_id", Text, ForeignKey("visit.id"), primary_key=True),
    Column("score", Integer, CheckConstraint("score BETWEEN 1 AND 5", name="score"), nullable=False),
    Column("way", Text, _one_of("way", "keypad", "screen"), nullable=False),
    Column("rated_at", Text, nullable=False),
)
