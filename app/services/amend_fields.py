"""The fields of a finished record as its form has them: their words, kinds, order and rules.

A path is a place in the record (``parties.0.name``), not in the draft.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.domain.amendment import NotAmendable, fault, leaves
from app.domain.identity import check_id_number
from app.domain.matter import VARIANT, VARIANT_LABEL, Field, FieldKind, Level, PartyForm, Side
from app.services import people
from app.services.fields import FieldSpec, field_view
from app.services.fields import check as check_entry
from app.services.form import IDENTITY, TEMPLATE_USE, field_spec, variant_spec
from app.services.knowledge import Knowledge
from app.services.views import FieldGroup, FieldView
from app.storage.records import DraftField, OutboxRecord
from app.texts import _

_LONG: Final = 60
_HIDDEN: Final = ("sex", "birth", VARIANT)
"""What the number of a resident's card says follows the number; which kind it is stands once it was said."""
_PARTS: Final = ("visitor", "parties", "agents", "matters")
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Wrong:
    """A value that cannot stand; ``name`` tells its field from all others.

    ``text`` is what was typed, or sent; "" for what was sent where only what is typed is told.
    """

    path: str
    name: str
    text: str


@dataclass(frozen=True)
class AmendView:
    """What may be corrected in a finished record; a field's path is its place in the record.

    ``begin`` is the field the court named, else the first that was sent and cannot stand, "" for none.
    """

    event_id: str
    receipt_no: str
    groups: tuple[FieldGroup, ...]
    begin: str = ""
    wrong: tuple[Wrong, ...] = ()


def view(event: OutboxRecord, body: Body, knowledge: Knowledge, typed: Mapping[str, str]) -> AmendView:
    """Return the form of a record with what is typed so far, and all in it that cannot stand.

    What the court named comes first, then who or what has something that cannot stand, or a matter something
    empty, that first. The order goes by what was sent: nothing moves while somebody types.
    """
    asked = specs(knowledge, body)
    held = {leaf.path: leaf.value for leaf in leaves(body)}
    order = {path: place for place, path in enumerate(asked)}
    heads: dict[str, list[str]] = {}
    for path in sorted(_shown(held, asked), key=lambda one: order.get(one, len(order))):
        heads.setdefault(_head(path), []).append(path)
    bad = [path for path in held if _why_not(knowledge, asked.get(path), path, held[path])]
    amiss = {*bad, *(path for path in held if path.startswith("matters.") and not held[path])}
    first = (event.field or "").partition(".")[0]

    def rank(head: str) -> tuple[bool, bool, int]:
        part = head.partition(".")[0]
        return part != first, amiss.isdisjoint(heads[head]), _PARTS.index(part)

    made = []
    for head in sorted(heads, key=rank):
        paths = heads[head]
        if head.startswith("matters."):
            paths = sorted(paths, key=lambda path: path not in amiss)
        fields = (_field(knowledge, body, path, typed.get(path, held[path]), asked) for path in paths)
        made.append(FieldGroup(_title(head, body), tuple(fields), head))
    texts = {path: typed.get(path, text) for path, text in held.items()}
    wrong = tuple(_wrong(knowledge, made, asked, texts))
    begin = event.field if event.field in held else next((one.path for one in wrong if one.path in bad), "")
    return AmendView(event.id, body["receipt_no"], tuple(made), begin or "", wrong)


def typed_only(made: AmendView, typed: Mapping[str, str]) -> AmendView:
    """Return the form without the values nobody typed."""
    groups = tuple(
        replace(
            group,
            fields=tuple(one if one.path in typed else replace(one, value="") for one in group.fields),
        )
        for group in made.groups
    )
    wrong = tuple(one if one.path in typed else replace(one, text="") for one in made.wrong)
    return replace(made, groups=groups, wrong=wrong)


