"""Who comes back with missing papers is found, waits no second time, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.domain.audit import Act
from app.domain.return_code import PREFIX, shown_code
from app.domain.staff import Purpose, Role
from app.errors import FormProblem
from app.services import (
    amendments,
    approval,
    calling,
    coming_back,
    drafts,
    fetching,
    issuing,
    status,
    supplement,
)
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.services.supplement import CORRECTION, PROMISE
from app.services.supply_views import OwedKind, OwedList, OwedRow
from app.services.verify import at_court, findings
from app.settings import CourtSettings, Settings
from app.storage import intakes, retention, supplements, trail
from app.storage.access import Transaction
from app.storage.records import CourtWord
from app.storage.tables import meta as meta_table
from tests.helpers.cases import SteppingClock
from tests.helpers.court import Gateway
from tests.helpers.desks import FILLED, HALL, desk_in, do, file_devices
from tests.helpers.printing import pdf_texts
from tests.helpers.supplying import bring, looked, tell, told
from tests.helpers.visits import called, fill, finish, print_all, ready, record, shown, sign, view


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        yield opened


def left(desk: Desk, folder: Path) -> str:
    """A filing that left with a notice of two missing papers; return the visit's id."""
    visit_id = called(desk)
    fill(desk)
    bring(desk, folder, "M01", 1)
    bring(desk, folder, "M02")
    tell(desk)
    finish(desk, unsigned=True)
    return visit_id


def owed(desk: Desk, sought: str = "") -> tuple[OwedRow, ...]:
    found: OwedList = do(desk, coming_back.owed, sought)
    return found.rows


def back_at_the_window(desk: Desk, visit_id: str) -> str:
    """Call somebody who took an ordinary number and go on with the earlier visit; return the new id."""
    again = called(desk)
    do(desk, coming_back.take_up, visit_id)
    return again


# ---- the whole way ------------------------------------------------------------------------------------


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Gateway]:
    with Gateway(tmp_path / "court") as running:
        yield running


def send_all(desk: Desk) -> None:
    for _round in range(100):
        do(desk, status.send)
        if not any(desk.store(intakes.backlog)[:2]):
            return
    raise AssertionError("still waiting after 100 rounds")


def test_two_missing_papers_a_notice_a_night_and_back_with_the_card(
    tmp_path: Path, court: Gateway, clock: SteppingClock
) -> None:
    address = CourtSettings(court.url, str(court.data / "window.token"))
    settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
    with desk_in(tmp_path, settings, clock) as desk:
        first = left(desk, tmp_path)
        send_all(desk)
        assert [row.what for row in owed(desk)] == [("起诉状", "证据材料和证据清单")]
        clock.forward(days=1)
        do(desk, issuing.take_ticket, "立案登记", False)
        [row] = owed(desk, FILLED["identity.id_number"])
        number = do(desk, coming_back.take_number, row.visit_id)
        choice = view(desk).queue
        assert choice.next is not None
        assert choice.next.number == number
        assert "不再重新排队" in choice.why
        again = do(desk, calling.call_next).id
        _everything_is_there(desk)
        bring(desk, tmp_path, "M01", 2)
        bring(desk, tmp_path, "M13", 2)
        assert "不需要补正" in looked(desk).no_notice
        sign(desk)
        finish(desk)
        assert owed(desk) == ()
        assert [one.state for one in told(desk, first)] == ["supplied"]
        send_all(desk)
        with at_court(settings.court) as ask:
            assert findings(desk, ask) == []
        _the_court_has_both(desk, court, first, again)
        print_all(desk)
        _the_receipt_says_what_came_today(desk, again)


def _everything_is_there(desk: Desk) -> None:
    visit = shown(desk)
    assert visit.party_name == FILLED["identity.name"]
    fields = {f.path: f.value for group in (*visit.matter, *visit.parties) for f in group.fields}
    assert fields["matter.1.cause"] == FILLED["matter.1.cause"]
    assert fields["party.p2.name"] == FILLED["party.p2.name"]
    assert [page.material for page in visit.pages] == ["M01", "M02"]
    assert visit.confirmation.signed_at is None


