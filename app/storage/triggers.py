"""The triggers: what is frozen, append-only or immutable stays so whatever the program does.

What a trigger says is what the clerk's program reports if anything tries.
"""

from __future__ import annotations

from typing import Final


# Retention may empty what is frozen, never change it (app.storage.retention).
def _same(columns: str) -> str:
    """Return the condition that an update leaves these columns as they are."""
    new, old = (", ".join(f"{row}.{column}" for column in columns.split()) for row in ("NEW", "OLD"))
    return f"({new}) IS ({old})"


_ERASED: Final = "AND (SELECT length(body) FROM intake WHERE visit_id = OLD.visit_id) > 0"
_TOLD: Final = (
    "id visit_id first_id matter kind number paper_no code reason supervisor due issued_at answer_id"
)
_PAPER: Final = "id visit_id ticket kind part copy original title clerk why approved_by created_at"
_LAID: Final = "id visit_id position matter material sha256 source added_at late"
_SCANNED: Final = f"{_LAID} thumbnail width height dpi"
_PAGE: Final = f"{_LAID} removed_at amendment"
_UNLESS: Final = {
    # A freeze may be lifted after the visit was only received; finding_lifted_once guards the rest.
    ("finding", "update"): "AND NEW.lifted_at IS NULL",
    ("draft_field", "delete"): _ERASED,
    ("confirmation", "delete"): _ERASED,
    # A page that came after the end waits for its amendment; what the amendment has is frozen like the rest.
    ("page", "insert"): "AND NOT (NEW.late = 1 AND NEW.amendment IS NULL)",
    ("page", "update"): f"AND NOT (length(NEW.thumbnail) = 0 AND {_same(_PAGE)}) "
    f"AND NOT (OLD.late = 1 AND OLD.amendment IS NULL AND {_same(_SCANNED)})",
}


# What a trigger says is what the clerk's program reports if anything tries.
def _frozen_with_visit(table: str, when: str, verb: str, row: str) -> str:
    unless = _UNLESS.get((table, when), "")
    return (  # the words come from the tables here, never from data
        f"CREATE TRIGGER {table}_frozen_{when} BEFORE {verb} ON {table} "  # noqa: S608
        f"WHEN (SELECT state FROM visit WHERE id = {row}.visit_id) = 'finished' {unless} "
        "BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END"
    )


def _closed_with_copy(table: str) -> str:
    return (  # the words come from the tables here, never from data
        f"CREATE TRIGGER {table}_elsewhere BEFORE INSERT ON {table} "  # noqa: S608
        "WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'elsewhere' "
        "BEGIN SELECT RAISE(ABORT, 'the visit goes on at another window'); END"
    )


