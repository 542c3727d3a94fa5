"""The fee people were told against the fee of the record that stands (risk node 10).

A notice says what the calculator says, so they part when the amount in dispute is corrected after the visit.
Papers made from then on go by the correction; a notice given out before it is a finding until the corrected
one is printed. Figures a court changes later make no notice wrong that was right on its day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.clock import local
from app.domain.fee_choice import fee_amount, matter_fee
from app.domain.money import parse_money
from app.domain.risk import Finding, Intake, check_intake
from app.errors import FormProblem
from app.services import amendments
from app.services.desk import Desk
from app.services.risks import key_of
from app.services.sheet import Sheet, sheets
from app.storage import print_jobs, visits
from app.storage.access import Transaction
from app.storage.records import PrintJob
from printing.documents.fee_notice import FeeNotice
from printing.documents.frozen import thaw

KIND: Final = "fee_notice"
_GIVEN: Final = ("confirmed", "unconfirmed", "printed")


def corrected(connection: Transaction, visit_id: str, made: Iterable[Sheet]) -> tuple[tuple[Sheet, str], ...]:
    """Return each matter with the amount of the record that stands, and it, "" where it is the same."""
    before = tuple(made)
    try:
        _event, body = amendments.standing(connection, visit_id)
    except FormProblem:  # not finished yet, or erased: the draft is all there is
        return tuple((shown, "") for shown in before)
    return tuple(
        _corrected(shown, told["answers"]) for shown, told in zip(before, body["matters"], strict=True)
    )


def _corrected(shown: Sheet, answers: dict[str, str]) -> tuple[Sheet, str]:
    field = next((one for one in shown.matter.fields if one.fee_amount), None)
    text = answers.get(field.key, "") if field is not None else ""
    amount = parse_money(text).amount
    if field is None or amount == fee_amount(shown.matter, shown.answers):
        return shown, ""
    values = {**shown.answers.values, field.key: text}
    return replace(shown, answers=replace(shown.answers, values=values)), str(amount)


def found(connection: Transaction, desk: Desk, visit_id: str) -> dict[str, Finding]:
    """Return by key which corrected matters have a fee other than the one people were told last."""
    jobs = print_jobs.of_visit(connection, visit_id)
    given = [job for job in jobs if job.kind == KIND and job.copy == 0 and job.state in _GIVEN]
    if not given:
        return {}
    told = {int(job.part.partition(".")[0]): job for job in given}
    made = sheets(visits.fields(connection, visit_id), desk.knowledge)
    holds: dict[str, Finding] = {}
    for shown, amount in corrected(connection, visit_id, made):
        if amount and shown.number in told:
            fee = matter_fee(shown.matter, shown.answers, desk.knowledge.fees)
            unlike = Intake(fee=fee, fee_noticed=_amount(told[shown.number]))
            holds |= {key_of(shown, one): one for one in check_intake(unlike, local(desk.clock.now()))}
    return holds


def _amount(job: PrintJob) -> Decimal:
    notice = thaw(FeeNotice, json.loads(job.content)["data"])
    return sum((payment.amount for payment in notice.payments), Decimal(0))
