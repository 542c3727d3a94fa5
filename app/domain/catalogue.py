"""Reading the editable catalogue; every mistake is answered with its file, its line and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.domain.clock_rule import Unit
from app.domain.clock_rules import CLOCKS
from app.domain.fee_schedule import FeeKind, FreeReason
from app.domain.matter import (
    AGENT_MATERIALS,
    AUTHORITY_CODE,
    CIVIL_RECEIPT,
    MEDIATING,
    AgentKind,
    Called,
    Catalogue,
    Condition,
    FeeSpec,
    Field,
    FieldKind,
    GivenPaper,
    Group,
    Level,
    Material,
    Matter,
    Mediation,
    MediationMode,
    PartyForm,
    Per,
    Requirement,
    Side,
    Tolerance,
    Variant,
)
from app.domain.papers import DOCUMENTS, Moment, Procedure
from app.domain.toml_text import CatalogueError, Section, TomlText

# Conditions that need no field: who files, how the cause of action is marked, whether mediation is agreed.
FACTS = frozenset({"natural", "body", "agent", "foreign", "group", "variant", "mark", MEDIATING})
_PLACEHOLDER = re.compile(r"[{}][^{}]*}?")
_COPIES = re.compile(r"([0-9])?(\+)?(N)?")


def parse_materials(text: str, source_name: str) -> Mapping[str, Material]:
    """The master list by code; raise CatalogueError with the line that is wrong."""
    root = TomlText(text, source_name).root()
    found: dict[str, Material] = {}
    for row in root.sections("material"):
        material = _material(row)
        if material.code in found:
            raise row.error(f"材料编号 {material.code} 重复", "code")
        found[material.code] = material
    root.finish()
    return MappingProxyType(found)


def parse_matter(text: str, source_name: str, materials: Mapping[str, Material]) -> Matter:
    """One matter; raise CatalogueError with the line that is wrong."""
    root = TomlText(text, source_name).root()
    variants = tuple(_variant(row) for row in root.sections("variant"))
    fields = fields_of(root, variants)
    conditions = _Names({field.key for field in fields} | FACTS, {variant.key for variant in variants})
    requirements = tuple(_requirement(row, materials, conditions) for row in root.sections("material"))
    agents = root.choices("agents", AgentKind)
    root.known("clocks", root.texts("clocks"), CLOCKS, "期限")
    matter = Matter(
        code=_code(root),
        version=root.text("version"),
        name=root.text("name"),
        short=root.text("short"),
        words=root.texts("words"),
        group=root.choice("group", Group),
        who=root.text("who"),
        applicants=root.choices("applicants", PartyForm),
        agents=agents,
        handed_back=root.texts("handed_back"),
        fields=fields,
        requirements=requirements,
        fee=_fee(root.section("fee")),
        tolerance=_tolerance(root.section("tolerance")),
        mediation=_mediation(root.section("mediation"), conditions),
        case_types=root.texts("case_types"),
        clocks=root.texts("clocks"),
        variants=variants,
        choose=root.flag("choose"),
        quick=root.flag("quick"),
        reserved=root.flag("reserved"),
        destination=root.text("destination", ""),
        guide=root.text("guide", ""),
        templates=root.texts("templates"),
        authority=_known_material(root, materials, AUTHORITY_CODE, "agents") if agents else None,
        agent_materials=tuple(
            (kind, _known_material(root, materials, AGENT_MATERIALS[kind], "agents")) for kind in agents
        ),
        papers=tuple(_paper(row, conditions) for row in root.sections("paper")),
        called=tuple(_called(row, conditions) for row in root.sections("called")),
    )
    root.finish()
    _refuse_contradictions(root, matter)
    return matter


def parse_catalogue(files: Mapping[str, str]) -> Catalogue:
    """The whole catalogue from `materials.toml` and one text a matter, keyed by file name.

    Raises CatalogueError for a wrong file, a missing `materials.toml`, or a code used twice.
    """
    if "materials.toml" not in files:
        raise CatalogueError("materials.toml", 1, "缺少材料总表")
    materials = parse_materials(files["materials.toml"], "materials.toml")
    matters: dict[str, Matter] = {}
    for name in sorted(set(files) - {"materials.toml"}):
        matter = parse_matter(files[name], name, materials)
        if matter.code in matters:
            raise CatalogueError(name, 1, f"事项编号 {matter.code} 重复")
        matters[matter.code] = matter
    return Catalogue(MappingProxyType(matters), materials)


def parse_condition(text: str) -> Condition:
    """`name`, `name=a|b`, and either with a leading `!`."""
    name, _, values = text.removeprefix("!").partition("=")
    return Condition(name, tuple(values.split("|")) if values else (), text.startswith("!"))


def parse_copies(text: str) -> tuple[int, bool] | None:
    """`1`, `N` or `1+N` as (fixed, per other party); None for anything else."""
    match = _COPIES.fullmatch(text)
    if match is None or not text or bool(match[2]) != bool(match[1] and match[3]):
        return None
    return int(match[1] or 0), bool(match[3])


class _Names:
    """What conditions may mention."""

    def __init__(self, names: set[str] | frozenset[str], variants: set[str]) -> None:
        self._names = names
        self._variants = variants

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self._names) - FACTS

    def read(self, row: Section) -> tuple[Condition, ...]:
        conditions = tuple(parse_condition(text) for text in row.texts("when"))
        row.known("when", (condition.name for condition in conditions), self._names, "条件")
        for condition in conditions:
            if condition.name == "variant":
                row.known("when", condition.values, self._variants, "类别")
        return conditions


def _code(root: Section) -> str:
    code = root.text("code")
    if not re.fullmatch(r"[FS][0-9]{2}", code):
        raise root.error("code 应为 F01 或 S01 这样的编号", "code")
    return code


def _material(row: Section) -> Material:
    code = row.text("code")
    if not re.fullmatch(r"M[0-9]{2}", code):
        raise row.error("code 应为 M01 这样的编号", "code")
    copies = parse_copies(row.text("copies", "1"))
    if copies is None:
        raise row.error("copies 应为 1、N 或 1+N", "copies")
    level, basis = row.choice("level", Level), row.text("basis", "")
    if level is Level.LAW and not basis:
        raise row.error("法定材料应写明依据 basis", "code")
    material = Material(
        code,
        row.text("name"),
        level,
        basis,
        row.choice("per", Per, Per.CASE),
        *copies,
        original=row.flag("original"),
        form=row.text("form", ""),
        is_information=row.flag("information"),
        is_identity=row.flag("identity"),
        on_site=row.flag("on_site"),
    )
    row.finish()
    return material


def _known_material(row: Section, materials: Mapping[str, Material], code: str, key: str) -> Material:
    if code not in materials:
        raise row.error(f"材料总表中没有 {code}", key)
    return materials[code]


def _requirement(row: Section, materials: Mapping[str, Material], names: _Names) -> Requirement:
    material = _known_material(row, materials, row.text("code"), "code")
    requirement = Requirement(
        _as_asked(row, material),
        names.read(row),
        main=row.flag("main"),
        tolerable=row.flag("tolerable"),
        note=row.text("note", ""),
    )
    if requirement.main and requirement.tolerable:
        raise row.error("主要材料（main）不能容缺（tolerable）", "tolerable")
    row.finish()
    return requirement


def _paper(row: Section, names: _Names) -> GivenPaper:
    kind = row.text("kind")
    row.known("kind", [kind], DOCUMENTS, "文书")
    needs = row.texts("needs")
    row.known("needs", needs, names.fields, "字段")
    paper = GivenPaper(kind, row.choice("at", Moment), not row.flag("unchosen"), names.read(row), needs)
    row.finish()
    return paper


def _called(row: Section, names: _Names) -> Called:
    text, alone = row.text("text", ""), row.text("alone", "")
    if set(_PLACEHOLDER.findall(text)) - {"{opponent}", "{cause}"} or _PLACEHOLDER.search(alone):
        raise row.error("text 里只能用 {opponent} 和 {cause}，alone 里都不能用", "text")
    if "{opponent}" in text and not alone:
        raise row.error("没有对方当事人时怎样称呼，写在 alone 里", "text")
    procedure, receipt = row.choice("procedure", Procedure), row.text("receipt", CIVIL_RECEIPT)
    called = Called(text, alone, procedure, names.read(row), receipt)
    row.finish()
    return called


def _as_asked(row: Section, material: Material) -> Material:
    """The master row with the name, level, basis and copies this matter gives it."""
    copies = parse_copies(row.text("copies")) if row.has("copies") else (material.fixed, material.per_other)
    if copies is None:
        raise row.error("copies 应为 1、N 或 1+N", "copies")
    level, basis = row.choice("level", Level, material.level), row.text("basis", material.basis)
    if level is Level.LAW and not basis:
        raise row.error("法定材料应写明依据 basis", "level")
    return Material(
        material.code,
        row.text("name", material.name),
        level,
        basis,
        row.choice("per", Per, material.per),
        *copies,
        original=material.original,
        form=material.form,
        is_information=material.is_information,
        is_identity=material.is_identity,
        on_site=material.on_site,
    )


def fields_of(root: Section, variants: tuple[Variant, ...]) -> tuple[Field, ...]:
    """The fields of a short form; raise CatalogueError with the line that is wrong."""
    rows = root.sections("field")
    names = _Names({row.text("key") for row in rows} | FACTS, {variant.key for variant in variants})
    fields: dict[str, Field] = {}
    for row in rows:
        field = _field(row, names)
        if field.key in fields:
            raise row.error(f"字段 {field.key} 重复", "key")
        fields[field.key] = field
    return tuple(fields.values())


def _field(row: Section, names: _Names) -> Field:
    kind = row.choice("kind", FieldKind)
    field = Field(
        row.text("key"),
        row.text("label"),
        kind,
        row.choice("level", Level, Level.OPTIONAL),
        row.text("hint", ""),
        row.texts("choices"),
        row.choice("side", Side) if kind is FieldKind.PARTIES else None,
        row.text("starts", ""),
        row.flag("fee_amount"),
        names.read(row),
        row.text("basis", ""),
    )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", field.key) or field.key in FACTS:
        raise row.error(f"字段名 {field.key} 应为小写字母、数字和下划线，且不与条件名相同", "key")
    if (kind is FieldKind.CHOICE) != bool(field.choices):
        raise row.error("choice 类字段要有 choices，其他字段没有", "choices")
    if field.starts:
        row.known("starts", [field.starts], CLOCKS, "期限")
        hours = CLOCKS[field.starts].unit is Unit.HOURS
        if kind is not (FieldKind.YES_NO if hours else FieldKind.DATE):
            raise row.error("按日的期限由 date 字段起算，按小时的期限由 yes_no 字段起算", "starts")
    if field.fee_amount and kind is not FieldKind.MONEY:
        raise row.error("fee_amount 只用于 money 字段", "fee_amount")
    row.finish()
    return field


def _variant(row: Section) -> Variant:
    clocks = row.texts("clocks")
    row.known("clocks", clocks, CLOCKS, "期限")
    own_fee = row.has("fee_kind") or row.has("free")
    variant = Variant(
        row.text("key"),
        row.text("label"),
        row.text("case_type", ""),
        clocks,
        _fee(row) if own_fee else None,
        row.flag("reserved") if row.has("reserved") else None,
        "" if own_fee else row.text("fee_note", ""),
    )
    row.finish()
    return variant


def _fee(row: Section) -> FeeSpec:
    """A `[fee]` table or the fee keys of a variant.

    `free`, or `fee_kind` (a kind, by_cause, local, none), or `by_choice` with a `case` for each answer.
    """
    note = row.text("fee_note", "")
    if row.has("free"):
        return FeeSpec(free=row.choice("free", FreeReason), note=note)
    if row.has("by_choice"):
        cases = {case.text("choice"): _fee_case(case) for case in row.sections("case")}
        return FeeSpec(note=note, by_choice=row.text("by_choice"), choices=MappingProxyType(cases))
    words = row.text("fee_kind")
    if words in ("by_cause", "local", "none"):
        article = row.text("fee_article", "") if words == "local" else ""
        return FeeSpec(by_cause=words == "by_cause", note=note, article=article, silent=words == "none")
    return FeeSpec(kind=row.choice("fee_kind", FeeKind), note=note)


def _fee_case(row: Section) -> FeeSpec:
    if row.has("by_choice"):
        raise row.error("case 里不能再写 by_choice", "by_choice")
    spec = _fee(row)
    row.finish()
    return spec


def _tolerance(row: Section) -> Tolerance:
    tolerance = Tolerance(row.flag("allowed"), row.number("days", 7))
    if not 1 <= tolerance.days <= 60:
        raise row.error("days 应在1至60之间", "days")
    row.finish()
    return tolerance


def _mediation(row: Section, names: _Names) -> Mediation:
    mode = row.choice("mode", MediationMode, MediationMode.NONE)
    mediation = Mediation(mode, row.text("text", ""), row.text("article", ""), names.read(row))
    row.finish()
    return mediation


def _refuse_contradictions(root: Section, matter: Matter) -> None:
    if (matter.group is Group.FILING) != matter.code.startswith("F"):
        raise root.error("F 开头的是立案事项（filing），S 开头的是服务事项（service）", "group")
    if any(requirement.tolerable for requirement in matter.requirements) and not matter.tolerance.allowed:
        raise root.error("有可容缺的材料，[tolerance] 却没有 allowed = true", "tolerance")
    if matter.reserved and not matter.destination:
        raise root.error("保留专窗的事项要写明去处 destination", "reserved")
    if matter.choose and not matter.variants:
        raise root.error("choose = true 要有 [[variant]] 可选", "choose")
    if not matter.applicants:
        raise root.error("applicants 不能为空", "applicants")
    _refuse_open_choice(root, matter)
    if matter.variants and matter.field("variant") is not None:
        raise root.error("类别由 [[variant]] 给出，不要再设 variant 字段", "field")


def _refuse_open_choice(root: Section, matter: Matter) -> None:
    """Every answer of the field a fee goes by has its case, so that the fee is never left open by mistake."""
    spec = matter.fee
    if not spec.by_choice:
        return
    field = matter.field(spec.by_choice)
    if field is None or set(field.choices) != set(spec.choices):
        raise root.error("by_choice 应为一个 choice 字段，并且每个选项写一个 case", "fee")
