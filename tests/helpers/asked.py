"""What the window insists on of a matter, and no more: the draft of somebody who answers only that."""

from __future__ import annotations

from datetime import datetime

from app.clock import local
from app.domain.matter import FieldKind
from app.services import form
from app.services.case import Case
from app.services.fields import Draft, FieldSpec, value
from app.services.paper_ground import Ground
from app.services.paper_needs import needs_of
from app.services.sheet import current
from app.settings import HallSettings, PaperSettings
from app.storage.records import AnswerRecord, DraftField
from tests.helpers.cases import MOMENT, paper, visit
from tests.helpers.domain import catalogue, knowledge
from tests.helpers.short_forms import BY_KIND, VISITOR, answer

CODES = sorted(catalogue().matters)
KINDS = [(code, kind.key) for code in CODES for kind in catalogue().matters[code].variants]
KINDS += [(code, "") for code in CODES if not catalogue().matters[code].variants]
SAID = PaperSettings(
    supervision="0477-0000004",
    supervision_address="督察室",
    account_holder="财政汇缴专户",
    account_bank="示例支行",
    account_number="05000101040012345",
    place="诉讼服务中心",
)
ACCEPTED = AnswerRecord(
    "a", 1, "v", "accepted", 0, "（2026）内0602民初4217号", "乌兰", None, None, MOMENT, MOMENT, None
)  # fmt: skip


def entered(**texts: str) -> Draft:
    """The visitor is known; besides that only what is given here."""
    said = {**VISITOR, **{path.replace("__", "."): text for path, text in texts.items()}}
    return {path: DraftField(path, text, "typed", None) for path, text in said.items() if text}


def ground(draft: Draft, said: PaperSettings = SAID, *, accepted: bool = False) -> Ground:
    case = Case(visit(), draft, (paper(1),), None)
    at: datetime = local(MOMENT)
    shown = current(draft, knowledge())
    hall = HallSettings(court="内蒙古自治区达拉特旗人民法院")
    return Ground(case, shown, hall, said, knowledge(), at, accepted=ACCEPTED if accepted else None)


def answered(draft: Draft, said: PaperSettings = SAID) -> Draft:
    """Answer what the window asks, law and papers, until it asks nothing more."""
    while True:
        shown = current(draft, knowledge())
        groups = form.specs_of(draft, "matter", shown, knowledge())
        groups += form.specs_of(draft, "parties", shown, knowledge())
        needed = {need.path for need in needs_of(ground(draft, said))}
        open_ = [
            spec
            for group in groups
            for spec in group.fields
            if (spec.required or spec.path in needed) and not (value(draft, spec.path) or spec.default)
        ]
        if not open_:
            return draft
        draft = {**draft, **{s.path: DraftField(s.path, _good(s), "typed", None) for s in open_}}


def _good(spec: FieldSpec) -> str:
    known = next((f for m in catalogue().matters.values() if (f := m.field(spec.path.split(".")[2]))), None)
    if spec.path.startswith("party.") or known is None:
        return BY_KIND[FieldKind.NAME] if spec.path.endswith("name") else "达拉特旗树林召镇"
    own = [choice for choice, _label in spec.choices]
    return form.check(spec, own[0] if own else answer(known)).value
