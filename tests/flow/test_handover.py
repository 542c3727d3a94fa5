"""A running visit goes to another window with everything entered, exactly once, over a real nats-server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.domain.audit import Act
from app.domain.ticket import TicketState
from app.errors import FormProblem, HallProblem
from app.hall.seat import Standing
from app.services import calling, coming_back, drafts, fetching, handover, issuing
from app.services.desk import Desk
from app.services.handover import HandoverView
from app.services.verify import findings
from app.storage import handovers, intakes, trail, visits
from app.storage.records import VisitRecord
from tests.helpers.desks import FILLED, do
from tests.helpers.hall_desks import Counter, counters
from tests.helpers.nats import Host, until
from tests.helpers.supplying import bring, tell, told
from tests.helpers.visits import fill, finish, lay, record, shown, sign


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("hall")) as one:
        yield one


@pytest.fixture(scope="module")
def windows(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, ...]]:
    with counters(host, tmp_path_factory.mktemp("desks"), 1, 2) as made:
        yield made


@pytest.fixture(autouse=True)
def _a_slow_machine_answers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 60.0)


@pytest.fixture
def pair(windows: tuple[Counter, ...]) -> Iterator[tuple[Counter, Counter]]:
    one, other = windows
    yield one, other
    for counter in windows:  # leave nobody at a window for the next test
        for _ in range(3):
            counter.look()
        if counter.desk.hall.state.called_by(counter.desk.window):
            finish(counter.desk, unsigned=True)
    for counter in windows:
        assert findings(counter.desk) == []


def begun(counter: Counter) -> str:
    """Call somebody and enter, sign and lay in what one has after ten minutes; return the number."""
    desk = counter.desk
    do(desk, issuing.take_ticket, "立案", False)
    visit = do(desk, calling.call_next)
    fill(desk)
    lay(desk, visit.id)
    lay(desk, visit.id, "M02")
    sign(desk)
    return str(visit.ticket)


def seen(desk: Desk) -> HandoverView:
    found: HandoverView = do(desk, handover.view)
    return found


def open_at(desk: Desk) -> VisitRecord | None:
    return desk.store(visits.open_at, desk.window)


def owners(*pair: Counter) -> list[int]:
    """Return the windows whose copy of the last number is no closed copy."""
    found = []
    for counter in pair:
        desk = counter.desk
        last = max(desk.hall.state.tickets, key=lambda n: desk.hall.state.tickets[n].arrived_at)
        known = desk.store(visits.of_ticket, desk.today().isoformat(), last)
        found += [desk.window] if known and known.state != handovers.ELSEWHERE else []
    return found


def acts(desk: Desk, act: Act) -> list[str]:
    return [line.detail for line in desk.store(trail.newest, 5, act=act)]


def test_all_that_was_entered_goes_along_and_the_number_keeps_its_arrival(
    pair: tuple[Counter, Counter],
) -> None:
    one, other = pair
    number = begun(one)
    before, arrived = shown(one.desk), one.desk.hall.state.tickets[number].arrived_at
    assert do(one.desk, handover.give, 2, "要能办的窗口接着办") == number
    assert open_at(one.desk) is None
    (given,) = seen(one.desk).given
    assert (given.number, given.window) == (number, 2)
    (offer,) = seen(other.desk).offers
    assert (offer.number, offer.window, offer.reason, offer.ready) == (number, 1, "要能办的窗口接着办", True)
    assert do(other.desk, handover.accept, number) == number
    visit = open_at(other.desk)
    assert visit is not None
    after = shown(other.desk)
    assert (after.identity, after.matter, after.parties) == (before.identity, before.matter, before.parties)
    assert [p.page_id for p in after.pages] == [p.page_id for p in before.pages]
    assert after.confirmation.signed_at == before.confirmation.signed_at is not None
    ticket = other.desk.hall.state.tickets[number]
    assert (ticket.arrived_at, ticket.window) == (arrived, 2)
    one.look()
    other.look()
    assert seen(one.desk).given == ()
    assert '"to":2' in acts(one.desk, Act.GIVEN)[0]
    assert "要能办的窗口接着办" in acts(one.desk, Act.GIVEN)[0]
    assert '"giver":1' in acts(other.desk, Act.TAKEN_OVER)[0]
    finish(other.desk)
    assert record(other.desk, visit.id)["window"] == 2
    assert record(other.desk, visit.id)["clerk"] == "窗口2"


def test_the_next_key_calls_who_was_handed_over_first(pair: tuple[Counter, Counter]) -> None:
    one, other = pair
    number = begun(one)
    waiting = do(one.desk, issuing.take_ticket, "立案", False)
    do(one.desk, handover.give, 2, "交接班")
    assert do(other.desk, calling.call_next).ticket == number
    assert shown(other.desk).party_name == FILLED["identity.name"]
    finish(other.desk)
    assert do(one.desk, calling.call_next).ticket == waiting
    do(one.desk, calling.no_show)


def test_nobody_is_given_without_a_reason_or_to_a_window_that_is_not_there(
    pair: tuple[Counter, Counter],
) -> None:
    one, other = pair
    number = begun(one)
    with pytest.raises(FormProblem, match="原因"):
        do(one.desk, handover.give, 2, "  ")
    with pytest.raises(HallProblem, match="没有这样的窗口"):
        do(one.desk, handover.give, 7, "交接班")
    assert open_at(one.desk) is not None
    with pytest.raises(HallProblem, match="没有移交给本窗口"):
        do(other.desk, handover.accept, number)


def test_what_is_declined_opens_again_where_it_was(pair: tuple[Counter, Counter]) -> None:
    one, other = pair
    number = begun(one)
    before = shown(one.desk)
    do(one.desk, handover.give, 2, "交接班")
    other.look()
    assert do(other.desk, handover.decline, number, "本窗口停电") == 1
    assert seen(other.desk).offers == ()
    assert do(one.desk, calling.call_next).ticket == number
    assert shown(one.desk).pages == before.pages
    assert owners(one, other) == [1]
    assert '"to":2' in acts(one.desk, Act.TAKEN_BACK)[0]


def test_a_visit_can_come_back_with_what_was_added_elsewhere(pair: tuple[Counter, Counter]) -> None:
    one, other = pair
    number = begun(one)
    do(one.desk, handover.give, 2, "交接班")
    do(other.desk, handover.accept, number)
    do(other.desk, drafts.set_field, "identity.phone", "13900001111")
    do(other.desk, handover.give, 1, "要能办的窗口接着办")
    do(one.desk, handover.accept, number)
    fields = {f.path: f.value for group in shown(one.desk).identity for f in group.fields}
    assert fields["identity.phone"] == "13900001111"
    assert owners(one, other) == [1]


def test_a_draft_left_at_one_window_follows_its_number_to_another(pair: tuple[Counter, Counter]) -> None:
    one, other = pair
    number = begun(one)
    do(one.desk, calling.put_back, "叫错了")
    assert do(other.desk, calling.call_next).ticket == number
    one.look()
    other.look()
    assert shown(other.desk).party_name == FILLED["identity.name"]
    assert len(shown(other.desk).pages) == 2
    assert owners(one, other) == [2]


class Crash(BaseException):
    """The program ends here."""


def crashing(desk: Desk, after: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Let the desk's program die right after so many durable steps: of the store, the parcels or the log."""
    count = {"steps": 0}

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **words: Any) -> Any:
            place, count["steps"] = count["steps"], count["steps"] + 1
            result = step(*args, **words)
            if place == after:
                raise Crash
            return result

        return run

    member = desk.hall.member(desk.today())
    writing = {"_seal", "write", "_add", "note_given", "add"}
    store = desk.store

    class Store:
        def __call__(self, function: Callable[..., Any], *args: Any, **words: Any) -> Any:
            name = getattr(function, "__name__", "")
            step = dying(store) if name in writing else store
            return step(function, *args, **words)

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

    monkeypatch.setattr(desk, "store", Store())
    monkeypatch.setattr(desk.hall._journal, "_store", Store())
    monkeypatch.setattr(desk.hall.parcels, "send", dying(desk.hall.parcels.send))  # type: ignore[union-attr]
    monkeypatch.setattr(member.log, "append", dying(member.log.append))
    return lambda: count["steps"] > after


