"""What the screens show: frozen records made by the services, complete in themselves.

A screen draws a view and never asks the store; when something changed it is handed a new view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.day import DaySheet


class Source(StrEnum):
    """Where a value came from; shown beside it."""

    TYPED = "typed"
    CARD = "card"
    PAGE = "page"
    MRZ = "mrz"
    CHIP = "chip"


class Health(StrEnum):
    """State of a device or service."""

    OK = "ok"
    BUSY = "busy"
    ATTENTION = "attention"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class StepState(StrEnum):
    """How far one step of the visit is."""

    OPEN = "open"
    DONE = "done"
    ATTENTION = "attention"


# ---- queue (left) --------------------------------------------------------------------------------


@dataclass(frozen=True)
class TicketRow:
    """One waiting, missed or parked number; ``note`` says whose it is or why it was set aside."""

    number: str
    group: str
    green: bool
    waited_minutes: int
    urgent: bool = False
    cases: int = 1
    note: str = ""


@dataclass(frozen=True)
class QueueView:
    """The left zone. ``next`` is who a press of F5 would call and ``why`` the rule that says so.

    ``called_why`` is the rule that chose who is here, ``parked`` who was set aside here, ``paused`` the
    reason why this window does not call, "" while it does. ``brought`` is the visit whose draft came last
    from another window, ``calls_in`` the seconds after which this window calls by itself, None for never;
    ``help_wanted``: another window calls for help and nobody here has answered.
    """

    next: TicketRow | None
    why: str
    waiting: tuple[TicketRow, ...]
    missed: tuple[TicketRow, ...]
    called: TicketRow | None
    served_today: int
    average_minutes: int | None
    parked: tuple[TicketRow, ...] = ()
    called_why: str = ""
    paused: str = ""
    brought: str = ""
    calls_in: int | None = None
    help_wanted: bool = False


# ---- this visit (centre) ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """One line of a type-ahead list: ``value`` goes into the draft, ``detail`` tells namesakes apart.

    ``liked`` ones are the clerk's favourites, which a key forgets.
    """

    value: str
    label: str
    detail: str = ""
    liked: bool = False


@dataclass(frozen=True)
class FieldView:
    """One field of the form.

    ``kind``: text, long_text, id_number, phone, money, choice, cause, matter and what the catalogue names.
    ``read_value`` is what card or page said when the clerk changed it, ``problem`` a sentence when the value
    cannot stand, ``hint`` what belongs here, ``choices`` (value, label) pairs; ``suggest`` answers what is
    typed in 20 ms. Asked: ``required`` by law, ``for_paper`` by papers, ``offered``: either answer will do.
    """

    path: str
    label: str
    kind: str
    value: str = ""
    source: Source | None = None
    read_value: str | None = None
    problem: str = ""
    hint: str = ""
    required: bool = False
    wide: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    suggest: Callable[[str], tuple[Suggestion, ...]] | None = field(default=None, compare=False, repr=False)
    for_paper: str = ""
    offered: bool = False


@dataclass(frozen=True)
class FieldGroup:
    """Fields that belong together; ``key`` names the party they describe, "" for any other group."""

    title: str
    fields: tuple[FieldView, ...]
    key: str = ""


@dataclass(frozen=True)
class MatterTab:
    """One matter of the visit: ``number`` as in its paths, counted title for the tab."""

    number: int
    title: str
    state: StepState


@dataclass(frozen=True)
class StepView:
    """One step of the visit; steps can be taken in any order. ``summary`` stands on the tab."""

    key: str
    title: str
    state: StepState
    summary: str = ""


@dataclass(frozen=True)
class PageView:
    """One page. ``sha256`` names its picture; ``thumbnail`` is ≤ 160 px high, empty if ``covered``."""

    page_id: str
    position: int
    material: str
    material_name: str
    sha256: str
    source: str
    thumbnail: bytes
    covered: bool = False


@dataclass(frozen=True)
class ConfirmationView:
    """What the party reads; ``sha256`` of the UTF-8 text, ``signed_at`` if signed, ``unasked`` before it."""

    text: str
    sha256: str
    ready: bool
    not_ready: str = ""
    signed_at: datetime | None = None
    outdated: bool = False
    unasked: str = ""


@dataclass(frozen=True)
class JobView:
    """One print job. ``state``: waiting, sending, confirmed, unconfirmed, printed, not_printed."""

    job_id: str
    title: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class PaperView:
    """A paper the visit gives out: ready, lacking (``note``: what), made, left_out; ``chosen``: printed."""

    key: str
    title: str
    state: str
    note: str = ""
    chosen: bool = True


@dataclass(frozen=True)
class VisitPapers:
    """The papers of a visit; ``large_print`` by the visitor's age; ``at_end`` what F12 prints."""

    visit_id: str
    papers: tuple[PaperView, ...] = ()
    large_print: bool = False
    at_end: tuple[str, ...] = ()


