"""Every kind of field: what it accepts, what it copies, what is still missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import form
from app.services.form import check, missing, value
from app.services.views import FieldView, Source
from app.storage.records import DraftField
from tests.helpers.cases import draft
from tests.helpers.desks import FILLED

GOOD = [
    ("identity.name", "张𬭎", "张𬭎"),
    ("identity.name", " 阿不都热合曼・㛃 ", "阿不都热合曼·㛃"),
    ("identity.id_number", "15040219900307551 7", "150402199003075517"),
    ("identity.phone", "138 0476 1234", "13804761234"),
    ("identity.phone", "０４７６－８８２２３３１", "0476-8822331"),
    ("identity.role", "agent", "agent"),
    ("identity.address", " 红山区\t钢铁街\n12号 ", "红山区 钢铁街 12号"),
    ("matter.cause", "民间借贷纠纷", "民间借贷纠纷"),
    ("matter.amount", "356789.12", "356,789.12"),
    ("matter.amount", "３５万元", "350,000.00"),
    ("matter.claims", "一、还款\n二、付息\x07", "一、还款\n二、付息"),
    ("matter.mediation", "agree", "agree"),
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
        ("matter.amount", "很多"),
        ("matter.mediation", "maybe"),
        ("identity.name", "·"),
        ("matter.claims", "诉" * 4001),
    ],
)
def test_what_cannot_stand_is_kept_as_typed_and_says_why(path: str, typed: str) -> None:
    checked = check(path, typed)
    assert not checked.ok
    assert checked.problem
    assert checked.value
    assert typed.startswith(checked.value)


@pytest.mark.parametrize("path", sorted(form.SPECS))
@pytest.mark.parametrize("nothing", ["", "   ", "\u3000\n"])
def test_an_empty_value_passes_everywhere(path: str, nothing: str) -> None:
    checked = check(path, nothing)
    assert (checked.ok, checked.value) == (True, "")


def test_every_kind_of_field_is_tried_above() -> None:
    kinds = {form.SPECS[path].kind for path, _typed, _kept in GOOD}
    assert kinds == {spec.kind for spec in form.SPECS.values()}


@pytest.mark.parametrize(
    "text", ["钢铁街\ue000号", "\U0002ebf0里", "A\u3000B", "ᠮᠣᠩᠭᠣᠯ\u180e\u202fᠤᠨ", "\U000323b0"]
)
def test_no_letter_is_lost_however_rare(text: str) -> None:
    """Private use, ideographs newer than this Python, wide spaces, Mongolian spelling."""
    for path in ("identity.address", "matter.cause", "matter.claims"):
        assert check(path, text).value == text


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x85", "\u202e", "\u2066", "\u2028", "\ufeff", "\ud800"])
def test_control_and_direction_characters_are_taken_out(bad: str) -> None:
    for path in ("identity.address", "matter.claims"):
        assert check(path, f"红山{bad}区").value == "红山区"


@given(st.text(max_size=60))
def test_what_was_kept_is_kept_again(text: str) -> None:
    for path, spec in form.SPECS.items():
        if spec.kind in ("text", "cause", "long_text") and not path.endswith(".name"):
            once = check(path, text).value
            assert check(path, once).value == once


def view_of(path: str, entered: dict[str, DraftField]) -> FieldView:
    steps = ("identity", "matter", "parties")
    return next(f for s in steps for g in form.groups(entered, s) for f in g.fields if f.path == path)


COPIES = [spec.path for spec in form.SPECS.values() if spec.copies]


def test_the_plaintiff_copies_the_visitor() -> None:
    assert COPIES == ["plaintiff.name", "plaintiff.id_number", "plaintiff.phone", "plaintiff.address"]
    filled = draft("card")
    for path in COPIES:
        source = form.SPECS[path].copies
        assert value(filled, path) == FILLED[source]
        assert view_of(path, filled).source is Source.CARD
    assert missing(filled, "parties") == ()


def test_what_was_entered_for_the_plaintiff_stands_before_the_copy() -> None:
    own = draft(plaintiff__name="李娜")
    assert value(own, "plaintiff.name") == "李娜"
    assert value(own, "plaintiff.address") == FILLED["identity.address"]


def test_a_plaintiff_cleared_by_the_clerk_stays_empty() -> None:
    cleared = draft(plaintiff__name="")
    assert value(cleared, "plaintiff.name") == ""
    assert missing(cleared, "parties") == ("姓名",)


def test_an_agent_is_not_the_plaintiff() -> None:
    agent = draft(identity__role="agent")
    assert [value(agent, path) for path in COPIES] == ["", "", "", ""]
    assert missing(agent, "parties") == ("姓名", "送达地址")
    assert view_of("plaintiff.name", agent).source is None
    named = draft(identity__role="agent", plaintiff__name="李娜", plaintiff__address="松山区")
    assert missing(named, "parties") == ()
    assert value(named, "identity.name") == FILLED["identity.name"]


def test_a_party_who_says_so_is_copied_as_one_who_says_nothing() -> None:
    assert value(draft(identity__role="party"), "plaintiff.name") == FILLED["identity.name"]


def test_a_filled_form_misses_nothing_and_an_empty_one_everything_required() -> None:
    for step in ("identity", "matter", "parties"):
        assert missing(draft(), step) == ()
    required = [s.label for s in form.SPECS.values() if s.required]
    empty = [label for step in ("identity", "matter", "parties") for label in missing({}, step)]
    assert empty == required


@pytest.mark.parametrize("path", [p for p, s in form.SPECS.items() if s.required])
def test_each_required_field_is_missed_alone(path: str) -> None:
    without = draft(**{path.replace(".", "__"): ""})
    step = "parties" if path.startswith(("plaintiff", "defendant")) else path.split(".")[0]
    assert form.SPECS[path].label in missing(without, step)


def test_a_value_that_cannot_stand_is_missing_even_where_none_is_required() -> None:
    assert missing(draft(matter__amount="很多"), "matter") == ("诉讼标的额（元）",)
    assert missing(draft(defendant__phone="138"), "parties") == ("联系电话",)


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
