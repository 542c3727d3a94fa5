"""A second person approves: once, for one act, with a PIN that is theirs and in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.staff import APPROVAL_LIFE, LOCKED_FOR, MOST_FAILURES, PIN_LIFE, Purpose, Refusal, Role
from app.errors import FormProblem
from app.services import approval
from app.services.approval import NotApproved
from app.services.desk import Desk
from app.storage import staff
from tests.helpers.cases import SteppingClock
from tests.helpers.desks import HALL, desk_in, do

PIN, WRONG = "648219", "648218"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SteppingClock) -> Iterator[Desk]:
    with desk_in(tmp_path, clock=clock) as opened:
        approval.enlist(opened, "乌兰", Role.SUPERVISOR, PIN)
        approval.enlist(opened, HALL.clerk, Role.SUPERVISOR, PIN)
        approval.enlist(opened, "巴图", Role.CLERK, PIN)
        yield opened


def give(desk: Desk, name: str = "乌兰", pin: str = PIN, purpose: Purpose = Purpose.REPRINT) -> str:
    return str(do(desk, approval.approve, name, pin, purpose))


def use(desk: Desk, given: str, purpose: Purpose = Purpose.REPRINT) -> str:
    return desk.store(approval.spend, given, purpose, "job-1", desk.clock.now())


def test_only_other_supervisors_are_offered(desk: Desk) -> None:
    assert do(desk, approval.supervisors) == ("乌兰",)
    assert approval.retire(desk, "乌兰")
    assert do(desk, approval.supervisors) == ()
    assert not approval.retire(desk, "nobody")


def test_an_approval_serves_one_act(desk: Desk) -> None:
    given = give(desk)
    assert use(desk, given) == "乌兰"
    with pytest.raises(NotApproved):
        use(desk, given)
    (stored,) = desk.store(staff.attempts)
    assert (stored.supervisor, stored.clerk, stored.refusal, stored.spent_on) == (
        "乌兰",
        HALL.clerk,
        None,
        "job-1",
    )


def test_an_approval_for_something_else_or_of_some_time_ago_is_void(desk: Desk, clock: SteppingClock) -> None:
    with pytest.raises(NotApproved):
        use(desk, give(desk, purpose=Purpose.UNFREEZE))
    given = give(desk)
    clock.forward(seconds=(APPROVAL_LIFE + timedelta(seconds=1)).total_seconds())
    with pytest.raises(NotApproved):
        use(desk, given)
    with pytest.raises(NotApproved):
        use(desk, "never-given")


def test_a_transaction_that_fails_gives_the_approval_back(desk: Desk) -> None:
    given = give(desk)

    def act(connection: object) -> None:
        approval.spend(connection, given, Purpose.REPRINT, "job-1", desk.clock.now())  # type: ignore[arg-type]
        raise FormProblem("the act itself failed")

    with pytest.raises(FormProblem):
        desk.store(act)
    assert use(desk, given) == "乌兰"


@pytest.mark.parametrize(
    ("name", "pin", "found"),
    [
        (HALL.clerk, PIN, Refusal.SELF),
        ("巴图", PIN, Refusal.NOT_SUPERVISOR),
        ("乌兰", WRONG, Refusal.WRONG_PIN),
    ],
)
def test_a_refusal_is_said_and_stored(desk: Desk, name: str, pin: str, found: Refusal) -> None:
    with pytest.raises(NotApproved) as said:
        give(desk, name, pin)
    assert all((said.value.happened, said.value.safe, said.value.next_step))
    (stored,) = desk.store(staff.attempts)
    assert (stored.supervisor, stored.refusal) == (name, found)
    with pytest.raises(NotApproved):
        use(desk, stored.id)


def test_nobody_of_that_name(desk: Desk) -> None:
    with pytest.raises(NotApproved, match="没有叫"):
        give(desk, "无人")


def test_the_right_pin_is_refused_while_locked_and_serves_again_after(
    desk: Desk, clock: SteppingClock
) -> None:
    for _attempt in range(MOST_FAILURES):
        with pytest.raises(NotApproved):
            give(desk, pin=WRONG)
    with pytest.raises(NotApproved, match="锁定"):
        give(desk)
    clock.forward(seconds=(LOCKED_FOR).total_seconds())
    assert use(desk, give(desk)) == "乌兰"


def test_an_expired_pin_is_refused_until_it_is_renewed(desk: Desk, clock: SteppingClock) -> None:
    clock.forward(seconds=(PIN_LIFE).total_seconds())
    with pytest.raises(NotApproved, match="过期"):
        give(desk)
    approval.enlist(desk, "乌兰", Role.SUPERVISOR, "395172")
    assert use(desk, give(desk, pin="395172")) == "乌兰"


def test_a_weak_pin_is_not_taken_and_the_old_one_stays(desk: Desk) -> None:
    with pytest.raises(FormProblem, match="太容易猜"):
        approval.enlist(desk, "乌兰", Role.SUPERVISOR, "123456")
    assert use(desk, give(desk)) == "乌兰"


def test_the_pin_itself_is_not_stored(desk: Desk) -> None:
    person = desk.store(staff.named, "乌兰")
    assert person is not None
    assert person.pin_hash.startswith("$argon2id$")
    assert PIN not in person.pin_hash
