"""At the real window: the lock hides everything and loses nothing; clerks change with two keys and a PIN."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.staff import MOST_FAILURES, Purpose, Refusal, Role
from app.lanes import STAFF
from app.services import approval, calling, finishing, issuing, ledger, visit_view
from app.services.approval import NotApproved
from app.services.clerks import clerks, sign_in
from app.storage import staff, trail
from tests.helpers.cases import SteppingClock
from tests.helpers.counter import HALL, OFFSCREEN, Counter, OpenCounter, counter, qapp
from tests.helpers.desks import desk_in, do
from tests.helpers.visits import called, fill, finish, lay

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
PIN, WRONG = "648219", "648218"
LOCK = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(counter: OpenCounter) -> Counter:
    opened = counter()
    for name in (HALL.clerk, "巴图"):
        enlist = opened.desk.lanes.submit(STAFF, approval.enlist, opened.desk, name, Role.CLERK, PIN)
        enlist.result(timeout=30)
    opened.call()
    return opened


def give(desk: Counter, pin: str) -> None:
    QTest.keyClicks(desk.conductor.locking.screen.box, pin)
    QTest.keyClick(desk.conductor.locking.screen.box, Qt.Key.Key_Return)


def locked(desk: Counter) -> bool:
    return desk.conductor.locking.screen.isVisible()


def test_clerks_change_with_two_keys_and_a_pin_and_the_visit_stays(desk: Counter) -> None:
    screen = desk.conductor.locking.screen
    box = desk.editor("identity.name")
    box.setFocus()
    desk.type(box, "苏雅拉")
    desk.key(Qt.Key.Key_L, LOCK)
    desk.until(lambda: locked(desk), "the lock")
    assert screen.geometry() == desk.window.geometry(), "nothing of the visit shows"
    assert screen.isModal(), "the window's keys are held"
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
        QTest.keyClick(screen.box, key)
    assert locked(desk)
    give(desk, WRONG)
    desk.until(lambda: "口令不对" in desk.words(screen), "the refusal")
    assert desk.desk.settings.hall.clerk == HALL.clerk
    give(desk, PIN)
    desk.until(lambda: not locked(desk), "the window open")
    desk.until(lambda: "巴图" in desk.words(desk.window.header), "the new clerk's name")
    desk.until(lambda: desk.visit.party_name == "苏雅拉", "what was half typed")
    tried = [(one.purpose, one.supervisor, one.refusal) for one in desk.read(staff.attempts)]
    assert tried == [(Purpose.SIGN_IN, "巴图", None), (Purpose.SIGN_IN, "巴图", Refusal.WRONG_PIN)]
    line = next(one for one in desk.read(trail.newest, 20) if one.act == "signed_in")
    assert line.actor == "巴图"


def test_a_window_nobody_touches_is_locked_only_when_its_clerk_can_open_it_again(
    desk: Counter, counter: OpenCounter
) -> None:
    locking = desk.conductor.locking
    assert locking.idle.isActive()
    assert locking.idle.interval() == HALL.lock_after * 60_000
    desk.desk.lanes.submit(STAFF, approval.retire, desk.desk, HALL.clerk).result(timeout=30)
    locking.idle.timeout.emit()
    desk.until(lambda: not desk.conductor.acts.running("lock"), "the answer")
    assert not locked(desk)
    desk.desk.lanes.submit(STAFF, approval.enlist, desk.desk, HALL.clerk, Role.CLERK, PIN).result(timeout=30)
    locking.idle.timeout.emit()
    desk.until(lambda: locked(desk), "the lock")
    give(desk, PIN)
    desk.until(lambda: not locked(desk), "the window open")
    assert desk.desk.settings.hall.clerk == HALL.clerk


def test_who_left_or_guesses_or_has_an_old_pin_stays_outside(tmp_path: Path) -> None:
    clock = SteppingClock()
    with desk_in(tmp_path, clock=clock) as desk:
        for name in ("巴图", "其其格"):
            approval.enlist(desk, name, Role.CLERK, PIN)
        approval.retire(desk, "其其格")
        assert do(desk, clerks).names == ("巴图",)
        assert not do(desk, clerks).can_lock
        for name, pin, words in (
            ("其其格", PIN, "已停用"),
            ("无名", PIN, "没有叫"),
            ("巴图", WRONG, "口令不对"),
        ):
            with pytest.raises(NotApproved, match=words):
                do(desk, sign_in, name, pin)
        for _attempt in range(MOST_FAILURES - 1):
            with pytest.raises(NotApproved, match="口令不对"):
                do(desk, sign_in, "巴图", WRONG)
        with pytest.raises(NotApproved, match="锁定"):
            do(desk, sign_in, "巴图", PIN)
        clock.forward(days=91)
        with pytest.raises(NotApproved, match="过期"):
            do(desk, sign_in, "巴图", PIN)


def test_the_back_office_signs_in_looks_and_serves_nobody(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        approval.enlist(desk, "王法官", Role.BACK_OFFICE, PIN)
        approval.enlist(desk, "巴图", Role.CLERK, PIN)
        visit_id = called(desk)
        fill(desk)
        lay(desk, visit_id)
        do(desk, sign_in, "王法官", PIN)
        for act, words in (
            (issuing.take_ticket, ("立案", False)),
            (calling.call_next, ()),
            (calling.call_one, ("A001",)),
            (finishing.finish, (True,)),
        ):
            with pytest.raises(NotApproved, match="后台人员"):
                do(desk, act, *words)
        assert do(desk, visit_view.desk_view).visit is not None, "the visit stays, for the clerk"
        assert do(desk, ledger.find, "").rows
        with pytest.raises(NotApproved, match="不是值班主任"):
            do(desk, approval.approve, "王法官", PIN, Purpose.REPRINT)
        do(desk, sign_in, "巴图", PIN)
        assert finish(desk, unsigned=True).receipt_no
