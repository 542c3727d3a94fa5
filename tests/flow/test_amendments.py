"""A record that waits for a person: explained, corrected, sent anew; the court keeps both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.audit import Act
from app.errors import FormProblem
from app.services import amendments, coming_back, status, unsent
from app.services.desk import Desk
from app.services.verify import at_court, findings
from app.services.views import ExplainView, Health, Mark, UnsentView
from app.settings import CourtSettings, Settings
from app.storage import intakes, trail, visits
from app.storage.records import CourtWord, DraftField, OutboxRecord
from app.sync.protocol import Event, Stored
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import ALT, CONTROL, OFFSCREEN, OpenCounter, counter, qapp
from tests.helpers.court import Fault, FaultProxy, Gateway
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.imaging_files import encoded, text_page
from tests.helpers.office import Office
from tests.helpers.outbox import with_body
from tests.helpers.supplying import tell
from tests.helpers.visits import called, finish, ready, shown, view

__all__ = ["counter", "qapp"]
pytestmark = OFFSCREEN


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def proxy(court: Gateway) -> Iterator[FaultProxy]:
    with FaultProxy(court) as running:
        yield running


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def settings(court: Gateway, proxy: FaultProxy, tmp_path: Path) -> Settings:
    address = CourtSettings(proxy.url, str(court.data / "window.token"))
    return Settings(hall=HALL, devices=file_devices(tmp_path), court=address)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, settings, clock) as opened:
        yield opened


def finished(desk: Desk, folder: Path) -> OutboxRecord:
    visit_id = ready(desk, folder)
    finish(desk)
    return desk.store(intakes.events_of, visit_id)[0]


def turned_down(event_id: str, code: str = "bad_value", field: str = "parties") -> CourtWord:
    return CourtWord(event_id, "rejected", code=code, field=field)


def rejected(desk: Desk, folder: Path, code: str = "bad_value", field: str = "parties") -> OutboxRecord:
    """A finished visit whose record a stricter court has turned down."""
    event = finished(desk, folder)
    desk.store(intakes.answer, [turned_down(event.id, code, field)], desk.clock.now())
    return event


def listed(desk: Desk) -> UnsentView:
    view: UnsentView = do(desk, unsent.unsent)
    return view


def explained(desk: Desk, event_id: str) -> ExplainView:
    view: ExplainView = do(desk, unsent.explain, event_id)
    return view


def test_a_rejected_record_says_why_and_who_must_act_and_its_correction_goes_out(
    desk: Desk, court: Gateway, tmp_path: Path
) -> None:
    event = rejected(desk, tmp_path)
    [row] = listed(desk).rows
    assert (row.event_id, row.ticket, row.state) == (event.id, "A001", "rejected")
    assert row.reason == "法院退回：当事人的内容不合规定。"
    told = explained(desk, event.id)
    assert (told.who, told.amendable) == ("clerk", True)
    assert "更正后重送" in told.next_step
    assert dict(told.answered)["代码"] == "bad_value，在：当事人"
    assert event.id in dict(told.sent).values()

    form = do(desk, amendments.form, event.id)
    assert form.groups[0].title.startswith("当事人"), "what the court named comes first"
    path = next(f.path for g in form.groups for f in g.fields if f.value == "苏雅拉")
    made = do(desk, amendments.amend, event.id, {path: "苏雅拉其其格"}, "名字少录了后三个字")
    assert do(desk, unsent.try_now) == 1
    assert listed(desk).rows == ()
    amendment = json.loads(desk.store(intakes.get_event, made).body)
    assert amendment["changes"] == [{"path": path, "before": "苏雅拉", "after": "苏雅拉其其格"}]
    assert (amendment["corrects"], amendment["amended_by"]) == (event.id, HALL.clerk)
    kept = desk.store(intakes.get_event, event.id)
    assert (kept.state, kept.body) == ("rejected", event.body), "the first record stays as it was"
    told_visit = court.visit(event.visit_id)
    assert [(e["kind"], e["sha256"]) for e in told_visit["events"]] == [
        ("amendment", desk.store(intakes.get_event, made).sha256)
    ]
    outcome = shown(desk, event.visit_id).outcome
    assert outcome is not None
    assert (outcome.court_state, outcome.event_id) == ("stored", made)
    assert findings(desk) == []
    [line] = desk.store(trail.newest, 1, act=Act.AMENDED)
    assert line.subject == event.visit_id


def test_what_the_court_has_already_is_corrected_by_a_second_record_and_the_back_office_sees_both(
    desk: Desk, court: Gateway, tmp_path: Path
) -> None:
    event = finished(desk, tmp_path)
    do(desk, unsent.try_now)
    made = do(desk, amendments.amend, event.id, {"visitor.phone": "13900001111"}, "电话录错")
    again = do(desk, amendments.amend, made, {"visitor.phone": "13900002222"}, "又录错")
    do(desk, unsent.try_now)
    assert [e["kind"] for e in court.visit(event.visit_id)["events"]] == ["intake", "amendment", "amendment"]
    with Office(court) as office:
        page = office.page(event.visit_id)
    assert all(word in page for word in ("13804761234", "13900001111", "13900002222", "又录错", "更正"))
    with at_court(replace(desk.settings.court, url=court.url)) as ask:
        assert findings(desk, ask) == []
    for old in (event.id, made):
        with pytest.raises(FormProblem):
            do(desk, amendments.amend, old, {}, "再来")
        assert explained(desk, old).amended
    assert explained(desk, again).amendable


def test_a_conflict_goes_to_an_administrator_and_can_be_sent_as_ours(
    desk: Desk, court: Gateway, tmp_path: Path
) -> None:
    event = finished(desk, tmp_path)
    device = next(iter(desk.sending.sender._outbox.due(1))).device  # type: ignore[union-attr]
    ours = Event(
        event.id, device, event.seq, event.visit_id, event.kind, event.schema, event.body, event.sha256
    )
    with court.client() as attacker:
        other = with_body(ours, event.body.replace("苏雅拉".encode(), "苏日娜".encode()))
        assert isinstance(attacker.post([other]).by_id[event.id], Stored)
    do(desk, unsent.try_now)
    told = explained(desk, event.id)
    assert (told.state, told.who) == ("conflict", "admin")
    do(desk, amendments.amend, event.id, {}, "以本机为准")
    do(desk, unsent.try_now)
    assert listed(desk).rows == ()
    assert [e["kind"] for e in court.visit(event.visit_id)["events"]] == ["intake", "amendment"]


def test_a_person_is_asked_what_a_person_has_in_the_order_of_the_form(desk: Desk, tmp_path: Path) -> None:
    event = finished(desk, tmp_path)
    view = do(desk, amendments.form, event.id)
    by_head = {group.key: [field.label for field in group.fields] for group in view.groups}
    assert by_head["visitor"] == ["姓名", "证件号码", "手机号码", "证件住址", "民族"]
    assert by_head["parties.0"] == ["姓名", "证件号码", "手机号码", "送达地址", "民族"]
    assert by_head["parties.1"] == ["姓名", "证件号码", "联系电话", "住所"]
    number = "110105197303050019"
    do(desk, amendments.amend, event.id, {"parties.0.id_number": number}, "号码录错")
    body = json.loads(desk.store(intakes.events_of, event.visit_id)[-1].body)
    assert (body["parties"][0]["birth"], body["parties"][0]["sex"]) == ("1973-03-05", "男"), "they follow"


def test_a_correction_makes_nothing_missing_that_was_there(desk: Desk, tmp_path: Path) -> None:
    visit_id = ready(desk, tmp_path, signed=False)
    card = DraftField("identity.id_number", "150402199003075517", "card", None)
    desk.store(visits.set_field, visit_id, card, desk.clock.now())
    tell(desk)
    finish(desk, unsigned=True)

    def lacking() -> tuple[str, str, list[str]]:
        seen = view(desk, visit_id)
        assert seen.visit is not None
        assert seen.visit.outcome is not None
        (line,) = seen.visit.outcome.lacking
        there = [one.title for one in seen.advice.checks if one.mark is Mark.HAVE]
        return line.text, line.action, there

    before = lacking()
    assert "2 项法定材料（起诉状、证据材料和证据清单）" in before[0]
    assert "自然人身份证明（张𬭎）" in before[2]
    [event] = desk.store(intakes.events_of, visit_id)
    made = do(desk, amendments.amend, event.id, {"matters.0.answers.amount": "125000"}, "标的额写错")
    assert lacking() == before
    people = {f"{whose}.phone": "13900001111" for whose in ("visitor", "parties.0")}
    numbers = {f"{whose}.id_number": "110105197303050019" for whose in ("visitor", "parties.0")}
    do(desk, amendments.amend, made, people | numbers, "号码和电话录错")
    assert lacking() == before, "whose card was read was here with it"
    called(desk)
    do(desk, coming_back.take_up, visit_id)
    held = {
        one.path: one.value
        for step in ("matter", "parties")
        for group in getattr(shown(desk), step)
        for one in group.fields
    }
    assert [held[path] for path in ("matter.1.amount", "party.p1.phone", "party.p1.id_number")] == [
        "125000.00",
        "13900001111",
        "110105197303050019",
    ], "who comes back goes on with what was corrected"


def test_a_record_that_waits_for_a_person_stops_its_own_visit_only(desk: Desk, tmp_path: Path) -> None:
    stuck = rejected(desk, tmp_path)
    free = finished(desk, tmp_path)
    assert do(desk, unsent.try_now) == 1
    assert desk.store(intakes.get_event, free.id).state == "stored"
    view = listed(desk)
    assert ([row.event_id for row in view.rows], view.attention) == ([stuck.id], 1)
    assert do(desk, status.view).attention == 1


def test_a_reason_is_asked_for_and_a_bad_value_is_named_in_the_words_of_the_form(
    desk: Desk, tmp_path: Path
) -> None:
    event = rejected(desk, tmp_path)
    for changes, reason, told in (
        ({}, " ", "理由"),
        ({}, "x" * 501, "理由"),
        ({"visitor.id_number": "150402199003075518"}, "改号", "证件号码"),
        ({"receipt_no": "x"}, "改号", "不能更正"),
    ):
        with pytest.raises(FormProblem) as caught:
            do(desk, amendments.amend, event.id, changes, reason)
        assert told in caught.value.happened
        assert caught.value.safe
        assert caught.value.next_step
    assert len(desk.store(intakes.events_of, event.visit_id)) == 1


def test_the_record_of_the_visit_on_the_window_is_listed_when_it_has_arrived_and_can_be_corrected(
    desk: Desk, tmp_path: Path
) -> None:
    event = finished(desk, tmp_path)
    do(desk, status.send)
    assert listed(desk).rows == ()
    [row] = do(desk, unsent.unsent, event.visit_id).rows
    assert (row.event_id, row.state) == (event.id, "stored")
    told = explained(desk, event.id)
    assert told.amendable
    assert "Ctrl+E" in told.next_step
    made = do(desk, amendments.amend, event.id, {"visitor.phone": "13900001111"}, "电话录错")
    [row] = do(desk, unsent.unsent, event.visit_id).rows
    assert row.event_id == made, "the record that stands, once"


def test_paused_sends_nothing_says_so_and_goes_on_when_asked(
    desk: Desk, proxy: FaultProxy, settings: Settings, tmp_path: Path
) -> None:
    do(desk, unsent.pause)
    event = finished(desk, tmp_path)
    before = len(proxy.calls)
    for _ in range(3):
        assert do(desk, status.send).next_in > 0
    assert len(proxy.calls) == before
    bar = do(desk, status.view)
    assert (bar.court, bar.unsent) == (Health.ATTENTION, 1)
    assert "已暂停" in bar.court_text
    assert listed(desk).paused
    do(desk, unsent.resume)
    do(desk, status.send)
    assert desk.store(intakes.get_event, event.id).state == "stored"


def test_trying_now_does_not_wait_for_the_pause_after_trouble(
    desk: Desk, proxy: FaultProxy, tmp_path: Path
) -> None:
    for fault in (Fault.ERROR, Fault.REFUSE, Fault.CUT_BEFORE):
        event = finished(desk, tmp_path)
        proxy.default = fault
        do(desk, unsent.try_now)
        assert do(desk, status.send).next_in > 1
        assert explained(desk, event.id).happened != "在等着发送。", "why it waits, not that it waits"
        proxy.default = Fault.NONE
        assert do(desk, unsent.try_now) == 1
        assert desk.store(intakes.get_event, event.id).state == "stored"


def test_the_clerk_corrects_a_record_by_keys_and_the_court_gets_it(counter: OpenCounter) -> None:
    opened = counter("court")
    opened.court.kill()
    opened.call()
    opened.fill("identity.name", "张鋐")
    picture = opened.folder / "page.png"
    picture.write_bytes(encoded(text_page(number=1)))
    opened.bring_papers(picture)
    opened.until(lambda: len(opened.visit.pages) == 1, "the page")
    visit_id = opened.visit.visit_id
    opened.finish_unsigned()
    [event] = opened.read(intakes.events_of, visit_id)
    now = opened.desk.clock.now()
    opened.read(lambda c: intakes.answer(c, [turned_down(event.id, field="visitor")], now))
    opened.court.start()
    opened.key(Qt.Key.Key_U, CONTROL)
    opened.until(lambda: "法院退回：" in opened.words(), "why it was turned down")
    opened.key(Qt.Key.Key_E, CONTROL)
    opened.until(lambda: opened.window.findChild(QLineEdit, "visitor.name") is not None, "the form")
    opened.fill("visitor.name", "张𬭎")
    opened.key(Qt.Key.Key_Escape)
    opened.until(lambda: opened.window.visit.isVisible(), "the page left with a correction half done")
    assert "更正还没有送出，已留着" in opened.words()
    opened.key(Qt.Key.Key_U, CONTROL)
    opened.until(lambda: opened.window.zones.panel_open, "the page again")
    name = opened.editor("visitor.name")
    assert isinstance(name, QLineEdit)
    assert name.text() == "张𬭎", "nothing typed is lost"
    reason = next(box for box in opened.window.findChildren(QLineEdit) if "理由" in box.accessibleName())
    reason.setFocus()
    opened.type(reason, "名字是𬭎不是鋐")
    QTest.keyClick(reason, Qt.Key.Key_Return, CONTROL)
    opened.until(lambda: opened.court.visit(visit_id).get("complete") is True, "the amendment at the court")
    assert [e["kind"] for e in opened.court.visit(visit_id)["events"]] == ["amendment"]
    opened.until(lambda: "全部已送达" in opened.words(), "an empty list")
    opened.idle()
    opened.key(Qt.Key.Key_Escape)
    opened.until(lambda: opened.window.visit.isVisible(), "the visit again")
    opened.until(lambda: bool(opened.outcome.corrected), "the correction on the window")
    [line] = opened.outcome.corrected
    assert "姓名或名称：张鋐 → 张𬭎" in line.action
    opened.until(
        lambda: "更正（其木格" in opened.words(opened.window.visit.outcome), "who corrected it, and when"
    )
    opened.key(Qt.Key.Key_1, ALT)
    assert opened.value("identity.name") == "张鋐", "what was signed"
    said = opened.words(opened.window.visit)
    assert "这里是签字时的内容；后来更正过 1 次" in said
    assert f"{opened.desk.clock.now():%Y-%m-%d}" in said
    assert opened.findings() == []
