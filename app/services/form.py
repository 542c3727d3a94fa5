"""The form of a visit: who came, what for, who else; the matters' own fields come from the catalogue.

A field is named by its path in the draft. Nothing is typed twice: what the card said of the visitor stands
for the first party too until the clerk says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from app.domain.case_number import check_case_number
from app.domain.checked import NO_FACTS, Checked, compact, failed, passed
from app.domain.initials import initials
from app.domain.matter import (
    AGREE,
    DECLINE,
    MEDIATING,
    MEDIATION,
    VARIANT_LABEL,
    Field,
    FieldKind,
    Group,
    Level,
    Matter,
    Side,
)
from app.domain.short_form import check_field, variant_of
from app.services import mediation, people
from app.services.claims import FEWEST, claim_path, claim_spec, serves
from app.services.fields import (
    Draft,
    FieldSpec,
    GroupSpec,
    check,
    field_view,
    is_agent,
    lacking,
    refused,
    value,
    wrong,
)
from app.services.knowledge import Knowledge
from app.services.people import check_person_number
from app.services.sheet import OTHER_PAPER, Sheet, current, matter_of, sheet, sheets
from app.services.views import FieldGroup, FieldView, Suggestion
from app.texts import _

__all__ = ["AGREE", "DECLINE", "Draft", "check", "field_view", "value"]

YES: Final = "是"
NO: Final = "否"
STEPS: Final = ("identity", "matter", "parties")
MOST_COPIES: Final = 999
PAPER_FORMS: Final = (("original", "原件"), ("copy", "复印件"), ("electronic", "电子件"))
MOST_OF_DEFECT: Final = 200
TEMPLATE_USE: Final = (("用示范文本", "用示范文本"), ("不用，自己写", "不用，自己写"))
_NAMED_TEMPLATES: Final = 2
_LONGEST_NAME: Final = 16
_HINTS: Final = {FieldKind.MONEY: "元；可写 12.5万", FieldKind.DATE: "如 2026-01-31"}
_LONGEST_REASON: Final = 200

NUMBER: Final = "identity.id_number"
TYPED: Final = "typed"
IDENTITY: Final = GroupSpec(
    "来访人",
    (
        FieldSpec(
            "identity.name",
            "姓名",
            "name",
            required=True,
            hint="放身份证按 F3，护照按 Ctrl+F3，或手工输入",
        ),
        FieldSpec("identity.id_number", "证件号码", "id_number", required=True, rule=check_person_number),
        FieldSpec("identity.phone", "手机号码", "phone", required=True),
        FieldSpec(
            "identity.role", "身份", "choice", choices=(("party", "当事人本人"), ("agent", "诉讼代理人"))
        ),
        FieldSpec("identity.address", "证件住址"),
        FieldSpec("identity.nation", "民族"),
    ),
)


def identity_group(draft: Draft) -> GroupSpec:
    """The visitor; a number that was typed and has no check digit is asked for twice."""
    number = draft.get(NUMBER)
    if number is None or number.source != TYPED or not people.lacks_check_digit(number.value):
        return IDENTITY
    again = FieldSpec(
        "identity.id_again",
        "证件号码再输一遍",
        required=True,
        hint="这种号码没有校验位，看着证件再输一遍",
        rule=partial(_same_number, number.value),
    )
    fields = list(IDENTITY.fields)
    fields.insert(1 + [spec.path for spec in fields].index(NUMBER), again)
    return GroupSpec(IDENTITY.title, tuple(fields))


def _same_number(number: str, text: str) -> Checked:
    same = compact(text) == compact(number)
    return passed(compact(text)) if same else failed(text, _("两次输入的号码不一样，请看着证件核对。"))


# ---- one matter --------------------------------------------------------------------------------------


def variant_spec(path: str, matter: Matter) -> FieldSpec:
    """The choice among the kinds of a matter."""
    kinds = tuple((variant.key, variant.label) for variant in matter.variants)
    return FieldSpec(path, VARIANT_LABEL, "choice", required=matter.must_choose, choices=kinds)


def head_group(shown: Sheet, knowledge: Knowledge) -> GroupSpec:
    """Which matter, and which kind of it."""
    fields = [matter_spec(shown.path("code"), shown.matter.code, knowledge)]
    if shown.matter.variants:
        spec = variant_spec(shown.path("variant"), shown.matter)
        chosen = "" if spec.required else variant_of(shown.matter, shown.answers)
        fields.append(replace(spec, default=chosen))
    return GroupSpec("事项", tuple(fields))


def matter_spec(path: str, code: str, knowledge: Knowledge) -> FieldSpec:
    """The choice among the 25 matters."""
    matters = knowledge.matters.values()
    return FieldSpec(
        path,
        "办理事项",
        "matter",
        hint="输入编号、名称、拼音首字母或日常说法，如 离婚",
        choices=tuple((matter.code, f"{matter.code} {fitting(matter)}") for matter in matters),
        default=code,
        suggest=partial(suggest_matters, knowledge),
    )


def fitting(matter: Matter) -> str:
    """The name of a matter, the short one where the whole would be cut off on the screen."""
    return matter.name if len(matter.name) <= _LONGEST_NAME else matter.short


@lru_cache(maxsize=1024)
def _letters(name: str) -> str:
    return initials(name)


def suggest_matters(knowledge: Knowledge, typed: str) -> tuple[Suggestion, ...]:
    """The matters found by what is typed, best first.

    By code, name, short name or initials; then by what people call it; else by a cause of that name, which
    leads to the filings that go by a cause.
    """
    text = "".join(typed.split()).lower()
    ranked = ((_place(matter, text), matter) for matter in knowledge.matters.values())
    best = sorted(((found, matter) for found, matter in ranked if found), key=lambda pair: pair[0][:2])
    if best:
        return tuple(
            Suggestion(m.code, f"{m.code} {m.name}", " · ".join(filter(None, (m.short, word))))
            for (_kind, _at, word), m in best
        )
    cause = next((c for c in knowledge.causes.search(text) if text and text in c.name), None)
    if cause is None:
        return ()
    by_cause = (m for m in knowledge.matters.values() if m.group is Group.FILING and _goes_by_cause(m))
    detail = _("案由 {cause}").format(cause=cause.name)
    return tuple(Suggestion(m.code, f"{m.code} {m.name}", detail) for m in by_cause)


def _place(matter: Matter, text: str) -> tuple[int, int, str] | None:
    """How well a matter fits: the kind of hit, where in the word, the everyday word; None for not at all."""
    names = (matter.code.lower(), matter.name, matter.short, _letters(matter.short), _letters(matter.name))
    found = [name.find(text) for name in names if text in name]
    if found:
        return 0, min(found), ""
    said = [word for word in matter.words if text in (word, _letters(word))]
    if said:
        return 1, 0, said[0]
    near = [(word.find(text), word) for word in matter.words if text in word or word in text]
    return (2, *min(near)) if near else None


def _goes_by_cause(matter: Matter) -> bool:
    return any(f.kind is FieldKind.CAUSE and f.level is Level.LAW and not f.when for f in matter.fields)


def field_spec(shown_path: str, field: Field, knowledge: Knowledge) -> FieldSpec:
    """The spec of a field of the catalogue."""
    kind = field.kind
    spec = partial(
        FieldSpec,
        shown_path,
        field.label,
        required=field.level is Level.LAW,
        hint=field.hint or _HINTS.get(kind, ""),
        rule=partial(check_field, field),
    )
    if kind is FieldKind.CHOICE:
        return spec("choice", choices=tuple((choice, choice) for choice in field.choices))
    if kind is FieldKind.YES_NO:
        return spec("choice", choices=((YES, YES), (NO, NO)))
    if kind is FieldKind.CAUSE:
        return spec(
            "cause",
            rule=partial(_check_cause, knowledge),
            suggest=partial(suggest_causes, knowledge),
        )
    if kind is FieldKind.COURT:
        names = tuple((court.name, court.name) for court in knowledge.courts.values())
        return spec("court", choices=names)
    if kind is FieldKind.CASE_NO:
        return spec("case_no", rule=partial(_check_case_number, knowledge))
    return spec(kind.value, wide=kind is FieldKind.LONG_TEXT)


def _check_cause(knowledge: Knowledge, text: str) -> Checked:
    if knowledge.causes.named(text) is not None:
        return passed(text)
    return passed(text, NO_FACTS, _("案由表中没有这个名称，请从列表选择。"))


def _check_case_number(knowledge: Knowledge, text: str) -> Checked:
    """Papers carry numbers of arbitration, notaries and old cases, so a strange form only warns."""
    checked = check_case_number(text, knowledge.case_types, knowledge.courts)
    return checked if checked.ok else passed(text.strip(), NO_FACTS, checked.problem or "")


def suggest_causes(
    knowledge: Knowledge, typed: str, *, liked: tuple[str, ...] = ()
) -> tuple[Suggestion, ...]:
    """The best causes for what is typed: characters, pinyin, initials, or a mixture; one a name.

    ``liked`` are numbers of favourites: first among equals, and all there is for an empty line.
    """
    found: dict[str, Suggestion] = {}
    for cause in knowledge.causes.search(typed, liked):
        known = found.get(cause.name)
        if known is None or len(cause.path) > len(known.detail):
            mine = cause.no in liked or (known is not None and known.liked)
            found[cause.name] = Suggestion(cause.name, cause.name, cause.path, mine)
    return tuple(found.values())


def template_spec(shown: Sheet, knowledge: Knowledge) -> FieldSpec | None:
    """Whether a model document is used, None where there is none; it is offered, never demanded."""
    templates = knowledge.causes.templates_for(shown.cause, shown.matter.templates)
    if not templates:
        return None
    names = "、".join(template.name for template in templates[:_NAMED_TEMPLATES])
    more = _("等 {count} 种").format(count=len(templates)) if len(templates) > _NAMED_TEMPLATES else ""
    hint = _("可选用：{names}{more}").format(names=names, more=more)
    return FieldSpec(shown.path("template"), "示范文本", "choice", hint=hint, choices=TEMPLATE_USE)


def copies_spec(shown: Sheet, code: str) -> FieldSpec:
    """How many copies of a material lie on the counter."""
    return FieldSpec(shown.path(f"copies.{code}"), "份数", "number", rule=_check_copies)


def paper_form_spec(path: str) -> FieldSpec:
    """Whether a material is the original, a copy or a file."""
    return FieldSpec(path, "原件或复印件", "choice", choices=PAPER_FORMS)


def waiver_spec(path: str, code: str, matter: Matter) -> FieldSpec | None:
    """Why an item of practice is refused or not needed here, None for one the law asks for."""
    requirement = next((r for r in matter.requirements if r.material.code == code), None)
    if requirement is None or requirement.material.level is Level.LAW:
        return None
    return FieldSpec(path, "不交的原因", hint="写明就不再列为缺项", rule=_check_reason)


def _check_reason(text: str) -> Checked:
    return passed(text[:_LONGEST_REASON])


def _check_copies(text: str) -> Checked:
    good = text.isascii() and text.isdigit() and int(text) <= MOST_COPIES
    return passed(str(int(text)) if good else "")


def _check_defect(text: str) -> Checked:
    return passed(" ".join(text.split())[:MOST_OF_DEFECT])


# ---- groups of a step ----------------------------------------------------------------------------------


def specs_of(draft: Draft, step: str, shown: Sheet, knowledge: Knowledge) -> tuple[GroupSpec, ...]:
    """Return the groups of one step for one matter."""
    if step == "identity":
        visitor = identity_group(draft)
        return (visitor, people.agent_group()) if is_agent(draft) else (visitor,)
    if step == "matter":
        return (head_group(shown, knowledge), *_with_mediation(_matter_group(shown, knowledge), shown))
    return tuple(_party_groups(draft, shown))


def _matter_group(shown: Sheet, knowledge: Knowledge) -> tuple[GroupSpec, ...]:
    fields = tuple(
        field_spec(shown.path(field.key), field, knowledge)
        for field in shown.fields
        if field.kind is not FieldKind.PARTIES
    )
    template = template_spec(shown, knowledge)
    if template is not None:
        fields = (*fields, template)
    return (GroupSpec("简表", fields),) if fields else ()


def _with_mediation(made: tuple[GroupSpec, ...], shown: Sheet) -> tuple[GroupSpec, ...]:
    """The question stands where those who agree are asked more, whether that shows or not, else last."""
    asked = mediation.question(shown)
    if asked is None:
        return made
    (group,) = made or (GroupSpec("简表", ()),)
    known = shown.matter.fields
    more = (at for at, field in enumerate(known) if any(one.name == MEDIATING for one in field.when))
    after = {shown.path(field.key) for field in known[next(more, len(known)) :]}
    fields = list(group.fields)
    place = next((at for at, spec in enumerate(fields) if spec.path in after), len(fields))
    fields.insert(place, asked)
    return (replace(group, fields=tuple(fields)),)


def _party_groups(draft: Draft, shown: Sheet) -> list[GroupSpec]:
    made: list[GroupSpec] = []
    for field in shown.fields:
        if field.kind is FieldKind.PARTIES:
            seen = {group.key for group in made}
            members = people.members(draft, shown.number, shown.matter, field)
            keys = [key for key in members if key not in seen]
            chosen = shown.parties.representatives
            for place, key in enumerate(keys, 1):
                title = people.title_of(field, place, len(keys), represents=key in chosen)
                group = people.party_group(draft, key, title, shown.matter, field)
                made.append(_with_claim(group, shown, field, key))
    return made


def _with_claim(group: GroupSpec, shown: Sheet, field: Field, key: str) -> GroupSpec:
    """Of several filers each has a sum of its own."""
    if field.side is not Side.FILER or not claims_offered(shown):
        return group
    return replace(group, fields=(*group.fields, claim_spec(claim_path(shown.number, key))))


def claims_offered(shown: Sheet) -> bool:
    """Say whether each filer of the matter may name a sum."""
    return len(shown.parties.filers) >= FEWEST and serves(shown.matter)


def groups(draft: Draft, step: str, knowledge: Knowledge) -> tuple[FieldGroup, ...]:
    """Return the groups of one step, for the matter on the screen, with their values."""
    return tuple(
        FieldGroup(_(group.title), tuple(field_view(draft, spec) for spec in group.fields), group.key)
        for group in specs_of(draft, step, current(draft, knowledge), knowledge)
    )


def missing(draft: Draft, step: str, shown: Sheet, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the labels of fields of a step that are asked and empty, or hold what is no answer."""
    specs = _flat(specs_of(draft, step, shown, knowledge))
    return (*lacking(draft, specs), *(_(spec.label) for spec, _why in refused(draft, specs)))


