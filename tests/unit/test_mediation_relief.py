from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.bank_account import check_account
from app.domain.matter import MediationMode
from app.domain.mediation import MEDIATE_FIRST, NOT_MEDIABLE, mediation_for
from app.domain.relief import LEAST, NATURAL_ONLY, Relief, grounds_for, relief_problem, relief_rules
from app.domain.short_form import Answers
from tests.helpers.domain import catalogue, matter


def test_mediation_follows_the_matter_and_the_cause() -> None:
    civil = matter("F01")
    first, both = frozenset({"mediate_first"}), frozenset({"mediate_first", "no_mediation"})
    assert mediation_for(civil, Answers()) is civil.mediation
    assert mediation_for(civil, Answers(marks=first)) is MEDIATE_FIRST
    assert mediation_for(civil, Answers(marks=both)) is NOT_MEDIABLE
    assert mediation_for(matter("F06"), Answers(marks=first)).mode is MediationMode.NONE


@pytest.mark.parametrize(
    ("code", "variant", "values", "mode"),
    [
        ("F02", "private", {}, MediationMode.POSSIBLE),
        ("F02", "public", {}, MediationMode.NONE),
        ("F03", "ordinary", {}, MediationMode.POSSIBLE),
        ("F10", "aid", {}, MediationMode.NONE),
        ("F11", "appeal_judgment", {}, MediationMode.POSSIBLE),
        ("F11", "petition", {}, MediationMode.NONE),
        ("F12", "helping", {}, MediationMode.NONE),
        ("F12", "helping", {"matter": "民事起诉"}, MediationMode.OFFER),
        ("F12", "helping", {"matter": "申请执行"}, MediationMode.NONE),
        ("F13", "", {}, MediationMode.OFFER),
    ],
)
def test_mediation_is_spoken_of_only_where_it_has_a_place(
    code: str, variant: str, values: dict[str, str], mode: MediationMode
) -> None:
    assert mediation_for(matter(code), Answers(values, variant)).mode is mode


def test_what_is_said_of_mediation_has_its_article() -> None:
    for one in catalogue().matters.values():
        if one.mediation.mode is not MediationMode.NONE:
            assert one.mediation.article, one.code


def test_every_matter_can_say_why_it_is_or_is_not_mediated() -> None:
    assert all(m.mediation.rule.text for m in catalogue().matters.values())


@pytest.mark.parametrize("kind", list(Relief))
def test_every_kind_of_relief_has_grounds_and_rules_with_articles(kind: Relief) -> None:
    assert all(ground.article for ground in grounds_for(kind))
    assert all(rule.article for rule in relief_rules(kind))


def test_exemption_is_for_natural_persons_and_reductions_have_a_floor() -> None:
    assert relief_problem(Relief.EXEMPT, natural_person=False) is NATURAL_ONLY
    assert relief_problem(Relief.EXEMPT, natural_person=True) is None
    assert relief_problem(Relief.REDUCE, natural_person=True, percent=Decimal(29)) is LEAST
    assert relief_problem(Relief.REDUCE, natural_person=False, percent=Decimal(30)) is None


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("6222 0200 0000 0000 003", True),
        ("6011000000000004", False),
        ("15001234567890", False),
        ("1500-AB", True),
        ("123", True),
    ],
)
def test_an_account_is_never_refused_for_its_digits(text: str, warned: bool) -> None:
    checked = check_account(text)
    assert checked.ok
    assert bool(checked.warnings) is warned


def test_an_empty_account_is_a_problem() -> None:
    assert check_account(" ").problem