TRIGGERS: Final = (
    """CREATE TRIGGER hall_event_append_only BEFORE UPDATE ON hall_event
       BEGIN SELECT RAISE(ABORT, 'hall events are append-only'); END""",
    """CREATE TRIGGER hall_event_kept BEFORE DELETE ON hall_event
       BEGIN SELECT RAISE(ABORT, 'hall events are kept'); END""",
    f"""CREATE TRIGGER blob_identity BEFORE UPDATE ON blob
       WHEN NOT ((length(NEW.key) = 0 OR length(OLD.key) = 0)
       AND {_same("sha256 size media_type created_at")})
       BEGIN SELECT RAISE(ABORT, 'a blob is immutable'); END""",
    """CREATE TRIGGER audit_line_append_only BEFORE UPDATE ON audit_line
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_line_kept BEFORE DELETE ON audit_line
       BEGIN SELECT RAISE(ABORT, 'the audit trail is kept'); END""",
    f"""CREATE TRIGGER intake_frozen BEFORE UPDATE ON intake
       WHEN NOT (length(NEW.body) = 0
       AND {_same("visit_id receipt_no sha256 finished_at")})
       BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER intake_kept BEFORE DELETE ON intake
       BEGIN SELECT RAISE(ABORT, 'a finished visit is kept'); END""",
    """CREATE TRIGGER visit_frozen BEFORE UPDATE ON visit WHEN OLD.state = 'finished'
       BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER visit_kept BEFORE DELETE ON visit WHEN OLD.state = 'finished'
       BEGIN SELECT RAISE(ABORT, 'a finished visit is kept'); END""",
    """CREATE TRIGGER visit_identity BEFORE UPDATE OF id, ticket, day, opened_at ON visit
       BEGIN SELECT RAISE(ABORT, 'the identity of a visit is immutable'); END""",
    """CREATE TRIGGER visit_continues_once BEFORE UPDATE OF continues ON visit WHEN OLD.continues IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'what a visit continues is immutable'); END""",
    f"""CREATE TRIGGER supplement_identity
       BEFORE UPDATE OF id, visit_id, first_id, matter, kind, number, paper_no, code, reason, supervisor,
       body, due, issued_at, answer_id ON supplement
       WHEN NOT (NEW.body = '{{}}' AND {_same(_TOLD)})
       BEGIN SELECT RAISE(ABORT, 'what somebody was told is immutable'); END""",
    """CREATE TRIGGER supplement_ended_once BEFORE UPDATE OF state, ended_by, ended_at ON supplement
       WHEN OLD.state <> 'open'
       BEGIN SELECT RAISE(ABORT, 'what was supplied is settled'); END""",
    """CREATE TRIGGER supplement_kept BEFORE DELETE ON supplement
       BEGIN SELECT RAISE(ABORT, 'what somebody was told is kept'); END""",
    f"""CREATE TRIGGER outbox_identity BEFORE UPDATE OF seq, id, visit_id, kind, schema, body, sha256,
       corrects ON outbox
       WHEN NOT ((OLD.state = 'stored' OR EXISTS (SELECT 1 FROM outbox WHERE corrects = OLD.id))
       AND length(NEW.body) = 0 AND NEW.seq = OLD.seq
       AND {_same("id visit_id kind schema sha256 corrects")})
       BEGIN SELECT RAISE(ABORT, 'an event is immutable'); END""",  # noqa: S608  our own words
    """CREATE TRIGGER outbox_kept BEFORE DELETE ON outbox
       BEGIN SELECT RAISE(ABORT, 'an event is kept'); END""",
    """CREATE TRIGGER outbox_blob_identity BEFORE UPDATE OF visit_id, sha256 ON outbox_blob
       BEGIN SELECT RAISE(ABORT, 'what is owed is immutable'); END""",
    """CREATE TRIGGER outbox_blob_kept BEFORE DELETE ON outbox_blob
       BEGIN SELECT RAISE(ABORT, 'what is owed is kept'); END""",
    """CREATE TRIGGER court_answer_identity
       BEFORE UPDATE OF id, no, visit_id, word, matter, case_number, judge, reason, corrects, made_at,
       received_at ON court_answer
       BEGIN SELECT RAISE(ABORT, 'an answer of the court is immutable'); END""",
    """CREATE TRIGGER court_answer_kept BEFORE DELETE ON court_answer
       BEGIN SELECT RAISE(ABORT, 'an answer of the court is kept'); END""",
    f"""CREATE TRIGGER print_job_identity
       BEFORE UPDATE OF id, visit_id, ticket, kind, part, copy, original, title, content, clerk, why,
       approved_by, created_at ON print_job
       WHEN NOT (NEW.content = '{{}}' AND {_same(_PAPER)})
       BEGIN SELECT RAISE(ABORT, 'a print job is immutable'); END""",
    """CREATE TRIGGER print_job_kept BEFORE DELETE ON print_job
       BEGIN SELECT RAISE(ABORT, 'a print job is kept'); END""",
    """CREATE TRIGGER receipt_void_identity BEFORE UPDATE ON receipt_void
       BEGIN SELECT RAISE(ABORT, 'a receipt is voided once'); END""",
    """CREATE TRIGGER receipt_void_kept BEFORE DELETE ON receipt_void
       BEGIN SELECT RAISE(ABORT, 'a voided receipt is kept'); END""",
    """CREATE TRIGGER approval_identity
       BEFORE UPDATE OF id, staff_id, purpose, clerk, asked_at, about, refusal ON approval
       BEGIN SELECT RAISE(ABORT, 'an approval is immutable'); END""",
    """CREATE TRIGGER approval_spent_once BEFORE UPDATE ON approval WHEN OLD.spent_at IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'an approval is spent once'); END""",
    """CREATE TRIGGER approval_kept BEFORE DELETE ON approval
       BEGIN SELECT RAISE(ABORT, 'an approval is kept'); END""",
    """CREATE TRIGGER staff_change_immutable BEFORE UPDATE ON staff_change
       BEGIN SELECT RAISE(ABORT, 'a change of the list of staff is immutable'); END""",
    """CREATE TRIGGER finding_identity
       BEFORE UPDATE OF visit_id, key, effect, text, article, action, appeared_at ON finding
       BEGIN SELECT RAISE(ABORT, 'a finding is immutable'); END""",
    """CREATE TRIGGER finding_lifted_once BEFORE UPDATE ON finding WHEN OLD.lifted_at IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a freeze is lifted once'); END""",
    """CREATE TRIGGER finding_kept BEFORE DELETE ON finding
       BEGIN SELECT RAISE(ABORT, 'a finding is kept'); END""",
    """CREATE TRIGGER rating_immutable BEFORE UPDATE ON rating
       BEGIN SELECT RAISE(ABORT, 'a rating is immutable'); END""",
    """CREATE TRIGGER rating_kept BEFORE DELETE ON rating
       BEGIN SELECT RAISE(ABORT, 'a rating is kept'); END""",
    *(
        _frozen_with_visit(table, when, verb, row)
        for table in ("draft_field", "page", "confirmation", "finding")
        for when, verb, row in (
            ("insert", "INSERT", "NEW"),
            ("update", "UPDATE", "OLD"),
            ("moved", "UPDATE OF visit_id", "NEW"),
            ("delete", "DELETE", "OLD"),
        )
    ),
    *(_closed_with_copy(table) for table in ("draft_field", "page", "confirmation")),
    """CREATE TRIGGER handover_identity
       BEFORE UPDATE OF seq, id, way, visit_id, first_id, ticket, other, reason, made_at ON handover
       BEGIN SELECT RAISE(ABORT, 'a hand-over is immutable'); END""",
    """CREATE TRIGGER handover_settled_once BEFORE UPDATE ON handover WHEN OLD.settled_at IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a hand-over is settled once'); END""",
    """CREATE TRIGGER handover_kept BEFORE DELETE ON handover
       BEGIN SELECT RAISE(ABORT, 'a hand-over is kept'); END""",
)