def _the_court_has_both(desk: Desk, court: Gateway, first: str, again: str) -> None:
    before, after = court.visit(first), court.visit(again)
    assert (before["complete"], after["complete"]) == (True, True)
    assert (len(before["events"]), len(after["events"])) == (1, 1)
    old, new = record(desk, first), record(desk, again)
    assert [notice["kind"] for notice in old["notices"]] == ["correction"]
    assert old["matters"][0]["outcome"] == "correction"
    assert new["matters"][0]["outcome"] == "complete"
    assert new["notices"] == []
    assert new["continues"] == {
        "visit_id": first,
        "receipt_no": old["receipt_no"],
        "sha256": before["events"][0]["sha256"],
    }


def _the_receipt_says_what_came_today(desk: Desk, again: str) -> None:
    number = record(desk, again)["receipt_no"]
    texts = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    [receipt] = [text for text in texts if number in text]
    assert "证据材料" in receipt
    assert "身份证明" not in receipt


# ---- found again -----------------------------------------------------------------------------------------


def test_the_code_the_numbers_and_the_card_find_the_intake(desk: Desk, tmp_path: Path) -> None:
    visit_id = left(desk, tmp_path)
    [kept] = told(desk, visit_id)
    receipt = record(desk, visit_id)["receipt_no"]
    for sought in (
        kept.code,
        shown_code(kept.code).lower(),
        PREFIX + kept.code,
        kept.paper_no,
        receipt.lower(),
        "A001",
        "YC:2026-11-23.A001",
        FILLED["identity.id_number"],
    ):
        assert [row.visit_id for row in owed(desk, sought)] == [visit_id], sought
    for nothing in ("A002", "22222222", "张", "150402199003075518"):
        assert owed(desk, nothing) == ()


