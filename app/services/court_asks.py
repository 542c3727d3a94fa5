"""The back office answered 补正: its list becomes the notice, and what coming back begins with.

Until the notice is handed over the answer stands in the list of those who owe papers; the days run from when
the party is told, not from when the back office decided.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Final

from app.clock import local
from app.domain.asked import BY_COURT, asked_code, asked_lines, is_asked_code
from app.domain.audit import Act
from app.domain.clocks import Clock, start_clock
from app.domain.notice import COMPLAINT, CONSEQUENCE, CORRECTION, ONCE, RESTART, NoticeLine, correction_clock
from app.domain.return_code import LENGTH, SIGNS, make_code
from app.domain.short_form import variant_of
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import A4_PRINTER, DB, on
from app.services import approval, corrections, notice_paper
from app.services.case import Case, read_case
from app.services.desk import Desk
from app.services.fields import Draft, value
from app.services.sheet import Sheet, numbers, sheets
from app.storage import answers, intakes, print_jobs, supplements, trail, visits
from app.storage.access import Transaction
from app.storage.records import AnswerRecord, DraftField, SupplementRecord
from app.texts import _

MOST_OF_REASON: Final = 500


@dataclass(frozen=True)
class Asked:
    """An answer that asks for papers and was not passed on yet; ``told`` is all the intake was ever told."""

    answer: AnswerRecord
    first_id: str
    matter: int
    lines: tuple[tuple[str, str], ...]
    told: tuple[SupplementRecord, ...]

    @property
    def further(self) -> bool:
        """Whether the party was told once before: then a reason and a supervisor are needed."""
        return any(one.kind == CORRECTION and one.matter == self.matter for one in self.told)


def pending(connection: Transaction) -> tuple[Asked, ...]:
    """Return what the back office asks for and nobody was told in writing, nor has come back for since."""
    found = (_asked(connection, one) for one in answers.asking(connection))
    return tuple(one for one in found if not _came_back(connection, one))


def _asked(connection: Transaction, one: AnswerRecord) -> Asked:
    first = visits.first_of(connection, one.visit_id)
    draft = visits.fields(connection, one.visit_id)
    told = supplements.of_intake(connection, first)
    known = numbers(draft)
    matter = one.matter if one.matter in known else known[0]
    taken = max((int(code[1:]) for code in _codes(draft, told, matter)), default=0)
    items = asked_lines(one.reason or "") or (_("（后台没有写明，请先问明）"),)
    lines = tuple((asked_code(place), text) for place, text in enumerate(items, taken + 1))
    return Asked(one, first, matter, lines, told)


def _codes(draft: Draft, told: Iterable[SupplementRecord], matter: int) -> Iterator[str]:
    """Codes that stand for something already: in the draft, or on a notice."""
    prefix = f"matter.{matter}.asked."
    yield from (path.removeprefix(prefix) for path in draft if path.startswith(prefix))
    for one in told:
        if one.matter == matter and one.answer_id:
            yield from (line["key"] for line in json.loads(one.body).get("items", ()))


def _came_back(connection: Transaction, asked: Asked) -> bool:
    """Whether somebody went on with the intake after the answer came: that visit holds its list."""
    todo = [asked.first_id]
    while todo:
        for later in visits.continued_by(connection, todo.pop()):
            if later.state != "away" and later.opened_at > asked.answer.received_at:
                return True
            todo.append(later.id)
    return False


# ---- handed over in writing -----------------------------------------------------------------------------


def due_of(asked: Asked, draft: Draft, desk: Desk) -> Clock:
    """Return the days the party has if it is told today."""
    return _clock(_sheet(asked, draft, desk), desk)


def _sheet(asked: Asked, draft: Draft, desk: Desk) -> Sheet:
    made = sheets(draft, desk.knowledge)
    return next((shown for shown in made if shown.number == asked.matter), made[0])


def _clock(shown: Sheet, desk: Desk) -> Clock:
    named = correction_clock(shown.matter.clocks_of(variant_of(shown.matter, shown.answers)))
    lengths = desk.knowledge.lengths
    return start_clock(named, desk.today(), desk.holidays, length=lengths.get(named))


@on(DB)
def tell(desk: Desk, answer_id: str, reason: str = "", approval_id: str = "") -> date:
    """Make the notice of what an answer asks for, and queue its paper; return the last day.

    One transaction. A further notice on the same matter needs ``reason`` and a supervisor's approval, which
    is spent here. Raises FormProblem, NotApproved.
    """
    return desk.store(_tell, desk, answer_id, " ".join(reason.split())[:MOST_OF_REASON], approval_id)


def _tell(connection: Transaction, desk: Desk, answer_id: str, reason: str, approval_id: str) -> date:
    asked = next((one for one in pending(connection) if one.answer.id == answer_id), None)
    if asked is None:
        raise FormProblem(
            _("这一份已经告知过，或后台已另有答复。"),
            safe=_("没有再出告知书。"),
            next_step=_("请看名单。"),
        )
    if asked.further and not reason:
        raise FormProblem(
            _("补正只能一次性告知；再次告知要写明理由，并经值班主任同意。"),
            safe=_("没有出新的告知书。"),
            next_step=_("请写明为什么第一次没有告知，再请值班主任核准。"),
        )
    now, supervisor = desk.clock.now(), ""
    if asked.further:
        subject = f"{asked.answer.visit_id}:{asked.matter}"
        supervisor = approval.spend(connection, approval_id, Purpose.SECOND_NOTICE, subject, now)
    case = read_case(connection, asked.answer.visit_id)
    case = replace(case, draft=corrections.corrected(connection, case.visit.id, case.draft))
    shown = _sheet(asked, case.draft, desk)
    record = _record(connection, desk, asked, shown, (reason if supervisor else "", supervisor), now)
    supplements.add(connection, record)
    _print(connection, desk, case, record, now)
    clerk = desk.settings.hall.clerk
    trail.add(
        connection,
        Act.NOTICE_PASSED_ON,
        subject=asked.answer.visit_id,
        actor=clerk,
        at=now,
        matter=asked.matter,
        answer=answer_id,
    )
    return record.due


def _record(
    connection: Transaction, desk: Desk, asked: Asked, shown: Sheet, why: tuple[str, str], now: datetime
) -> SupplementRecord:
    clock = _clock(shown, desk)
    intake = intakes.get_intake(connection, asked.answer.visit_id)
    number = 1 + sum(one.kind == CORRECTION and one.matter == asked.matter for one in asked.told)
    return SupplementRecord(
        id=new_id(),
        visit_id=asked.answer.visit_id,
        first_id=asked.first_id,
        matter=asked.matter,
        kind=CORRECTION,
        number=number,
        paper_no=f"{intake.receipt_no if intake else asked.answer.visit_id}-H{asked.matter}.{number}",
        code=make_code(secrets.randbelow(len(SIGNS)) for _sign in range(LENGTH - 1)),
        reason=why[0],
        supervisor=why[1],
        body=json.dumps(_body(asked, shown, clock), ensure_ascii=False),
        due=clock.safe_end,
        issued_at=now,
        answer_id=asked.answer.id,
    )


def _body(asked: Asked, shown: Sheet, clock: Clock) -> dict[str, object]:
    day = local(asked.answer.made_at).date().isoformat()
    why = _("立案审查（{day}）要求补正").format(day=day)
    lines = [NoticeLine(code, text, 0, why, BY_COURT.article, "") for code, text in asked.lines]
    rules = [rule.why for rule in (*clock.why, ONCE, CONSEQUENCE, RESTART, COMPLAINT)]
    return {
        "matter_name": shown.title,
        "days": (clock.naive - clock.start).days,
        "certain": clock.due is not None,
        "items": [asdict(line) for line in lines],
        "advice": [],
        "rules": rules,
        "present": [],
        "promise": "",
    }


def _print(connection: Transaction, desk: Desk, case: Case, record: SupplementRecord, now: datetime) -> None:
    if desk.bench.has(A4_PRINTER):
        clerk = desk.settings.hall.clerk
        received = case.visit.closed_at or now
        job = notice_paper.job(desk, case, record, received, clerk, part=f"{record.matter}.{record.number}")
        print_jobs.add(connection, job, now)


# ---- who comes back -------------------------------------------------------------------------------------


def of_intake(connection: Transaction, first_id: str) -> tuple[Asked, ...]:
    """Return what is asked of an intake and was not passed on."""
    return tuple(one for one in pending(connection) if one.first_id == first_id)


def carried(told: Iterable[SupplementRecord], waiting: Iterable[Asked]) -> Iterator[DraftField]:
    """Return the fields with which the visit that goes on asks for the same."""
    for one in told:
        if one.state == "open" and one.answer_id:
            for line in json.loads(one.body)["items"]:
                if is_asked_code(line["key"]):
                    yield _field(one.matter, line["key"], line["name"])
    for asked in waiting:
        yield from (_field(asked.matter, code, text) for code, text in asked.lines)


def _field(matter: int, code: str, text: str) -> DraftField:
    return DraftField(f"matter.{matter}.asked.{code}", text, "typed", None)


def of_person(connection: Transaction, number: str) -> int:
    """Return how many lists wait for the visitor of this identity number."""
    return sum(
        value(corrections.draft_of(connection, one.answer.visit_id), "identity.id_number") == number
        for one in pending(connection)
    )