def refusals(draft: Draft, shown: Sheet, knowledge: Knowledge) -> dict[str, str]:
    """Return what stands in the form and is no answer: by path the label with the reason."""
    specs = (_flat(specs_of(draft, step, shown, knowledge)) for step in STEPS)
    words = _("{label}（{why}）")
    return {
        spec.path: words.format(label=_(spec.label), why=why.rstrip("。"))
        for made in specs
        for spec, why in refused(draft, made)
    }


def unready(draft: Draft, knowledge: Knowledge) -> tuple[str, ...]:
    """Labels that stand in the way of a signature: the visitor unknown, or a value that cannot be.

    What the law still asks of the matter does not: it is received as it is and told once.
    """
    found = dict.fromkeys(lacking(draft, identity_group(draft).fields))
    for shown in sheets(draft, knowledge):
        for step in STEPS:
            found.update(dict.fromkeys(wrong(draft, _flat(specs_of(draft, step, shown, knowledge)))))
    return tuple(found)


def _flat(made: tuple[GroupSpec, ...]) -> tuple[FieldSpec, ...]:
    return tuple(spec for group in made for spec in group.fields)


def spec_at(draft: Draft, path: str, knowledge: Knowledge) -> FieldSpec | None:
    """Return the spec of a path of the draft, None where the form has no such field."""
    room, _dot, rest = path.partition(".")
    if room in ("identity", "agent"):
        known = (*identity_group(draft).fields, *people.agent_group().fields)
        return next((spec for spec in known if spec.path == path), None)
    if room == "party":
        return people.party_field(path, draft)
    number, _dot, key = rest.partition(".")
    if room == "step":
        return _step_spec(draft, path, number, key, knowledge)
    if room != "matter" or not (number.isascii() and number.isdigit() and len(number) < 4):
        return None
    return _matter_spec(draft, path, int(number), key, knowledge)


