"""A clerk's favourite causes: counted when a visit is finished, offered first, few, forgotten by a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import drafts, favourites, matters
from app.services.desk import Desk
from app.services.views import Suggestion
from tests.helpers.desks import desk_in, do
from tests.helpers.visits import fill, finish, hand_in, ready, shown


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path / "desk") as opened:
        yield opened


def offered(desk: Desk, typed: str = "") -> tuple[Suggestion, ...]:
    views = [view for group in shown(desk).matter for view in group.fields if view.kind == "cause"]
    assert views[0].suggest is not None
    return views[0].suggest(typed)


def file_a(desk: Desk, folder: Path, cause: str) -> None:
    ready(desk, folder, signed=False)
    fill(desk, matter__1__cause=cause)
    finish(desk, unsigned=True)


def test_causes_of_finished_visits_come_first_most_used_first(desk: Desk, tmp_path: Path) -> None:
    for cause in ("离婚纠纷", "买卖合同纠纷", "离婚纠纷"):
        file_a(desk, tmp_path, cause)
    ready(desk, tmp_path, signed=False)
    assert [s.value for s in offered(desk)] == ["离婚纠纷", "买卖合同纠纷"]
    assert all(s.liked for s in offered(desk))
    first = offered(desk, "mm")[0]
    assert (first.value, first.liked) == ("买卖合同纠纷", True)


def test_a_visit_of_many_alike_counts_once(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    fill(desk, matter__1__cause="离婚纠纷")
    for _again in range(3):
        do(desk, matters.clone)
    finish(desk, unsigned=True)
    for _again in range(2):
        file_a(desk, tmp_path, "民间借贷纠纷")
    ready(desk, tmp_path, signed=False)
    assert [s.value for s in offered(desk)] == ["民间借贷纠纷", "离婚纠纷"]


def test_one_that_is_forgotten_is_offered_no_more_until_it_is_used_again(desk: Desk, tmp_path: Path) -> None:
    file_a(desk, tmp_path, "离婚纠纷")
    ready(desk, tmp_path, signed=False)
    do(desk, favourites.forget, "离婚纠纷")
    assert offered(desk) == ()
    fill(desk, matter__1__cause="离婚纠纷")
    finish(desk, unsigned=True)
    ready(desk, tmp_path, signed=False)
    assert [s.value for s in offered(desk)] == ["离婚纠纷"]


def test_never_more_than_a_handful(desk: Desk) -> None:
    def count(connection, name):  # type: ignore[no-untyped-def]
        cause = desk.knowledge.causes.named(name)
        favourites.favourites.count(connection, "其木格", "cause", cause.no, desk.clock.now())

    names = [cause.name for cause in desk.knowledge.causes.search("合同纠纷")][:12]
    for name in names:
        desk.store(count, name)
    assert len(desk.store(favourites.of_clerk, "其木格")) == favourites.MOST


def test_a_model_document_is_offered_and_both_answers_are_kept(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    (asked,) = (v for g in shown(desk).matter for v in g.fields if v.path == "matter.1.template")
    assert "可选用：民间借贷纠纷" in asked.hint
    assert not asked.required
    do(desk, drafts.set_field, "matter.1.template", "不用，自己写")
    fill(desk, matter__1__cause="相邻关系纠纷")
    paths = [view.path for group in shown(desk).matter for view in group.fields]
    assert "matter.1.template" not in paths


def test_an_item_of_custom_may_be_left_out_with_a_reason_and_one_of_the_law_may_not(
    desk: Desk, tmp_path: Path
) -> None:
    ready(desk, tmp_path, signed=False)
    waivers = dict(zip((code for code, _name in shown(desk).materials), shown(desk).waivers, strict=True))
    assert waivers["M01"] is None
    asked = waivers["M23"]
    assert asked is not None
    do(desk, drafts.set_field, asked.path, "当事人以后再登记")
    hand_in(desk, tmp_path, 2)
    reasons = {check.title: check.reason for check in _checks(desk)}
    assert reasons["退费（收款）账户信息"] == "当事人以后再登记"
    with pytest.raises(Exception, match="没有这一项"):
        do(desk, drafts.set_field, "matter.1.waived.M01", "不想交")


def _checks(desk: Desk):  # type: ignore[no-untyped-def]
    from tests.helpers.visits import view

    return view(desk).advice.checks
