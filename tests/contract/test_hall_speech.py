"""One voice at a time in a hall: windows of several processes' worth of connections and one host."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.hall.address import HallAddress
from app.hall.join import Codes, join
from app.hall.nats_log import NatsLog
from app.hall.speech import HallTurn
from app.hall.wire import Names
from tests.contract.test_hall_program import Program
from tests.helpers.nats import until


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    one = Program(tmp_path_factory.mktemp("speech") / "hall")
    one.start()
    yield one
    assert one.end() == 0


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def window(program: Program, folder: Path, stack: ExitStack, number: int) -> tuple[HallTurn, NatsLog]:
    code = Codes(program.node).new(f"window-{number}")
    address = join("127.0.0.1", program.join_port, code, folder / f"w{number}")
    log = NatsLog(HallAddress.read(folder / f"w{number}"))
    stack.callback(log.close)
    until(lambda: log.connected)
    return HallTurn(log, Names(address.hall).speech(number)), log


def test_two_windows_never_speak_at_once_and_nobody_is_forgotten(
    program: Program, tmp_path: Path, stack: ExitStack
) -> None:
    turns = {number: window(program, tmp_path, stack, number)[0] for number in (1, 2, 3)}
    speaking, most, spoken = [0], [0], []
    asked = Counter[int]()
    changed = threading.Condition()

    def ask(number: int) -> bool:
        mine = turns[number].ask(number, 5.0)
        with changed:
            asked[number] += 1
            changed.notify_all()
        return mine

    def speak(number: int) -> None:
        """Speak until somebody else has asked meanwhile, or nobody else is left."""
        others = set(turns) - {number}
        for _ in range(5):
            until(lambda: ask(number))
            with changed:
                speaking[0] += 1
                most[0] = max(most[0], speaking[0])
                left = [other for other in others if spoken.count(other) < 5]
                before = {other: asked[other] for other in left}
                changed.wait_for(lambda: not left or any(asked[o] > before[o] for o in left), 3)  # noqa: B023
                speaking[0] -= 1
                spoken.append(number)
            turns[number].done(number)

    threads = [threading.Thread(target=speak, args=(number,)) for number in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1]
    assert sorted(spoken) == sorted([1, 2, 3] * 5)


def test_a_window_that_dies_while_it_speaks_holds_the_hall_no_longer_than_it_asked_for(
    program: Program, tmp_path: Path, stack: ExitStack
) -> None:
    first, log = window(program, tmp_path, stack, 4)
    second, _ = window(program, tmp_path, stack, 5)
    asked = time.monotonic()
    until(lambda: first.ask(4, 0.8))
    log.close()
    assert not second.ask(5, 1.0) or time.monotonic() - asked > 0.8
    until(lambda: second.ask(5, 1.0))
    assert time.monotonic() - asked >= 0.8
    second.done(5)


def test_no_window_may_ask_in_the_name_of_another(program: Program, tmp_path: Path, stack: ExitStack) -> None:
    mine, log = window(program, tmp_path, stack, 6)
    until(lambda: mine.ask(6, 1.0))
    stolen = Names(program.node.hall).speech(7)
    assert log.question(stolen, b"ask 1.0", 0.5) is None
    mine.done(6)


def test_alone_a_window_speaks_without_asking_anybody() -> None:
    class Away:
        connected = False

        def question(self, _subject: str, _data: bytes, _seconds: float) -> bytes | None:
            return None

    turn = HallTurn(Away(), "speak.x.1")
    assert turn.ask(1, 3.0)
    turn.done(1)
    assert turn.ask(1, 3.0)
