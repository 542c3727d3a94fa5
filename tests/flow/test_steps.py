"""Steps of a visit: recorded with their clocks, read by the party, frozen with it, stored at the court."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import moment
from app.errors import FormProblem
from app.services import afterwards, drafts, finishing, matters, status, step_view, steps
from app.services.desk import Desk
from app.services.freezing import Frozen
from app.services.step_view import StepsView
from app.services.views import DueLine, Mark
from app.settings import CourtSettings, Settings
from app.storage import intakes
from tests.helpers.cases import SteppingClock
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.visits import called, fill, finish, hand_in, record, shown, sign, view


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock, gateway: Gateway) -> Iterator[Desk]:
    token = tmp_path / "token"
    token.write_text(gateway.token, "ascii")
    court = CourtSettings(url=gateway.url, token_file=str(token))
    settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=court)
    with desk_in(tmp_path, settings, clock) as opened:
        yield opened


def take(desk: Desk, key: str, **said: str) -> int:
    """Record a step and answer its fields."""
    number = int(do(desk, steps.record, key))
    for name, text in said.items():
        do(desk, drafts.set_field, f"step.{number}.{name}", text)
    return number


def listed(desk: Desk) -> StepsView:
    made: StepsView = do(desk, step_view.view)
    return made


def due(desk: Desk, title: str) -> DueLine:
    return next(line for line in view(desk).advice.dues if title in line.title)


def opened(desk: Desk, folder: Path, **changes: str) -> str:
    visit_id = called(desk)
    fill(desk, **changes)
    hand_in(desk, folder)
    return visit_id


def test_every_kind_is_recorded_frozen_sent_and_stored(desk: Desk, tmp_path: Path) -> None:
    visit_id = opened(desk, tmp_path, matter__1__code="F12")
    take(desk, "triage", result="转送有权处理的法院", authority="松山区人民法院")
    take(desk, "cross", court="松山区人民法院", set="民事起诉", e_service="是")
    take(desk, "between", item="查询咨询", court="东胜区人民法院", deadline="2026-11-25", answer="已答复")
    take(desk, "assist", mode="帮办", helper="高娃", consent="口头同意", witness="巴图")
    take(desk, "online", platform="人民法院在线服务", consent="是", outside_no="WX2026000123")
    do(desk, matters.add, "F13")
    take(desk, "abroad", verified="视频见证", document="护照", proxy="公证认证", told_at="2026-11-23")
    hand_in(desk, tmp_path, number=2)
    finish(desk, unsigned=True)
    body = record(desk, visit_id)
    assert [(one["kind"], one["matter"], one["complete"]) for one in body["steps"]] == [
        ("triage", 1, True),
        ("cross", 1, True),
        ("between", 1, True),
        ("assist", 1, True),
        ("online", 1, True),
        ("abroad", 2, True),
    ]
    assert {one["by"] for one in body["steps"]} == {HALL.clerk}
    assert body["steps"][4]["fields"]["outside_no"] == "WX2026000123"
    assert [c["id"] for c in body["steps"][5]["clocks"]] == ["correction_abroad"]
    assert all(moment(one["at"]) for one in body["steps"])
    do(desk, status.send)
    (event,) = [one for one in desk.store(intakes.events_of, visit_id) if one.kind == "intake"]
    assert event.state == "stored"
    assert json.loads(event.body)["steps"] == body["steps"]


def test_what_was_recorded_stands_with_the_outcome(desk: Desk, tmp_path: Path) -> None:
    visit_id = opened(desk, tmp_path)
    take(desk, "triage", result="收案待查")
    finish(desk, unsigned=True)
    outcome = shown(desk, visit_id).outcome
    assert outcome is not None
    (line,) = outcome.steps
    assert "收案待查" in line.text
    assert "2026 年 11 月 30 日" in line.action
    assert line.basis


def test_a_step_shows_its_clock_in_the_right_zone_and_no_clock_twice(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path)
    before = len(view(desk).advice.dues)
    take(desk, "triage", result="收案待查")
    assert len(view(desk).advice.dues) == before
    take(desk, "triage", result="转诉前调解", organisation="红山区人民调解委员会")
    assert "在线调解规则" in due(desk, "诉前调解").basis


def test_a_target_counts_down_and_being_late_is_said_not_stopped(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    opened(desk, tmp_path, matter__1__code="F12")
    number = take(desk, "cross", court="松山区人民法院", set="民事起诉", e_service="是")
    clock.forward(minutes=12)
    assert "还剩 18 分钟" in due(desk, "跨域立案办理").due
    clock.forward(minutes=20)
    late = due(desk, "跨域立案办理")
    assert "已超过 2 分钟" in late.due
    assert late.pressing
    do(desk, drafts.set_field, f"step.{number}.answer", "当场受理")
    assert not any("跨域立案办理" in line.title for line in view(desk).advice.dues)
    finish(desk, unsigned=True)


def test_an_agreed_day_stands_until_the_answer_is_typed(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path)
    number = take(desk, "between", item="委托查询", court="东胜区人民法院", deadline="2026-11-25")
    assert "11 月 25 日" in due(desk, "约定答复").due
    do(desk, drafts.set_field, f"step.{number}.answer", "已查明")
    assert not any("约定答复" in line.title for line in view(desk).advice.dues)


def test_sent_to_mediation_without_consent_is_frozen(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path, matter__1__mediation="decline")
    take(desk, "triage", result="转诉前调解", organisation="红山区人民调解委员会")
    with pytest.raises(Frozen, match="没有当事人同意"):
        do(desk, finishing.finish, True)
    do(desk, drafts.set_field, "matter.1.mediation", "agree")
    finish(desk, unsigned=True)


def test_where_mediation_is_only_possible_it_is_asked_once_somebody_is_sent(
    desk: Desk, tmp_path: Path
) -> None:
    opened(desk, tmp_path, matter__1__code="F02", matter__1__mediation="decline")
    assert view(desk).advice.mediation is None
    assert "调解" not in shown(desk).confirmation.text
    take(desk, "triage", result="转诉前调解", organisation="红山区人民调解委员会")
    question = view(desk).advice.mediation
    assert question is not None
    assert "不愿意先行调解" in shown(desk).confirmation.text
    do(desk, drafts.set_field, question.path, "agree")
    finish(desk, unsigned=True)


def test_what_was_handed_in_online_is_not_asked_on_paper_again(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path)
    assert any(line.mark is Mark.MISSING_LAW for line in view(desk).advice.checks)
    take(desk, "online", platform="人民法院在线服务", consent="是", outside_no="WX2026000123", complete="是")
    assert not any(line.mark is Mark.MISSING_LAW for line in view(desk).advice.checks)
    take(desk, "triage", result="退回补正")
    with pytest.raises(Frozen, match="又要求纸质材料"):
        do(desk, finishing.finish, True)


def test_the_party_reads_and_signs_who_helps(desk: Desk, tmp_path: Path, clock: SteppingClock) -> None:
    opened(desk, tmp_path)
    sign(desk)
    take(desk, "assist", mode="代办", helper="高娃", consent="签字同意")
    read = shown(desk).confirmation
    assert "代办" in read.text
    assert "高娃" in read.text
    assert read.outdated
    clock.forward(seconds=30)
    sign(desk)
    assert shown(desk).confirmation.signed_at


def test_a_step_that_says_too_little_is_asked_for_and_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    visit_id = opened(desk, tmp_path)
    take(desk, "assist", mode="帮办")
    (asked,) = [one for one in view(desk).advice.remarks if "还没有记全" in one.text]
    assert "帮办人" in asked.text
    assert asked.basis
    (one,) = listed(desk).recorded
    assert one.lacking == ("帮办人", "本人同意")
    finish(desk, unsigned=True)
    assert record(desk, visit_id)["steps"][0]["complete"] is False


def test_a_step_is_taken_out_and_put_back(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path)
    number = take(desk, "triage", result="收案待查")
    path, before = do(desk, steps.remove, number)
    assert listed(desk).recorded == ()
    with pytest.raises(FormProblem):
        do(desk, steps.remove, number)
    do(desk, matters.put_back, path, before)
    assert [one.number for one in listed(desk).recorded] == [number]
    assert take(desk, "triage") == number + 1


def test_only_steps_of_the_matter_are_offered_and_taken(desk: Desk, tmp_path: Path) -> None:
    opened(desk, tmp_path)
    assert [offer.key for offer in listed(desk).offered] == ["assist", "between", "online", "triage"]
    for key in ("cross", "abroad", "nothing"):
        with pytest.raises(FormProblem, match="没有这一步"):
            do(desk, steps.record, key)
    with pytest.raises(FormProblem):
        do(desk, drafts.set_field, "step.1.result", "收案待查")


def test_an_answer_that_comes_after_the_end_is_added_and_sent_as_an_amendment(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = opened(desk, tmp_path, matter__1__code="F12")
    number = take(desk, "cross", court="松山区人民法院", set="民事起诉", e_service="是")
    finish(desk, unsigned=True)
    first = record(desk, visit_id)
    clock.forward(hours=3)
    before = do(desk, afterwards.steps_of, visit_id, {})
    assert before.finished
    assert not before.offered
    typed = {f"step.{number}.answer": "一次性告知补正"}
    now = do(desk, afterwards.steps_of, visit_id, typed)
    asked = [field.path for field in now.recorded[0].form.fields]
    assert f"step.{number}.told_at" in asked, "what the answer asks for shows before it is sent"
    with pytest.raises(FormProblem, match="没有这一天"):
        do(desk, afterwards.add_to_steps, visit_id, typed | {f"step.{number}.told_at": "2026-02-29"})
    with pytest.raises(FormProblem, match="没有这一项"):
        do(desk, afterwards.add_to_steps, visit_id, {"matter.1.cause": "1"})
    typed |= {f"step.{number}.told_at": "2026-11-24", f"step.{number}.outside_no": "WX2026000123"}
    assert do(desk, afterwards.add_to_steps, visit_id, typed) == 3
    with pytest.raises(FormProblem, match="没有新的内容"):
        do(desk, afterwards.add_to_steps, visit_id, typed)
    assert record(desk, visit_id) == first
    outcome = shown(desk, visit_id).outcome
    assert outcome is not None
    assert "一次性告知补正" in outcome.steps[0].text
    for _round in range(3):
        do(desk, status.send)
    (made,) = [one for one in desk.store(intakes.events_of, visit_id) if one.kind == "amendment"]
    assert made.state == "stored"
    body = json.loads(made.body)
    assert body["reason"] == "办结后补记：跨域立案办理"
    assert body["steps"][0]["fields"]["outside_no"] == "WX2026000123"
    assert [clock["due"] for clock in body["steps"][0]["clocks"]] == ["2026-12-01"]