def _step_spec(draft: Draft, path: str, number: str, key: str, knowledge: Knowledge) -> FieldSpec | None:
    kind = knowledge.steps.get(value(draft, f"step.{number}.kind"))
    field = kind.field(key) if kind is not None else None
    return field_spec(path, field, knowledge) if field is not None else None


def _matter_spec(draft: Draft, path: str, number: int, key: str, knowledge: Knowledge) -> FieldSpec | None:
    matter = matter_of(draft, number, knowledge)
    if key.startswith("claim."):
        return claim_spec(path) if claims_offered(sheet(draft, number, knowledge)) else None
    if key == "variant":
        return variant_spec(path, matter)
    if key == "template":
        return FieldSpec(path, "示范文本", "choice", choices=TEMPLATE_USE)
    if key.startswith("waived."):
        return waiver_spec(path, key.removeprefix("waived."), matter)
    if key == MEDIATION:
        return FieldSpec(path, "先行调解", "choice", choices=((AGREE, "愿意"), (DECLINE, "不愿意")))
    about, _dot, code = key.partition(".")
    asked_besides = code == OTHER_PAPER or f"matter.{number}.asked.{code}" in draft
    if code in knowledge.catalogue.materials or asked_besides:
        return _paper_spec(path, about)
    every = (matter, *knowledge.matters.values())
    known = next((field for m in every if (field := m.field(key)) is not None), None)
    if known is None or known.kind is FieldKind.PARTIES:
        return None
    return field_spec(path, known, knowledge)


def _paper_spec(path: str, about: str) -> FieldSpec | None:
    """What is entered of a paper that was handed in."""
    if about == "copies":
        return FieldSpec(path, "份数", "number", rule=_check_copies)
    if about == "form":
        return paper_form_spec(path)
    return FieldSpec(path, "不合要求之处", rule=_check_defect) if about == "defect" else None


def shown_values(shown: Sheet, draft: Draft, knowledge: Knowledge) -> list[FieldView]:
    """The answered fields of a matter in the order of its form, without the choice of the matter itself."""
    specs = (spec for group in _matter_group(shown, knowledge) for spec in group.fields)
    return [view for spec in specs if (view := field_view(draft, spec)).value]
