"""Parties and those who act for them: who they are, what they may do, what else they must show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.identity import IdKind
from app.domain.matter import AGENT_NAMES, AgentKind, PartyForm, Side
from app.domain.rule import Basis, Rule


class Origin(StrEnum):
    """Where a party belongs, as far as documents from outside the mainland depend on it."""

    MAINLAND = "mainland"
    MAINLAND_ABROAD = "mainland_abroad"
    HONG_KONG = "hong_kong"
    MACAO = "macao"
    TAIWAN = "taiwan"
    FOREIGN = "foreign"


class Power(StrEnum):
    """Acts that need special authority; the value is the word in the letter of authority."""

    ADMIT = "承认诉讼请求"
    WAIVE = "放弃诉讼请求"
    CHANGE = "变更诉讼请求"
    SETTLE = "和解"
    COUNTERCLAIM = "反诉"
    APPEAL = "上诉"
    COLLECT = "代收案款"


@dataclass(frozen=True, slots=True)
class Party:
    """A natural person, an organisation or another body on one side of a case.

    `key` is unique in the visit; numbers are kept as checked, an empty text is unknown.
    """

    key: str
    side: Side
    form: PartyForm
    name: str
    id_kind: IdKind | None = None
    id_number: str = ""
    phone: str = ""
    address: str = ""
    legal_representative: str = ""
    representative_post: str = ""
    sex: str = ""
    birth: str = ""
    nation: str = ""
    work: str = ""
    origin: Origin = Origin.MAINLAND

    @property
    def is_natural(self) -> bool:
        return self.form is PartyForm.NATURAL

    @property
    def identifiable(self) -> bool:
        """Name and one thing more that tells the party from others (民诉法解释 art 209)."""
        return bool(self.name and (self.address or self.id_number or self.phone))


@dataclass(frozen=True, slots=True)
class Agent:
    """One who acts for the parties named by `represents`."""

    key: str
    name: str
    kind: AgentKind
    represents: tuple[str, ...]
    powers: frozenset[Power] = frozenset()
    id_number: str = ""
    phone: str = ""
    office: str = ""

    @property
    def kind_name(self) -> str:
        return AGENT_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class Parties:
    """Everyone in a matter; `representatives` are keys of filers chosen by the many (民事诉讼法 art 56)."""

    people: tuple[Party, ...] = ()
    agents: tuple[Agent, ...] = ()
    representatives: tuple[str, ...] = ()

    @property
    def filers(self) -> tuple[Party, ...]:
        return tuple(party for party in self.people if party.side is Side.FILER)

    @property
    def others(self) -> tuple[Party, ...]:
        return tuple(party for party in self.people if party.side is Side.OTHER)


@dataclass(frozen=True, slots=True)
class Authority:
    """What a letter of authority gives: the special powers it lists, and what has to be said about it."""

    powers: frozenset[Power]
    rules: tuple[Rule, ...] = ()


_POWER_WORDS: tuple[tuple[Power, str], ...] = (
    (Power.ADMIT, r"承认"),
    (Power.WAIVE, r"放弃"),
    (Power.CHANGE, r"变更"),
    (Power.SETTLE, r"和解|调解"),
    (Power.COUNTERCLAIM, r"反诉"),
    (Power.APPEAL, r"上诉"),
    (Power.COLLECT, r"(代为)?(收取|领取|代收|代领|接收)[^，。；;,]*(案款|执行款|款项|款物)"),
)
_DENIED = re.compile(r"不得|无权|不包括|不含|不代为|除外")
GENERAL_ONLY = Rule(
    "agent.general",
    "授权委托书仅写“全权代理”而无具体授权的，无权代为承认、放弃、变更诉讼请求，进行和解，提出反诉或者上诉",
    "民诉法解释第89条",
)
SPECIAL_NEEDED = Rule(
    "agent.special",
    "代为承认、放弃、变更诉讼请求，进行和解，提起反诉或者上诉，必须有委托人的特别授权",
    "民事诉讼法第62条",
)
COLLECT_NEEDED = Rule("agent.collect", "代为收取执行款项须有委托人的特别授权", "", Basis.PRACTICE)


def read_authority(text: str) -> Authority:
    """The special powers a letter of authority lists; a bare 全权代理 gives none (解释 art 89)."""
    found = {
        power
        for clause in re.split(r"[。；;\n]", text)
        if not _DENIED.search(clause)
        for power, words in _POWER_WORDS
        if re.search(words, clause)
    }
    rules = (GENERAL_ONLY,) if not found and "全权" in text else ()
    return Authority(frozenset(found), rules)


def missing_power(agent: Agent, power: Power) -> Rule | None:
    """The rule that stops an act for which `agent` has no special authority, None if it may be done."""
    if power in agent.powers:
        return None
    rule = COLLECT_NEEDED if power is Power.COLLECT else SPECIAL_NEEDED
    return Rule(
        rule.id,
        f"{agent.kind_name}{agent.name}没有“{power.value}”的特别授权：{rule.text}",
        rule.article,
        rule.basis,
    )


def agent_findings(parties: Parties) -> tuple[Rule, ...]:
    """More than two agents for one party, and agents who act for nobody (民事诉讼法 art 61)."""
    findings = []
    for party in parties.people:
        agents = [agent for agent in parties.agents if party.key in agent.represents]
        if len(agents) > 2:
            text = f"{party.name}委托了{len(agents)}名代理人，最多二人"
            findings.append(Rule("agent.two", text, "民事诉讼法第61条"))
    known = {party.key for party in parties.people}
    findings += [
        Rule("agent.nobody", f"代理人{agent.name}没有对应的当事人，请选择", "", Basis.DESIGN)
        for agent in parties.agents
        if not known & set(agent.represents)
    ]
    return tuple(findings)


_ORIGINS = {
    IdKind.PASSPORT: Origin.FOREIGN,
    IdKind.FOREIGN_RESIDENT: Origin.FOREIGN,
    IdKind.TAIWAN_RESIDENT: Origin.TAIWAN,
    IdKind.TAIWAN_PASS: Origin.TAIWAN,
}
_PREFIX_ORIGINS = {"81": Origin.HONG_KONG, "82": Origin.MACAO, "H": Origin.HONG_KONG, "M": Origin.MACAO}


def origin_of(kind: IdKind, number: str) -> Origin:
    """Where the holder of a document belongs; a proposal the clerk confirms."""
    if kind in (IdKind.HK_MACAO_RESIDENT, IdKind.HK_MACAO_PASS):
        return next(
            (o for prefix, o in _PREFIX_ORIGINS.items() if number.startswith(prefix)), Origin.HONG_KONG
        )
    return _ORIGINS.get(kind, Origin.MAINLAND)


_FOREIGN = Rule(
    "party.foreign",
    "外国当事人的身份证明、在域外形成的委托手续须办理公证和认证（或条约规定的证明手续），外文材料附中文译本",
    "民诉法解释第521条、第525条",
)
_REGIONAL = {
    Origin.HONG_KONG: "香港当事人在港形成的委托手续通常须经中国委托公证人公证并加章转递",
    Origin.MACAO: "澳门当事人在澳形成的委托手续通常须经公证",
    Origin.TAIWAN: "台湾当事人在台形成的委托手续通常须经公证并核验公证书副本",
    Origin.MAINLAND_ABROAD: "定居国外的中国公民在国外形成的委托手续通常须经公证认证或使领馆证明",
}
WITNESSED = Rule("party.witnessed", "委托经法官视频见证的，不必另行公证", "跨境诉讼当事人网上立案服务规定")


def foreign_documents(parties: Iterable[Party], *, witnessed: bool = False) -> tuple[Rule, ...]:
    """What filers from outside the mainland must show besides; regional practice is marked as practice."""
    origins = {party.origin for party in parties} - {Origin.MAINLAND}
    if not origins:
        return ()
    if witnessed:
        return (WITNESSED,)
    law = [_FOREIGN] if Origin.FOREIGN in origins else []
    practice = [
        Rule(f"party.{origin}", text, "", Basis.PRACTICE)
        for origin, text in _REGIONAL.items()
        if origin in origins
    ]
    return (*law, *practice)


_BODY_ENDINGS = re.compile(
    r"(公司|集团|工厂|厂|商行|商店|超市|饭店|酒店|银行|信用社|合作社|协会|学会|基金会|医院|学校|大学|学院|幼儿园|"
    r"委员会|村委会|居委会|人民政府|事务所|研究院|研究所|中心|分行|支行|营业部|经营部|服务部)$"
)
_OFFICE_ENDINGS = re.compile(r".{2,}(局|厅|管理处|派出所|人民法院|检察院)$")


def guessed_form(name: str) -> PartyForm | None:
    """What a name alone tells of its bearer: an organisation by its last word, else None."""
    bare = re.sub(r"[（(][^（）()]*[)）]$", "", name.strip())
    is_body = len(bare) > 3 and (_BODY_ENDINGS.search(bare) or _OFFICE_ENDINGS.search(bare))
    return PartyForm.ORGANISATION if is_body else None


_NATURAL_FIELDS = (
    ("sex", "性别"),
    ("birth", "出生日期"),
    ("nation", "民族"),
    ("work", "职业或工作单位"),
    ("address", "住所"),
    ("phone", "联系方式"),
)
_BODY_FIELDS = (
    ("address", "住所"),
    ("legal_representative", "法定代表人或主要负责人的姓名"),
    ("representative_post", "法定代表人或主要负责人的职务"),
    ("phone", "联系方式"),
)


def unknown_details(party: Party) -> tuple[str, ...]:
    """Heads of 民事诉讼法 art 124 a party's entry still lacks; of the other side only the name is asked."""
    if party.side is Side.OTHER:
        return () if party.name else ("姓名或名称",)
    fields = _NATURAL_FIELDS if party.is_natural else _BODY_FIELDS
    missing = [] if party.name else ["姓名或名称"]
    return (*missing, *(label for key, label in fields if not getattr(party, key)))
