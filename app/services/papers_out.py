"""The papers a visit gives out: which there are, whether each can be made, and putting them in the ledger.

A paper told by ``kind`` and ``part`` has one original. During the visit the part holds a digest of what the
paper says, so that a corrected form is a new paper; afterwards the visit is frozen, and so is the paper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.clock import local
from app.domain.matter import GivenPaper
from app.domain.mediation import REFUSED_BEFORE
from app.domain.papers import Moment
from app.domain.risk import Finding
from app.domain.short_form import all_hold
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import A4_PRINTER, DB, RECEIPT_PRINTER, on
from app.services import corrections, freezing, mediation, supplement
from app.services.case import Case, read_case
from app.services.desk import Desk
from app.services.fields import large_print, undrawable, value
from app.services.notice_paper import title_of
from app.services.paper_data import Made, make
from app.services.paper_ground import Ground
from app.services.paper_needs import WhyNot, as_if_accepted, why_not
from app.services.receipt_data import receipts_of
from app.services.sheet import sheets
from app.services.views import PaperView, VisitPapers
from app.storage import answers, intakes, print_jobs
from app.storage.access import Transaction
from app.storage.records import AnswerRecord, IntakeRecord, PrintJob
from app.texts import _
from printing.documents.catalogue import KINDS
from printing.documents.facts import Facts
from printing.documents.frozen import freeze
from printing.layout import Paper

_ACCEPTED: Final = "accepted"
_DIGEST: Final = 12
_OFFER: Final = "mediation_notice"


@dataclass(frozen=True)
class Offer:
    """One paper a matter gives out; ``made`` is its data, empty with the reason in ``why``.

    ``marks`` tell by addressee what a correction after the end has made of it: that is another paper.
    """

    key: str
    title: str
    given: GivenPaper
    made: Made
    part: str
    marks: Mapping[str, str]
    why: WhyNot

    def parts(self) -> Iterator[tuple[str, Facts]]:
        """Yield each sheet of paper: its part and its data."""
        for suffix, data in self.made.items():
            mark = _digest(data) if self.given.at is Moment.VISIT else self.marks.get(suffix, "")
            yield ".".join(one for one in (self.part, suffix, mark) if one), data


def offers(connection: Transaction, desk: Desk, case: Case) -> tuple[Offer, ...]:
    """Return every paper of the visit's matters, in the order of the catalogue."""
    intake = intakes.get_intake(connection, case.visit.id)
    heard = answers.of_visit(connection, case.visit.id)
    now = local(desk.clock.now())
    told = replace(case, draft=corrections.corrected(connection, case.visit.id, case.draft))
    made = sheets(told.draft, desk.knowledge)
    before = {one.number: one for one in sheets(case.draft, desk.knowledge)}
    when = case.visit.closed_at or desk.clock.now()
    held = freezing.held_papers(connection, case.visit.id, case.draft, desk.knowledge, when)
    found: list[Offer] = []
    for place, shown in enumerate(made, 1):
        ground = Ground(
            told,
            shown,
            desk.settings.hall,
            desk.settings.papers,
            desk.knowledge,
            now,
            receipt_no=intake.receipt_no if intake else "",
            finished=intake.finished_at if intake else None,
            accepted=_accepted(heard, place),
        )
        prefix = _("第{place}件 ").format(place=place) if len(made) > 1 else ""
        old = replace(ground, case=case, sheet=before[shown.number]) if told.draft is not case.draft else None
        found += (
            _offer(given, ground, old, prefix, intake, held.get((shown.number, given.kind)))
            for given in shown.matter.papers
            if all_hold(given.when, shown.matter, shown.parties, shown.answers) and _comes(given, ground)
        )
    return tuple(found)


def _comes(given: GivenPaper, ground: Ground) -> bool:
    """Whether it can come at all: no case is registered of what was not filed, nothing refused is offered."""
    if given.kind == _OFFER and mediation.offer(ground.sheet) is REFUSED_BEFORE:
        return False
    filed = not supplement.was_guided(ground.case, ground.sheet)
    return filed or given.at is not Moment.ACCEPTED or ground.accepted is not None


