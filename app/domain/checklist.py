"""What a matter still needs: told once, completely, with its ground; practice never passes for law."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.asked import asked_requirement
from app.domain.matter import AUTHORITY_CODE, Condition, Level, Material, Matter, Per, Requirement
from app.domain.party import Agent, Parties, Party
from app.domain.rule import Basis, Rule
from app.domain.short_form import Answers, holds

RECEIVE_ALWAYS = Rule(
    "check.receive", "对起诉状一律接收，出具注明收到日期的书面凭证", "登记立案规定第2条第1款"
)
ONLINE_IS_ENOUGH = Rule("check.online", "已在线提交符合要求的材料，不再要求提供纸质材料", "在线诉讼规则第9条")


class Status(StrEnum):
    """Where one item of the checklist stands."""

    HAVE = "have"
    MISSING_LAW = "missing_law"
    MISSING_PRACTICE = "missing_practice"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Handed:
    """Papers handed in under one material code; `holder` is the party or agent they belong to, if known."""

    code: str
    copies: int = 1
    original: bool = False
    pages: int = 0
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist.

    `needed` and `have` count copies; `reason` says why the status is what it is, with the article in
    `reason.article`; `how` is the form in which it is supplied.
    """

    code: str
    name: str
    status: Status
    level: Level
    needed: int
    have: int
    reason: Rule
    how: str = ""
    holder: str = ""
    holder_name: str = ""
    main: bool = False
    tolerable: bool = False
    on_site: bool = False

    @property
    def key(self) -> str:
        """Stable within a visit: the code and whose it is."""
        return f"{self.code}:{self.holder}" if self.holder else self.code

    @property
    def missing(self) -> bool:
        return self.status in (Status.MISSING_LAW, Status.MISSING_PRACTICE)

    @property
    def label(self) -> str:
        return f"{self.name}（{self.holder_name}）" if self.holder_name else self.name

    @property
    def short_of(self) -> int:
        return max(self.needed - self.have, 0)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One party or agent a material is asked of; the empty unit is the case itself."""

    key: str = ""
    name: str = ""


class _Stack:
    """The papers handed in, taken off as items claim them."""

    def __init__(self, handed: Iterable[Handed]) -> None:
        self._own: dict[tuple[str, str], int] = {}
        self._loose: dict[str, int] = {}
        for papers in handed:
            if papers.holder:
                key = (papers.code, papers.holder)
                self._own[key] = self._own.get(key, 0) + papers.copies
            else:
                self._loose[papers.code] = self._loose.get(papers.code, 0) + papers.copies

    def take(self, code: str, holder: str, needed: int) -> int:
        """Copies found for `holder`, filled up from those whose owner nobody noted."""
        found = self._own.get((code, holder), 0) if holder else self._all_owned(code)
        extra = min(max(needed - found, 0), self._loose.get(code, 0))
        if extra:
            self._loose[code] -= extra
        return found + extra

    def _all_owned(self, code: str) -> int:
        return sum(copies for (owned, _), copies in self._own.items() if owned == code)


def assess(
    matter: Matter, parties: Parties, handed_in: Iterable[Handed], answers: Answers
) -> tuple[Item, ...]:
    """Every material of the matter with its state; the same order as in the catalogue, then agents.

    What the back office asked for besides comes last, in its own words.
    """
    stack = _Stack(handed_in)
    items: list[Item] = []
    for requirement in matter.requirements:
        failing = next((c for c in requirement.when if not holds(c, matter, parties, answers)), None)
        if failing is not None:
            items.append(_not_needed(requirement, _unmet_words(failing, matter)))
            continue
        units = _units(requirement.material.per, parties)
        if not units:
            items.append(_not_needed(requirement, _NOBODY[requirement.material.per]))
        items += [_item(requirement, unit, stack, parties, answers) for unit in units]
    asked = (asked_requirement(code, words) for code, words in answers.asked.items())
    by_court = [_item(requirement, _Unit(), stack, parties, answers) for requirement in asked]
    return (*items, *_agent_items(matter, parties, stack, answers), *by_court)


def _item(requirement: Requirement, unit: _Unit, stack: _Stack, parties: Parties, answers: Answers) -> Item:
    material = requirement.material
    if material.is_information:
        return _information(requirement, parties)
    waiver = answers.waived.get(material.code, "") if material.level is not Level.LAW else ""
    if waiver:
        return _not_needed(requirement, waiver)
    if answers.complete_online:
        return _build(requirement, unit, Status.HAVE, 1, 1, ONLINE_IS_ENOUGH)
    online = answers.filed_online
    needed = 1 if online else max(material.copies(len(parties.others)), 1)
    have = stack.take(material.code, unit.key, needed)
    defect = answers.defects.get(material.code, "")
    if have and defect:
        return _build(requirement, unit, _missing(material.level), needed, have, _rule(material, defect))
    if have >= needed:
        reason = ONLINE_IS_ENOUGH if online else _rule(material, f"已收{have}份")
        return _build(requirement, unit, Status.HAVE, needed, have, reason)
    reason = _short_rule(requirement, needed, have)
    return _build(requirement, unit, _missing(material.level), needed, have, reason)


def _short_rule(requirement: Requirement, needed: int, have: int) -> Rule:
    material = requirement.material
    note = f"；{requirement.note}" if requirement.note else ""
    if not have:
        return _rule(material, f"尚未提交，应交{needed}份{note}")
    return _rule(material, f"已收{have}份，还差{needed - have}份{note}")


def _information(requirement: Requirement, parties: Parties) -> Item:
    unknown = [party.name or "（未填姓名）" for party in parties.others if not party.identifiable]
    material = requirement.material
    if parties.others and not unknown:
        return _build(requirement, _Unit(), Status.HAVE, 1, 1, _rule(material, "对方信息足以与他人区分"))
    words = f"{'、'.join(unknown)}的信息不足以与他人区分" if unknown else "尚未填写对方当事人"
    return _build(requirement, _Unit(), _missing(material.level), 1, 0, _rule(material, words))


def _agent_items(matter: Matter, parties: Parties, stack: _Stack, answers: Answers) -> list[Item]:
    items: list[Item] = []
    kinds = dict(matter.agent_materials)
    for agent in parties.agents:
        own = [kinds[agent.kind]] if agent.kind in kinds else []
        for material in ([matter.authority] if matter.authority is not None else []) + own:
            requirement = Requirement(material, main=material.code == AUTHORITY_CODE)
            items.append(_item(requirement, _agent_unit(agent), stack, parties, answers))
    return items


def _agent_unit(agent: Agent) -> _Unit:
    return _Unit(agent.key, f"{agent.kind_name}{agent.name}")


def _units(per: Per, parties: Parties) -> list[_Unit]:
    if per is Per.CASE:
        return [_Unit()]
    if per is Per.AGENT:
        return [_agent_unit(agent) for agent in parties.agents]
    return [_Unit(party.key, party.name) for party in parties.filers if _belongs(party, per)]


def _belongs(party: Party, per: Per) -> bool:
    return per is Per.FILER or party.is_natural is (per is Per.NATURAL)


_NOBODY = {
    Per.CASE: "",
    Per.NATURAL: "申请方中没有自然人",
    Per.BODY: "申请方中没有单位",
    Per.FILER: "尚未填写申请方",
    Per.AGENT: "没有代理人",
}


def _unmet_words(condition: Condition, matter: Matter) -> str:
    if condition.name == "variant":
        labels = [v.label for v in matter.variants if v.key in condition.values]
        return f"{'不适用于' if condition.negated else '只适用于'}{'、'.join(labels)}"
    field = matter.field(condition.name)
    if field is not None:
        return f"“{field.label}”的回答不需要此项"
    return _FACT_WORDS.get(condition.name, "本案不需要此项")


_FACT_WORDS = {
    "natural": _NOBODY[Per.NATURAL],
    "body": _NOBODY[Per.BODY],
    "agent": _NOBODY[Per.AGENT],
    "foreign": "申请方没有境外当事人",
    "group": "没有推选诉讼代表人",
    "mark": "所选案由不需要此项",
}


def _not_needed(requirement: Requirement, words: str) -> Item:
    return _build(requirement, _Unit(), Status.NOT_NEEDED, 0, 0, _rule(requirement.material, words))


def _build(
    requirement: Requirement, unit: _Unit, status: Status, needed: int, have: int, reason: Rule
) -> Item:
    material = requirement.material
    return Item(
        material.code,
        material.name,
        status,
        material.level,
        needed,
        have,
        reason,
        material.form,
        unit.key,
        unit.name,
        requirement.main,
        requirement.tolerable,
        material.on_site,
    )


def _rule(material: Material, text: str) -> Rule:
    if material.level is not Level.LAW:
        return Rule(f"check.{material.code}", text, material.basis, Basis.PRACTICE)
    return Rule(f"check.{material.code}", text, material.basis)


def _missing(level: Level) -> Status:
    return Status.MISSING_LAW if level is Level.LAW else Status.MISSING_PRACTICE


class Readiness(StrEnum):
    """What can be done with the matter now; receiving it is always possible."""

    READY = "ready"
    READY_ON_PROMISE = "ready_on_promise"
    TO_BE_CORRECTED = "to_be_corrected"


def missing_law(items: Sequence[Item], promised: frozenset[str] = frozenset()) -> tuple[Item, ...]:
    """Items that the law asks for, that are missing, and that no promise covers."""
    return tuple(i for i in items if i.status is Status.MISSING_LAW and i.key not in promised)


def missing_practice(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(i for i in items if i.status is Status.MISSING_PRACTICE)


def readiness(items: Sequence[Item], promised: frozenset[str] = frozenset()) -> Readiness:
    """Whether the matter can be filed; items of practice do not count."""
    if missing_law(items, promised):
        return Readiness.TO_BE_CORRECTED
    return Readiness.READY_ON_PROMISE if missing_law(items) else Readiness.READY