def test_who_was_corrected_is_found_by_what_is_right_and_not_by_what_was_wrong(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = left(desk, tmp_path)
    right, wrong = "152722199003074518", FILLED["identity.id_number"]
    event = desk.store(intakes.events_of, visit_id)[0]
    said = {"visitor.id_number": right, "visitor.name": "其其格"}
    do(desk, amendments.amend, event.id, said, "录成了别人")
    [row] = owed(desk, right)
    assert (row.visit_id, row.person, row.masked_number[-4:]) == (visit_id, "其**", right[-4:])
    assert owed(desk, wrong) == ()
    names = desk.store(lambda c: list(fetching._names(c, supplements.still_open(c)[0])))
    assert (right in names, wrong in names) == (True, False), "the same where another window asks"
    called(desk)
    for number, waits in ((wrong, False), (right, True)):
        do(desk, drafts.set_field, "identity.id_number", number)
        said_of = "".join(one.text for one in view(desk).advice.remarks)
        assert ("还有 1 份告知没有补交" in said_of) is waits, number


def test_the_list_masks_people_and_puts_the_longest_overdue_first(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    left(desk, tmp_path)
    clock.forward(days=2)
    left(desk, tmp_path)
    clock.forward(days=6)
    first, second = owed(desk)
    assert (first.due, first.days_late) == (date(2026, 11, 30), 1)
    assert (second.due, second.days_late) == (date(2026, 12, 2), -1)
    assert first.person == "张*"
    assert first.masked_number == "150***********5517"
    assert FILLED["identity.id_number"] not in repr(owed(desk))


def test_who_stands_at_the_window_is_first_in_the_list(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    left(desk, tmp_path)
    called(desk)
    fill(desk, identity__name="苏和", identity__id_number="152722199003074518")
    bring(desk, tmp_path, "M01", 1)
    tell(desk)
    finish(desk, unsigned=True)
    called(desk)
    do(desk, drafts.set_field, "identity.id_number", "152722199003074518")
    assert [(row.person, row.here) for row in owed(desk)] == [("苏*", True), ("张*", False)]


def test_those_whose_day_has_passed_are_told_once_a_day(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    def notices() -> list[str]:
        return [one.happened for one in desk.notices.standing() if one.key == coming_back.OVERDUE]

    left(desk, tmp_path)
    clock.forward(days=7)
    do(desk, coming_back.remind)
    assert notices() == [], "its last day is not over"
    clock.forward(days=1)
    do(desk, coming_back.remind)
    assert notices() == ["1 件到期还没有补交材料。"]
    assert "张" not in notices()[0]
    do(desk, coming_back.looked_at)
    do(desk, coming_back.remind)
    assert notices() == []
    clock.forward(days=1)
    do(desk, coming_back.remind)
    assert len(notices()) == 1


# ---- on where it stopped -----------------------------------------------------------------------------------


def test_the_finished_visit_stays_frozen_and_only_a_fresh_one_goes_on(desk: Desk, tmp_path: Path) -> None:
    visit_id = left(desk, tmp_path)
    before = record(desk, visit_id)
    again = back_at_the_window(desk, visit_id)
    assert record(desk, visit_id) == before
    with pytest.raises(FormProblem, match="已经录了内容"):
        do(desk, coming_back.take_up, visit_id)
    [line] = [one for one in desk.store(trail.newest, 20) if one.act == Act.TAKEN_UP]
    assert line.subject == again
    do(desk, calling.no_show)
    called(desk)
    fill(desk)
    with pytest.raises(FormProblem, match="已经录了内容"):
        do(desk, coming_back.take_up, visit_id)
    with pytest.raises(FormProblem, match="没有找到"):
        do(desk, coming_back.take_up, "nobody")


def test_somebody_else_may_bring_the_papers_and_the_party_stays(desk: Desk, tmp_path: Path) -> None:
    visit_id = left(desk, tmp_path)
    called(desk)
    do(desk, drafts.set_field, "identity.name", "苏和")
    do(desk, drafts.set_field, "identity.id_number", "152722199003074518")
    do(desk, coming_back.take_up, visit_id)
    visit = shown(desk)
    fields = {f.path: f.value for group in visit.parties for f in group.fields}
    assert visit.party_name == "苏和"
    assert fields["party.p1.name"] == FILLED["identity.name"]
    assert fields["party.p1.id_number"] == FILLED["identity.id_number"]


def test_the_right_zone_says_that_the_person_has_papers_to_bring_until_they_are_gone_on_with(
    desk: Desk, tmp_path: Path
) -> None:
    def told_now() -> list[str]:
        return [one.action for one in view(desk).advice.remarks if "没有补交" in one.text]

    visit_id = left(desk, tmp_path)
    called(desk)
    assert told_now() == []
    do(desk, drafts.set_field, "identity.id_number", FILLED["identity.id_number"])
    assert told_now() == ["Shift+F9 从上次停下的地方接着办"]
    do(desk, coming_back.take_up, visit_id)
    assert told_now() == []


def clock_of(desk: Desk, visit_id: str) -> dict[str, str]:
    [civil] = [one for one in record(desk, visit_id)["matters"][0]["clocks"] if one["id"] == "civil"]
    return dict(civil)


def test_after_a_correction_the_decision_clock_begins_anew_and_says_why(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = left(desk, tmp_path)
    assert clock_of(desk, visit_id)["due"] == "2026-11-30"
    clock.forward(days=2)
    again = back_at_the_window(desk, visit_id)
    [due] = [one for one in view(desk).advice.dues if "民事立案审查" in one.title]
    assert "补正材料的次日起算" in due.why
    bring(desk, tmp_path, "M01", 2)
    bring(desk, tmp_path, "M13", 2)
    finish(desk, unsigned=True)
    assert (clock_of(desk, again)["start"], clock_of(desk, again)["due"]) == ("2026-11-25", "2026-12-02")


def test_after_a_promise_the_decision_clock_runs_on_from_the_first_receipt(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    visit_id = promised(desk, tmp_path)
    clock.forward(days=2)
    again = back_at_the_window(desk, visit_id)
    bring(desk, tmp_path, "M13", 2)
    finish(desk, unsigned=True)
    assert clock_of(desk, again) == clock_of(desk, visit_id)


def promised(desk: Desk, folder: Path) -> str:
    """A filing whose evidence may follow, promised and signed; return the visit's id."""
    visit_id = called(desk)
    fill(desk)
    bring(desk, folder, "M01", 2)
    bring(desk, folder, "M02")
    tell(desk, PROMISE)
    sign(desk)
    finish(desk)
    return visit_id


def test_a_promise_that_is_overdue_is_said_to_who_goes_on_with_it(
    desk: Desk, tmp_path: Path, clock: SteppingClock
) -> None:
    def overdue() -> list[str]:
        return [one.text for one in view(desk).advice.remarks if "容缺承诺已逾期" in one.text]

    visit_id = promised(desk, tmp_path)
    clock.forward(days=7)
    back_at_the_window(desk, visit_id)
    assert overdue() == [], "its last day is not over"
    clock.forward(days=1)
    assert overdue() == ["容缺承诺已逾期：证据材料和证据清单"]


def test_a_promise_that_is_kept_leaves_the_list(desk: Desk, tmp_path: Path) -> None:
    visit_id = promised(desk, tmp_path)
    [row] = owed(desk)
    assert row.kind is OwedKind.PROMISE
    back_at_the_window(desk, visit_id)
    bring(desk, tmp_path, "M13", 2)
    sign(desk)
    finish(desk)
    assert owed(desk) == ()


def test_what_is_only_half_brought_stays_in_the_list_and_is_found_at_its_last_state(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = left(desk, tmp_path)
    again = back_at_the_window(desk, visit_id)
    bring(desk, tmp_path, "M01", 2)
    finish(desk, unsigned=True)
    [row] = owed(desk)
    assert row.visit_id == again
    third = back_at_the_window(desk, visit_id)
    bring(desk, tmp_path, "M13", 2)
    finish(desk, unsigned=True)
    assert owed(desk) == ()
    assert record(desk, third)["continues"]["visit_id"] == again


def test_pictures_stay_as_long_as_somebody_may_come_back_for_them(desk: Desk, tmp_path: Path) -> None:
    def erase(connection: Transaction) -> set[str]:
        now = desk.clock.now()
        for sha256, _size in intakes.blobs_due(connection, 99):
            intakes.blob_stored(connection, sha256, "e", now)
        connection.execute(meta_table.delete().where(meta_table.c.key == "retention_images"))
        return set(retention.erase_images(connection, now, 99))

    visit_id = left(desk, tmp_path)
    desk.store(_acknowledge)
    kept = {page.sha256 for page in shown(desk, visit_id).pages}
    assert kept
    assert not kept & desk.store(erase)
    back_at_the_window(desk, visit_id)
    bring(desk, tmp_path, "M01", 2)
    bring(desk, tmp_path, "M13", 2)
    finish(desk, unsigned=True)
    desk.store(_acknowledge)
    assert kept <= desk.store(erase)


def _acknowledge(connection: Transaction) -> None:
    for event in intakes.all_events(connection):
        word = CourtWord(event.id, "stored", receipt_no="R", epoch="e")
        intakes.answer(connection, [word], event.created_at)


# ---- a further notice -------------------------------------------------------------------------------------


def approved(desk: Desk, purpose: Purpose = Purpose.SECOND_NOTICE) -> str:
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, "648219")
    return str(do(desk, approval.approve, "乌兰", "648219", purpose))


def acts(desk: Desk) -> list[str]:
    known = (Act.NOTICE_AGAIN, Act.NOTICE_REFUSED)
    return [one.act for one in reversed(desk.store(trail.newest, 50)) if one.act in known]


def test_a_further_notice_needs_a_reason_and_a_supervisor_and_refusals_are_kept(
    desk: Desk, tmp_path: Path
) -> None:
    visit_id = left(desk, tmp_path)
    again = back_at_the_window(desk, visit_id)
    assert "已一次性告知过" in looked(desk).told_before
    with pytest.raises(FormProblem, match="写明理由"):
        tell(desk, CORRECTION)
    with pytest.raises(NotApproved):
        tell(desk, CORRECTION, "新的情况", "nobody")
    with pytest.raises(NotApproved):
        tell(desk, CORRECTION, "新的情况", approved(desk, Purpose.REPRINT))
    assert acts(desk) == [Act.NOTICE_REFUSED] * 3
    assert looked(desk).decided == ""
    given = approved(desk)
    tell(desk, CORRECTION, " 被告改名，\n证据要换 ", given)
    assert acts(desk)[-1] == Act.NOTICE_AGAIN
    with pytest.raises(NotApproved):
        tell(desk, CORRECTION, "再来一次", given)
    finish(desk, unsigned=True)
    first, second = told(desk, visit_id)
    assert (first.state, second.state) == ("replaced", "open")
    assert (second.number, second.reason, second.supervisor) == (2, "被告改名， 证据要换", "乌兰")
    [notice] = record(desk, again)["notices"]
    assert (notice["number"], notice["supervisor"]) == (2, "乌兰")
    print_all(desk)
    texts = ["".join(pdf_texts(file.read_bytes())) for file in desk.places.papers.glob("*.pdf")]
    assert sum("本次为再次告知" in text and "乌兰" in text for text in texts) == 1


def test_the_first_notice_of_another_matter_needs_nobody(desk: Desk, tmp_path: Path) -> None:
    ready(desk, tmp_path, signed=False)
    assert looked(desk).told_before == ""
    do(desk, supplement.decide, CORRECTION, looked(desk).notice, "", "")
