from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from app.domain.causes import CauseIndex, parse_causes, parse_marks, parse_templates
from app.domain.fee_choice import kind_of_cause, matter_fee
from app.domain.fee_schedule import FeeKind
from app.domain.fees import DEFAULT_SETTINGS, Fee, FeeSettings, Half
from app.domain.short_form import Answers
from app.domain.toml_text import CatalogueError
from tests.helpers.domain import RESOURCES, matter

CODES = RESOURCES / "codes"


@cache
def index() -> CauseIndex:
    marks = parse_marks((CODES / "cause_marks.toml").read_text("utf-8"), "cause_marks.toml")
    templates = parse_templates((CODES / "templates_67.tsv").read_text("utf-8"), "templates_67.tsv")
    return parse_causes((CODES / "causes_2025.tsv").read_text("utf-8"), "causes_2025.tsv", marks, templates)


def test_the_table_has_the_published_counts() -> None:
    assert len(index()) == 1043
    levels = [cause.level for cause in index().search("jiufen", limit=2000)]
    assert len(levels) > 900
    lines = (CODES / "causes_2025.tsv").read_text("utf-8").splitlines()[1:]
    assert [sum(line.split("\t")[1] == level for line in lines) for level in "234"] == [59, 514, 470]
    templates = parse_templates((CODES / "templates_67.tsv").read_text("utf-8"), "templates_67.tsv")
    assert len(templates) == 67


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mjjd", "民间借贷纠纷"),
        ("MJJD", "民间借贷纠纷"),
        ("minjianjiedai", "民间借贷纠纷"),
        ("minjjd", "民间借贷纠纷"),
        ("民间", "民间借贷纠纷"),
        ("民间jd", "民间借贷纠纷"),
        ("借贷", "民间借贷纠纷"),
        ("108(3)", "民间借贷纠纷"),
        ("１０８（３）", "民间借贷纠纷"),
        ("离婚", "离婚纠纷"),
        ("lhjf", "离婚纠纷"),
        ("jdcjtsg", "机动车交通事故责任纠纷"),
        ("yinhangka", "银行卡纠纷"),
        ("shengmingquanshentiquan", "生命权、身体权、健康权纠纷"),
    ],
)
def test_a_cause_is_found_by_what_a_clerk_types(typed: str, name: str) -> None:
    found = [cause.name for cause in index().search(typed)]
    assert found[0] == name


def test_letters_that_spell_nothing_find_nothing() -> None:
    assert index().search("lzzjf") == []


def test_favourites_come_first_and_fill_the_empty_list() -> None:
    assert [c.no for c in index().search("", ["108(3)", "14", "nope"])] == ["108(3)", "14"]
    assert index().search("jk", ["108(4)"])[0].no == "108(4)"
    assert index().search("") == []


def test_namesakes_are_told_apart_by_their_path() -> None:
    cause = index().by_number("108(3)")
    assert cause is not None
    assert cause.path == "合同、准合同纠纷 › 合同纠纷 › 借款合同纠纷"


@pytest.mark.parametrize(
    ("number", "marks"),
    [
        ("14", {"divorce", "family", "mediate_first"}),
        ("205(5)", {"labour", "wages", "livelihood"}),
        ("65(1)", {"agricultural"}),
        ("8(1)", {"personality"}),
        ("21(1)", {"family", "mediate_first", "no_mediation"}),
        ("458", {"no_mediation", "nonlitigation"}),
        ("108(3)", set()),
    ],
)
def test_marks_reach_the_levels_below(number: str, marks: set[str]) -> None:
    cause = index().by_number(number)
    assert cause is not None
    assert cause.marks == marks


@pytest.mark.parametrize(
    ("number", "templates"),
    [("108(3)", ("9",)), ("205(5)", ("15",)), ("411", ("21",)), ("88(1)", ("6",)), ("40", ())],
)
def test_model_documents_belong_to_a_cause_or_to_the_level_above(
    number: str, templates: tuple[str, ...]
) -> None:
    cause = index().by_number(number)
    assert cause is not None
    assert cause.templates == templates


@pytest.mark.parametrize(
    ("marks", "has_amount", "kind"),
    [
        ({"divorce", "family"}, True, FeeKind.DIVORCE),
        ({"labour"}, True, FeeKind.LABOUR),
        ({"personality"}, False, FeeKind.PERSONALITY),
        ({"intellectual"}, True, FeeKind.INTELLECTUAL),
        (set(), True, FeeKind.PROPERTY),
        (set(), False, FeeKind.OTHER),
    ],
)
def test_the_cause_proposes_the_kind_of_fee(marks: set[str], has_amount: bool, kind: FeeKind) -> None:
    assert kind_of_cause(frozenset(marks), has_amount=has_amount) is kind


def fee(code: str, answers: Answers, settings: FeeSettings = DEFAULT_SETTINGS, **more: Any) -> Fee:
    found = matter_fee(matter(code), answers, settings, **more)
    assert found is not None
    return found


def test_the_fee_of_a_matter_follows_its_form() -> None:
    loan = Answers({"amount": "20万"}, cause="100")
    assert fee("F01", loan).shown == "4,300.00元"
    assert fee("F01", loan, halves=frozenset({Half.SIMPLIFIED})).shown == "2,150.00元"
    assert fee("F01", Answers({"amount": "很多"}, cause="100")).needs == ("标的额",)
    assert fee("F01", Answers({"amount": "无"}, cause="100")).shown == "50.00至100.00元"
    divorce = Answers({"amount": "500000"}, marks=frozenset({"divorce"}), cause="14")
    assert fee("F01", divorce, FeeSettings({FeeKind.DIVORCE: Decimal(300)})).shown == "1,800.00元"
    assert fee("F01", divorce, kind=FeeKind.PROPERTY).shown == "8,800.00元"
    wages = Answers({"wage_group": True}, marks=frozenset({"labour", "wages"}), cause="205(5)")
    assert not fee("F01", wages).prepaid


def test_variants_have_their_own_fee() -> None:
    assert fee("F03", Answers(variant="compensation")).amount == 0
    assert fee("F06", Answers({"amount": "100000"})).shown == "1,020.00元"
    assert fee("F07", Answers(variant="security")).amount is None
    appeal = fee("F11", Answers({"amount": "50000"}, variant="appeal_judgment", cause="100"))
    assert "fee.appeal" in {rule.id for rule in appeal.rules}
    assert fee("S03", Answers()).amount == 0


HEAD = "no\tlevel\tlevel1\tlevel2\tname\tparent\tpinyin\n"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("1\t5\ta\tb\t离婚\t\tli hun\n", 2),
        ("1\t3\ta\tb\t离婚\t\tlihun\n", 2),
        ("1\t3\ta\tb\t离婚\t\tli hun\n1\t3\ta\tb\t离婚\t\tli hun\n", 3),
        ("1\t3\ta\n", 2),
    ],
)
def test_a_wrong_row_names_its_line(rows: str, line: int) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_causes(HEAD + rows, "causes.tsv")
    assert caught.value.line == line


def test_a_mark_on_a_cause_that_does_not_exist_is_refused() -> None:
    text = 'schema = 1\nmark = [\n{ key = "a", name = "甲", causes = ["999"] },\n]\n'
    with pytest.raises(CatalogueError, match="999"):
        parse_causes(HEAD, "causes.tsv", parse_marks(text, "marks.toml"))
    with pytest.raises(CatalogueError) as caught:
        parse_marks('schema = 1\nmark = [\n{ key = "a" },\n]\n', "marks.toml")
    assert caught.value.line == 3
