"""The list of staff of a hall of two real windows: founded once, followed everywhere, forged by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import Act
from app.domain.staff import MOST_FAILURES, PIN_LIFE, Purpose, Role
from app.errors import FormProblem, HallProblem
from app.hall import person_key
from app.hall.person_key import new_key, open_key
from app.hall.roll import Change, hash_of, sign
from app.hall.sealing import NotGenuine
from app.services import approval, own_pin, staff_list
from app.services.approval import NotApproved
from app.services.clerks import sign_in
from app.services.desk import Desk
from app.services.staff_list import ADD, ADOPT, FOUND, PIN, REMOVE, ROLE, Edit
from app.storage import staff, trail
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import desk_in, do
from tests.helpers.hall_desks import Counter, counters
from tests.helpers.nats import Host, until

ADMIN, OLD, NEW, WRONG = "730195", "648219", "395172", "648218"
KEEPER = "李工"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host(tmp_path / "hall") as one:
        yield one


def change(desk: Desk, edit: Edit, by: str = KEEPER, pin: str = ADMIN) -> None:
    do(desk, staff_list.commit, do(desk, staff_list.prepare, by, pin, edit))


def people(desk: Desk) -> dict[str, tuple[Role, bool]]:
    return {one.name: (one.role, one.active) for one in desk.store(staff.everyone)}


def id_of(desk: Desk, name: str) -> str:
    found = desk.store(staff.named, name)
    assert found is not None
    return found.id


def lines(desk: Desk, act: Act = Act.STAFF) -> list[str]:
    return [line.detail for line in desk.store(trail.newest, 50, act=act)]


def follow(*windows: Counter) -> None:
    for one in windows:
        one.look(2)


def test_alone_an_administrator_adds_changes_and_removes_and_each_leaves_a_line(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        do(desk, approval.make_first, KEEPER, ADMIN, ADMIN)
        assert do(desk, staff_list.view).whose == "own"
        change(desk, Edit(ADD, name="乌兰", role=Role.CLERK, pin=OLD, again=OLD))
        change(desk, Edit(ROLE, id_of(desk, "乌兰"), role=Role.SUPERVISOR))
        change(desk, Edit(PIN, id_of(desk, "乌兰"), pin=NEW, again=NEW))
        assert do(desk, approval.approve, "乌兰", NEW, Purpose.REPRINT)
        change(desk, Edit(REMOVE, id_of(desk, "乌兰")))
        assert people(desk) == {"乌兰": (Role.SUPERVISOR, False), KEEPER: (Role.ADMINISTRATOR, True)}
        said = [detail.split('"what":"')[1].split('"')[0] for detail in reversed(lines(desk))]
        assert said == ["added", "added", "role", "pin", "left"]
        change(desk, Edit(ADD, name="乌兰", role=Role.CLERK, pin=OLD, again=OLD))
        assert people(desk)["乌兰"] == (Role.CLERK, True), "who comes back keeps the row"
        for edit, words in (
            (Edit(ADD, name="巴图", pin=OLD, again=NEW), "不一样"),
            (Edit(ADD, name="巴图", pin="111111", again="111111"), "太容易猜"),
            (Edit(ADD, name="乌\x1b兰", pin=OLD, again=OLD), "姓名"),
            (Edit(ADD, name="乌兰", pin=OLD, again=OLD), "已经有"),
            (Edit(REMOVE, "nobody"), "不在名册"),
            (Edit(REMOVE, id_of(desk, KEEPER)), "至少要有一位管理员"),
        ):
            with pytest.raises(FormProblem, match=words):
                change(desk, edit)
        with pytest.raises(NotApproved, match="不是管理员"):
            change(desk, Edit(REMOVE, id_of(desk, KEEPER)), "乌兰", OLD)
        assert "not_administrator" in lines(desk, Act.PIN_REFUSED)[0]


def renew(desk: Desk, name: str, old: str, new: str, again: str = "") -> None:
    prepared = do(desk, own_pin.prepare, name, old, new, again or new)
    do(desk, staff_list.commit, prepared)


def test_everybody_renews_their_own_pin_with_the_old_one_also_an_expired_one(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        do(desk, approval.make_first, KEEPER, ADMIN, ADMIN)
        change(desk, Edit(ADD, name="乌兰", role=Role.SUPERVISOR, pin=OLD, again=OLD))
        assert do(desk, own_pin.people) == ("乌兰", KEEPER)
        for new, again, words in (
            (NEW, OLD, "不一样"),
            (OLD, OLD, "原来的一样"),
            ("123456", "123456", "容易猜"),
        ):
            with pytest.raises(FormProblem, match=words):
                renew(desk, "乌兰", OLD, new, again)
        with pytest.raises(NotApproved, match="没有叫"):
            renew(desk, "无人", OLD, NEW)
        desk.clock = SteppingClock(desk.clock.now() + PIN_LIFE)
        with pytest.raises(NotApproved, match="已过期"):
            do(desk, approval.approve, "乌兰", OLD, Purpose.REPRINT)
        renew(desk, "乌兰", OLD, NEW)
        assert do(desk, approval.approve, "乌兰", NEW, Purpose.REPRINT)
        [line] = desk.store(trail.newest, 1, act=Act.STAFF)
        assert (line.actor, '"what":"pin"' in line.detail) == ("乌兰", True)
        for _attempt in range(MOST_FAILURES):
            with pytest.raises(NotApproved, match="口令不对"):
                renew(desk, "乌兰", WRONG, OLD)
        with pytest.raises(NotApproved, match="锁定"):
            renew(desk, "乌兰", NEW, OLD)
        assert "own_pin" in lines(desk, Act.PIN_REFUSED)[0]


def test_a_list_founded_at_one_window_holds_at_the_others(host: Host, tmp_path: Path) -> None:
    with counters(host, tmp_path, 1, 2) as (first, second):
        one, two = first.desk, second.desk
        do(one, approval.make_first, KEEPER, ADMIN, ADMIN)
        do(two, approval.make_first, "另一位", ADMIN, ADMIN)
        assert do(one, staff_list.view).whose == "window"
        change(one, Edit(ADD, name="乌兰", role=Role.SUPERVISOR, pin=OLD, again=OLD))
        assert "乌兰" not in people(two), "until it is the hall's, each window has its own"
        change(one, Edit(FOUND))
        follow(second)
        assert people(two) == {"另一位": (Role.ADMINISTRATOR, False), **people(one)}
        assert do(two, staff_list.view).whose == "hall"
        assert do(two, approval.approve, "乌兰", OLD, Purpose.REPRINT)
        change(two, Edit(PIN, id_of(two, "乌兰"), pin=NEW, again=NEW))
        follow(first)
        with pytest.raises(NotApproved, match="口令不对"):
            do(one, approval.approve, "乌兰", OLD, Purpose.REPRINT)
        assert do(one, approval.approve, "乌兰", NEW, Purpose.REPRINT)
        assert two.store(trail.newest, 1, act=Act.STAFF)[0].actor == KEEPER
        assert len(lines(one)) == 3, "two added and a new PIN"
        _a_person_renews_their_own(first, second)
        _a_change_that_came_second_is_made_again(first, second)
        _what_nobody_may_say_is_passed_over(first, second)
        _nobody_can_read_it_on_the_host(host)
        host.kill()
        prepared = do(one, staff_list.prepare, KEEPER, ADMIN, Edit(REMOVE, id_of(one, "乌兰")))
        with pytest.raises(HallProblem):
            do(one, staff_list.commit, prepared)
        assert people(one)["乌兰"][1], "cut off, nothing of the hall's list changes"


def _a_change_that_came_second_is_made_again(first: Counter, second: Counter) -> None:
    one, two = first.desk, second.desk
    late = do(two, staff_list.prepare, KEEPER, ADMIN, Edit(ROLE, id_of(two, "乌兰"), role=Role.CLERK))
    change(one, Edit(ADD, name="巴图", role=Role.CLERK, pin=OLD, again=OLD))
    with pytest.raises(HallProblem, match="别的窗口改过"):
        do(two, staff_list.commit, late)
    assert people(two)["巴图"] == (Role.CLERK, True)
    assert people(two)["乌兰"] == (Role.SUPERVISOR, True)


def _a_person_renews_their_own(first: Counter, second: Counter) -> None:
    renew(second.desk, "乌兰", NEW, OLD)
    follow(first)
    with pytest.raises(NotApproved, match="口令不对"):
        do(first.desk, approval.approve, "乌兰", NEW, Purpose.REPRINT)
    assert do(first.desk, approval.approve, "乌兰", OLD, Purpose.REPRINT)
    assert people(first.desk)["乌兰"] == (Role.SUPERVISOR, True)


def _nobody_can_read_it_on_the_host(host: Host) -> None:
    files = [path for path in (host.folder / "1" / "jetstream").rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert b"STAFF" in b"".join(str(path).encode() for path in files)
    for secret in ("乌兰".encode(), b"argon2id", b"administrator"):
        assert secret not in kept


def _what_nobody_may_say_is_passed_over(first: Counter, second: Counter) -> None:
    """A window's program that was tampered with writes into the list: without an administrator's PIN it is
    nothing."""
    one, two = first.desk, second.desk
    assert one.hall.roll is not None
    now = one.clock.now()
    forger = approval.new_person("冒充", Role.ADMINISTRATOR, ADMIN, now)
    key = open_key(ADMIN, forger.public_key, forger.sealed_key)
    clerk = one.store(staff.named, "巴图")
    assert clerk is not None
    newest = one.listed.found[-1]
    clerks_key = open_key(OLD, clerk.public_key, clerk.sealed_key)
    own = replace(approval.new_person("巴图", Role.CLERK, NEW, now), id=clerk.id)
    chiefs = replace(approval.new_person("乌兰", Role.SUPERVISOR, OLD, now), id=id_of(one, "乌兰"))
    beyond_ones_own = [
        (replace(own, role=Role.ADMINISTRATOR),),
        (replace(own, name="冒充"),),
        (replace(own, pin_set_at=now + PIN_LIFE),),
        (own, forger),
        (chiefs,),
    ]
    forged = [
        *(sign(Change(hash_of(newest), clerk.id, now, who), clerks_key) for who in beyond_ones_own),
        sign(Change(hash_of(newest), clerk.id, now, (own,)), open_key(NEW, own.public_key, own.sealed_key)),
        sign(Change(hash_of(newest), forger.id, now, (forger,)), key),
        sign(Change("", forger.id, now, (forger,)), key),
        sign(Change(hash_of(newest), id_of(one, KEEPER), now, (forger,)), key),
        sign(Change(hash_of(newest), clerk.id, now, (forger,)), clerks_key),
        one.listed.found[0],
        b"{}",
    ]  # fmt: skip
    for place, body in enumerate(forged, one.listed.read + 1):
        assert one.lanes.submit("hall", one.hall.roll.append, place, body).result(30)
    change(one, Edit(REMOVE, id_of(one, "巴图")))
    follow(first, second)
    assert "冒充" not in people(one) | people(two)
    assert not people(two)["巴图"][1], "the list goes on behind it"


def test_a_lock_out_holds_at_every_window_and_a_new_pin_ends_it(host: Host, tmp_path: Path) -> None:
    with counters(host, tmp_path, 1, 2) as (first, second):
        one, two = first.desk, second.desk
        do(one, approval.make_first, KEEPER, ADMIN, ADMIN)
        change(one, Edit(ADD, name="乌兰", role=Role.SUPERVISOR, pin=OLD, again=OLD))
        change(one, Edit(FOUND))
        follow(second)
        for place in range(MOST_FAILURES):
            desk, other = (one, second) if place % 2 else (two, first)
            with pytest.raises(NotApproved, match="口令"):
                do(desk, sign_in, "乌兰", WRONG)
            heard(other, id_of(one, "乌兰"), place + 1)
        for desk in (one, two):
            with pytest.raises(NotApproved, match="锁定"):
                do(desk, approval.approve, "乌兰", OLD, Purpose.REPRINT)
        change(two, Edit(PIN, id_of(two, "乌兰"), pin=NEW, again=NEW))
        follow(first, second)
        assert do(one, approval.approve, "乌兰", NEW, Purpose.REPRINT)


def heard(window: Counter, person: str, failures: int) -> None:
    """Wait until this window counts what was tried at the other."""

    def counts() -> bool:
        window.look()
        known = window.desk.store(staff.get, person)
        assert known is not None
        return (known.locked_until is not None) if failures == MOST_FAILURES else known.failures == failures

    until(counts)


def test_a_hall_put_back_from_an_older_copy_gets_its_list_again_and_another_list_is_not_taken_silently(
    host: Host, tmp_path: Path
) -> None:
    with counters(host, tmp_path, 1) as (window,):
        desk = window.desk
        do(desk, approval.make_first, KEEPER, ADMIN, ADMIN)
        change(desk, Edit(FOUND))
        change(desk, Edit(ADD, name="乌兰", role=Role.SUPERVISOR, pin=OLD, again=OLD))
        kept = desk.store(staff.changes)
        assert len(kept) == 2
    with Host(tmp_path / "older") as older, counters(older, tmp_path / "older-w", 1, 2) as (first, second):
        for place, body in enumerate(kept, 1):
            first.desk.store(staff.keep_change, place, body)
        first.again()
        assert first.desk.listed.found == list(kept), "the window told the hall what it lacks"
        second.again()
        assert second.desk.store(staff.changes) == kept
    with Host(tmp_path / "third") as third, counters(third, tmp_path / "third-w", 1, 2) as (first, second):
        do(first.desk, approval.make_first, "另一位", ADMIN, ADMIN)
        change(first.desk, Edit(FOUND), "另一位")
        do(second.desk, approval.make_first, KEEPER, ADMIN, ADMIN)
        for place, body in enumerate(kept, 1):
            second.desk.store(staff.keep_change, place, body)
        second.again()
        assert do(second.desk, staff_list.view).whose == "other"
        assert people(second.desk) == {KEEPER: (Role.ADMINISTRATOR, True)}
        assert any("不是本窗口原来的" in one.happened for one in second.desk.notices.standing())
        change(second.desk, Edit(ADOPT))
        assert people(second.desk)["另一位"][1]
        assert not people(second.desk)[KEEPER][1]
        assert do(second.desk, staff_list.view).whose == "hall"


@pytest.mark.real_pins
def test_a_pin_opens_its_own_key_only_and_a_guess_costs_what_the_standard_says() -> None:
    cost = person_key.hasher
    assert (cost.time_cost, cost.memory_cost, cost.parallelism) >= (3, 65536, 4), "RFC 9106, section 4"
    public, sealed = new_key(OLD)
    assert open_key(OLD, public, sealed).public_key().public_bytes_raw() == public
    for pin, key, box in ((NEW, public, sealed), (OLD, new_key(OLD)[0], sealed), (OLD, public, b"")):
        with pytest.raises(NotGenuine):
            open_key(pin, key, box)
