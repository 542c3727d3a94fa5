"""The form of a civil first-instance filing (民事一审立案): its fields, what each accepts, what it copies.

A field is named by its path in the draft. Nothing is typed twice: what the card said of the visitor stands
for the plaintiff too until the clerk says otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.checked import Checked, failed, passed
from app.domain.identity import check_id_number
from app.domain.money import format_money, parse_money
from app.domain.names import check_name
from app.domain.phone import check_phone
from app.services.views import FieldGroup, FieldView, Source
from app.storage.records import DraftField
from app.texts import _

LONGEST_TEXT: Final = 4000
SPELLING: Final = "\u200c\u200d\u180e"
"""Format characters that belong to the spelling, as in ``app.domain.names``."""
AGREE: Final = "agree"
DECLINE: Final = "decline"


@dataclass(frozen=True)
class FieldSpec:
    """One field: ``copies`` is the path whose value stands here until something else is entered."""

    path: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    wide: bool = False
    copies: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class GroupSpec:
    """Fields that stand together on one step."""

    step: str
    title: str
    fields: tuple[FieldSpec, ...]


Draft = Mapping[str, DraftField]

FORM: Final = (
    GroupSpec(
        "identity",
        "来访人",
        (
            FieldSpec("identity.name", "姓名", required=True, hint="放上身份证按 F3，或手工输入"),
            FieldSpec("identity.id_number", "公民身份号码", "id_number", required=True),
            FieldSpec("identity.phone", "手机号码", "phone", required=True),
            FieldSpec(
                "identity.role", "身份", "choice", choices=(("party", "当事人本人"), ("agent", "诉讼代理人"))
            ),
            FieldSpec("identity.address", "证件住址", wide=True),
        ),
    ),
    GroupSpec(
        "matter",
        "案件",
        (
            FieldSpec("matter.cause", "案由", "cause", required=True, hint="例如 民间借贷纠纷"),
            FieldSpec("matter.amount", "诉讼标的额（元）", "money", hint="没有金额可不填"),
            FieldSpec("matter.claims", "诉讼请求", "long_text", wide=True, hint="照起诉状要点填写"),
        ),
    ),
    GroupSpec(
        "parties",
        "原告",
        (
            FieldSpec("plaintiff.name", "姓名", required=True, copies="identity.name"),
            FieldSpec("plaintiff.id_number", "公民身份号码", "id_number", copies="identity.id_number"),
            FieldSpec("plaintiff.phone", "手机号码", "phone", copies="identity.phone"),
            FieldSpec("plaintiff.address", "送达地址", required=True, copies="identity.address"),
        ),
    ),
    GroupSpec(
        "parties",
        "被告",
        (
            FieldSpec("defendant.name", "姓名", required=True),
            FieldSpec("defendant.id_number", "公民身份号码", "id_number", hint="不知道可不填"),
            FieldSpec("defendant.phone", "联系电话", "phone"),
            FieldSpec("defendant.address", "住所", required=True, hint="足以与他人区别即可"),
        ),
    ),
)
MEDIATION: Final = FieldSpec(
    "matter.mediation",
    "先行调解",
    "choice",
    hint="可以建议，须当事人愿意",
    choices=((AGREE, "愿意"), (DECLINE, "不愿意")),
)
SPECS: Final = {spec.path: spec for group in FORM for spec in group.fields} | {MEDIATION.path: MEDIATION}


def check(path: str, text: str) -> Checked:
    """Check and normalise what was entered for a field; an empty value always passes."""
    spec = SPECS[path]
    if not text.strip():
        return passed("")
    if len(text) > LONGEST_TEXT:
        return failed(text[:LONGEST_TEXT], _("太长了，最多 {limit} 个字。").format(limit=LONGEST_TEXT))
    match spec.kind:
        case "id_number":
            return check_id_number(text)
        case "phone":
            return check_phone(text)
        case "money":
            parsed = parse_money(text)
            return (
                passed(format_money(parsed.amount))
                if parsed.amount is not None
                else failed(text, parsed.problem or "")
            )
        case "choice":
            known = {value for value, _label in spec.choices}
            return passed(text) if text in known else failed(text, _("没有这个选项。"))
        case _:
            return check_name(text) if path.endswith(".name") else passed(_one_field(text, spec.kind))


def _one_field(text: str, kind: str) -> str:
    """Strip control characters; only a long text keeps its line breaks.

    Characters this Python does not know yet, private-use ones and those Mongolian spelling needs are kept.
    """
    spaced = text.replace("\t", " ")
    if kind != "long_text":
        spaced = spaced.replace("\n", " ")
    return "".join(c for c in spaced if c == "\n" or not _is_control(c)).strip()


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and character not in SPELLING)


def value(draft: Draft, path: str) -> str:
    """Return a field's value, or that of the field it copies."""
    own = draft.get(path)
    if own is not None:
        return own.value
    spec = SPECS.get(path)
    if spec and spec.copies and not (spec.path.startswith("plaintiff.") and _acts_for_other(draft)):
        return value(draft, spec.copies)
    return ""


def _acts_for_other(draft: Draft) -> bool:
    role = draft.get("identity.role")
    return role is not None and role.value == "agent"


def groups(draft: Draft, step: str) -> tuple[FieldGroup, ...]:
    """Return the groups of one step with their values."""
    return tuple(
        FieldGroup(_(group.title), tuple(field_view(draft, spec) for spec in group.fields))
        for group in FORM
        if group.step == step
    )


def field_view(draft: Draft, spec: FieldSpec) -> FieldView:
    shown = value(draft, spec.path)
    own = draft.get(spec.path) or (draft.get(spec.copies) if shown and spec.copies else None)
    checked = check(spec.path, shown)
    return FieldView(
        path=spec.path,
        label=_(spec.label),
        kind=spec.kind,
        value=shown,
        source=Source(own.source) if own and shown else None,
        read_value=own.read_value if own else None,
        problem=checked.problem or "；".join(checked.warnings),
        hint=_(spec.hint) if spec.hint else "",
        required=spec.required,
        wide=spec.wide,
        choices=tuple((code, _(label)) for code, label in spec.choices),
    )


def missing(draft: Draft, step: str) -> tuple[str, ...]:
    """Return the labels of required fields of a step that are empty or cannot stand."""
    specs = [spec for group in FORM if group.step == step for spec in group.fields]
    return tuple(
        _(spec.label)
        for spec in specs
        if (spec.required and not value(draft, spec.path)) or not check(spec.path, value(draft, spec.path)).ok
    )
