"""Kinds of steps: read from editable files, the line that is wrong, clocks, marks, what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.clocks import Clock
from app.domain.matter import FieldKind
from app.domain.party import Parties
from app.domain.short_form import Answers, check_field
from app.domain.steps import Mark, StepKind, parse_step
from app.domain.toml_text import CatalogueError
from tests.helpers.domain import RESOURCES, catalogue, holidays, matter, steps

MONDAY = date(2026, 3, 2)
NOBODY = Parties(())


def running(key: str, code: str, variant: str = "", **said: str) -> dict[str, Clock]:
    answers = Answers(said, variant)
    found = steps()[key].running(matter(code), NOBODY, answers, MONDAY, holidays())
    return {clock.rule.id: clock for clock in found}


def text_of(key: str) -> str:
    return (RESOURCES / f"steps/step_{key}.toml").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((RESOURCES / "steps").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_step_names_its_authority_and_serves_known_matters(path: Path) -> None:
    kind = parse_step(path.read_text("utf-8"), path.name)
    assert path.name == f"step_{kind.key}.toml"
    assert kind.rule.article or kind.rule.basis.value != "law"
    assert [code for code in catalogue().matters if kind.serves(matter(code))]


@pytest.mark.parametrize(
    ("code", "clock"),
    [("F01", "civil"), ("F02", "private_prosecution"), ("F03", "admin"), ("F04", "execution")],
)
def test_what_waits_for_a_decision_runs_on_the_clock_of_its_matter(code: str, clock: str) -> None:
    assert clock in running("triage", code, result="收案待查")


def test_mediation_and_correction_have_their_own_clocks() -> None:
    assert set(running("triage", "F01", result="转诉前调解")) == {"mediator", "mediation"}
    corrected = running("triage", "F01", result="退回补正")["correction"]
    assert corrected.due == date(2026, 3, 9)
    assert running("triage", "F01", result="当场登记立案") == {}


def test_a_date_in_a_step_begins_the_clock_it_names() -> None:
    told = running("abroad", "F13", told_at="2026-03-02")["correction_abroad"]
    assert told.due == date(2026, 3, 17)
    assert "entrusted_service" in running("between", "S09", item="委托送达")


def test_beyond_the_calendar_a_step_names_no_day() -> None:
    clock = running("abroad", "F13", told_at="2027-03-02")["correction_abroad"]
    assert clock.due is None
    assert clock.problem


def test_marks_do_not_depend_on_the_words_a_court_uses() -> None:
    renamed = parse_step(text_of("triage").replace("转诉前调解", "委派调解"), "step_triage.toml")
    assert renamed.means(matter("F01"), Answers({"result": "委派调解"})) == (Mark.MEDIATION,)
    online = steps()["online"]
    assert online.means(matter("F01"), Answers({"complete": "是"})) == (Mark.FILED_ONLINE,)
    assert online.means(matter("F01"), Answers({"complete": "否"})) == ()


def lacking(kind: StepKind, **said: str) -> list[str]:
    return [field.key for field in kind.missing(matter("F01"), NOBODY, Answers(said))]


def test_a_spoken_consent_needs_a_witness_and_a_signed_one_does_not() -> None:
    assist = steps()["assist"]
    known = {"mode": "帮办", "helper": "高娃"}
    assert lacking(assist, **known) == ["consent"]
    assert lacking(assist, **known, consent="口头同意") == ["witness"]
    assert lacking(assist, **known, consent="签字同意") == []
    assert lacking(assist, mode="转办", helper="高娃", consent="签字同意") == ["to"]


def test_the_target_ends_its_minutes_after_the_recording() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert steps()["cross"].target_end(at) == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert steps()["triage"].target_end(at) is None


@pytest.mark.parametrize(
    ("key", "old", "new", "line", "words"),
    [
        ("triage", 'key = "triage"', 'key = "Triage 1"', 2, "小写字母"),
        ("triage", 'matters = ["F"]', 'matters = ["X1"]', 5, "matters"),
        ("triage", 'basis = "登记立案规定第2条、第8条"', 'basis = ""', 6, "依据"),
        ("triage", 'id = "mediator"', 'id = "nothing"', 22, "没有这样的期限"),
        ("triage", '"result=退回补正"', '"outcome=退回补正"', 24, "条件"),
        ("triage", 'name = "correction"', 'name = "other"', 28, "mediation"),
        ("cross", "target = 30", "target = 3000", 9, "target"),
        ("between", 'due = "deadline"', 'due = "contact"', 9, "日期字段"),
        ("assist", "read = true", "reed = true", 9, "不认识的项"),
    ],
)
def test_a_mistake_is_named_with_its_line(key: str, old: str, new: str, line: int, words: str) -> None:
    text = text_of(key)
    assert old in text
    with pytest.raises(CatalogueError, match=words) as wrong:
        parse_step(text.replace(old, new, 1), f"step_{key}.toml")
    assert wrong.value.file == f"step_{key}.toml"
    assert wrong.value.line == line


@pytest.mark.parametrize(
    ("typed", "kept", "warns"),
    [
        ("内０４０２立收２０２６第１５号", "内0402立收2026第15号", False),
        ("WX-2026-000123", "WX-2026-000123", False),
        ("没有", "没有", True),
        ("12", "12", True),
        ("", "", False),
    ],
)
def test_an_outside_number_is_kept_as_it_was_given(typed: str, kept: str, warns: bool) -> None:
    field = steps()["online"].field("outside_no")
    assert field is not None
    assert field.kind is FieldKind.OUTSIDE_NO
    checked = check_field(field, typed)
    assert (checked.ok, checked.value, bool(checked.warnings)) == (True, kept, warns)
