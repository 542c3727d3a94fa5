"""What may be corrected in a finished record, and that everything else stays."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.amendment import NotAmendable, amended, differences, fault, leaves

BODY: dict[str, Any] = {
    "visit_id": "v",
    "receipt_no": "20261122-03-0001",
    "visitor": {"name": "张鋐", "id_number": "150402199003075517", "role": "party"},
    "parties": [
        {"key": "p1", "name": "张鋐", "form": "person", "roles": [{"matter": 1, "role": "原告"}]},
        {"key": "p2", "name": "苏雅拉", "form": "person", "roles": []},
    ],
    "agents": [],
    "matters": [{"number": 1, "code": "F01", "answers": {"amount": "356789.12", "cause": "民间借贷纠纷"}}],
    "confirmation": {"signed": "yes", "text": "张鋐"},
    "blobs": [{"sha256": "0" * 64, "size": 3}],
}


def test_people_and_answers_may_be_corrected_and_nothing_that_was_signed_or_counted() -> None:
    assert [leaf.path for leaf in leaves(BODY)] == [
        "visitor.name", "visitor.id_number", "parties.0.name", "parties.1.name",
        "matters.0.answers.amount", "matters.0.answers.cause",
    ]  # fmt: skip


def test_which_kind_a_matter_is_may_be_said_once_where_nobody_had() -> None:
    before = deepcopy(BODY)
    before["matters"][0]["variant"] = ""
    made = amended(before, {"matters.0.variant": "special"})
    assert differences(before, made) == [{"path": "matters.0.variant", "before": "", "after": "special"}]
    with pytest.raises(NotAmendable):
        amended(made, {"matters.0.variant": "ordinary"})


def test_a_correction_changes_one_place_and_says_so() -> None:
    before = deepcopy(BODY)
    made = amended(BODY, {"parties.0.name": "张𬭎"})
    assert before == BODY, "the first record is not touched"
    assert made["parties"][0]["name"] == "张𬭎"
    assert made["visitor"]["name"] == "张鋐"
    assert differences(BODY, made) == [{"path": "parties.0.name", "before": "张鋐", "after": "张𬭎"}]
    made["parties"][0]["name"] = "张鋐"
    assert made == BODY


@pytest.mark.parametrize(
    "path",
    [
        "receipt_no", "visit_id", "confirmation.text", "parties.0.key", "parties.0.form", "parties.9.name",
        "parties.0.roles.0.role", "matters.0.code", "matters.0.answers.new", "blobs.0.sha256", "", "visitor",
        "parties.-1.name", "visitor.role", "visitor.__class__", "parties.0",
    ],
)  # fmt: skip
def test_no_other_place_can_be_reached(path: str) -> None:
    with pytest.raises(NotAmendable) as told:
        amended(BODY, {path: "x"})
    assert told.value.path == path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("visitor.id_number", "150402199003075518"),
        ("visitor.name", "x" * 20_001),
        ("visitor.name", "a\x1bb"),
        ("visitor.name", "a\ud800"),
    ],
)
def test_a_value_that_cannot_stand_is_refused(path: str, value: str) -> None:
    assert fault(path, value)
    with pytest.raises(NotAmendable):
        amended(BODY, {path: value})


def test_another_kind_of_number_and_a_rare_name_can_stand() -> None:
    assert fault("visitor.id_number", "G12345678") == ""
    assert fault("visitor.name", "欧阳𬭎·阿卜杜拉") == ""


@given(st.dictionaries(st.sampled_from([leaf.path for leaf in leaves(BODY)]), st.text(max_size=30)))
def test_any_corrections_are_all_made_or_none(changes: dict[str, str]) -> None:
    if any(fault(path, value) for path, value in changes.items()):
        with pytest.raises(NotAmendable):
            amended(BODY, changes)
        return
    made = amended(BODY, changes)
    told = {one["path"]: one["after"] for one in differences(BODY, made)}
    kept = {leaf.path: leaf.value for leaf in leaves(BODY)}
    assert told == {path: value for path, value in changes.items() if kept[path] != value}
