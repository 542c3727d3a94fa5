"""Parties and agents of a visit, entered once for all its matters: who is in which list, with which fields.

Paths: ``party.<k>.<attribute>`` with k = p1, p2 …; ``agent.1.<attribute>`` for a visitor who acts for
others; ``matter.<n>.<list>`` holds the keys of a matter's party list, separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.domain.checked import Checked, compact, passed
from app.domain.credit_code import check_credit_code, check_organisation_code
from app.domain.identity import (
    IdKind,
    check_document,
    check_foreign_resident,
    check_id_number,
    check_residence_permit,
)
from app.domain.matter import AGENT_NAMES, AgentKind, Field, FieldKind, Level, Matter, PartyForm, Side
from app.domain.party import Agent, Origin, Party, origin_of, read_authority
from app.services.fields import FIRST, Draft, FieldSpec, GroupSpec, is_agent, value
from app.texts import _

SECOND: Final = "p2"
AGENT: Final = "a1"
FORMS: Final = (
    (PartyForm.NATURAL.value, "自然人"),
    (PartyForm.ORGANISATION.value, "法人"),
    (PartyForm.OTHER_BODY.value, "其他组织"),
)
ORIGINS: Final = (
    (Origin.MAINLAND.value, "境内"),
    (Origin.HONG_KONG.value, "香港"),
    (Origin.MACAO.value, "澳门"),
    (Origin.TAIWAN.value, "台湾"),
    (Origin.FOREIGN.value, "外国"),
)
_KEY: Final = re.compile(r"p[1-9][0-9]{0,3}")
_SHAPES: Final = (
    (re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"), IdKind.FOREIGN_RESIDENT),
    (re.compile(r"8[12]0000[0-9]{11}[0-9X]"), IdKind.HK_MACAO_RESIDENT),
    (re.compile(r"830000[0-9]{11}[0-9X]"), IdKind.TAIWAN_RESIDENT),
    (re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"), IdKind.HK_MACAO_PASS),
    (re.compile(r"[0-9]{8}"), IdKind.TAIWAN_PASS),
    (re.compile(r"[A-Z]{1,2}[A-Z0-9]{4,12}"), IdKind.PASSPORT),
)


def kind_of_number(text: str) -> IdKind:
    """Return which document a number belongs to by its build; a citizen's card where nothing else fits."""
    number = compact(text)
    return next((kind for shape, kind in _SHAPES if shape.fullmatch(number)), IdKind.RESIDENT)


def check_person_number(text: str) -> Checked:
    """Check the number of whatever document it is."""
    kind = kind_of_number(text)
    if kind is IdKind.RESIDENT:
        return check_id_number(text)
    if kind in (IdKind.HK_MACAO_RESIDENT, IdKind.TAIWAN_RESIDENT):
        return check_residence_permit(text)
    return check_foreign_resident(text) if kind is IdKind.FOREIGN_RESIDENT else check_document(kind, text)


def lacks_check_digit(text: str) -> bool:
    """Say whether a slip of the hand in this number cannot be seen from the number itself."""
    return bool(text) and kind_of_number(text) not in (
        IdKind.RESIDENT, IdKind.HK_MACAO_RESIDENT, IdKind.TAIWAN_RESIDENT, IdKind.FOREIGN_RESIDENT,
    )  # fmt: skip


def check_body_number(text: str) -> Checked:
    """Check a credit code, or the nine characters of an organisation code."""
    short = len(compact(text).replace("-", "")) == 9
    return check_organisation_code(text) if short else check_credit_code(text)


# ---- lists ---------------------------------------------------------------------------------------


def lists_of(matter: Matter) -> tuple[Field, ...]:
    """The party lists of a matter, in the order of its form."""
    return tuple(field for field in matter.fields if field.kind is FieldKind.PARTIES)


def members(draft: Draft, number: int, matter: Matter, field: Field) -> tuple[str, ...]:
    """Keys of the parties in a list, none where the chosen kind of the matter has no such list.

    Before anything is entered: one filer, one opponent where somebody is asked for, and where all sides file
    together one in the second list of filers.
    """
    if not _has_list(draft, number, matter, field):
        return ()
    stored = draft.get(f"matter.{number}.{field.key}")
    if stored is not None:
        return tuple(key for key in stored.value.split(",") if _KEY.fullmatch(key))
    asked = [f for f in lists_of(matter) if f.level is not Level.OPTIONAL]
    here = [f for f in asked if _has_list(draft, number, matter, f)]
    filers = [f for f in here if f.side is Side.FILER]
    others = [f for f in here if f.side is Side.OTHER]
    if field.side is Side.OTHER:
        return (SECOND,) if others[:1] == [field] else ()
    mine = filers[:1] if others else filers
    return next(((key,) for listed, key in zip(mine, (FIRST, SECOND), strict=False) if listed == field), ())