@dataclass(frozen=True)
class LedgerRow:
    """One paper of the print ledger. ``number`` is the receipt's or ticket's; ``copy`` 0 is the original.

    ``copies`` of the original were made so far; ``void`` says that the receipt's number counts no longer.
    """

    job_id: str
    title: str
    number: str
    state: str
    reason: str
    copy: int
    copies: int
    made_at: datetime
    clerk: str = ""
    why: str = ""
    approved_by: str = ""
    tries: int = 0
    is_receipt: bool = False
    void: bool = False


@dataclass(frozen=True)
class DayView:
    """A day's figures; ``differences`` are sentences, ``printed`` the (number, state) of its sheets so far.

    ``on_page``, ``on_roll``: printers of the next sheet; ``promise``, ``passed``: see ``promise_words``.
    """

    sheet: DaySheet
    differences: tuple[str, ...]
    printed: tuple[tuple[str, str], ...]
    on_page: bool
    on_roll: bool
    promise: tuple[str, ...] = ()
    passed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AnswerView:
    """One answer of the back office. ``matter`` 0 is the whole visit; ``replaced`` by a later correction."""

    word: str
    title: str
    matter: int
    case_number: str
    judge: str
    reason: str
    at: datetime
    replaced: bool = False


@dataclass(frozen=True)
class AnsweredRow:
    """One line of what was answered; ``new`` until the list was looked at."""

    visit_id: str
    ticket: str
    receipt_no: str
    answer: AnswerView
    new: bool


@dataclass(frozen=True)
class UnsentRow:
    """One record. ``state``: waiting, conflict, rejected, or stored for that of the visit on the window."""

    event_id: str
    ticket: str
    receipt_no: str
    kind: str
    state: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class UnsentView:
    """What is on its way; ``attention`` of the records wait for a person, ``blobs`` are pictures owed."""

    rows: tuple[UnsentRow, ...]
    waiting: int
    attention: int
    blobs: int
    paused: bool
    health: Health
    text: str


@dataclass(frozen=True)
class ExplainView:
    """One record: what was ``sent`` and ``answered`` as (label, text), ``who`` must act, what to do.

    ``who``: clerk, admin or nobody. ``amendable`` when a corrected record can be sent in its place.
    """

    event_id: str
    title: str
    state: str
    sent: tuple[tuple[str, str], ...]
    answered: tuple[tuple[str, str], ...]
    happened: str
    who: str
    next_step: str
    amendable: bool
    amended: bool