def _die(counter: Counter, after: int, act: Any, *words: Any) -> bool:
    """Do the act and let the program die at a step of it; return whether it got that far."""
    with pytest.MonkeyPatch.context() as patch:
        reached = crashing(counter.desk, after, patch)
        with contextlib.suppress(Crash):
            do(counter.desk, act, *words)
        died = reached()
    counter.again()
    return died


@pytest.mark.parametrize(("side", "first"), [("giver", 3), ("receiver", 5)])
def test_wherever_the_program_dies_exactly_one_window_has_the_visit(
    host: Host, tmp_path: Path, side: str, first: int
) -> None:
    points, died = 0, True
    with counters(host, tmp_path, first, first + 1) as (one, other):
        while died:
            number = begun(one)
            if side == "giver":
                died = _die(one, points, handover.give, first + 1, "交接班")
            else:
                do(one.desk, handover.give, first + 1, "交接班")
                died = _die(other, points, calling.call_next)
            one.look()
            other.look()
            _goes_on_at_one_window(one, other, number)
            points += 1
        assert findings(one.desk) == findings(other.desk) == []
    assert points > 4, "the act has fewer steps than it must have"


def _goes_on_at_one_window(one: Counter, other: Counter, number: str) -> None:
    at = [c for c in (one, other) if (found := open_at(c.desk)) is not None and found.ticket == number]
    if not at:
        assert do(other.desk, calling.call_next).ticket == number, "it waits for the window it was given to"
        at = [other]
    assert len(at) == 1
    assert owners(one, other) == [at[0].desk.window]
    visit = shown(at[0].desk)
    assert visit.party_name == FILLED["identity.name"]
    assert len(visit.pages) == 2
    assert visit.confirmation.signed_at is not None
    finish(at[0].desk)
    assert at[0].desk.hall.state.tickets[number].state is TicketState.SERVED


