"""One voice at a time in a hall, in the order of asking, and nobody who died keeps it silent."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from app.hall.speech import LAPSE, LONGEST, LocalTurn, Turns


def test_the_second_window_waits_until_the_first_is_done() -> None:
    turns = Turns()
    assert turns.ask(1, 6.0, now=0.0)
    assert not turns.ask(2, 6.0, now=0.1)
    turns.done(1)
    assert turns.ask(2, 6.0, now=0.2)


def test_turns_come_in_the_order_of_asking() -> None:
    turns = Turns()
    turns.ask(1, 6.0, now=0.0)
    assert not turns.ask(3, 6.0, now=0.1)
    assert not turns.ask(2, 6.0, now=0.2)
    turns.done(1)
    assert not turns.ask(2, 6.0, now=0.3)
    assert turns.ask(3, 6.0, now=0.4)


def test_a_window_that_stopped_asking_loses_its_place() -> None:
    turns = Turns()
    turns.ask(1, 6.0, now=0.0)
    turns.ask(3, 6.0, now=0.1)
    turns.ask(2, 6.0, now=0.9)
    turns.done(1)
    assert turns.ask(2, 6.0, now=0.1 + LAPSE + 0.01)


def test_a_window_that_died_while_speaking_loses_the_turn_when_its_seconds_are_over() -> None:
    turns = Turns()
    turns.ask(1, 6.0, now=0.0)
    assert not turns.ask(2, 6.0, now=5.9)
    assert turns.ask(2, 6.0, now=6.0)
    turns.done(1)
    assert not turns.ask(1, 6.0, now=6.1)


def test_no_turn_is_longer_than_the_longest() -> None:
    turns = Turns()
    turns.ask(1, 1e9, now=0.0)
    assert turns.ask(2, 1.0, now=LONGEST)


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["ask", "done"]), st.floats(0, 3)), max_size=60
    )
)
def test_never_do_two_windows_hold_the_turn(steps: list[tuple[int, str, float]]) -> None:
    turns, now, until = Turns(), 0.0, {}
    for window, act, later in steps:
        now += later
        if act == "done":
            turns.done(window)
            until.pop(window, None)
        elif turns.ask(window, 2.0, now):
            until[window] = now + 2.0
            assert [w for w, end in until.items() if end > now] == [window]


def test_windows_of_one_process_speak_one_after_another() -> None:
    turn, speaking, most = LocalTurn(), [0], [0]
    lock, pause = threading.Lock(), threading.Event()

    def speak(window: int) -> None:
        while not turn.ask(window, 5.0):
            pause.wait(0.005)
        with lock:
            speaking[0] += 1
            most[0] = max(most[0], speaking[0])
        pause.wait(0.01)
        with lock:
            speaking[0] -= 1
        turn.done(window)

    threads = [threading.Thread(target=speak, args=(window,)) for window in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == [1]
