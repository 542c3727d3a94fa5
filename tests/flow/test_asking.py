"""A reprint asked for at one real window and approved at another: two persons, signed, once, in time."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import Act
from app.domain.hall_asks import Answer, Ask
from app.domain.hall_event import EventKind, HallEvent
from app.domain.staff import APPROVAL_LIFE, PIN_LIFE, Purpose, Role
from app.errors import FormProblem, HallProblem
from app.hall.log import encode
from app.hall.person_key import new_key, open_key
from app.lanes import HALL
from app.services import approval, asking, issuing, ledger, staff_list
from app.services.approval import NotApproved
from app.services.asking import AskRow, Came, Outcome
from app.services.clerks import sign_in
from app.services.desk import Desk
from app.services.staff_list import ADD, FOUND, REMOVE, Edit
from app.services.views import LedgerRow
from app.storage import staff, trail
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import do
from tests.helpers.hall_desks import Counter, counters
from tests.helpers.nats import Host, until
from tests.helpers.visits import print_all

PIN, ADMIN, WRONG = "648219", "730195", "648218"
REASON = ledger.REPRINT_REASONS[0]
PEOPLE = (("苏雅", Role.CLERK), ("巴图", Role.CLERK), ("乌兰", Role.SUPERVISOR), ("其木格", Role.SUPERVISOR))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host(tmp_path / "hall") as one:
        yield one


@pytest.fixture
def windows(host: Host, tmp_path: Path) -> Iterator[tuple[Counter, Counter]]:
    """Two windows of a hall with one list of staff; a clerk is signed in at each."""
    with counters(host, tmp_path, 1, 2) as (first, second):
        do(first.desk, approval.make_first, "李工", ADMIN, ADMIN)
        for name, role in PEOPLE:
            change(first.desk, Edit(ADD, name=name, role=role, pin=PIN, again=PIN))
        change(first.desk, Edit(FOUND))
        until(lambda: seen(second, lambda: second.desk.store(staff.named, "乌兰") is not None))
        do(first.desk, sign_in, "苏雅", PIN)
        do(second.desk, sign_in, "巴图", PIN)
        do(first.desk, issuing.take_ticket, "立案", False)
        print_all(first.desk)
        yield first, second


def change(desk: Desk, edit: Edit) -> None:
    do(desk, staff_list.commit, do(desk, staff_list.prepare, "李工", ADMIN, edit))


def seen(window: Counter, condition) -> bool:  # type: ignore[no-untyped-def]
    window.look()
    return bool(condition())


def paper(desk: Desk, copy: int = 0) -> LedgerRow:
    rows: tuple[LedgerRow, ...] = do(desk, ledger.find, "").rows
    return next(row for row in rows if row.copy == copy)


def wish(first: Counter, purpose: Purpose = Purpose.REPRINT) -> str:
    return str(do(first.desk, asking.ask, purpose, paper(first.desk).number, "0"))


def heard(second: Counter, asked: str) -> AskRow:
    """Wait until the other window shows the question."""
    found: list[AskRow] = []

    def there() -> bool:
        second.look()
        found[:] = [row for row in do(second.desk, asking.waiting) if row.ask.id == asked]
        return bool(found)

    until(there)
    return found[0]


def came(first: Counter, asked: str, wanted: Came) -> Outcome:
    found: list[Outcome] = []

    def there() -> bool:
        found[:] = [do(first.desk, asking.outcome, asked)]
        return found[0].came is wanted

    until(there)
    return found[0]


def acts(desk: Desk, *kinds: Act) -> list[str]:
    return [line.act for line in reversed(desk.store(trail.newest, 60)) if line.act in kinds]


def refusals(desk: Desk) -> list[str]:
    lines = reversed(desk.store(trail.newest, 60, act=Act.APPROVAL_REFUSED))
    return [line.detail.split('"why":"')[1].split('"')[0] for line in lines]


def copies(desk: Desk) -> int:
    return paper(desk).copies


def test_a_supervisor_at_another_window_approves_one_reprint_and_both_windows_have_it_on_record(
    windows: tuple[Counter, Counter],
) -> None:
    first, second = windows
    assert do(first.desk, asking.ways).elsewhere
    asked = wish(first)
    row = heard(second, asked)
    assert (row.clerk, row.names) == ("苏雅", ("乌兰", "其木格"))
    assert row.what == f"补打，{paper(first.desk).number}，{REASON}"
    assert any("1 号窗口请值班主任核准" in one.happened for one in second.desk.notices.standing())
    assert do(first.desk, asking.outcome, asked).came is Came.WAITING
    do(second.desk, asking.approve, row.ask, "乌兰", PIN)
    assert "乌兰已在 2 号窗口核准" in came(first, asked, Came.APPROVED).said
    job = paper(first.desk).job_id
    do(first.desk, ledger.reprint, job, REASON, asked)
    assert paper(first.desk, copy=1).approved_by == "乌兰"
    with pytest.raises(NotApproved, match="用过"):
        do(first.desk, ledger.reprint, job, REASON, asked)
    both = (Act.APPROVAL_ASKED, Act.APPROVAL_GIVEN, Act.APPROVAL_REFUSED)
    assert acts(first.desk, *both) == ["approval_asked", "approval_given"]
    assert acts(second.desk, *both) == ["approval_given"]
    given = second.desk.store(staff.attempts)[0]
    with pytest.raises(NotApproved):  # what was given there cannot be spent there
        second.desk.store(approval.spend, given.id, Purpose.REPRINT, "job", second.desk.clock.now())
    assert do(first.desk, asking.outcome, asked).came is Came.OVER
    until(lambda: seen(second, lambda: not do(second.desk, asking.waiting)))
    _it_serves_nothing_else(first, second)
    _nothing_of_a_person_is_in_the_log(first)


def _it_serves_nothing_else(first: Counter, second: Counter) -> None:
    """An approval for one number is not one for another; one purpose is not another."""
    asked = str(do(first.desk, asking.ask, Purpose.REPRINT, "SJ20260101-01-0001", "0"))
    do(second.desk, asking.approve, heard(second, asked).ask, "乌兰", PIN)
    came(first, asked, Came.APPROVED)
    with pytest.raises(NotApproved):
        do(first.desk, ledger.reprint, paper(first.desk).job_id, REASON, asked)
    asked = wish(first, Purpose.UNFREEZE)
    do(second.desk, asking.approve, heard(second, asked).ask, "乌兰", PIN)
    came(first, asked, Came.APPROVED)
    with pytest.raises(NotApproved):
        do(first.desk, ledger.reprint, paper(first.desk).job_id, REASON, asked)
    now = first.desk.clock.now()
    about = paper(first.desk).number
    assert first.desk.store(approval.spend, asked, Purpose.UNFREEZE, "v", now, about) == "乌兰"


def _nothing_of_a_person_is_in_the_log(first: Counter) -> None:
    text = "".join(encode(event) for event in first.desk.hall.past(first.desk.today()))
    for name, _role in (*PEOPLE, ("李工", Role.ADMINISTRATOR)):
        assert name not in text


def test_nobody_else_than_another_supervisor_with_a_pin_in_force_approves(
    windows: tuple[Counter, Counter],
) -> None:
    first, second = windows
    do(first.desk, sign_in, "其木格", PIN)
    asked = wish(first)
    row = heard(second, asked)
    assert row.names == ("乌兰",)
    for name, pin, words in (
        ("其木格", PIN, "不能核准自己的事"),
        ("巴图", PIN, "不是值班主任"),
        ("乌兰", WRONG, "口令不对"),
    ):
        with pytest.raises(NotApproved, match=words):
            do(second.desk, asking.approve, row.ask, name, pin)
    with pytest.raises(NotApproved, match="没有叫"):
        do(second.desk, asking.approve, row.ask, "无人", PIN)
    wanted = ["self", "not_supervisor", "wrong_pin"]

    def all_heard() -> bool:
        assert do(first.desk, asking.outcome, asked).came is Came.WAITING
        return refusals(first.desk) == wanted

    until(all_heard)
    assert [line.actor for line in second.desk.store(trail.newest, 3, act=Act.PIN_REFUSED)] == ["其木格"] * 3
    with pytest.raises(NotApproved):
        do(first.desk, ledger.reprint, paper(first.desk).job_id, REASON, asked)
    true_clock, old = second.desk.clock, SteppingClock(second.desk.clock.now() + PIN_LIFE)
    second.desk.clock = old
    with pytest.raises(NotApproved, match="已过期"):
        do(second.desk, asking.approve, row.ask, "乌兰", PIN)
    second.desk.lanes.submit(HALL, str).result(60)  # the wrong clock has told the hall of its own day
    second.desk.clock = true_clock
    for _attempt in range(4):
        with pytest.raises(NotApproved, match="口令"):
            do(second.desk, asking.approve, row.ask, "乌兰", WRONG)
    with pytest.raises(NotApproved, match="锁定"):
        do(second.desk, asking.approve, row.ask, "乌兰", PIN)
    with pytest.raises(NotApproved, match="锁定"):
        do(second.desk, asking.decline, row.ask, "乌兰", PIN)
    wanted += ["wrong_pin"] * 4 + ["locked"] * 2
    until(all_heard)
    assert copies(first.desk) == 0
    _who_is_not_on_the_list_asks_nobody(first)


def _who_is_not_on_the_list_asks_nobody(first: Counter) -> None:
    change(first.desk, Edit(REMOVE, id_of(first.desk, "其木格")))
    assert not do(first.desk, asking.ways).elsewhere
    with pytest.raises(FormProblem, match="人员名册"):
        wish(first)


def id_of(desk: Desk, name: str) -> str:
    found = desk.store(staff.named, name)
    assert found is not None
    return found.id


def test_what_nobody_signed_with_a_supervisors_pin_is_no_approval(windows: tuple[Counter, Counter]) -> None:
    first, second = windows
    asked, other = wish(first), wish(first)
    row, second_row = heard(second, asked), heard(second, other)
    boss, now = id_of(second.desk, "乌兰"), second.desk.clock.now()
    clerk = second.desk.store(staff.named, "巴图")
    assert clerk is not None
    clerks_key = open_key(PIN, clerk.public_key, clerk.sealed_key)
    strangers_key = open_key(PIN, *new_key(PIN))
    plain = Answer(2, boss, now)
    chief = second.desk.store(staff.get, boss)
    assert chief is not None
    bosses_key = open_key(PIN, chief.public_key, chief.sealed_key)

    def words(question: Ask, answer: Answer) -> bytes:
        return asking._words(question, answer)

    forged = [
        replace(plain, seal="AAAA"),
        replace(plain, seal="not base64"),
        replace(plain, seal=seal(strangers_key, words(row.ask, plain))),
        replace(plain, seal=seal(clerks_key, words(row.ask, plain))),
        Answer(2, clerk.id, now, seal(clerks_key, words(row.ask, Answer(2, clerk.id, now)))),
        Answer(2, "nobody", now, seal(strangers_key, words(row.ask, Answer(2, "nobody", now)))),
        replace(plain, seal=seal(bosses_key, words(second_row.ask, plain))),
        replace(plain, seal=seal(bosses_key, words(replace(row.ask, about="SJ1"), plain))),
    ]
    for answer in forged:
        put(second, row.ask.id, answer)
    own = replace(plain, window=1)
    put(first, row.ask.id, replace(own, seal=seal(bosses_key, words(row.ask, own))))

    def all_judged() -> bool:
        assert do(first.desk, asking.outcome, asked).came is Came.WAITING
        return len(refusals(first.desk)) == len(forged)

    until(all_judged)
    assert set(refusals(first.desk)) == {"not_genuine"}
    put(second, asked, replace(plain, seal=seal(bosses_key, words(row.ask, plain))))
    came(first, asked, Came.APPROVED)
    _a_decline_is_a_supervisors_own_act_too(first, second, boss)


def _a_decline_is_a_supervisors_own_act_too(first: Counter, second: Counter, boss: str) -> None:
    before, asked = len(refusals(first.desk)), wish(first)
    row = heard(second, asked)
    put(second, asked, Answer(2, boss, second.desk.clock.now(), reason="declined"))
    for name, pin in (("乌兰", WRONG), ("巴图", PIN)):
        with pytest.raises(NotApproved):
            do(second.desk, asking.decline, row.ask, name, pin)

    def all_heard() -> bool:
        assert do(first.desk, asking.outcome, asked).came is Came.WAITING
        return refusals(first.desk)[before:] == ["not_genuine", "wrong_pin", "not_supervisor"]

    until(all_heard)
    do(second.desk, asking.decline, row.ask, "乌兰", PIN)
    assert "乌兰在 2 号窗口没有同意" in came(first, asked, Came.DECLINED).said
    assert refusals(first.desk)[-1] == "declined"
    [line] = second.desk.store(trail.newest, 1, act=Act.APPROVAL_REFUSED)
    assert (line.actor, '"why":"declined"' in line.detail) == ("乌兰", True)


def seal(key, words: bytes) -> str:  # type: ignore[no-untyped-def]
    return base64.b64encode(key.sign(words)).decode("ascii")


def put(window: Counter, asked: str, answer: Answer) -> None:
    """Write an answer into the hall's log, as a program that was tampered with could."""
    kind = EventKind.NOT_APPROVED if answer.reason else EventKind.APPROVED
    event = HallEvent(
        kind, "", answer.at,
        wish=asked, person=answer.person, seal=answer.seal, reason=answer.reason, to=1,
    )  # fmt: skip
    desk = window.desk

    def say() -> bool:
        return desk.hall.member(desk.today()).say(event)

    assert desk.lanes.submit("hall", say).result(30)


def test_a_question_ends_by_itself_is_taken_back_and_is_not_asked_where_nobody_hears(
    windows: tuple[Counter, Counter], host: Host
) -> None:
    first, second = windows
    asked, job = wish(first), paper(first.desk).job_id
    heard(second, asked)
    do(first.desk, asking.withdraw, asked)
    until(lambda: seen(second, lambda: not do(second.desk, asking.waiting)))
    late = wish(first)
    row = heard(second, late)
    steps = SteppingClock()
    steps.forward(seconds=(first.desk.clock.now() - steps.now() + APPROVAL_LIFE).total_seconds() + 5)
    first.desk.clock = steps
    do(second.desk, asking.approve, row.ask, "乌兰", PIN)

    def answered() -> bool:
        first.look()
        return bool(first.desk.hall.state.asks[late].answers)

    until(answered)
    assert "过期" in do(first.desk, asking.outcome, late).said
    with pytest.raises(NotApproved):
        do(first.desk, ledger.reprint, job, REASON, late)
    host.kill()
    until(lambda: seen(first, lambda: not do(first.desk, asking.ways).elsewhere))
    with pytest.raises(HallProblem, match="听不到"):
        wish(first)