def _accepted(heard: Sequence[AnswerRecord], place: int) -> AnswerRecord | None:
    """Return the answer that registers the matter at this place, the last where one was corrected."""
    replaced = {one.corrects for one in heard if one.corrects}
    mine = [one for one in heard if one.matter in (0, place) and one.id not in replaced]
    return mine[-1] if mine and mine[-1].word == _ACCEPTED else None


def _offer(
    given: GivenPaper,
    ground: Ground,
    old: Ground | None,
    prefix: str,
    intake: IntakeRecord | None,
    held: Finding | None,
) -> Offer:
    """``old`` is the ground before a correction, None where nothing was corrected."""
    number = ground.sheet.number
    part = str(number)
    if given.at is Moment.ACCEPTED and ground.accepted is not None:
        part = f"{number}.{ground.accepted.id}"
    made, why = ({}, WhyNot(_held(held))) if held is not None else _made(given, ground, intake)
    title = f"{prefix}{_(KINDS[given.kind].title)}"
    marks = _marks(given, ground, old, intake) if old is not None else {}
    return Offer(f"{number}.{given.kind}", title, given, made, part, marks, why)


def _marks(given: GivenPaper, ground: Ground, old: Ground, intake: IntakeRecord | None) -> dict[str, str]:
    """Return for each addressee whose paper a correction has changed what tells it from the first one.

    Both are made as of the end of the visit: the day on which a paper is printed makes no other paper of it.
    """
    after, _why = _made(given, replace(ground, at=ground.received), intake)
    before, _why = _made(given, replace(old, at=ground.received), intake)
    digests = {suffix: _digest(data) for suffix, data in after.items()}
    return {
        suffix: digest
        for suffix, digest in digests.items()
        if suffix not in before or _digest(before[suffix]) != digest
    }


def _held(finding: Finding) -> str:
    return _("已冻结，{text}；由值班主任解除（Alt+U）").format(text=finding.rule.text)


def _made(given: GivenPaper, ground: Ground, intake: IntakeRecord | None) -> tuple[Made, WhyNot]:
    """Return the data of a paper, or why it is not made.

    A paper that has to wait says at once what it will lack then: now there is time for it.
    """
    waits, tried = "", ground
    if given.at is Moment.FINISH and intake is None:
        waits = _("办结后可以打印")
    elif given.at is Moment.ACCEPTED and ground.accepted is None:
        waits, tried = _("法院答复立案后可以打印"), as_if_accepted(ground)
    why = why_not(given.kind, tried, over=intake is not None)
    if not (waits or why.text):
        return make(given.kind, ground), why
    return {}, why if why.never else why._replace(text="；".join(filter(None, (waits, why.text))))


def _digest(data: Facts) -> str:
    """Return what tells one content from another, whenever it is printed."""
    said = freeze(data)
    said["issue"] = {**said["issue"], "issued": "", "number": ""}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


# ---- what is shown ---------------------------------------------------------------------------------------


def views(connection: Transaction, desk: Desk, case: Case) -> tuple[PaperView, ...]:
    """Return the list of papers as the outcome step shows it."""
    jobs = {(job.kind, job.part): job for job in print_jobs.of_visit(connection, case.visit.id)}
    return _said_once([(offer, _view(offer, jobs)) for offer in offers(connection, desk, case)])


def _said_once(papers: Sequence[tuple[Offer, PaperView]]) -> tuple[PaperView, ...]:
    """Return the papers; what the administrator has to set is said with the first that waits for it."""
    first: dict[str, str] = {}
    found: list[PaperView] = []
    for offer, paper in papers:
        named = first.setdefault(paper.note, paper.title) if offer.why.settings else paper.title
        same = _("原因同《{paper}》").format(paper=named)
        found.append(paper if named == paper.title else replace(paper, note=same))
    return tuple(found)


@on(DB)
def papers_of(desk: Desk, visit_id: str) -> VisitPapers:
    """Return the papers of a visit, open or finished; none for no visit."""
    return desk.store(_papers_of, desk, visit_id) if visit_id else VisitPapers("")


def _papers_of(connection: Transaction, desk: Desk, visit_id: str) -> VisitPapers:
    case = read_case(connection, visit_id)
    large = large_print(value(case.draft, "identity.id_number"), desk.clock.now())
    at_end = _at_end(desk, case) if case.visit.state == "open" else ()
    return VisitPapers(visit_id, views(connection, desk, case), large, at_end)


