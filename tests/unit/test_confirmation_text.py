"""The text a party reads and signs: the same draft gives the same text, any change gives another."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from app.services import confirmation, form
from app.services.case import Case
from app.services.views import ConfirmationView
from app.storage.records import ConfirmationRecord, DraftField
from tests.helpers.cases import MOMENT, draft, paper, visit
from tests.helpers.desks import FILLED
from tests.helpers.domain import catalogue, knowledge

COURT = "巴林右旗人民法院"
PAPERS = (paper(1), paper(2), paper(3, "M13"))


def text(entered: object = None, papers: object = PAPERS, **changes: object) -> str:
    given = draft() if entered is None else entered
    case = Case(visit(**changes), given, papers, None)  # type: ignore[arg-type]
    return confirmation.text_of(case, COURT, knowledge())


def view(entered: dict[str, DraftField], last: ConfirmationRecord | None) -> ConfirmationView:
    return confirmation.view(Case(visit(), entered, PAPERS, last), COURT, knowledge())


def test_everything_that_was_said_stands_in_the_text() -> None:
    shown = text(draft(matter__1__claims="判令还款"))
    for said in (
        *(v for p, v in FILLED.items() if p != "matter.1.mediation"),
        COURT,
        "判令还款",
        "A012",
        "2026-11-23",
    ):
        assert said in shown
    assert "起诉状 2 页、证据材料和证据清单 1 页" in shown
    assert "不愿意先行调解" in shown


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (("identity.phone",), f"本人 {FILLED['identity.name']}，证件号码 {FILLED['identity.id_number']}。"),
        (("identity.id_number", "identity.phone"), f"本人 {FILLED['identity.name']}。"),
        (("identity.name", "identity.id_number", "identity.phone"), "本人没有留姓名。"),
    ],
)
def test_what_nobody_said_leaves_no_gap(left_out: tuple[str, ...], said: str) -> None:
    known = {path: field for path, field in draft().items() if path not in left_out}
    assert said in text(known)


def test_the_day_is_that_of_the_court_not_of_greenwich() -> None:
    evening = MOMENT.replace(hour=17)
    assert "2026-11-24" in text(opened_at=evening)


def test_the_same_draft_gives_the_same_text_and_the_hash_is_of_its_utf8() -> None:
    assert text() == text(dict(reversed(draft().items())), PAPERS)
    assert confirmation.digest(text()) == hashlib.sha256(text().encode("utf-8")).hexdigest()


@pytest.mark.parametrize("path", sorted(set(FILLED)))
def test_a_change_of_any_field_changes_the_text(path: str) -> None:
    new = form.AGREE if path == "matter.1.mediation" else "别的"
    assert text(draft(**{path.replace(".", "__"): new})) != text()


@pytest.mark.parametrize("code", sorted(catalogue().matters))
def test_mediation_is_in_the_text_only_where_it_is_offered_and_only_once(code: str) -> None:
    offered = {"F01", "F13", "F12"}
    for variant in [one.key for one in catalogue().matters[code].variants] or [""]:
        said = {"matter__1__code": code, "matter__1__variant": variant, "matter__1__mediation": "decline"}
        shown = text(draft(**said, matter__1__matter="民事起诉"), papers=())
        named = ("今天办理：", "申请调解方：", "共同申请人")
        heads = [line for line in shown.splitlines() if not line.startswith(named)]
        assert "\n".join(heads).count("调解") == (code in offered), (code, variant)
    wrong_set = text(draft(matter__1__code="F12", matter__1__mediation="agree", matter__1__matter="申请执行"))
    assert "调解" not in wrong_set


def test_another_page_or_another_material_changes_the_text() -> None:
    others = [(), PAPERS[:2], (*PAPERS, paper(4)), (paper(1, "M02"), *PAPERS[1:])]
    assert len({text(papers=papers) for papers in (PAPERS, *others)}) == 5
    assert "提交的材料：无。" in text(papers=())


def test_what_was_not_said_leaves_no_empty_line() -> None:
    shown = text(draft(matter__1__amount=None, matter__1__mediation=None))
    assert "标的额" not in shown
    assert "调解" not in shown
    assert "诉讼请求" not in shown
    assert "\n\n" not in shown


def signed(words: str) -> ConfirmationRecord:
    return ConfirmationRecord(words, confirmation.digest(words), "0" * 64, MOMENT)


def test_a_complete_draft_is_ready_and_an_incomplete_one_says_what_it_lacks() -> None:
    assert view(draft(), None).ready
    lacking = view(draft(identity__phone=None), None)
    assert not lacking.ready
    assert "手机号码" in lacking.not_ready


def test_a_signature_counts_only_for_exactly_this_text() -> None:
    current = view(draft(), signed(text()))
    assert (current.signed_at, current.outdated) == (MOMENT, False)
    changed = view(draft(party__p2__name="王强"), signed(text()))
    assert (changed.signed_at, changed.outdated) == (None, True)
    assert changed.sha256 == confirmation.digest(changed.text)
    back = view(draft(), signed(text()))
    assert back.signed_at == MOMENT


def test_the_clerks_own_data_is_no_part_of_what_is_signed() -> None:
    other = replace(visit(), clerk="别人", window=9)
    assert confirmation.text_of(Case(other, draft(), PAPERS, None), COURT, knowledge()) == text()
