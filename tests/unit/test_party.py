from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.identity import IdKind
from app.domain.matter import AgentKind, Side
from app.domain.party import (
    GENERAL_ONLY,
    Agent,
    Origin,
    Parties,
    Power,
    agent_findings,
    foreign_documents,
    missing_power,
    origin_of,
    read_authority,
    unknown_details,
)
from app.domain.rule import Basis
from tests.helpers.domain import COMPANY, DEFENDANT, LAWYER, PLAINTIFF


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("全权代理", set()),
        ("一般授权代理", set()),
        ("代为承认、放弃、变更诉讼请求，进行和解，提起反诉或者上诉", set(Power) - {Power.COLLECT}),
        ("全权代理，包括代为和解、上诉", {Power.SETTLE, Power.APPEAL}),
        ("代为和解；不得代为放弃诉讼请求", {Power.SETTLE}),
        ("代为申请执行，代为收取执行款", {Power.COLLECT}),
    ],
)
def test_only_listed_powers_are_given(text: str, powers: set[Power]) -> None:
    assert read_authority(text).powers == powers


def test_a_bare_full_power_is_answered_with_its_rule() -> None:
    assert read_authority("全权代理").rules == (GENERAL_ONLY,)
    assert not read_authority("全权代理，代为和解").rules


def test_an_act_without_its_power_names_agent_and_article() -> None:
    rule = missing_power(LAWYER, Power.WAIVE)
    assert rule is not None
    assert "李律师" in rule.text
    assert rule.article == "民事诉讼法第62条"
    assert missing_power(LAWYER, Power.SETTLE) is None
    collect = missing_power(LAWYER, Power.COLLECT)
    assert collect is not None
    assert collect.basis is Basis.PRACTICE


def test_a_third_agent_and_an_agent_of_nobody_are_found() -> None:
    agents = [Agent(f"a{n}", f"代理{n}", AgentKind.RELATIVE, ("p1",)) for n in range(3)]
    findings = agent_findings(Parties((PLAINTIFF,), (*agents, replace(LAWYER, represents=("zz",)))))
    assert [finding.id for finding in findings] == ["agent.two", "agent.nobody"]
    assert not agent_findings(Parties((PLAINTIFF,), (LAWYER,)))


@pytest.mark.parametrize(
    ("kind", "number", "origin"),
    [
        (IdKind.RESIDENT, "150402199003075517", Origin.MAINLAND),
        (IdKind.HK_MACAO_RESIDENT, "820000199001010015", Origin.MACAO),
        (IdKind.HK_MACAO_PASS, "H12345678", Origin.HONG_KONG),
        (IdKind.TAIWAN_PASS, "12345678", Origin.TAIWAN),
        (IdKind.PASSPORT, "E1234567", Origin.FOREIGN),
    ],
)
def test_a_document_proposes_where_its_holder_belongs(kind: IdKind, number: str, origin: Origin) -> None:
    assert origin_of(kind, number) is origin


def test_documents_from_abroad_are_asked_by_law_and_regional_ones_as_practice() -> None:
    foreign, taiwan = replace(PLAINTIFF, origin=Origin.FOREIGN), replace(PLAINTIFF, origin=Origin.TAIWAN)
    rules = foreign_documents([PLAINTIFF, foreign, taiwan])
    assert [rule.basis for rule in rules] == [Basis.LAW, Basis.PRACTICE]
    assert foreign_documents([PLAINTIFF]) == ()
    assert foreign_documents([foreign], witnessed=True)[0].id == "party.witnessed"


def test_of_the_other_side_only_enough_to_tell_it_apart_is_asked() -> None:
    assert DEFENDANT.identifiable
    assert not replace(DEFENDANT, address="").identifiable
    assert unknown_details(DEFENDANT) == ()
    assert unknown_details(replace(DEFENDANT, name="")) == ("姓名或名称",)
    assert unknown_details(PLAINTIFF) == ("性别", "出生日期", "民族", "职业或工作单位")
    assert "法定代表人或主要负责人的姓名" in unknown_details(COMPANY)
    assert COMPANY.side is Side.FILER
