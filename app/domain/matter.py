"""One of the 25 matters: who may bring it, what it needs, what it costs, when it is due, its short form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from app.domain.fee_schedule import FeeKind, FreeReason
from app.domain.papers import Moment, Procedure
from app.domain.rule import Basis, Rule


class Group(StrEnum):
    """The two halves of the catalogue."""

    FILING = "filing"
    SERVICE = "service"


class PartyForm(StrEnum):
    """What kind of body a party is."""

    NATURAL = "natural"
    ORGANISATION = "organisation"
    OTHER_BODY = "other_body"


class AgentKind(StrEnum):
    """Who may act for a party (民事诉讼法 art 61); the value is used in catalogue files."""

    LAWYER = "lawyer"
    LEGAL_WORKER = "legal_worker"
    RELATIVE = "relative"
    EMPLOYEE = "employee"
    RECOMMENDED = "recommended"


AGENT_NAMES = {
    AgentKind.LAWYER: "律师",
    AgentKind.LEGAL_WORKER: "基层法律服务工作者",
    AgentKind.RELATIVE: "近亲属",
    AgentKind.EMPLOYEE: "工作人员",
    AgentKind.RECOMMENDED: "被推荐的公民",
}
AUTHORITY_CODE = "M06"
AGENT_MATERIALS = {
    AgentKind.LAWYER: "M07",
    AgentKind.LEGAL_WORKER: "M08",
    AgentKind.RELATIVE: "M09",
    AgentKind.EMPLOYEE: "M10",
    AgentKind.RECOMMENDED: "M11",
}


class Per(StrEnum):
    """For whom a material is asked once."""

    CASE = "case"
    NATURAL = "natural"
    BODY = "body"
    FILER = "filer"
    AGENT = "agent"


class Level(StrEnum):
    """How firmly something is asked: by law, by local practice, or if the person likes."""

    LAW = "law"
    PRACTICE = "practice"
    OPTIONAL = "optional"


class FieldKind(StrEnum):
    """What a field of a short form takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NAME = "name"
    ID = "id"
    PHONE = "phone"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    YES_NO = "yes_no"
    CAUSE = "cause"
    CASE_NO = "case_no"
    COURT = "court"
    OUTSIDE_NO = "outside_no"
    ACCOUNT = "account"
    PARTIES = "parties"


class Side(StrEnum):
    """Which side of a case a party list holds; others are the N of the copies rule."""

    FILER = "filer"
    OTHER = "other"


class MediationMode(StrEnum):
    """What is said about mediation: offered and asked, said to be possible and not asked, or nothing."""

    OFFER = "offer"
    POSSIBLE = "possible"
    NONE = "none"


VARIANT = "variant"
VARIANT_LABEL = "类别"
MEDIATION = "mediation"
"""The key of the answer to the offer of mediation, which is one of the two words below."""
AGREE = "agree"
DECLINE = "decline"
MEDIATING = "mediating"
"""The condition that mediation was agreed to."""


