"""What the party reads and signs: sentences made from the draft, and a signature bound to their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.clock import local
from app.domain.dossier import Bundle
from app.domain.matter import AGENT_NAMES, FieldKind
from app.domain.money import format_money
from app.domain.party import Party
from app.domain.short_form import NO_AMOUNT
from app.errors import FormProblem
from app.ids import new_id
from app.lanes import PAPERS, on
from app.services import mediation, people, steps, supplement
from app.services.case import Case, handed_in, read_case
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.fields import Draft, is_agent, value
from app.services.form import AGREE, shown_values, unready
from app.services.knowledge import Knowledge
from app.services.papers import kept_blob
from app.services.sheet import Sheet, material_name
from app.services.views import ConfirmationView, FieldView
from app.storage import pages
from app.storage.records import ConfirmationRecord
from app.texts import _

LONGEST: Final = 18_000
LONGEST_ANSWER: Final = 1_500
MOST_NAMED: Final = 50
SMALLEST_SIGNATURE = 64


def text_of(case: Case, court: str, knowledge: Knowledge) -> str:
    """Return the text to be read, the same for the same draft; at most ``LONGEST`` characters."""
    lines = [f"{court}：", _visitor(case.draft)]
    made, papers = case.sheets(knowledge), handed_in(case)
    for place, shown in enumerate(made, 1):
        mine = [bundle for bundle in papers if bundle.matter == shown.number]
        lines += _matter(case, shown, place if len(made) > 1 else 0, knowledge, mine)
    lines += steps.lines(steps.recorded(case.draft, knowledge))
    body = "\n".join(line for line in lines if line)
    if len(body) > LONGEST:
        body = _("{text}……（内容较多，其余以所交材料为准）").format(text=body[:LONGEST])
    end = f"{case.visit.ticket}  {local(case.visit.opened_at):%Y-%m-%d}"
    return "\n".join((body, _("以上内容已看过，与本人所说一致。"), end))


def _visitor(draft: Draft) -> str:
    number, phone = value(draft, "identity.id_number"), value(draft, "identity.phone")
    name = value(draft, "identity.name")
    said = (
        _("本人 {name}").format(name=name) if name else _("本人没有留姓名"),
        _("证件号码 {number}").format(number=number) if number else "",
        _("联系电话 {phone}").format(phone=phone) if phone else "",
    )
    who = "，".join(part for part in said if part) + "。"
    if not is_agent(draft):
        return who
    agent = _("作为{kind}代理办理，权限：{powers}。").format(
        kind=AGENT_NAMES[people.agent_kind(draft)], powers=value(draft, "agent.1.authority") or _("未写明")
    )
    return f"{who}\n{agent}"


def _matter(
    case: Case, shown: Sheet, place: int, knowledge: Knowledge, papers: Iterable[Bundle]
) -> list[str]:
    draft, variant = case.draft, shown.variant
    name = f"{shown.matter.name}（{variant.label}）" if variant else shown.matter.name
    head = _("今天办理：{name}。").format(name=name)
    lines = [_("第 {place} 件").format(place=place) + "  " + head if place else head]
    for field in people.lists_of(shown.matter):
        keys = people.members(draft, shown.number, shown.matter, field)
        people_ = [party for party in shown.parties.people if party.key in keys and party.name]
        claims = shown.answers.claims
        lines += [f"{_(field.label)}：{_party(party, claims)}" for party in people_[:MOST_NAMED]]
        if len(people_) > MOST_NAMED:
            lines.append(_("{label}共 {count} 人。").format(label=_(field.label), count=len(people_)))
    names = {party.key: party.name for party in shown.parties.filers}
    chosen = [names[key] for key in shown.parties.representatives if names[key]]
    if chosen:
        lines.append(_("推选的诉讼代表人：{names}。").format(names="、".join(chosen)))
    lines += [f"{view.label}：{_said(view)}" for view in shown_values(shown, draft, knowledge)]
    lines.append(_("提交的材料：{handed}。").format(handed=_handed(papers, shown, knowledge) or _("无")))
    wish = mediation.answered(draft, shown)
    if wish:
        lines.append(_("愿意先行调解。") if wish == AGREE else _("不愿意先行调解，请依法立案。"))
    lines.append(supplement.sentence(case, shown, knowledge))
    return lines


def _said(view: FieldView) -> str:
    if view.kind == FieldKind.MONEY and view.value != NO_AMOUNT:
        return _("{amount} 元").format(amount=view.value)
    return view.value[:LONGEST_ANSWER]


def _party(party: Party, claims: Mapping[str, Decimal]) -> str:
    sum_ = claims.get(party.key)
    claim = _("请求 {amount} 元").format(amount=format_money(sum_)) if sum_ is not None else ""
    parts = (party.name, party.id_number, party.legal_representative, party.address, party.phone, claim)
    return "，".join(part for part in parts if part)


def _handed(papers: Iterable[Bundle], shown: Sheet, knowledge: Knowledge) -> str:
    return "、".join(
        _("{name} {count} 页").format(
            name=material_name(bundle.material, knowledge, shown), count=len(bundle.pages)
        )
        if bundle.pages
        else material_name(bundle.material, knowledge, shown)
        for bundle in papers
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def view(case: Case, court: str, knowledge: Knowledge) -> ConfirmationView:
    """Return the text as it stands now and whether it, or an earlier one, is signed."""
    text = text_of(case, court, knowledge)
    sha256 = digest(text)
    lacking = unready(case.draft, knowledge)
    signed = case.signed
    current = signed is not None and signed.text_sha256 == sha256
    not_ready = _("还要填：{labels}。").format(labels="、".join(lacking)) if lacking else ""
    if any(supplement.has_changed(case, shown, knowledge) for shown in case.sheets(knowledge)):
        not_ready += _("告知书要重出，签字以前按 F9 再看一遍清单。")
    return ConfirmationView(
        text=text,
        sha256=sha256,
        ready=not not_ready,
        not_ready=not_ready,
        signed_at=signed.signed_at if signed and current else None,
        outdated=signed is not None and not current,
    )


Stroke = Sequence[tuple[float, float, float, float]]


@on(PAPERS)
def sign(desk: Desk, sha256: str, png: bytes, strokes: Sequence[Stroke]) -> datetime:
    """Keep a signature for the text with this hash; raises FormProblem when the draft has changed since."""
    record = require_open(desk)
    case = desk.store(read_case, record.id)
    text = text_of(case, desk.settings.hall.court, desk.knowledge)
    if digest(text) != sha256:
        raise FormProblem(
            _("签字期间内容有改动，这次签字没有采用。"),
            safe=_("改动已保存。"),
            next_step=_("请当事人看过新的内容再签（F10）。"),
        )
    if len(png) < SMALLEST_SIGNATURE or not any(len(stroke) > 1 for stroke in strokes):
        raise FormProblem(_("签名是空的。"), next_step=_("请当事人在签名框内书写。"))
    now = desk.clock.now()
    with kept_blob(desk, png, "image/png") as signature:
        desk.store(
            pages.add_confirmation,
            record.id,
            ConfirmationRecord(text, sha256, signature, now),
            confirmation_id=new_id(),
            strokes=json.dumps([[list(point) for point in stroke] for stroke in strokes]),
        )
    return now
