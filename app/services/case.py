"""One visit as a whole, and the two documents made of it: the record for the court and the receipt."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.clock import stamp
from app.domain.clocks import Clock, HourClock
from app.domain.dossier import Bundle
from app.domain.fee_choice import matter_fee
from app.domain.fees import Fee
from app.domain.matter import FieldKind
from app.domain.notice import Outcome, outcome_of
from app.domain.party import Agent, Party
from app.errors import FormProblem
from app.services import mediation, people, risks, steps
from app.services.fields import ORIGINAL, Draft, value
from app.services.form import shown_values
from app.services.knowledge import Knowledge
from app.services.running import Running
from app.services.sheet import (
    CURRENT,
    Sheet,
    checklist,
    copies_counted,
    material_name,
    paper_form,
    papers_in,
    sheets,
)
from app.services.views import FieldView
from app.settings import HallSettings
from app.storage import handovers, pages, supplements, visits
from app.storage.access import Transaction
from app.storage.records import (
    BlobRecord,
    ConfirmationRecord,
    FindingRecord,
    IntakeRecord,
    PageRecord,
    SupplementRecord,
    VisitRecord,
)
from app.texts import _

SCHEMA: Final = 3


@dataclass(frozen=True)
class Case:
    """Everything of one visit; ``signed`` is what was signed last, current or not.

    ``before`` is the record of the finished visit this one goes on with, ``told`` what was told in writing
    about the same intake.
    """

    visit: VisitRecord
    draft: Draft
    dossier: tuple[PageRecord, ...]
    signed: ConfirmationRecord | None
    before: IntakeRecord | None = None
    told: tuple[SupplementRecord, ...] = ()
    _made: list[tuple[Knowledge, tuple[Sheet, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=list
    )

    def sheets(self, knowledge: Knowledge) -> tuple[Sheet, ...]:
        """Return all matters of the visit, worked out once: the draft of a case never changes."""
        for known, made in self._made:
            if known is knowledge:
                return made
        made = sheets(self.draft, knowledge)
        self._made.append((knowledge, made))
        return made

    @property
    def page_ids(self) -> tuple[str, ...]:
        return tuple(record.page.page_id for record in self.dossier)


@dataclass(frozen=True)
class Closing:
    """What finishing adds: the number, the time, the signature that counts, the bound pages if any, and
    what the party is told in writing to supply; ``receipts`` where there is more than one.

    ``findings`` are the risks on record and ``standing`` the keys of those that still hold; ``done`` is False
    where something frozen was only received.
    """

    receipt_no: str
    at: datetime
    signed: ConfirmationRecord | None
    dossier: BlobRecord | None
    owed: Sequence[BlobRecord]
    told: Sequence[SupplementRecord] = ()
    findings: Sequence[FindingRecord] = ()
    standing: Collection[str] = ()
    done: bool = True
    receipts: Sequence[Mapping[str, object]] = ()


def read_case(connection: Transaction, visit_id: str) -> Case:
    """Read everything of one visit."""
    record = visits.get(connection, visit_id)
    if record is None:
        raise FormProblem(_("现在没有正在办理的人。"), next_step=_("请先按 F5 叫下一位。"))
    return Case(
        record,
        visits.fields(connection, visit_id),
        pages.of_visit(connection, visit_id),
        pages.last_confirmation(connection, visit_id),
        handovers.receipt_of(connection, record.continues) if record.continues else None,
        supplements.of_intake(connection, visits.beginning_of(connection, record)),
    )


def with_added(connection: Transaction, case: Case) -> Case:
    """Return the visit with the pages that were added after its end, behind those it ended with."""
    added = pages.added_to(connection, case.visit.id) if case.visit.state == "finished" else ()
    return replace(case, dossier=(*case.dossier, *added)) if added else case


def intake_body(case: Case, closing: Closing, hall: HallSettings, knowledge: Knowledge) -> dict[str, object]:
    """Return the record of a finished visit as it is hashed, kept and sent (schema 3, kind ``intake``)."""
    visit = case.visit
    made = case.sheets(knowledge)
    return {
        "visit_id": visit.id,
        "receipt_no": closing.receipt_no,
        "court": hall.court,
        "window": visit.window,
        "clerk": visit.clerk,
        "ticket": visit.ticket,
        "opened_at": stamp(visit.opened_at),
        "finished_at": stamp(closing.at),
        "disposal": "done" if closing.done else "received",
        "zone": "Asia/Shanghai",
        "visitor": _named(
            case.draft, "identity", ("name", "id_number", "phone", "role", "address", "nation")
        ),
        "continues": _continues(case),
        "matters": [_matter(case, shown, knowledge, closing) for shown in made],
        "notices": [_notice(record) for record in closing.told],
        **({"receipts": list(closing.receipts)} if len(closing.receipts) > 1 else {}),
        "parties": _parties(made, case.draft),
        "agents": _agents(made),
        "steps": steps.body(steps.recorded(case.draft, knowledge), knowledge),
        "findings": risks.body(closing.findings, closing.standing),
        "provenance": _provenance(case.draft),
        "materials": [_material(case.draft, bundle, made, knowledge) for bundle in handed_in(case)],
        "dossier": _dossier(closing.dossier),
        "confirmation": _confirmation(closing.signed),
        "blobs": [{"sha256": record.sha256, "size": record.size} for record in closing.owed],
    }


def _provenance(draft: Draft) -> list[dict[str, str]]:
    kept = (field for field in draft.values() if field.path not in (CURRENT, ORIGINAL))
    return [
        {"path": f.path, "value": f.value, "source": f.source, "read_value": f.read_value or ""}
        for f in sorted(kept, key=lambda f: f.path)
    ]


def _dossier(bound: BlobRecord | None) -> dict[str, object]:
    return {} if bound is None else {"sha256": bound.sha256, "size": bound.size}


def _continues(case: Case) -> dict[str, str]:
    """The record this one goes on with; it stands as it was, this one adds what came later."""
    if case.before is None:
        return {}
    before = case.before
    return {"visit_id": before.visit_id, "receipt_no": before.receipt_no, "sha256": before.sha256}


def _notice(record: SupplementRecord) -> dict[str, object]:
    return {
        "kind": record.kind,
        "matter": record.matter,
        "number": record.number,
        "paper_no": record.paper_no,
        "issued_at": stamp(record.issued_at),
        "due": record.due.isoformat(),
        "reason": record.reason,
        "supervisor": record.supervisor,
        **json.loads(record.body),
    }


# ---- matters -----------------------------------------------------------------------------------------


def _matter(case: Case, shown: Sheet, knowledge: Knowledge, closing: Closing) -> dict[str, object]:
    matter, draft = shown.matter, case.draft
    variant = None if matter.must_choose and not shown.answers.variant else shown.variant
    clocks = Running(shown, knowledge, closing.at)
    items = checklist(draft, shown, case.dossier)
    told = next((one.kind for one in closing.told if one.matter == shown.number), "")
    begun = outcome_of(items, told) is not Outcome.GUIDED
    return {
        "number": shown.number,
        "code": matter.code,
        "version": matter.version,
        "name": matter.name,
        "outcome": outcome_of(items, told).value,
        "variant": variant.key if variant else "",
        "variant_name": variant.label if variant else "",
        "cause_no": shown.cause.no if shown.cause else "",
        "answers": {
            view.path.rpartition(".")[2]: plain(view) for view in shown_values(shown, draft, knowledge)
        },
        "parties": _lists(shown, draft),
        "representatives": list(shown.parties.representatives),
        **({"claims": {k: _sum(v) for k, v in shown.answers.claims.items()}} if shown.answers.claims else {}),
        "mediation": mediation.answered(draft, shown),
        "fee": _fee(matter_fee(matter, shown.answers, knowledge.fees)),
        "clocks": [_clock(c) for c in (*(clocks.received if begun else ()), *clocks.answered)]
        + [_hour(c) for c in clocks.hours],
        "missing": [
            {
                "code": item.code,
                "name": item.label,
                "level": item.level.value,
                "short_of": item.short_of,
                "reason": item.reason.text,
                "article": item.reason.article,
            }
            for item in items
            if item.missing
        ],
    }


def plain(view: FieldView) -> str:
    """The answer as another program reads it: an amount without its commas, 无 where there is none."""
    return view.value.replace(",", "") if view.kind == FieldKind.MONEY else view.value


def _lists(shown: Sheet, draft: Draft) -> dict[str, list[str]]:
    return {
        field.key: list(people.members(draft, shown.number, shown.matter, field))
        for field in shown.fields
        if field.kind is FieldKind.PARTIES
    }


def _fee(fee: Fee | None) -> dict[str, object]:
    """The fee as it stood; nothing where no court fee belongs to the matter.

    A sum is "" while it was open; ``needs`` then names what had still to be said.
    """
    if fee is None:
        return {}
    return {
        "kind": fee.kind.value if fee.kind else "",
        "low": _sum(fee.low),
        "high": _sum(fee.high),
        "formula": fee.formula,
        "article": fee.article,
        "prepaid": fee.prepaid,
        "needs": list(fee.needs),
        "steps": [step.rule.why for step in fee.steps],
    }


def _sum(amount: Decimal | None) -> str:
    """An amount as text, "" while unknown: a float would not keep every fen."""
    return "" if amount is None else f"{amount:.2f}"


def _clock(clock: Clock) -> dict[str, object]:
    return {
        "id": clock.rule.id,
        "name": clock.rule.name,
        "start": clock.start.isoformat(),
        "due": clock.due.isoformat() if clock.due else "",
        "safe_end": clock.safe_end.isoformat(),
        "article": clock.rule.article,
    }


def _hour(clock: HourClock) -> dict[str, object]:
    return {
        "id": clock.rule.id,
        "name": clock.rule.name,
        "start": stamp(clock.start),
        "due": stamp(clock.due),
        "article": clock.rule.article,
    }


# ---- people --------------------------------------------------------------------------------------------


def _parties(made: Sequence[Sheet], draft: Draft) -> list[dict[str, object]]:
    """Every party once, with its roles in the matters."""
    found: dict[str, Party] = {}
    roles: dict[str, list[dict[str, object]]] = {}
    for shown in made:
        for party in shown.parties.people:
            found.setdefault(party.key, party)
        for one in people.lists_of(shown.matter):
            for key in people.members(draft, shown.number, shown.matter, one):
                roles.setdefault(key, []).append({"matter": shown.number, "role": one.label})
    named = (party for party in found.values() if party.name or party.id_number)
    return [_party(party, roles[party.key]) for party in named]


def _party(party: Party, roles: list[dict[str, object]]) -> dict[str, object]:
    return {
        "key": party.key,
        "roles": roles,
        "form": party.form.value,
        "name": party.name,
        "id_kind": party.id_kind.value if party.id_kind else "",
        "id_number": party.id_number,
        "phone": party.phone,
        "address": party.address,
        "sex": party.sex,
        "birth": party.birth,
        "nation": party.nation,
        "legal_representative": party.legal_representative,
        "representative_post": party.representative_post,
        "origin": party.origin.value,
    }


def _agents(made: Sequence[Sheet]) -> list[dict[str, object]]:
    """Every agent once, with whom it represents in which matter."""
    return [{"matter": shown.number, **_agent(agent)} for shown in made for agent in shown.parties.agents]


def _agent(agent: Agent) -> dict[str, object]:
    return {
        "key": agent.key,
        "name": agent.name,
        "kind": agent.kind.value,
        "office": agent.office,
        "id_number": agent.id_number,
        "phone": agent.phone,
        "represents": list(agent.represents),
        "powers": sorted(power.value for power in agent.powers),
    }


def _named(draft: Draft, prefix: str, names: Sequence[str]) -> dict[str, str]:
    return {name: value(draft, f"{prefix}.{name}") for name in names}


# ---- papers --------------------------------------------------------------------------------------------


def handed_in(case: Case) -> tuple[Bundle, ...]:
    """What the visitor handed in, by matter and material."""
    return papers_in(case.draft, case.dossier)


def _material(draft: Draft, bundle: Bundle, made: Sequence[Sheet], knowledge: Knowledge) -> dict[str, object]:
    return {
        "matter": bundle.matter,
        "code": bundle.material,
        "name": bundle_name(bundle, made, knowledge),
        "pages": len(bundle.pages),
        "copies": copies_counted(draft, bundle.matter).get(bundle.material, 1) or 1,
        "form": paper_form(draft, bundle.matter, bundle.material, knowledge),
        "sha256": [page.sha256 for page in bundle.pages],
    }


def bundle_name(bundle: Bundle, made: Iterable[Sheet], knowledge: Knowledge) -> str:
    """The name of a material as its matter calls it."""
    whose = next((shown for shown in made if shown.number == bundle.matter), None)
    return material_name(bundle.material, knowledge, whose)


def _confirmation(signed: ConfirmationRecord | None) -> dict[str, str]:
    if signed is None:
        return {"signed": "no"}
    return {
        "signed": "yes",
        "text": signed.text,
        "text_sha256": signed.text_sha256,
        "signature_sha256": signed.signature_sha256,
        "signed_at": stamp(signed.signed_at),
    }