@dataclass(frozen=True)
class OutcomeView:
    """A finished visit. ``court_state``: waiting, stored, conflict or rejected; ``answers`` newest first.

    State and ``event_id`` are those of the record that stands: the last amendment, if there is one.
    ``received_only``: something was only received; ``lacking``: missing, or to do; ``corrected``: afterwards.
    """

    receipt_no: str
    finished_at: datetime
    jobs: tuple[JobView, ...]
    court_state: str
    court_receipt_no: str = ""
    event_id: str = ""
    answers: tuple[AnswerView, ...] = ()
    steps: tuple[Remark, ...] = ()
    received_only: bool = False
    lacking: tuple[Remark, ...] = ()
    corrected: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class VisitView:
    """The centre zone: one visit, whole.

    ``matter``, ``parties``, ``materials`` and ``copies`` are those of the matter ``current``; a party can be
    added to each of ``party_lists`` (key, label); ``copies``, ``paper_forms`` and ``waivers`` stand beside
    ``materials``, one each; a waiver is None for what the law asks for. ``joinable`` are parties of other
    matters, as ``list:party``; ``card`` the card whose photo may be shown, "" for none and once finished.
    """

    visit_id: str
    ticket: str
    green: bool
    opened_at: datetime
    party_name: str
    masked_number: str
    matter_title: str
    steps: tuple[StepView, ...]
    identity: tuple[FieldGroup, ...]
    matter: tuple[FieldGroup, ...]
    parties: tuple[FieldGroup, ...]
    pages: tuple[PageView, ...]
    materials: tuple[tuple[str, str], ...]
    confirmation: ConfirmationView
    outcome: OutcomeView | None = None
    party_lists: tuple[tuple[str, str], ...] = ()
    copies: tuple[FieldView, ...] = ()
    paper_forms: tuple[FieldView, ...] = ()
    waivers: tuple[FieldView | None, ...] = ()
    tabs: tuple[MatterTab, ...] = ()
    current: int = 1
    filers: int = 0
    joinable: tuple[Suggestion, ...] = ()
    card: str = ""


# ---- what the law and the checklist say now (right) --------------------------------------------------


class Mark(StrEnum):
    """How a checklist line stands."""

    HAVE = "have"
    MISSING_LAW = "missing_law"
    MISSING_PRACTICE = "missing_practice"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class CheckLine:
    """One line of the checklist with its reason and basis; of ``custom`` where no article asks for it."""

    mark: Mark
    title: str
    reason: str
    basis: str
    custom: bool = False


@dataclass(frozen=True)
class DueLine:
    """One statutory clock: when, the rule behind it, and what must be done at its end (``note``)."""

    title: str
    due: str
    basis: str
    why: str
    pressing: bool = False
    note: str = ""


@dataclass(frozen=True)
class FeeView:
    """The fee as it stands; ``amount`` is None while unknown, then ``shown`` says the range or why.

    ``steps`` are the rules of the calculation in their order.
    """

    amount: Decimal | None
    shown: str
    formula: str
    basis: str
    note: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """Something to know or to do; ``grave`` asks for an act first, ``frozen`` for a supervisor."""

    text: str
    basis: str = ""
    action: str = ""
    grave: bool = False
    frozen: bool = False


@dataclass(frozen=True)
class AdviceView:
    """The right zone; ``urgent`` says why this visit goes first, "" when nothing ends soon."""

    checks: tuple[CheckLine, ...] = ()
    dues: tuple[DueLine, ...] = ()
    fee: FeeView | None = None
    mediation: FieldView | None = None
    remarks: tuple[Remark, ...] = ()
    urgent: str = ""
    matter: str = ""


# ---- status bar and the whole ----------------------------------------------------------------------


@dataclass(frozen=True)
class DeviceView:
    """One device or service in the status bar; ``text`` says what to do when it is not green."""

    key: str
    title: str
    health: Health
    text: str = ""


@dataclass(frozen=True)
class StatusView:
    """The status bar. ``oldest_minutes`` is the age of the oldest unsent record.

    ``offline`` says that the court cannot be reached: the window works on by itself.
    """

    devices: tuple[DeviceView, ...]
    unsent: int
    attention: int
    oldest_minutes: int
    last_sent: datetime | None
    court: Health
    court_text: str
    offline: bool = False


@dataclass(frozen=True)
class DeskView:
    """Everything on the window."""

    court: str
    centre: str
    window: int
    clerk: str
    queue: QueueView
    visit: VisitView | None
    advice: AdviceView
    doubts: tuple[JobView, ...] = ()
