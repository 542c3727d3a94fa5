"""What ``calc matter`` answers: a matter's materials, clocks and fee as the catalogue has them."""

from __future__ import annotations

from app.calc_answers import Answer, rule_data, why_lines
from app.domain.clock_rules import CLOCKS
from app.domain.fee_choice import matter_fee
from app.domain.matter import Condition, Level, Matter, Requirement
from app.domain.party import Parties
from app.domain.rule import Basis, Rule
from app.domain.short_form import Answers, holds
from app.services.knowledge import Knowledge

_BY_CAUSE = Rule(
    "fee.by_cause",
    "按案由：离婚、劳动争议、人格权、知识产权各按其标准；其余有金额的按财产案件，没有的按其他非财产案件",
    "诉讼费用交纳办法第13条",
)
_LEVELS = {Level.LAW: "法定", Level.PRACTICE: "惯例", Level.OPTIONAL: "可选"}
_NO_FEE = Rule("fee.none", "本事项本身不另收诉讼费", "", Basis.DESIGN)
_FACTS = {
    "natural": "申请方有自然人",
    "body": "申请方有单位",
    "agent": "有代理人",
    "foreign": "申请方有境外当事人",
    "group": "推选了诉讼代表人",
    "mark": "案由带标记",
    "mediating": "当事人愿意先行调解",
}


def matters(known: Knowledge) -> Answer:
    """All matters with code and name."""
    rows = [{"code": matter.code, "name": matter.name} for matter in known.matters.values()]
    return Answer({"matters": rows}, tuple(f"{row['code']}\t{row['name']}" for row in rows))


def matter(known: Knowledge, found: Matter, variant: str) -> Answer:
    """One matter; ``variant`` is a key of its variants or empty where it has none."""
    answers = Answers(variant=variant)
    asked = [r for r in found.requirements if _for_variant(r.when, found, answers)]
    clocks = [CLOCKS[id_] for id_ in found.clocks_of(variant)]
    begun = [CLOCKS[f.starts] for f in found.fields if f.starts and _for_variant(f.when, found, answers)]
    fee_rules = _fee_rules(known, found, variant)
    data = {
        "code": found.code,
        "version": found.version,
        "name": found.name,
        "who": found.who,
        "variant": variant or None,
        "variants": {v.key: v.label for v in found.variants},
        "materials": [_material(r, found) for r in asked],
        "clocks": [rule_data(clock.rule) | {"clock": clock.id} for clock in clocks],
        "clocks_by_form": [rule_data(clock.rule) | {"clock": clock.id} for clock in begun],
        "fee": [rule_data(rule) for rule in fee_rules],
        "mediation": rule_data(found.mediation.rule),
        "handed_back": list(found.handed_back),
        "destination": found.destination or None,
    }
    label = "".join(f"（{v.label}）" for v in found.variants if v.key == variant)
    lines = [f"{found.code} {found.name}{label}", f"谁可以办：{found.who}", "材料："]
    lines += [_material_line(r, found) for r in asked]
    lines += ["收到即起算的期限：", *(f"  · {clock.rule.why}" for clock in clocks)] if clocks else []
    lines += (
        ["填了日期或作了回答才起算的期限：", *(f"  · {clock.rule.why}" for clock in begun)] if begun else []
    )
    lines += ["费用：", *why_lines(fee_rules)[1:], "调解：", *why_lines([found.mediation.rule])[1:]]
    return Answer(data, tuple(lines))


def _for_variant(when: tuple[Condition, ...], found: Matter, answers: Answers) -> bool:
    """Whether something belongs to the chosen kind; other conditions are shown, not decided."""
    kinds = [condition for condition in when if condition.name == "variant"]
    return all(holds(condition, found, Parties(), answers) for condition in kinds)


def _material(requirement: Requirement, found: Matter) -> dict[str, object]:
    material = requirement.material
    return {
        "code": material.code,
        "name": material.name,
        "level": material.level.value,
        "basis": material.basis,
        "copies": _copies(requirement),
        "main": requirement.main,
        "tolerable": requirement.tolerable,
        "when": _when(requirement, found),
        "note": requirement.note,
    }


def _material_line(requirement: Requirement, found: Matter) -> str:
    material, when = requirement.material, _when(requirement, found)
    words = [_LEVELS[material.level], f"{_copies(requirement)}份"]
    words += ["主要材料"] if requirement.main else []
    words += ["可容缺"] if requirement.tolerable else []
    words += [f"条件：{'，'.join(when)}"] if when else []
    basis = f"（{material.basis}）" if material.basis else ""
    return f"  · {material.code} {material.name}：{'，'.join(words)}{basis}"


def _copies(requirement: Requirement) -> str:
    material = requirement.material
    if not material.per_other:
        return str(material.fixed)
    return f"{material.fixed}+N" if material.fixed else "N"


def _when(requirement: Requirement, found: Matter) -> list[str]:
    return [_condition(condition, found) for condition in requirement.when if condition.name != "variant"]


def _condition(condition: Condition, found: Matter) -> str:
    field = found.field(condition.name)
    words = _FACTS.get(condition.name, condition.name) if field is None else f"“{field.label}”"
    if condition.values:
        words += f"为{'或'.join(condition.values)}"
    elif field is not None:
        words += "有回答"
    return f"不是：{words}" if condition.negated else words


def _fee_rules(known: Knowledge, found: Matter, variant: str) -> tuple[Rule, ...]:
    spec = found.fee_of(variant)
    note = (
        (Rule("fee.note", spec.note, "", Basis.PRACTICE),)
        if spec.note and (spec.by_cause or spec.kind)
        else ()
    )
    if spec.by_cause:
        return (_BY_CAUSE, *note)
    fee = matter_fee(found, Answers(variant=variant), known.fees)
    return (*fee.rules, *note) if fee is not None else (_NO_FEE,)
