"""One thread a lane, who may wait for whom, and how it all ends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from app import lanes
from app.lanes import DB, HALL, Lanes, WrongLane, assert_on, current, on
from tests.helpers.devices import wait_until

PATIENCE = 10.0


@pytest.fixture
def running() -> Iterator[Lanes]:
    opened = Lanes()
    yield opened
    assert opened.close()


def test_every_call_of_a_lane_runs_on_the_same_thread_and_in_order(running: Lanes) -> None:
    order: list[int] = []

    def note(number: int) -> threading.Thread:
        order.append(number)
        return threading.current_thread()

    threads = {running.submit(HALL, note, n).result(PATIENCE) for n in range(50)}
    assert len(threads) == 1
    assert order == list(range(50))


def test_two_lanes_are_two_threads_that_run_side_by_side(running: Lanes) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)
    first, second = running.submit(HALL, both.wait), running.submit(lanes.SYNC, both.wait)
    assert {first.result(PATIENCE), second.result(PATIENCE)} == {0, 1}


def test_a_thread_knows_its_lane_even_with_an_underscore_in_the_name(running: Lanes) -> None:
    assert running.submit(lanes.READER, current).result(PATIENCE) == "id_reader"
    assert running.submit(lanes.RECEIPT_PRINTER, current).result(PATIENCE) == "receipt_printer"
    assert current() is None


def test_an_act_refuses_any_other_thread(running: Lanes) -> None:
    @on(HALL)
    def act(desk: str, number: int) -> str:
        """Say who called."""
        return f"{desk} {number} on {current()}"

    assert running.submit(HALL, act, "desk", 3).result(PATIENCE) == "desk 3 on hall"
    with pytest.raises(WrongLane, match="must run on lane hall, runs on sync"):
        running.submit(lanes.SYNC, act, "desk", 3).result(PATIENCE)
    with pytest.raises(WrongLane, match="must run on lane hall"):
        act("desk", 3)
    assert (act.lane, act.__name__, act.__doc__) == (HALL, "act", "Say who called.")


def test_assert_on_is_silent_on_the_right_lane(running: Lanes) -> None:
    running.submit(DB, assert_on, DB).result(PATIENCE)


def test_on_db_runs_on_db_from_a_lane_from_db_itself_and_from_a_command_line(running: Lanes) -> None:
    assert running.on_db(current) == DB
    assert running.submit(HALL, running.on_db, current).result(PATIENCE) == DB
    assert running.submit(DB, running.on_db, current).result(PATIENCE) == DB


def test_the_gui_thread_may_not_wait_for_db(running: Lanes) -> None:
    running.this_is_the_gui_thread()
    called = threading.Event()
    with pytest.raises(WrongLane, match="GUI"):
        running.on_db(called.set)
    assert not called.is_set()
    assert running.submit(HALL, running.on_db, current).result(PATIENCE) == DB


def test_an_error_reaches_who_asked(running: Lanes) -> None:
    def fail() -> None:
        raise ValueError("seven")

    with pytest.raises(ValueError, match="seven"):
        running.submit(HALL, running.on_db, fail).result(PATIENCE)


def test_work_that_waits_for_db_while_closing_still_stores(running: Lanes) -> None:
    """Closing waits for the scan under way, and the scan's page still reaches the store."""
    begun, go_on = threading.Event(), threading.Event()
    stored: list[str] = []

    def scan() -> str:
        begun.set()
        assert go_on.wait(PATIENCE)
        running.on_db(stored.append, "page")
        return "scanned"

    scanning = running.submit(lanes.SCANNER, scan)
    running.submit(DB, lambda: None).result(PATIENCE)
    assert begun.wait(PATIENCE)
    ended: list[bool] = []
    closer = threading.Thread(
        target=lambda: ended.append(running.close(last=(DB, lambda: stored.append("closed"))))
    )
    closer.start()
    wait_until(lambda: running._closed, "no new work is taken")
    go_on.set()
    closer.join(PATIENCE)
    assert ended == [True]
    assert scanning.result(PATIENCE) == "scanned"
    assert stored == ["page", "closed"]


def test_what_was_only_queued_is_cancelled_and_does_not_hang_the_end() -> None:
    opened = Lanes()
    begun, go_on = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    running = opened.submit(HALL, first)
    assert begun.wait(PATIENCE)
    queued = [opened.submit(HALL, lambda: None) for _ in range(3)]
    queued[-1].add_done_callback(
        lambda _future: go_on.set()
    )  # the first ends only once the last is cancelled
    assert opened.close(PATIENCE)
    assert running.exception() is None
    assert all(future.cancelled() for future in queued)


def test_a_device_is_let_go_however_long_the_call_before_takes() -> None:
    opened = Lanes()
    begun, go_on, let_go = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    opened.submit(lanes.READER, first)
    assert begun.wait(PATIENCE)
    queued = opened.submit(lanes.READER, lambda: None)
    letting_go = opened.submit(lanes.READER, let_go.set)
    queued.add_done_callback(lambda _future: go_on.set())
    assert opened.close(PATIENCE, kept=(letting_go,))
    assert queued.cancelled()
    assert let_go.is_set()


def test_nothing_new_is_taken_after_closing() -> None:
    opened = Lanes()
    opened.submit(HALL, lambda: None).result(PATIENCE)
    assert opened.close()
    with pytest.raises(RuntimeError, match="closed"):
        opened.submit(HALL, lambda: None)


@pytest.mark.logs("app.lanes")
def test_a_lane_that_does_not_return_is_named_and_the_end_does_not_wait_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    opened = Lanes()
    begun, release = threading.Event(), threading.Event()
    closed_store = threading.Event()

    def stuck() -> None:
        begun.set()
        release.wait()

    opened.submit(DB, lambda: None).result(PATIENCE)
    opened.submit(lanes.SCANNER, stuck)
    assert begun.wait(PATIENCE)
    try:
        assert opened.close(0.2, last=(DB, closed_store.set)) is False
        assert closed_store.is_set(), "the store is closed although the scanner is stuck"
        assert [record.getMessage() for record in caplog.records] == [
            "calls on scanner did not end within 0 s"
        ]
    finally:
        release.set()


def test_turns_at_the_interpreter_are_short_while_a_window_is_open_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    with lanes.short_turns():
        assert sys.getswitchinterval() < 0.001
    assert sys.getswitchinterval() == before
