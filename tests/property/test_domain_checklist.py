from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.checklist import Handed, Status, assess, missing_law, missing_practice
from app.domain.matter import AgentKind, Level, Matter, PartyForm, Side
from app.domain.notice import NothingMissing, one_time_notice
from app.domain.party import Agent, Origin, Parties, Party
from app.domain.rule import Basis
from app.domain.short_form import Answers
from tests.helpers.domain import DEFENDANT, LAWYER, PLAINTIFF, catalogue, holidays

matters = st.sampled_from(list(catalogue().matters.values()))
filers = st.lists(
    st.builds(
        Party,
        st.sampled_from(["p1", "p2", "p3"]),
        st.just(Side.FILER),
        st.sampled_from(list(PartyForm)),
        st.just("某人"),
        origin=st.sampled_from(list(Origin)),
    ),
    max_size=3,
    unique_by=lambda party: party.key,
)
others = st.integers(0, 4).map(lambda n: [replace(DEFENDANT, key=f"d{i}") for i in range(n)])
agents = st.lists(
    st.builds(
        Agent,
        st.sampled_from(["a1", "a2"]),
        st.just("代理"),
        st.sampled_from(list(AgentKind)),
        st.just(("p1",)),
    ),
    max_size=2,
    unique_by=lambda agent: agent.key,
)
chosen = st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True, max_size=3)
parties = st.builds(lambda f, o, a, c: Parties((*f, *o), tuple(a), tuple(c)), filers, others, agents, chosen)
waived = st.dictionaries(st.sampled_from(sorted(catalogue().materials)), st.just("已说明不交"), max_size=4)
handed = st.lists(
    st.builds(
        Handed,
        st.sampled_from(sorted(catalogue().materials)),
        st.integers(1, 6),
        st.booleans(),
        st.integers(0, 50),
        st.sampled_from(["", "p1", "d0", "a1"]),
    ),
    max_size=12,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Matter, Answers]:
    matter = draw(matters)
    variant = draw(st.sampled_from(["", *(v.key for v in matter.variants)]))
    values = draw(st.dictionaries(st.sampled_from([f.key for f in matter.fields]), st.booleans()))
    marks = draw(st.frozensets(st.sampled_from(["labour", "divorce", "wages"])))
    return matter, Answers(values, variant, marks, draw(waived), filed_online=draw(st.booleans()))


@given(cases(), parties, handed)
def test_an_item_of_practice_is_never_asked_as_law(
    case: tuple[Matter, Answers], people: Parties, papers: list[Handed]
) -> None:
    matter, answers = case
    for item in assess(matter, people, papers, answers):
        assert (item.status is Status.MISSING_LAW) <= (item.level is Level.LAW)
        assert (item.status is Status.MISSING_PRACTICE) <= (item.level is not Level.LAW)
        assert (item.reason.basis is Basis.LAW) <= (
            item.level is Level.LAW or item.reason.id == "check.online"
        )
        assert item.reason.text
        assert item.reason.article or item.level is not Level.LAW


@given(cases(), parties, handed)
def test_a_reason_leaves_out_what_custom_asks_and_nothing_of_the_law(
    case: tuple[Matter, Answers], people: Parties, papers: list[Handed]
) -> None:
    matter, answers = case
    asked = assess(matter, people, papers, replace(answers, waived={}))
    without = assess(matter, people, papers, answers)
    law = [(item.key, item.status) for item in asked if item.level is Level.LAW]
    assert [(item.key, item.status) for item in without if item.level is Level.LAW] == law
    for item in without:
        if item.level is not Level.LAW and item.code in answers.waived:
            assert not item.missing


@given(cases(), parties, handed, st.dates(date(2026, 1, 1), date(2026, 11, 1)))
def test_the_notice_asks_for_law_only_and_for_all_of_it(
    case: tuple[Matter, Answers], people: Parties, papers: list[Handed], issued: date
) -> None:
    items = assess(case[0], people, papers, case[1])
    try:
        notice = one_time_notice(items, issued, holidays())
    except NothingMissing:
        assert not missing_law(items)
        return
    assert [line.key for line in notice.lines] == [item.key for item in missing_law(items)]
    assert [line.key for line in notice.advice] == [item.key for item in missing_practice(items)]


@given(cases(), parties, handed, handed)
def test_handing_in_more_never_makes_more_missing(
    case: tuple[Matter, Answers], people: Parties, papers: list[Handed], more: list[Handed]
) -> None:
    before = assess(case[0], people, papers, case[1])
    after = assess(case[0], people, papers + more, case[1])
    assert sum(item.short_of for item in after) <= sum(item.short_of for item in before)


def test_keys_are_unique_within_one_case() -> None:
    everyone = Parties((PLAINTIFF, DEFENDANT), (LAWYER,))
    for matter in catalogue().matters.values():
        for variant in ["", *(v.key for v in matter.variants)]:
            items = assess(matter, everyone, (), Answers(variant=variant))
            needed = [item.key for item in items if item.status is not Status.NOT_NEEDED]
            assert len(needed) == len(set(needed)), (matter.code, variant)