def _has_list(draft: Draft, number: int, matter: Matter, field: Field) -> bool:
    """Say whether the chosen kind of the matter, the first while none is chosen, has this list."""
    kinds = [condition for condition in field.when if condition.name == "variant"]
    if not kinds:
        return True
    said = matter.variant(value(draft, f"matter.{number}.variant"))
    kind = (said or matter.variants[0]).key
    return all((kind in condition.values) is not condition.negated for condition in kinds)


def fresh_key(draft: Draft) -> str:
    """A key no party of this visit has had, also none that was taken out again."""
    words = (word for path, field in draft.items() for word in (*path.split("."), *field.value.split(",")))
    used = [int(word[1:]) for word in words if _KEY.fullmatch(word)]
    return f"p{max([2, *used]) + 1}"


def carried(draft: Draft, number: int, matter: Matter, old: Matter) -> dict[str, str]:
    """What the lists of a newly chosen matter hold: the parties already named on each side."""
    made = {}
    for side in Side:
        before = [f for f in lists_of(old) if f.side is side]
        keys = [key for field in before for key in members(draft, number, old, field)]
        target = first_list(matter, side)
        if keys and target is not None and f"matter.{number}.{target.key}" not in draft:
            made[f"matter.{number}.{target.key}"] = ",".join(dict.fromkeys(keys))
    return made


def first_list(matter: Matter, side: Side) -> Field | None:
    """The first party list of a side."""
    return next((field for field in lists_of(matter) if field.side is side), None)


def default_form(matter: Matter, field: Field) -> PartyForm:
    """What a party of this list usually is; the clerk may say otherwise."""
    if "机关" in field.label:
        return PartyForm.ORGANISATION
    if field.side is Side.FILER and PartyForm.NATURAL not in matter.applicants:
        return matter.applicants[0]
    return PartyForm.NATURAL


def form_of(draft: Draft, key: str, default: PartyForm) -> PartyForm:
    chosen = value(draft, f"party.{key}.form")
    return PartyForm(chosen) if chosen in tuple(PartyForm) else default


# ---- records -------------------------------------------------------------------------------------


def party_of(draft: Draft, key: str, side: Side, default: PartyForm) -> Party:
    """Return the party as the rules see it."""

    def of(attribute: str) -> str:
        return value(draft, f"party.{key}.{attribute}")

    form = form_of(draft, key, default)
    natural = form is PartyForm.NATURAL
    number = of("id_number")
    kind = kind_of_number(number) if natural and number else None
    facts = check_id_number(number).facts if kind is IdKind.RESIDENT else None
    return Party(
        key=key,
        side=side,
        form=form,
        name=of("name"),
        id_kind=kind,
        id_number=number,
        phone=of("phone"),
        address=of("address"),
        legal_representative=of("legal_representative"),
        representative_post=of("representative_post"),
        sex=facts.sex.value if facts and facts.sex else "",
        birth=facts.birth.isoformat() if facts and facts.birth else "",
        nation=of("nation"),
        origin=_origin(kind, number, of("origin")),
    )


def _origin(kind: IdKind | None, number: str, said: str) -> Origin:
    if kind is not None:
        return origin_of(kind, compact(number))
    return Origin(said) if said in tuple(Origin) else Origin.MAINLAND


def agent_kind(draft: Draft) -> AgentKind:
    said = value(draft, "agent.1.kind")
    return AgentKind(said) if said in tuple(AgentKind) else AgentKind.LAWYER


def agents_for(draft: Draft, represented: Iterable[str]) -> tuple[Agent, ...]:
    """The visitor as an agent of these parties, with the powers read from the letter of authority."""
    if not is_agent(draft):
        return ()
    authority = read_authority(value(draft, "agent.1.authority"))
    return (
        Agent(
            key=AGENT,
            name=value(draft, "identity.name"),
            kind=agent_kind(draft),
            represents=tuple(represented),
            powers=authority.powers,
            id_number=value(draft, "identity.id_number"),
            phone=value(draft, "identity.phone"),
            office=value(draft, "agent.1.office"),
        ),
    )


# ---- fields ----------------------------------------------------------------------------------------


def _check_authority(text: str) -> Checked:
    rules = read_authority(text).rules
    return Checked(True, text, None, tuple(rule.why for rule in rules))


