"""The first schema, revision 0001."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0001"
down_revision: Final = None


def _same(columns: str) -> str:
    """Return the condition that an update leaves these columns as they are."""
    new, old = (", ".join(f"{row}.{column}" for column in columns.split()) for row in ("NEW", "OLD"))
    return f"({new}) IS ({old})"


_TOLD: Final = (
    "id visit_id first_id matter kind number paper_no code reason supervisor due issued_at answer_id"
)
_PAPER: Final = "id visit_id ticket kind part copy original title clerk why approved_by created_at"
_LAID: Final = "id visit_id position matter material sha256 source added_at late"
_SCANNED: Final = f"{_LAID} thumbnail width height dpi"
_PAGE: Final = f"{_LAID} removed_at amendment"
_STATEMENTS: Final = (
    """CREATE TABLE blob (
    sha256 TEXT NOT NULL CONSTRAINT ck_blob_sha256 CHECK (length(sha256) = 64),
    size INTEGER NOT NULL CONSTRAINT ck_blob_size CHECK (size >= 0),
    "key" BLOB NOT NULL,
    media_type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (sha256)
)""",
    """CREATE TABLE audit_line (
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL CONSTRAINT ck_audit_line_hash CHECK (length(hash) = 64),
    PRIMARY KEY (seq)
)""",
    """CREATE INDEX ix_audit_line_act_seq ON audit_line (act, seq)""",
    """CREATE INDEX ix_audit_line_subject ON audit_line (subject)""",
    """CREATE TABLE counter (
    name TEXT NOT NULL,
    value INTEGER NOT NULL CONSTRAINT ck_counter_value CHECK (value >= 0),
    PRIMARY KEY (name)
)""",
    """CREATE TABLE hall_event (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    subject_seq INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT uq_hall_event_subject_subject_seq UNIQUE (subject, subject_seq),
    CONSTRAINT uq_hall_event_event_id UNIQUE (event_id)
)""",
    """CREATE INDEX ix_hall_event_day_seq ON hall_event (day, seq)""",
    """CREATE TABLE meta (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY ("key")
)""",
    """CREATE TABLE visit (
    id TEXT NOT NULL,
    ticket TEXT NOT NULL,
    day TEXT NOT NULL,
    window INTEGER NOT NULL,
    clerk TEXT NOT NULL,
    green INTEGER NOT NULL CONSTRAINT ck_visit_green CHECK (green IN (0, 1)),
    opened_at TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_visit_state CHECK (state IN ('open', 'finished', 'away', 'elsewhere')),
    closed_at TEXT,
    continues TEXT,
    PRIMARY KEY (id),
    CONSTRAINT fk_visit_continues FOREIGN KEY(continues) REFERENCES visit (id)
)""",
    """CREATE INDEX ix_visit_continues ON visit (continues)""",
    """CREATE INDEX ix_visit_day_ticket ON visit (day, ticket)""",
    """CREATE INDEX ix_visit_state ON visit (state)""",
    """CREATE TABLE confirmation (
    id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    signature_sha256 TEXT NOT NULL,
    strokes TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_confirmation_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_confirmation_signature_sha256 FOREIGN KEY(signature_sha256) REFERENCES blob (sha256)
)""",
    """CREATE INDEX ix_confirmation_visit_id ON confirmation (visit_id)""",
    """CREATE TABLE draft_field (
    visit_id TEXT NOT NULL,
    path TEXT NOT NULL, value TEXT NOT NULL,
    source TEXT NOT NULL
    CONSTRAINT ck_draft_field_source CHECK (source IN ('typed', 'card', 'page', 'mrz', 'chip')),
    read_value TEXT,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (visit_id, path),
    CONSTRAINT fk_draft_field_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
)""",
    """CREATE TABLE intake (
    visit_id TEXT NOT NULL,
    receipt_no TEXT NOT NULL,
    body BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    PRIMARY KEY (visit_id),
    CONSTRAINT fk_intake_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT uq_intake_receipt_no UNIQUE (receipt_no)
)""",
    """CREATE INDEX ix_intake_sha256 ON intake (sha256)""",
    """CREATE TABLE outbox (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    schema INTEGER NOT NULL,
    body BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_outbox_state
        CHECK (state IN ('waiting', 'stored', 'conflict', 'rejected')),
    receipt_no TEXT,
    epoch TEXT,
    code TEXT,
    field TEXT,
    created_at TEXT NOT NULL,
    answered_at TEXT,
    corrects TEXT,
    CONSTRAINT ck_outbox_stored CHECK (state <> 'stored' OR (receipt_no IS NOT NULL AND epoch IS NOT NULL)),
    CONSTRAINT uq_outbox_id UNIQUE (id),
    CONSTRAINT uq_outbox_corrects UNIQUE (corrects),
    CONSTRAINT fk_outbox_corrects FOREIGN KEY(corrects) REFERENCES outbox (id)
)""",
    """CREATE INDEX ix_outbox_state_seq ON outbox (state, seq)""",
    """CREATE INDEX ix_outbox_state_answered_at ON outbox (state, answered_at)""",
    """CREATE INDEX ix_outbox_visit_id ON outbox (visit_id)""",
    """CREATE TABLE court_answer (
    id TEXT NOT NULL,
    no INTEGER NOT NULL,
    visit_id TEXT NOT NULL,
    word TEXT NOT NULL,
    matter INTEGER NOT NULL CONSTRAINT ck_court_answer_matter CHECK (matter >= 0),
    case_number TEXT,
    judge TEXT,
    reason TEXT,
    corrects TEXT,
    made_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    seen_at TEXT,
    PRIMARY KEY (id),
    CONSTRAINT fk_court_answer_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
)""",
    """CREATE INDEX ix_court_answer_received_at ON court_answer (received_at)""",
    """CREATE INDEX ix_court_answer_seen_at ON court_answer (seen_at)""",
    """CREATE INDEX ix_court_answer_visit_id ON court_answer (visit_id)""",
    """CREATE TABLE courier_bundle (
    id TEXT NOT NULL,
    made_at TEXT NOT NULL,
    reply_key BLOB NOT NULL,
    epoch TEXT,
    answered_at TEXT,
    PRIMARY KEY (id)
)""",
    """CREATE TABLE outbox_blob (
    visit_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    epoch TEXT,
    stored_at TEXT,
    PRIMARY KEY (visit_id, sha256),
    CONSTRAINT fk_outbox_blob_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_outbox_blob_sha256 FOREIGN KEY(sha256) REFERENCES blob (sha256)
)""",
    """CREATE TABLE page (
    id TEXT NOT NULL, visit_id TEXT NOT NULL, position INTEGER NOT NULL,
    matter INTEGER NOT NULL CONSTRAINT ck_page_matter CHECK (matter >= 1),
    material TEXT NOT NULL,
    sha256 TEXT NOT NULL, thumbnail BLOB NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, dpi INTEGER NOT NULL,
    source TEXT NOT NULL, added_at TEXT NOT NULL, removed_at TEXT,
    late INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_page_late CHECK (late IN (0, 1)),
    amendment TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_page_visit_id_position UNIQUE (visit_id, position),
    CONSTRAINT ck_page_amendment CHECK (amendment IS NULL OR (late = 1 AND removed_at IS NULL)),
    CONSTRAINT fk_page_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_page_sha256 FOREIGN KEY(sha256) REFERENCES blob (sha256),
    CONSTRAINT fk_page_amendment FOREIGN KEY(amendment) REFERENCES outbox (id)
)""",
    """CREATE TABLE supplement (
    id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    first_id TEXT NOT NULL,
    matter INTEGER NOT NULL CONSTRAINT ck_supplement_matter CHECK (matter >= 1),
    kind TEXT NOT NULL CONSTRAINT ck_supplement_kind CHECK (kind IN ('correction', 'promise', 'guidance')),
    number INTEGER NOT NULL CONSTRAINT ck_supplement_number CHECK (number >= 1),
    paper_no TEXT NOT NULL,
    code TEXT NOT NULL CONSTRAINT ck_supplement_code CHECK (length(code) = 8),
    reason TEXT NOT NULL,
    supervisor TEXT NOT NULL,
    body TEXT NOT NULL,
    due TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_supplement_state CHECK (state IN ('open', 'supplied', 'replaced')),
    ended_by TEXT,
    ended_at TEXT,
    answer_id TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_supplement_first_id_matter_kind_number UNIQUE (first_id, matter, kind, number),
    CONSTRAINT ck_supplement_once
        CHECK (kind <> 'correction' OR number = 1 OR (length(reason) > 0 AND length(supervisor) > 0)),
    CONSTRAINT ck_supplement_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT ck_supplement_ended_by CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CONSTRAINT fk_supplement_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_supplement_first_id FOREIGN KEY(first_id) REFERENCES visit (id),
    CONSTRAINT uq_supplement_paper_no UNIQUE (paper_no),
    CONSTRAINT fk_supplement_ended_by FOREIGN KEY(ended_by) REFERENCES visit (id),
    CONSTRAINT uq_supplement_answer_id UNIQUE (answer_id),
    CONSTRAINT fk_supplement_answer_id FOREIGN KEY(answer_id) REFERENCES court_answer (id)
)""",
    """CREATE INDEX ix_supplement_code ON supplement (code)""",
    """CREATE INDEX ix_supplement_first_id ON supplement (first_id)""",
    """CREATE INDEX ix_supplement_state_due ON supplement (state, due)""",
    """CREATE INDEX ix_supplement_visit_id ON supplement (visit_id)""",
    """CREATE TABLE comeback (
    day TEXT NOT NULL,
    ticket TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    PRIMARY KEY (day, ticket),
    CONSTRAINT fk_comeback_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
)""",
    """CREATE TABLE print_job (
    id TEXT NOT NULL,
    visit_id TEXT,
    ticket TEXT,
    kind TEXT NOT NULL CONSTRAINT ck_print_job_kind
        CHECK (kind IN ('ticket', 'receipt', 'receipt_a4', 'evidence_list', 'correction_notice',
        'conditional_acceptance', 'acceptance_notice', 'fee_notice', 'service_address',
        'evidence_notice', 'rights_notice', 'rights_notice_admin', 'evidence_notice_admin', 'risk_notice',
        'mediation_notice', 'mediation_referral', 'cross_court_application', 'transfer_list',
        'refund_application', 'funds_claim', 'file_request', 'effect_certificate', 'delivery_receipt',
        'service_note', 'grievance', 'integrity_card', 'flow_sheet', 'day_sheet', 'query_slip',
        'payment_slip', 'rating_slip', 'return_slip', 'amendment_receipt', 'guidance_notice')),
    part TEXT DEFAULT '' NOT NULL,
    copy INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_print_job_copy CHECK (copy >= 0),
    original TEXT,
    printer TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    clerk TEXT DEFAULT '' NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    approved_by TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_print_job_state
        CHECK (state IN ('waiting', 'sending', 'confirmed', 'unconfirmed', 'printed',
        'not_printed')),
    reason TEXT DEFAULT '' NOT NULL,
    tries INTEGER DEFAULT '0' NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT ck_print_job_subject CHECK (visit_id IS NOT NULL OR ticket IS NOT NULL),
    CONSTRAINT ck_print_job_original CHECK ((copy = 0) = (original IS NULL)),
    CONSTRAINT fk_print_job_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_print_job_original FOREIGN KEY(original) REFERENCES print_job (id)
)""",
    """CREATE INDEX ix_print_job_created_at ON print_job (created_at)""",
    """CREATE INDEX ix_print_job_original ON print_job (original)""",
    """CREATE INDEX ix_print_job_state ON print_job (state)""",
    """CREATE INDEX ix_outbox_blob_sha256 ON outbox_blob (sha256)""",
    """CREATE UNIQUE INDEX ux_print_job_of_ticket ON print_job (ticket, kind, part, copy)""",
    """CREATE UNIQUE INDEX ux_print_job_of_visit ON print_job (visit_id, kind, part, copy)""",
    """CREATE TABLE receipt_void (
    receipt_no TEXT NOT NULL,
    reason TEXT NOT NULL,
    clerk TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    voided_at TEXT NOT NULL,
    PRIMARY KEY (receipt_no)
)""",
    """CREATE INDEX ix_outbox_blob_stored_at ON outbox_blob (stored_at, visit_id)""",
    """CREATE INDEX ix_page_sha256 ON page (sha256)""",
    """CREATE TABLE staff (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CONSTRAINT ck_staff_role CHECK (role IN ('clerk', 'helper', 'supervisor',
        'back_office', 'administrator')),
    pin_hash TEXT NOT NULL,
    pin_set_at TEXT NOT NULL,
    failures INTEGER NOT NULL CONSTRAINT ck_staff_failures CHECK (failures >= 0),
    locked_until TEXT,
    active INTEGER NOT NULL CONSTRAINT ck_staff_active CHECK (active IN (0, 1)),
    public_key BLOB NOT NULL,
    sealed_key BLOB NOT NULL,
    PRIMARY KEY (id)
)""",
    """CREATE UNIQUE INDEX ux_staff_name ON staff (name) WHERE active = 1""",
    """CREATE TABLE staff_change (place INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (place))""",
    """CREATE TABLE approval (
    id TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    clerk TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    about TEXT NOT NULL,
    refusal TEXT,
    spent_on TEXT,
    spent_at TEXT,
    PRIMARY KEY (id),
    CONSTRAINT ck_approval_refused CHECK (refusal IS NULL OR spent_at IS NULL),
    CONSTRAINT ck_approval_spent CHECK ((spent_at IS NULL) = (spent_on IS NULL)),
    CONSTRAINT fk_approval_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
)""",
    """CREATE INDEX ix_approval_asked_at ON approval (asked_at)""",
    """CREATE TABLE finding (
    visit_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    effect TEXT NOT NULL CONSTRAINT ck_finding_effect CHECK (effect IN ('remind', 'warn', 'freeze')),
    text TEXT NOT NULL,
    article TEXT NOT NULL,
    action TEXT NOT NULL,
    appeared_at TEXT NOT NULL,
    lifted_at TEXT,
    lifted_by TEXT,
    reason TEXT,
    approval_id TEXT,
    PRIMARY KEY (visit_id, "key", effect),
    CONSTRAINT ck_finding_lifted CHECK (lifted_at IS NULL OR effect = 'freeze'),
    CONSTRAINT ck_finding_whole CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)
    AND (lifted_at IS NULL) = (reason IS NULL) AND (lifted_at IS NULL) = (approval_id IS NULL)),
    CONSTRAINT fk_finding_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT uq_finding_approval_id UNIQUE (approval_id),
    CONSTRAINT fk_finding_approval_id FOREIGN KEY(approval_id) REFERENCES approval (id)
)""",
    """CREATE TABLE rating (
    visit_id TEXT NOT NULL,
    score INTEGER NOT NULL CONSTRAINT ck_rating_score CHECK (score BETWEEN 1 AND 5),
    way TEXT NOT NULL CONSTRAINT ck_rating_way CHECK (way IN ('keypad', 'screen')),
    rated_at TEXT NOT NULL,
    PRIMARY KEY (visit_id),
    CONSTRAINT fk_rating_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
)""",
    """CREATE TRIGGER rating_immutable BEFORE UPDATE ON rating
       BEGIN SELECT RAISE(ABORT, 'a rating is immutable'); END""",
    """CREATE TRIGGER rating_kept BEFORE DELETE ON rating
       BEGIN SELECT RAISE(ABORT, 'a rating is kept'); END""",
    """CREATE TABLE favourite (
    clerk TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_favourite_kind CHECK (kind IN ('cause')),
    value TEXT NOT NULL,
    uses INTEGER NOT NULL CONSTRAINT ck_favourite_uses CHECK (uses >= 1),
    used_at TEXT NOT NULL,
    PRIMARY KEY (clerk, kind, value)
)""",
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
    """CREATE TRIGGER draft_field_frozen_insert BEFORE INSERT ON draft_field
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER draft_field_frozen_update BEFORE UPDATE ON draft_field
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER draft_field_frozen_moved BEFORE UPDATE OF visit_id ON draft_field
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER draft_field_frozen_delete BEFORE DELETE ON draft_field
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    AND (SELECT length(body) FROM intake WHERE visit_id = OLD.visit_id) > 0
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER page_frozen_insert BEFORE INSERT ON page
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    AND NOT (NEW.late = 1 AND NEW.amendment IS NULL)
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    f"""CREATE TRIGGER page_frozen_update BEFORE UPDATE ON page
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    AND NOT (length(NEW.thumbnail) = 0 AND {_same(_PAGE)})
    AND NOT (OLD.late = 1 AND OLD.amendment IS NULL AND {_same(_SCANNED)})
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",  # noqa: S608
    """CREATE TRIGGER page_frozen_moved BEFORE UPDATE OF visit_id ON page
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER page_frozen_delete BEFORE DELETE ON page
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER confirmation_frozen_insert BEFORE INSERT ON confirmation
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER confirmation_frozen_update BEFORE UPDATE ON confirmation
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER confirmation_frozen_moved BEFORE UPDATE OF visit_id ON confirmation
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER confirmation_frozen_delete BEFORE DELETE ON confirmation
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    AND (SELECT length(body) FROM intake WHERE visit_id = OLD.visit_id) > 0
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER finding_frozen_insert BEFORE INSERT ON finding
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER finding_frozen_update BEFORE UPDATE ON finding
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished' AND NEW.lifted_at IS NULL
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER finding_frozen_moved BEFORE UPDATE OF visit_id ON finding
    WHEN (SELECT state FROM visit WHERE id = NEW.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
    """CREATE TRIGGER finding_frozen_delete BEFORE DELETE ON finding
    WHEN (SELECT state FROM visit WHERE id = OLD.visit_id) = 'finished'
    BEGIN SELECT RAISE(ABORT, 'a finished visit is frozen'); END""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