@dataclass(frozen=True, slots=True)
class Material:
    """One row of the master list. `fixed` and `per_other` are the copies rule 1+N.

    `is_identity` marks pictures of identity documents: of a finished visit they are shown on record only.
    """

    code: str
    name: str
    level: Level
    basis: str
    per: Per = Per.CASE
    fixed: int = 1
    per_other: bool = False
    original: bool = False
    form: str = ""
    is_information: bool = False
    is_identity: bool = False
    on_site: bool = False

    def copies(self, others: int) -> int:
        """How many are handed in for one unit of `per`, with `others` opposing and other parties."""
        return self.fixed + (others if self.per_other else 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` or `name=value|value`, possibly negated: when something in the catalogue applies."""

    name: str
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """A material as one matter asks for it. `main` items are never left out by 容缺."""

    material: Material
    when: tuple[Condition, ...] = ()
    main: bool = False
    tolerable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a short form.

    `starts` is the clock that a date, or a yes for clocks of hours, begins; `fee_amount` marks the amount;
    `basis` is the article that asks for it where no statement of the matter does.
    """

    key: str
    label: str
    kind: FieldKind
    level: Level
    hint: str = ""
    choices: tuple[str, ...] = ()
    side: Side | None = None
    starts: str = ""
    fee_amount: bool = False
    when: tuple[Condition, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class GivenPaper:
    """A paper the matter gives out: ``kind`` of ``app.domain.papers``; ``chosen`` = unless taken off.

    ``needs`` are the fields without which a paper that repeats the form says nothing.
    """

    kind: str
    at: Moment
    chosen: bool = True
    when: tuple[Condition, ...] = ()
    needs: tuple[str, ...] = ()


CIVIL_RECEIPT = "《中华人民共和国民事诉讼法》第六十九条"
"""By which provision a receipt is given where a matter says no other."""


@dataclass(frozen=True, slots=True)
class Called:
    """How papers call a case before 一案, and by which procedure it goes.

    ``text`` may hold ``{opponent}`` and ``{cause}``; blank is 与{opponent}{cause}. ``alone`` is said where
    nobody of the other side is named. ``receipt`` is the provision a receipt of its papers names, "" where
    the law has none.
    """

    text: str = ""
    alone: str = ""
    procedure: Procedure = Procedure.CIVIL
    when: tuple[Condition, ...] = ()
    receipt: str = CIVIL_RECEIPT


@dataclass(frozen=True, slots=True)
class FeeSpec:
    """How a matter is charged: by the cause of action, by one kind, by what a field says, or not at all.

    `silent` is a matter no court fee belongs to; `by_choice` names the field and `choices` say how each of
    its answers is charged. All unset means a charge that no published rule fixes; `article` is the rule that
    leaves it open, if there is one.
    """

    by_cause: bool = False
    kind: FeeKind | None = None
    free: FreeReason | None = None
    note: str = ""
    article: str = ""
    silent: bool = False
    by_choice: str = ""
    choices: Mapping[str, FeeSpec] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind within a matter (诉前 or 诉中 preservation) with its own case type, clocks and fee.

    `fee_note` is said of the fee of the matter in place of its own note.
    """

    key: str
    label: str
    case_type: str = ""
    clocks: tuple[str, ...] = ()
    fee: FeeSpec | None = None
    reserved: bool | None = None
    fee_note: str = ""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Whether 容缺 is possible and how many calendar days the promise has."""

    allowed: bool
    days: int


@dataclass(frozen=True, slots=True)
class Mediation:
    """Whether mediation is offered, and why; `when` says for which forms of the matter."""

    mode: MediationMode
    text: str = ""
    article: str = ""
    when: tuple[Condition, ...] = ()

    @property
    def rule(self) -> Rule:
        basis = Basis.LAW if self.article else Basis.DESIGN
        return Rule(f"mediation.{self.mode}", self.text or "本事项不涉及调解", self.article, basis)


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter of the catalogue, as a court can edit it; `words` are what people call it."""

    code: str
    version: str
    name: str
    short: str
    group: Group
    who: str
    applicants: tuple[PartyForm, ...]
    agents: tuple[AgentKind, ...]
    handed_back: tuple[str, ...]
    fields: tuple[Field, ...]
    requirements: tuple[Requirement, ...]
    fee: FeeSpec
    tolerance: Tolerance
    mediation: Mediation
    case_types: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    choose: bool = False
    quick: bool = False
    reserved: bool = False
    destination: str = ""
    guide: str = ""
    templates: tuple[str, ...] = ()
    authority: Material | None = None
    agent_materials: tuple[tuple[AgentKind, Material], ...] = ()
    papers: tuple[GivenPaper, ...] = ()
    words: tuple[str, ...] = ()
    called: tuple[Called, ...] = ()

    def variant(self, key: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.key == key), None)

    @property
    def fee_by_variant(self) -> bool:
        """Whether the variants have different fees; what is said of a fee besides makes no other fee."""
        fees = [replace(self.fee_of(one.key), note="") for one in self.variants]
        return any(one != fees[0] for one in fees)

    @property
    def must_choose(self) -> bool:
        """Whether somebody has to say which variant it is: the fee goes by it, or it is what is asked for."""
        return self.choose or self.fee_by_variant

    @property
    def kinds(self) -> Field:
        """The choice among the variants as a field; its answers are their keys."""
        keys = tuple(one.key for one in self.variants)
        return Field(VARIANT, VARIANT_LABEL, FieldKind.CHOICE, Level.LAW, choices=keys)

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)

    def clocks_of(self, variant_key: str = "") -> tuple[str, ...]:
        """Clock ids that begin when the matter is received."""
        variant = self.variant(variant_key)
        return variant.clocks if variant is not None and variant.clocks else self.clocks

    def fee_of(self, variant_key: str = "") -> FeeSpec:
        variant = self.variant(variant_key)
        if variant is None:
            return self.fee
        return variant.fee or (replace(self.fee, note=variant.fee_note) if variant.fee_note else self.fee)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All matters and materials of a court, by code."""

    matters: Mapping[str, Matter]
    materials: Mapping[str, Material]

    def name_of(self, material_code: str) -> str:
        """The name on the receipt; an unknown code is shown as it is, so that old records stay readable."""
        material = self.materials.get(material_code)
        return material_code if material is None else material.name