def _wrong(
    knowledge: Knowledge,
    groups: Sequence[FieldGroup],
    asked: Mapping[str, FieldSpec],
    texts: Mapping[str, str],
) -> Iterator[Wrong]:
    """Yield what cannot stand in the order of the form, as each field is called there."""
    often = Counter(field.label for group in groups for field in group.fields)
    for group in groups:
        for field in group.fields:
            text = texts[field.path]
            if _why_not(knowledge, asked.get(field.path), field.path, text):
                alone = often[field.label] == 1
                yield Wrong(field.path, field.label if alone else f"{group.title} {field.label}", text)


def _head(path: str) -> str:
    """The part of the record a value stands in: which kind of a matter it is stands with its answers."""
    head, _dot, name = path.rpartition(".")
    return f"{head}.answers" if name == VARIANT else head


def _shown(held: Mapping[str, str], asked: Mapping[str, FieldSpec]) -> Iterator[str]:
    """What the form asks, and what else is held that does not follow from something else."""
    for path, text in held.items():
        if path in asked or (text and path.rpartition(".")[2] not in _HIDDEN):
            yield path


def _field(
    knowledge: Knowledge, body: Body, path: str, text: str, asked: Mapping[str, FieldSpec]
) -> FieldView:
    spec = asked.get(path)
    if spec is None:
        kind = "long_text" if len(text) > _LONG else "text"
        return FieldView(path, label_of(knowledge, body, path), kind, text, wide=kind == "long_text")
    return replace(field_view({path: DraftField(path, text, "typed", None)}, spec), source=None)


def specs(knowledge: Knowledge, body: Body) -> dict[str, FieldSpec]:
    """Return by path, in the order of the form, what is asked of whom the record names."""
    visitor = {spec.path.partition(".")[2]: spec for spec in IDENTITY.fields}
    made = [replace(spec, path=f"visitor.{name}") for name, spec in visitor.items()]
    for place, party in enumerate(body.get("parties", ())):
        made += _of_party(knowledge, body, f"parties.{place}.", party)
    office = {spec.path.rpartition(".")[2]: spec for spec in people.agent_group().fields}["office"]
    for place, _agent in enumerate(body.get("agents", ())):
        mine = {**{name: visitor[name] for name in ("name", "id_number", "phone")}, "office": office}
        made += [replace(spec, path=f"agents.{place}.{name}") for name, spec in mine.items()]
    for place, one in enumerate(body.get("matters", ())):
        made += _of_matter(knowledge, f"matters.{place}.", one)
    known = {leaf.path for leaf in leaves(body)}
    return {spec.path: spec for spec in made if spec.path in known}


def _of_party(knowledge: Knowledge, body: Body, prefix: str, party: Body) -> tuple[FieldSpec, ...]:
    said = party.get("form")
    form = next((one for one in PartyForm if one.value == said), PartyForm.NATURAL)
    codes = {one.get("number"): one.get("code", "") for one in body.get("matters", ())}
    lists = []
    for role in party.get("roles", ()):
        matter = knowledge.matters.get(codes.get(role["matter"], ""))
        lists += [one for one in people.lists_of(matter) if one.label == role["role"]] if matter else []
    filer = any(one.side is Side.FILER for one in lists)
    law = any(one.level is Level.LAW for one in lists)
    return people.fields_of(prefix, form, filer=filer, law=law)


def _of_matter(knowledge: Knowledge, prefix: str, one: Body) -> Iterator[FieldSpec]:
    matter = knowledge.matters.get(one.get("code", ""))
    if matter is not None and matter.must_choose and not one.get(VARIANT):
        yield variant_spec(f"{prefix}{VARIANT}", matter)
    for field in matter.fields if matter is not None else ():
        yield field_spec(f"{prefix}answers.{field.key}", field, knowledge)
    yield FieldSpec(f"{prefix}answers.template", "示范文本", "choice", choices=TEMPLATE_USE)


# ---- values ------------------------------------------------------------------------------------------


