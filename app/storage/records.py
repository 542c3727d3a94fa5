"""What leaves the storage: frozen records. No row object and no connection ever does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.dossier import DossierPage
from app.domain.staff import Purpose, Refusal


@dataclass(frozen=True)
class HallEventRecord:
    """One event of the hall log. ``seq`` orders all, ``body`` is canonical JSON."""

    seq: int
    subject: str
    subject_seq: int
    event_id: str
    body: str


@dataclass(frozen=True)
class VisitRecord:
    """One visit. ``state``: open, finished, away (put away, draft and all) or elsewhere.

    The last is the closed copy of one that goes on, or was finished, at another window.

    ``day`` is the local business day, ISO. ``continues`` is the finished visit that this one goes on with.
    """

    id: str
    ticket: str
    day: str
    window: int
    clerk: str
    green: bool
    opened_at: datetime
    state: str
    closed_at: datetime | None
    continues: str | None = None


@dataclass(frozen=True)
class DraftField:
    """One field of a draft; ``read_value`` is what the card or page said before the clerk changed it."""

    path: str
    value: str
    source: str
    read_value: str | None


@dataclass(frozen=True)
class PageRecord:
    """One page with its thumbnail (JPEG or PNG bytes)."""

    page: DossierPage
    thumbnail: bytes


@dataclass(frozen=True)
class ConfirmationRecord:
    """What was read and signed, and when."""

    text: str
    text_sha256: str
    signature_sha256: str
    signed_at: datetime


@dataclass(frozen=True)
class IntakeRecord:
    """A finished visit: ``body`` is the canonical JSON that goes to the court."""

    visit_id: str
    receipt_no: str
    body: bytes
    sha256: str
    finished_at: datetime


@dataclass(frozen=True)
class OutboxRecord:
    """One event on its way to the court. ``state``: waiting, stored, conflict, rejected.

    ``corrects`` is the id of the event an amendment stands for from now on.
    """

    seq: int
    id: str
    visit_id: str
    kind: str
    schema: int
    body: bytes
    sha256: str
    state: str
    receipt_no: str | None
    epoch: str | None
    code: str | None
    field: str | None
    created_at: datetime
    answered_at: datetime | None
    corrects: str | None


@dataclass(frozen=True, slots=True)
class DueRecord:
    """An event that may be offered to the court: as much of an ``OutboxRecord`` as is sent."""

    seq: int
    id: str
    visit_id: str
    kind: str
    schema: int
    body: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class CourtWord:
    """What the court said of one event. ``state``: stored, conflict or rejected."""

    id: str
    state: str
    receipt_no: str | None = None
    epoch: str | None = None
    code: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class AnswerRecord:
    """What the back office said; ``no`` orders within an epoch of the court, ``matter`` 0 is the whole visit.

    ``word``: accepted, supplement, declined, mediated, not_mediated or a later one; ``seen_at`` is when a
    clerk looked at the list.
    """

    id: str
    no: int
    visit_id: str
    word: str
    matter: int
    case_number: str | None
    judge: str | None
    reason: str | None
    corrects: str | None
    made_at: datetime
    received_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True)
class SupplementRecord:
    """What somebody was told in writing to supply. ``kind``: correction or promise; ``due`` the last day.

    ``number`` counts notices of one matter of one intake, whose first visit is ``first_id``; ``paper_no`` is
    printed on the paper, ``code`` finds the intake again; ``body`` is the content as JSON. ``state``: open,
    supplied or replaced (by a further notice). ``answer_id``: the answer of the back office it passes on.
    """

    id: str
    visit_id: str
    first_id: str
    matter: int
    kind: str
    number: int
    paper_no: str
    code: str
    reason: str
    supervisor: str
    body: str
    due: date
    issued_at: datetime
    state: str = "open"
    ended_by: str | None = None
    ended_at: datetime | None = None
    answer_id: str | None = None


@dataclass(frozen=True)
class HandoverRecord:
    """Papers that move to another window (``way`` out) or came from there (in); ``other`` is that window.

    ``id`` is the parcel's, ``first_id`` the visit the intake began with, ``ticket`` "" for papers of an
    earlier visit. ``state``: out is sealed, given, then taken or back; in is held, then taken or back.
    ``body`` are the papers while they are held.
    """

    id: str
    way: str
    visit_id: str
    first_id: str
    ticket: str
    other: int
    reason: str
    state: str
    body: bytes
    made_at: datetime


@dataclass(frozen=True)
class SignatureRecord:
    """What was signed as it moves with its visit; ``strokes`` is JSON."""

    id: str
    text: str
    text_sha256: str
    signature_sha256: str
    strokes: str
    signed_at: datetime


@dataclass(frozen=True)
class MovingVisit:
    """One visit with all that moves with it; ``receipt`` is (number, SHA-256, ISO time) of a finished one."""

    visit: VisitRecord
    fields: tuple[DraftField, ...]
    pages: tuple[PageRecord, ...] = ()
    signed: tuple[SignatureRecord, ...] = ()
    receipt: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class PrintJob:
    """One paper. ``content`` is the document's data as JSON, frozen when the job was made.

    ``visit_id`` or ``ticket`` says whose it is, ``part`` tells papers of one kind apart. ``copy`` counts
    reprints of ``original``, with the reason (``why``) and the supervisor; 0 is the original itself.
    ``made_at`` is known of a stored job.
    """

    id: str
    visit_id: str | None
    ticket: str | None
    kind: str
    printer: str
    title: str
    content: str
    state: str
    reason: str
    tries: int
    part: str = ""
    copy: int = 0
    original: str | None = None
    clerk: str = ""
    why: str = ""
    approved_by: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True)
class BlobRecord:
    """One stored file: ``sha256`` and ``size`` of the plain bytes, ``key`` its own AES-256 key."""

    sha256: str
    size: int
    key: bytes
    media_type: str


@dataclass(frozen=True)
class ApprovalRecord:
    """One attempt of a second person to approve. ``spent_on`` names what a granted one was used for.

    ``about`` is the number it was given for, "" for one that was given beside the act itself.
    """

    id: str
    supervisor: str
    purpose: Purpose
    clerk: str
    asked_at: datetime
    refusal: Refusal | None = None
    spent_on: str = ""
    about: str = ""


@dataclass(frozen=True)
class FindingRecord:
    """One risk of a visit; ``key`` names matter, node and what it is about; ``lifted_by`` the supervisor."""

    key: str
    effect: str
    text: str
    article: str
    action: str
    appeared_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    reason: str = ""
