"""Correcting a record that is finished: a new event goes out and stands for the one it corrects.

Nothing of the finished visit is touched. The court keeps both. What is different is printed as a receipt of
its own, queued in the same transaction.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.clock import stamp
from app.domain.amendment import MOST_REASON, NotAmendable, amended, differences, leaves
from app.domain.audit import Act
from app.domain.fee_choice import later_fields
from app.domain.matter import VARIANT
from app.domain.short_form import Answers
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import DB, on
from app.services import amend_fields, amendment_paper, numbers
from app.services.amend_fields import AmendView, derived, label_of, taken, word_of
from app.services.amendment_paper import Told, shown
from app.services.desk import Desk
from app.services.knowledge import Knowledge
from app.storage import intakes, print_jobs, trail
from app.storage.access import Transaction
from app.storage.records import OutboxRecord
from app.sync.protocol import canonical, sha256_hex
from app.texts import _

KIND: Final = "amendment"
SCHEMA: Final = 1
WITH_PAGES: Final = 2
"""Schema of a record to which papers were added after the end (``additions``)."""
ADDITIONS: Final = "additions"
AMENDABLE: Final = ("intake", KIND)
_OWN: Final = ("corrects", "reason", "amended_by", "amended_at", "amendment_no", "changes")


@dataclass(frozen=True)
class Amended:
    """What an amendment made: the id of its event, and its number."""

    id: str
    number: str


@on(DB)
def form(desk: Desk, event_id: str) -> AmendView:
    """Return the form for correcting a record: what may be corrected, the field the court named first.

    It shows identity numbers in full, which is on record. Raises FormProblem when the record is gone, amended
    already, or of a kind that has no form; Bulk.
    """
    return desk.store(_form, desk, event_id)


@on(DB)
def checked(desk: Desk, event_id: str, typed: Mapping[str, str]) -> AmendView:
    """Return the form with what is ``typed`` in it so far, and of each value what is wrong with it.

    Values nobody typed are left out: ``form`` has shown them, and put on record that it did. Nothing is kept.
    Raises FormProblem as ``form`` does.
    """

    def read(connection: Transaction) -> AmendView:
        event = _open(connection, event_id)
        body = with_blanks(_body(event), desk.knowledge)
        return amend_fields.typed_only(amend_fields.view(event, body, desk.knowledge, typed), typed)

    return desk.store(read)


def _form(connection: Transaction, desk: Desk, event_id: str) -> AmendView:
    event = _open(connection, event_id)
    body = with_blanks(_body(event), desk.knowledge)
    if any(leaf.path.endswith("id_number") and leaf.value for leaf in leaves(body)):
        numbers.seen(connection, desk, event.visit_id, "amendment")
    return amend_fields.view(event, body, desk.knowledge, {})


@on(DB)
def amend(desk: Desk, event_id: str, changes: Mapping[str, str], reason: str) -> str:
    """Send a corrected record in place of one that is finished; return the new event's id.

    No changes at all is a record offered once more under a new id. One transaction; raises FormProblem.
    """
    why = reason.strip()
    if not why or len(why) > MOST_REASON:
        raise _refused(_("更正要写明理由，最多 {most} 字。").format(most=MOST_REASON))
    return desk.store(_amend, desk, event_id, dict(changes), why)


def _amend(connection: Transaction, desk: Desk, event_id: str, changes: Mapping[str, str], why: str) -> str:
    event = _open(connection, event_id)
    before = with_blanks(_body(event), desk.knowledge)
    try:
        held = {path: taken(desk.knowledge, before, path, text) for path, text in changes.items()}
        after = amended(before, {**derived(before, held), **held})
    except NotAmendable as wrong:
        seen = amend_fields.view(event, before, desk.knowledge, changes).wrong
        label = next(
            (one.name for one in seen if one.path == wrong.path),
            label_of(desk.knowledge, before, wrong.path),
        )
        raise _refused(_("{field}：{why}。").format(field=label, why=wrong.why)) from wrong
    changed = differences(before, after)

    def told(one: Mapping[str, str]) -> tuple[str, str, str]:
        path = one["path"]
        was, now = (word_of(desk.knowledge, before, path, one[when]) for when in ("before", "after"))
        return label_of(desk.knowledge, before, path), shown(path, was), shown(path, now)

    values = [told(one) for one in changed]
    return put_in_place(connection, desk, event, _said(after), changed, why, Told(values=values)).id


def with_blanks(body: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """Return a record with an empty answer for each field of its fees, and of their papers, nobody answered.

    A fee that was open at the end can be settled later, and the notice of it made (诉讼费用交纳办法第22条).
    """
    made = copy.deepcopy(dict(body))
    for one in made.get("matters", ()):
        matter = knowledge.matters.get(one.get("code", ""))
        if matter is not None:
            answers = Answers(one["answers"], one.get("variant", ""))
            blank = {field.key: "" for field in later_fields(matter, answers) if field.key != VARIANT}
            one["answers"] = {**blank, **one["answers"]}
    return made


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record without answers that stayed empty, as a record is made."""
    made = copy.deepcopy(dict(body))
    for one in made.get("matters", ()):
        one["answers"] = {key: text for key, text in one["answers"].items() if text}
    return made