def taken(knowledge: Knowledge, body: Body, path: str, text: str) -> str:
    """Return a value as a record holds it; raises NotAmendable for one its form would not take."""
    spec = specs(knowledge, body).get(path)
    why = _why_not(knowledge, spec, path, text)
    if spec is None and _is_variant(path):
        why = _("这一项不能更正")
    if why:
        raise NotAmendable(path, why)
    if spec is None or not text.strip():
        return text
    value = check_entry(spec, text).value
    return value.replace(",", "") if spec.kind == FieldKind.MONEY else value


def _is_variant(path: str) -> bool:
    return path.startswith("matters.") and path.endswith(f".{VARIANT}")


def _why_not(knowledge: Knowledge, spec: FieldSpec | None, path: str, text: str) -> str:
    """Why a value cannot stand, "" when it can."""
    why = fault(path, text)
    if why or spec is None or not text.strip():
        return why
    if spec.kind == "cause" and knowledge.causes.named(text) is None:
        return _("案由表中没有这个名称")
    checked = check_entry(spec, text)
    return "" if checked.ok else (checked.problem or _("不对")).rstrip("。")


def derived(body: Body, changes: Mapping[str, str]) -> dict[str, str]:
    """Return what follows from corrected numbers of cards: sex and day of birth, empty where none is told."""
    made: dict[str, str] = {}
    for path, number in changes.items():
        head, _dot, name = path.rpartition(".")
        if head.startswith("parties.") and name == "id_number":
            facts = check_id_number(number).facts
            sex = facts.sex.value if facts is not None and facts.sex else ""
            birth = facts.birth.isoformat() if facts is not None and facts.birth else ""
            made |= {f"{head}.sex": sex, f"{head}.birth": birth}
    known = {leaf.path for leaf in leaves(body)}
    return {path: text for path, text in made.items() if path in known}


# ---- words -------------------------------------------------------------------------------------------


def _answer_of(knowledge: Knowledge, body: Mapping[str, Any], path: str) -> Field | None:
    """Return the field of a short form that an answer in the record belongs to."""
    part, _dot, rest = path.partition(".")
    number, _dot, name = rest.partition(".answers.")
    if part != "matters" or not (name and number.isdigit() and int(number) < len(body[part])):
        return None
    matter = knowledge.matters.get(body[part][int(number)].get("code", ""))
    return matter.field(name) if matter is not None else None


def _title(head: str, body: Mapping[str, Any]) -> str:
    part, _dot, rest = head.partition(".")
    number = int(rest.partition(".")[0]) if rest else 0
    if part == "matters":
        name = body[part][number].get("name", "")
        return _("第 {number} 件 {name}").format(number=number + 1, name=name).strip()
    titles = {"visitor": _("来访人"), "parties": _("当事人"), "agents": _("代理人")}
    one = body[part][number] if rest else body[part]
    name = one.get("name", "") if isinstance(one, dict) else ""
    return f"{titles[part]} {name}".strip()


def label_of(knowledge: Knowledge, body: Mapping[str, Any], path: str) -> str:
    """Return what a field is called; an answer of a form has the name its catalogue gives it."""
    field = _answer_of(knowledge, body, path)
    if field is not None:
        return _(field.label)
    name = path.rpartition(".")[2]
    known = {
        "name": _("姓名或名称"),
        "id_number": _("证件号码"),
        "phone": _("电话"),
        "address": _("住址"),
        "nation": _("民族"),
        "sex": _("性别"),
        "birth": _("出生日期"),
        "office": _("单位"),
        "legal_representative": _("法定代表人"),
        "representative_post": _("职务"),
        "cause": _("案由"),
        VARIANT: _(VARIANT_LABEL),
    }
    return known.get(name, name)


def word_of(knowledge: Knowledge, body: Mapping[str, Any], path: str, text: str) -> str:
    """Return a value as people read it: which kind a matter is in its words, any other as it is."""
    if not _is_variant(path):
        return text
    matter = knowledge.matters.get(body["matters"][int(path.split(".")[1])].get("code", ""))
    variant = matter.variant(text) if matter is not None else None
    return _(variant.label) if variant is not None else text
