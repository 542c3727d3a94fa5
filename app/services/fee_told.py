"""The fee people were told against the fee of the record that stands (risk node 10).

A notice says what the calculator says, so they part when the amount or the cause is corrected afterwards.
Papers made from then on go by the correction; a notice given out before it is a finding until the corrected
one is printed. Figures a court changes later make no notice wrong that was right on its day.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

from app.clock import local
from app.domain.fee_choice import matter_fee
from app.domain.risk import Finding, Intake, check_intake
from app.services import corrections
from app.services.desk import Desk
from app.services.risks import key_of
from app.services.sheet import sheets
from app.storage import print_jobs, visits
from app.storage.access import Transaction
from app.storage.records import PrintJob
from printing.documents.fee_notice import FeeNotice
from printing.documents.frozen import thaw

KIND: Final = "fee_notice"
_GIVEN: Final = ("confirmed", "unconfirmed", "printed")


def found(connection: Transaction, desk: Desk, visit_id: str) -> dict[str, Finding]:
    """Return by key which corrected matters have a fee other than the one people were told last."""
    jobs = print_jobs.of_visit(connection, visit_id)
    given = [job for job in jobs if job.kind == KIND and job.copy == 0 and job.state in _GIVEN]
    if not given:
        return {}
    told = {int(job.part.partition(".")[0]): job for job in given}
    before = visits.fields(connection, visit_id)
    after = corrections.corrected(connection, visit_id, before)
    holds: dict[str, Finding] = {}
    pairs = zip(sheets(before, desk.knowledge), sheets(after, desk.knowledge), strict=True)
    for old, shown in pairs if after is not before else ():
        fee = matter_fee(shown.matter, shown.answers, desk.knowledge.fees)
        changed = fee != matter_fee(old.matter, old.answers, desk.knowledge.fees)
        if changed and shown.number in told:
            unlike = Intake(fee=fee, fee_noticed=_amount(told[shown.number]))
            holds |= {key_of(shown, one): one for one in check_intake(unlike, local(desk.clock.now()))}
    return holds


def _amount(job: PrintJob) -> Decimal:
    notice = thaw(FeeNotice, json.loads(job.content)["data"])
    return sum((payment.amount for payment in notice.payments), Decimal(0))