def _at_end(desk: Desk, case: Case) -> tuple[str, ...]:
    """Return the titles of what F12 prints by itself: the receipt on each printer, the notices decided on."""
    receipts = ((RECEIPT_PRINTER, _("材料收据（小票）")), (A4_PRINTER, _("材料收据（A4）")))
    count = len(receipts_of(case, "", desk.knowledge))
    several = _("{title} 每方一份，共 {count} 份")
    made = [
        several.format(title=title, count=count) if count > 1 else title
        for role, title in receipts
        if desk.bench.has(role) and count
    ]
    if desk.bench.has(A4_PRINTER):
        decided = (supplement.decision(case.draft, shown) for shown in sheets(case.draft, desk.knowledge))
        told = {said.kind for said in decided if said is not None}
        made += [title for kind, title in _notices() if kind in told]
    return tuple(made)


def _notices() -> tuple[tuple[str, str], ...]:
    return tuple((kind, title_of(kind)) for kind in supplement.KINDS)


def _view(offer: Offer, jobs: dict[tuple[str, str], PrintJob]) -> PaperView:
    parts = list(offer.parts())
    done = [jobs[offer.given.kind, part] for part, _data in parts if (offer.given.kind, part) in jobs]
    several = len(parts) > 1
    title = _("{title}（{count} 份）").format(title=offer.title, count=len(parts)) if several else offer.title
    if offer.why.text:
        state = "left_out" if offer.why.never else "lacking"
        return PaperView(offer.key, title, state, offer.why.text, chosen=False)
    if len(done) == len(parts):
        return PaperView(offer.key, title, "made", _("已打印；补打请按 Ctrl+P"), chosen=False)
    rare = _rare(data for _part, data in parts)
    note = _("有字打不出来：{characters}").format(characters=rare) if rare else ""
    return PaperView(offer.key, title, "ready", note, chosen=offer.given.chosen)


def _rare(every: Iterator[Facts]) -> str:
    """Return the characters of the papers that no font has: they would be printed as a box with a code."""
    said = "".join(json.dumps(freeze(data), ensure_ascii=False) for data in every)
    return undrawable(said)


# ---- printing --------------------------------------------------------------------------------------------


@on(DB)
def print_papers(desk: Desk, visit_id: str, keys: tuple[str, ...], large: bool) -> int:
    """Put the papers into the ledger, each once; return how many. Raises FormProblem for none or one lacking.

    They are printed by the acts of their printers.
    """
    return desk.store(_queue, desk, visit_id, keys, large)


def _queue(connection: Transaction, desk: Desk, visit_id: str, keys: tuple[str, ...], large: bool) -> int:
    case = read_case(connection, visit_id)
    wanted = [offer for offer in offers(connection, desk, case) if offer.key in keys]
    lacking = next((offer for offer in wanted if offer.why.text), None)
    if lacking is not None:
        raise FormProblem(
            _("《{title}》还不能打印：{why}。").format(title=lacking.title, why=lacking.why.text),
            safe=_("内容已保存，什么都没有打印。"),
            next_step=_("请补上，或取消勾选这一份。"),
        )
    queued = 0
    for offer in wanted:
        for part, data in offer.parts():
            job = _job(desk, visit_id, offer, part, data, large)
            if print_jobs.original(connection, job) is None:
                print_jobs.add(connection, job, desk.clock.now())
                queued += 1
    if not queued:
        raise FormProblem(
            _("没有要打印的文书。"),
            safe=_("已经打印过的不会再打一份原件。"),
            next_step=_("要补打，请按 Ctrl+P 打开打印台账。"),
        )
    return queued


def _job(desk: Desk, visit_id: str, offer: Offer, part: str, data: Facts, large: bool) -> PrintJob:
    kind = KINDS[offer.given.kind]
    roll = kind.papers[0] is not Paper.A4 and desk.bench.has(RECEIPT_PRINTER)
    content: dict[str, Any] = {"large": large, "data": freeze(data)}
    return PrintJob(
        id=new_id(),
        visit_id=visit_id,
        ticket=None,
        kind=kind.key,
        printer=desk.bench.owner(RECEIPT_PRINTER if roll else A4_PRINTER),
        title=offer.title,
        content=json.dumps(content, ensure_ascii=False),
        state="waiting",
        reason="",
        tries=0,
        part=part,
        clerk=desk.settings.hall.clerk,
    )