def agent_group() -> GroupSpec:
    """What is asked of a visitor who acts for another."""
    kinds = tuple((kind.value, name) for kind, name in AGENT_NAMES.items())
    return GroupSpec(
        "代理",
        (
            FieldSpec("agent.1.kind", "代理人身份", "choice", choices=kinds, default=AgentKind.LAWYER.value),
            FieldSpec("agent.1.office", "律所或单位"),
            FieldSpec(
                "agent.1.authority",
                "委托书写明的权限",
                wide=True,
                hint="照委托书写，如 一般代理；或 代为承认、变更诉讼请求，和解",
                rule=_check_authority,
            ),
        ),
    )


def party_group(draft: Draft, key: str, title: str, matter: Matter, field: Field) -> GroupSpec:
    """The fields of one party in one list; its form decides which."""
    form = form_of(draft, key, default_form(matter, field))
    choose = FieldSpec(f"party.{key}.form", "类型", "choice", choices=FORMS, default=form.value)
    own = fields_of(f"party.{key}.", form, filer=field.side is Side.FILER, law=field.level is Level.LAW)
    return GroupSpec(title, (choose, *own), key)


def fields_of(prefix: str, form: PartyForm, *, filer: bool, law: bool) -> tuple[FieldSpec, ...]:
    """Return what is asked of a party of this form, in order; ``law``: the law asks who it is."""
    of = _natural if form is PartyForm.NATURAL else _body
    return of(prefix, filer, law)


def _natural(prefix: str, filer: bool, law: bool) -> tuple[FieldSpec, ...]:
    number = FieldSpec(
        f"{prefix}id_number",
        "证件号码",
        "id_number",
        hint="" if filer else "不知道可不填",
        rule=check_person_number,
    )
    own = (
        FieldSpec(f"{prefix}name", "姓名", "name", required=law),
        number,
        FieldSpec(f"{prefix}phone", "手机号码" if filer else "联系电话", "phone"),
        _address(prefix, filer, law),
    )
    return (*own, FieldSpec(f"{prefix}nation", "民族")) if filer else own


def _body(prefix: str, filer: bool, law: bool) -> tuple[FieldSpec, ...]:
    code = FieldSpec(
        f"{prefix}id_number",
        "统一社会信用代码",
        hint="" if filer else "不知道可不填",
        rule=check_body_number,
    )
    own = (
        FieldSpec(f"{prefix}name", "名称", "name", required=law),
        code,
        FieldSpec(f"{prefix}phone", "联系电话", "phone"),
        _address(prefix, filer, law),
        FieldSpec(f"{prefix}legal_representative", "法定代表人（负责人）", "name"),
    )
    if not filer:
        return own
    origin = FieldSpec(f"{prefix}origin", "所在地", "choice", choices=ORIGINS, default=Origin.MAINLAND.value)
    return (*own, FieldSpec(f"{prefix}representative_post", "职务"), origin)


def _address(prefix: str, filer: bool, law: bool) -> FieldSpec:
    if filer:
        return FieldSpec(f"{prefix}address", "送达地址", required=law)
    return FieldSpec(f"{prefix}address", "住所", required=law, hint="足以与他人区别即可", wide=True)


def party_field(path: str, draft: Draft) -> FieldSpec | None:
    """Return the spec of a party's path whatever list it stands in; None for a path that is no field."""
    match = re.fullmatch(r"party\.(p[1-9][0-9]{0,3})\.[a-z_]+", path)
    if match is None:
        return None
    prefix = f"party.{match[1]}."
    if path == f"{prefix}form":
        return FieldSpec(path, "类型", "choice", choices=FORMS)
    body = value(draft, f"{prefix}form") not in ("", PartyForm.NATURAL.value)
    specs = (*_body(prefix, True, False), *_natural(prefix, True, False))
    ordered = specs if body else specs[::-1]
    found = next((spec for spec in ordered if spec.path == path), None)
    if found is not None and path.endswith(".id_number"):
        return FieldSpec(path, found.label, rule=_any_number)
    return found


def _any_number(text: str) -> Checked:
    """The draft keeps the number in its usual spelling; the form says whether it fits the party."""
    person, body = check_person_number(text), check_body_number(text)
    return next((checked for checked in (person, body) if checked.ok), passed(compact(text)))


def title_of(field: Field, place: int, count: int, *, represents: bool = False) -> str:
    """The title of a party's card: the word of the list, numbered where there are several."""
    title = _(field.label) if count == 1 else f"{_(field.label)} {place}"
    return _("{title}\n代表人").format(title=title) if represents else title
