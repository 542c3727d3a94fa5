"""Every kind of field: what it accepts, what it copies, what is still missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.checked import Checked
from app.domain.matter import FieldKind
from app.services import form
from app.services.fields import FieldSpec, copied_from, value
from app.services.sheet import current
from app.services.views import FieldView, Source
from app.storage.records import DraftField
from tests.helpers.cases import draft
from tests.helpers.desks import FILLED
from tests.helpers.domain import catalogue, knowledge
from tests.helpers.short_forms import answer, asked

STEPS = ("identity", "matter", "parties")
Draft = dict[str, DraftField]


def spec(path: str, entered: Draft | None = None) -> FieldSpec:
    found = form.spec_at(entered or {}, path, knowledge())
    assert found is not None
    return found


def check(path: str, text: str) -> Checked:
    return form.check(spec(path), text)


def missing(entered: Draft, step: str) -> tuple[str, ...]:
    return form.missing(entered, step, current(entered, knowledge()), knowledge())


def specs(entered: Draft, *steps: str) -> list[FieldSpec]:
    shown = current(entered, knowledge())
    made = (form.specs_of(entered, step, shown, knowledge()) for step in steps or STEPS)
    return [field for groups in made for group in groups for field in group.fields]


GOOD = [
    ("identity.name", "张𬭎", "张𬭎"),
    ("identity.name", " 阿不都热合曼・㛃 ", "阿不都热合曼·㛃"),
    ("identity.id_number", "15040219900307551 7", "150402199003075517"),
    ("identity.id_number", "h12345678", "H12345678"),
    ("identity.phone", "138 0476 1234", "13804761234"),
    ("identity.phone", "０４７６－８８２２３３１", "0476-8822331"),
    ("identity.role", "agent", "agent"),
    ("identity.address", " 红山区\t钢铁街\n12号 ", "红山区 钢铁街 12号"),
    ("matter.1.cause", "民间借贷纠纷", "民间借贷纠纷"),
    ("matter.1.amount", "356789.12", "356,789.12"),
    ("matter.1.amount", "３５万元", "350,000.00"),
    ("matter.1.claims", "一、还款\n二、付息\x07", "一、还款\n二、付息"),
    ("matter.1.mediation", "agree", "agree"),
    ("matter.1.accepted_at", "2026-11-23 9:30", "2026-11-23 09:30"),
    ("matter.1.knew_of_harm", "20261102", "2026-11-02"),
    ("matter.1.copies.M01", "02", "2"),
    ("matter.1.copies.M99", "2", "2"),
    ("matter.1.form.M99", "original", "original"),
    ("party.p2.name", "苏雅拉", "苏雅拉"),
    ("party.p7.id_number", "91150400MA0N9XXX0A", "91150400MA0N9XXX0A"),
]


@pytest.mark.parametrize(("path", "typed", "kept"), GOOD)
def test_what_can_stand_is_kept_in_its_normal_form(path: str, typed: str, kept: str) -> None:
    checked = check(path, typed)
    assert (checked.ok, checked.value, checked.problem) == (True, kept, None)


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("identity.id_number", "150402199003075510"),
        ("identity.id_number", "1504021990"),
        ("identity.phone", "1380476123"),
        ("identity.role", "judge"),
        ("matter.1.amount", "很多"),
        ("matter.1.mediation", "maybe"),
        ("matter.1.accepted_at", "昨天"),
        ("matter.1.accepted_at", "2026-11-23 25:00"),
        ("matter.1.award_received", "2026-02-30"),
        ("identity.name", "·"),
        ("matter.1.claims", "诉" * 4001),
    ],
)
def test_what_cannot_stand_is_kept_as_typed_and_says_why(path: str, typed: str) -> None:
    checked = check(path, typed)
    assert not checked.ok
    assert checked.problem
    assert typed.startswith(checked.value)


NO_FIELDS = (
    *("", "judge.name", "matter.x.cause", "matter.1.nothing", "party.q1.name", "party.p1.age"),
    *("matter.1.plaintiffs", "visit.current", "matter.1.copies.M00"),
)


@pytest.mark.parametrize("path", NO_FIELDS)
def test_a_path_that_is_no_field_has_no_spec(path: str) -> None:
    assert form.spec_at({}, path, knowledge()) is None


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_every_field_of_every_matter_takes_its_good_value_and_nothing(code: str) -> None:
    entered = draft(matter__1__code=code)
    for field in asked(catalogue().matters[code]):
        checked = form.check(spec(f"matter.1.{field.key}", entered), answer(field))
        assert (checked.ok, checked.problem) == (True, None)
        assert form.check(spec(f"matter.1.{field.key}", entered), " \u3000").value == ""


@pytest.mark.parametrize(
    "text", ["钢铁街\ue000号", "\U0002ebf0里", "A\u3000B", "ᠮᠣᠩᠭᠣᠯ\u180e\u202fᠤᠨ", "\U000323b0"]
)
def test_no_letter_is_lost_however_rare(text: str) -> None:
    """Private use, ideographs newer than this Python, wide spaces, Mongolian spelling."""
    for path in ("identity.address", "matter.1.cause", "matter.1.claims"):
        assert check(path, text).value == text


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x85", "\u202e", "\u2066", "\u2028", "\ufeff", "\ud800"])
def test_control_and_direction_characters_are_taken_out(bad: str) -> None:
    for path in ("identity.address", "matter.1.claims"):
        assert check(path, f"红山{bad}区").value == "红山区"


@given(st.text(max_size=60))
def test_what_was_kept_is_kept_again(text: str) -> None:
    for path in ("identity.address", "matter.1.claims", "matter.1.cause", "matter.1.child_custody"):
        once = check(path, text).value
        assert check(path, once).value == once


def view_of(path: str, entered: Draft) -> FieldView:
    groups = (group for step in STEPS for group in form.groups(entered, step, knowledge()))
    return next(f for group in groups for f in group.fields if f.path == path)


COPIES = [f"party.p1.{name}" for name in ("name", "id_number", "phone", "address")]


def test_the_first_party_copies_the_visitor() -> None:
    filled = draft("card")
    for path in COPIES:
        assert value(filled, path) == FILLED[copied_from(filled, path)]
        assert view_of(path, filled).source is Source.CARD
    assert missing(filled, "parties") == ()


def test_the_head_of_a_body_is_the_visitor_and_its_name_is_not() -> None:
    body = draft(party__p1__form="organisation")
    assert value(body, "party.p1.name") == ""
    assert value(body, "party.p1.legal_representative") == FILLED["identity.name"]


def test_what_was_entered_for_the_party_stands_before_the_copy() -> None:
    own = draft(party__p1__name="李娜")
    assert value(own, "party.p1.name") == "李娜"
    assert value(own, "party.p1.address") == FILLED["identity.address"]


def test_a_party_cleared_by_the_clerk_stays_empty() -> None:
    cleared = draft(party__p1__name="")
    assert value(cleared, "party.p1.name") == ""
    assert missing(cleared, "parties") == ("姓名",)


def test_an_agent_is_not_the_party() -> None:
    agent = draft(identity__role="agent")
    assert [value(agent, path) for path in COPIES] == ["", "", "", ""]
    assert missing(agent, "parties") == ("姓名", "送达地址")
    assert view_of("party.p1.name", agent).source is None
    named = draft(identity__role="agent", party__p1__name="李娜", party__p1__address="松山区")
    assert missing(named, "parties") == ()
    assert value(named, "identity.name") == FILLED["identity.name"]


def test_an_agent_is_asked_for_kind_and_powers_and_a_bare_full_power_is_pointed_out() -> None:
    agent = draft(identity__role="agent", agent__1__authority="全权代理")
    assert [group.title for group in form.groups(agent, "identity", knowledge())] == ["来访人", "代理"]
    assert "全权代理" in view_of("agent.1.authority", agent).problem
    assert not view_of("agent.1.authority", draft(identity__role="agent", agent__1__authority="和解")).problem


def test_the_form_of_a_party_decides_its_fields() -> None:
    labels = {
        kind: [f.label for f in form.groups(draft(party__p2__form=kind), "parties", knowledge())[1].fields]
        for kind in ("natural", "organisation")
    }
    assert "姓名" in labels["natural"]
    assert "统一社会信用代码" in labels["organisation"]
    assert "法定代表人（负责人）" in labels["organisation"]


def test_a_filled_form_misses_nothing_and_an_empty_one_everything_that_is_asked() -> None:
    filled = draft(matter__1__claims="判令还款")
    for step in STEPS:
        assert missing(filled, step) == ()
    asked = [field.label for field in specs({}) if field.required or field.offered]
    assert [label for step in STEPS for label in missing({}, step)] == asked
    assert "先行调解" in asked


def test_the_question_of_mediation_keeps_its_place_whatever_is_answered() -> None:
    for said in (None, "decline", "agree"):
        paths = [field.path for field in specs(draft(matter__1__mediation=said)) if "matter" in field.path]
        at = paths.index("matter.1.mediation")
        more = ["matter.1.organisation", "matter.1.mediator"] if said == "agree" else []
        assert paths[at - 1] == "matter.1.relief"
        assert paths[at + 1 :][: len(more) + 1] == [*more, "matter.1.refund_account"]


def test_where_nothing_more_is_asked_of_those_who_agree_the_question_stands_last() -> None:
    entered = draft(matter__1__code="F12", matter__1__matter="民事起诉")
    assert [f.path for f in specs(entered) if f.path.startswith("matter.1.")][-1] == "matter.1.mediation"
    assert not [f for f in specs(draft(matter__1__code="F07")) if f.offered]


@pytest.mark.parametrize("path", [field.path for field in specs({}) if field.required])
def test_each_required_field_is_missed_alone(path: str) -> None:
    entered = draft(matter__1__claims="判令还款") | {path: DraftField(path, "", "typed", None)}
    labels = {field.path: field.label for field in specs(entered)}
    assert labels[path] in [label for step in STEPS for label in missing(entered, step)]


def test_a_value_that_cannot_stand_is_missing_even_where_none_is_required() -> None:
    assert missing(draft(matter__1__claims="x", matter__1__amount="很多"), "matter") == ("标的额",)
    assert missing(draft(party__p2__phone="138"), "parties") == ("联系电话",)


def test_a_view_shows_source_reading_and_problem() -> None:
    entered = {
        "identity.name": DraftField("identity.name", "张三丰", "typed", "张三"),
        "identity.phone": DraftField("identity.phone", "138", "typed", None),
    }
    name, phone = view_of("identity.name", entered), view_of("identity.phone", entered)
    assert (name.value, name.source, name.read_value, name.problem) == ("张三丰", Source.TYPED, "张三", "")
    assert phone.problem
    assert view_of("identity.address", entered).source is None


def test_choices_are_codes_with_labels() -> None:
    assert dict(view_of("identity.role", {}).choices) == {"party": "当事人本人", "agent": "诉讼代理人"}
    assert len(view_of("matter.1.code", {}).choices) == len(catalogue().matters)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("f04", "F04"), ("执行立", "F04"), ("zxla", "F04"), ("保全", "F06"), ("S12", "S12"), ("kyla", "F12")],
)
def test_a_matter_is_found_by_code_name_and_initials(typed: str, first: str) -> None:
    suggest = view_of("matter.1.code", {}).suggest
    assert suggest is not None
    assert suggest(typed)[0].value == first


def test_a_cause_is_found_by_initials_and_one_line_a_name() -> None:
    suggest = view_of("matter.1.cause", {}).suggest
    assert suggest is not None
    assert suggest("mjjd")[0].value == "民间借贷纠纷"
    names = [suggestion.value for suggestion in suggest("不当得利")]
    assert len(set(names)) == len(names)


def test_a_cause_brings_its_own_questions() -> None:
    labels = {field.label for field in specs(draft(matter__1__cause="离婚纠纷"), "matter")}
    assert "子女抚养请求" in labels
    assert "子女抚养请求" not in {field.label for field in specs(draft(), "matter")}


def test_every_kind_of_the_catalogue_is_one_the_form_knows() -> None:
    used = {field.kind for matter in catalogue().matters.values() for field in matter.fields}
    assert used <= set(FieldKind)


EVERYDAY = [
    ("离婚", "F01"), ("欠钱", "F01"), ("工伤", "F01"), ("交通事故", "F01"), ("我要离婚", "F01"),
    ("jtsg", "F01"), ("家暴", "F09"), ("退费", "S06"), ("老赖", "F04"), ("调解", "S08"), ("s03", "S03"),
    ("没有这种", ""),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code"), EVERYDAY)
def test_a_matter_is_found_by_what_people_call_it(typed: str, code: str) -> None:
    found = form.suggest_matters(knowledge(), typed)
    assert (found[0].value if found else "") == code


def test_every_word_of_the_catalogue_finds_its_matter_and_is_shown() -> None:
    for matter in catalogue().matters.values():
        assert matter.words, matter.code
        for word in matter.words:
            assert matter.code in [one.value for one in form.suggest_matters(knowledge(), word)], word


def test_what_is_only_a_cause_leads_to_the_filings_that_go_by_a_cause() -> None:
    found = form.suggest_matters(knowledge(), "船舶碰撞")
    assert [one.value for one in found] == ["F01", "F13"]
    assert "船舶碰撞" in found[0].detail
    assert form.suggest_matters(knowledge(), "不知所云") == ()


@pytest.mark.parametrize(("code", "chosen"), [("S07", ""), ("F08", ""), ("F04", "first"), ("S09", "collect")])
def test_a_kind_that_decides_a_fee_or_is_what_is_asked_for_stands_empty(code: str, chosen: str) -> None:
    entered = draft(**{"matter.1.code": code})
    path = "matter.1.variant"
    view = next(f for g in form.groups(entered, "matter", knowledge()) for f in g.fields if f.path == path)
    assert (view.value, view.required) == (chosen, not chosen)
    assert ("类别" in missing(entered, "matter")) == (not chosen)