# ---- papers of an earlier visit --------------------------------------------------------------------------


def left(counter: Counter, folder: Path) -> str:
    """Finish a filing that lacks papers; return the code on its notice."""
    desk = counter.desk
    do(desk, issuing.take_ticket, "立案", False)
    visit = do(desk, calling.call_next)
    fill(desk)
    bring(desk, folder, "M01", 1)
    bring(desk, folder, "M02")
    tell(desk)
    finish(desk, unsigned=True)
    return told(desk, visit.id)[-1].code


def asked(asking: Counter, answering: Counter, sought: str) -> int:
    """Ask while the other window's program goes on looking at the hall, as its own timer lets it."""
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            answering.look()
            ended.wait(0.02)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            return int(do(asking.desk, fetching.ask, sought))
        finally:
            ended.set()
            looking.result(30)


def owed(counter: Counter) -> list[str]:
    return [row.code for row in do(counter.desk, coming_back.owed, "").rows]


def test_who_comes_back_to_another_window_is_gone_on_with_there_and_nowhere_else(
    pair: tuple[Counter, Counter], tmp_path: Path
) -> None:
    one, other = pair
    code = left(one, tmp_path)
    (row,) = do(one.desk, coming_back.owed, code).rows
    assert asked(other, one, code) == 1
    (here,) = do(other.desk, coming_back.owed, code).rows
    assert (here.visit_id, here.receipt_no, here.what) == (row.visit_id, row.receipt_no, row.what)
    assert owed(one) == [], "only one window waits for the papers"
    do(other.desk, issuing.take_ticket, "立案", False)
    again = do(other.desk, calling.call_next)
    do(other.desk, coming_back.take_up, here.visit_id)
    assert shown(other.desk).party_name == FILLED["identity.name"]
    assert [page.material for page in shown(other.desk).pages] == ["M01", "M02"]
    bring(other.desk, tmp_path, "M01", 2)
    bring(other.desk, tmp_path, "M13", 2)
    finish(other.desk, unsigned=True)
    made = record(other.desk, again.id)
    assert made["continues"]["receipt_no"] == row.receipt_no
    assert made["continues"]["sha256"] == one.desk.store(intakes.get_intake, row.visit_id).sha256
    assert owed(other) == [], "all was supplied"
    do(one.desk, issuing.take_ticket, "立案", False)
    do(one.desk, calling.call_next)
    with pytest.raises(FormProblem, match="已转到 2 号窗口"):
        do(one.desk, coming_back.take_up, row.visit_id)
    do(one.desk, calling.no_show)


def test_papers_come_back_by_the_card_with_what_was_told_meanwhile(
    pair: tuple[Counter, Counter], tmp_path: Path
) -> None:
    one, other = pair
    code = left(one, tmp_path)
    asked(other, one, FILLED["identity.id_number"])
    assert owed(other) == [code]
    assert asked(one, other, code) == 2
    assert (owed(one), owed(other)) == ([code], [])


def test_when_no_window_has_the_papers_the_clerk_is_told_what_to_do(
    pair: tuple[Counter, Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.3)
    with pytest.raises(HallProblem, match="没有窗口回答") as told_so:
        asked(other, one, "2345678A")
    assert "收件号第二段是窗口号" in told_so.value.next_step


def test_cut_off_nothing_is_given_and_what_was_offered_before_can_be_taken(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host, counters(host, tmp_path, 1, 2) as (one, other):
        number = begun(one)
        do(one.desk, handover.give, 2, "交接班")
        other.look()
        staying = begun(one)
        host.kill()
        with pytest.raises(HallProblem, match="联系不上"):
            do(one.desk, handover.give, 2, "交接班")
        assert open_at(one.desk) is not None
        assert "联系不上" in seen(one.desk).obstacle
        with pytest.raises(HallProblem, match="联系不上"):
            do(other.desk, fetching.ask, "2345678A")
        assert do(other.desk, calling.call_next).ticket == number
        assert len(shown(other.desk).pages) == 2
        host.start()
        for counter in (other, one):
            until(lambda c=counter: _is_back(c))  # type: ignore[misc]
        assert one.desk.hall.state.tickets[number].window == 2
        assert one.desk.hall.conflicts == other.desk.hall.conflicts == 0
        finish(one.desk)
        finish(other.desk)
        assert one.desk.hall.state.tickets[staying].state is TicketState.SERVED
        assert findings(one.desk) == findings(other.desk) == []


def _is_back(counter: Counter) -> bool:
    counter.look()
    return counter.desk.hall.standing() is Standing.CONNECTED