def standing(connection: Transaction, visit_id: str) -> tuple[OutboxRecord, dict[str, Any]]:
    """Return the record of a finished visit that stands, the last amendment if there is one, and its content.

    Raises FormProblem when there is none, or it was erased.
    """
    made = [one for one in intakes.events_of(connection, visit_id) if one.kind in AMENDABLE]
    if not made:
        raise _refused(_("这份记录不能更正。"))
    event = _open(connection, made[-1].id)
    return event, _body(event)


def put_in_place(
    connection: Transaction,
    desk: Desk,
    event: OutboxRecord,
    after: Mapping[str, Any],
    changed: Sequence[Mapping[str, str]],
    why: str,
    told: Told,
) -> Amended:
    """Send a record in the place of another and queue its paper, in the caller's transaction.

    ``changed`` are path, before and after of each value that is different, ``told`` what the paper says.
    """
    now, clerk = desk.clock.now(), desk.settings.hall.clerk
    facts = {
        "corrects": event.id,
        "reason": why,
        "amended_by": clerk,
        "amended_at": stamp(now),
        "amendment_no": next_number(connection, event, after),
    }
    whole = dict(after) | facts | {"changes": list(changed)}
    body = canonical(whole)
    made = Amended(new_id(), facts["amendment_no"])
    intakes.add_event(
        connection,
        event_id=made.id,
        visit_id=event.visit_id,
        kind=KIND,
        schema=WITH_PAGES if ADDITIONS in whole else SCHEMA,
        body=body,
        sha256=sha256_hex(body),
        at=now,
        corrects=event.id,
    )
    paper = amendment_paper.job(desk, event.visit_id, whole, sha256_hex(body), told, now)
    if paper is not None:
        print_jobs.add(connection, paper, now)
    trail.add(
        connection,
        Act.AMENDED,
        subject=event.visit_id,
        actor=clerk,
        at=now,
        event=made.id,
        changes=len(changed),
    )
    return made


def next_number(connection: Transaction, event: OutboxRecord, body: Mapping[str, Any]) -> str:
    """Return the number of the next amendment of a visit: its receipt's with G1, G2, … behind it."""
    before = sum(one.kind == KIND for one in intakes.events_of(connection, event.visit_id))
    return f"{body['receipt_no']}-G{before + 1}"


def _open(connection: Transaction, event_id: str) -> OutboxRecord:
    """Return a record that can be corrected. Raises FormProblem."""
    event = intakes.get_event(connection, event_id)
    if event is None or event.kind not in AMENDABLE:
        raise _refused(_("这份记录不能更正。"))
    if not event.body:
        raise _refused(_("这份记录的内容已按保存期限清除，不能更正。"))
    if intakes.amendment_of(connection, event_id) is not None:
        raise _refused(_("这份记录已经更正过，请打开更正后的那一份。"))
    return event


def _body(event: OutboxRecord) -> dict[str, Any]:
    """Return the record of an event without what made it an amendment."""
    body: dict[str, Any] = json.loads(event.body)
    return {name: value for name, value in body.items() if name not in _OWN}


def _refused(happened: str) -> FormProblem:
    return FormProblem(
        happened, safe=_("原来的记录没有改动，也不会改动。"), next_step=_("请改好后再送，或按 Esc 返回。")
    )
