"""Time limits, repetition and mix-ups of the conversation with a reader, on a clock that only tests move."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.base import CardState
from devices.drivers import id_sdt
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import DeviceError, Garbled, NotAnswering, Unplugged
from devices.line import SLICE
from devices.sdt import commands
from devices.sdt.frames import FrameReader, build
from devices.sdt.session import Limits, SdtSession
from devices.simulators.cards import card_named
from devices.simulators.sdt_machine import SdtMachine

OK = build(b"\0\0\x90")
BAD = OK[:-1] + b"\0"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeLine:
    """Answers each request with the next piece of a script; a read that finds nothing takes ``SLICE``."""

    def __init__(self, clock: Clock, *answers: bytes, noise: bytes = b"") -> None:
        self.clock = clock
        self.answers = list(answers)
        self.noise = noise
        self.waiting = b""
        self.sent: list[bytes] = []
        self.closed = False

    def read(self) -> bytes:
        self.clock.now += SLICE
        data, self.waiting = self.waiting, b""
        return data or self.noise

    def drain(self) -> bool:
        self.clock.now += 0.001
        had, self.waiting = bool(self.waiting), b""
        return had or bool(self.noise)

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        if self.answers:
            self.waiting += self.answers.pop(0)

    def close(self) -> None:
        self.closed = True


def ask(
    *answers: bytes, command: bytes = commands.SAM_STATUS, noise: bytes = b""
) -> tuple[FakeLine, int, float]:
    """Return the line, the status of the reply and the seconds it took."""
    clock = Clock()
    line = FakeLine(clock, *answers, noise=noise)
    reply = SdtSession(line, Limits(), clock).ask(command)
    return line, reply.status, clock.now - 1000.0


def refused(*answers: bytes, noise: bytes = b"") -> tuple[FakeLine, DeviceError, float]:
    clock = Clock()
    line = FakeLine(clock, *answers, noise=noise)
    with pytest.raises(DeviceError) as raised:
        SdtSession(line, Limits(), clock).ask(commands.SAM_STATUS)
    return line, raised.value, clock.now - 1000.0


def test_a_good_answer_needs_one_request() -> None:
    line, status, _ = ask(OK)
    assert (len(line.sent), status) == (1, 0x90)


@pytest.mark.parametrize(
    "broken", [BAD, OK[:5], b"\xaa\0" + OK[1:], build(b"\0\0\x10"), build(b"\x01\0\x90")]
)
def test_a_damaged_answer_is_asked_for_once_more(broken: bytes) -> None:
    line, status, _ = ask(broken, OK)
    assert (line.sent, status) == ([build(commands.SAM_STATUS)] * 2, 0x90)


def test_two_damaged_answers_are_garbled_and_the_counters_are_kept() -> None:
    line, error, seconds = refused(BAD, BAD, OK)
    assert isinstance(error, Garbled)
    assert "2 bad sums" in error.diagnostics
    assert len(line.sent) == 2
    assert seconds < 2.0


def test_silence_is_reported_after_two_seconds_and_not_repeated() -> None:
    line, error, seconds = refused()
    assert isinstance(error, NotAnswering)
    assert len(line.sent) == 1
    assert 2.0 <= seconds < 2.5


def test_endless_noise_ends_within_the_limits() -> None:
    _, error, seconds = refused(noise=bytes(range(256)))
    assert isinstance(error, Garbled)
    assert seconds <= 5.5


def test_an_endless_frame_ends_within_five_seconds() -> None:
    _, error, seconds = refused(noise=build(bytes(2300))[:-1])
    assert isinstance(error, Garbled)
    assert seconds <= 5.5


def test_what_is_left_of_an_earlier_answer_is_cleared_before_the_request() -> None:
    clock = Clock()
    line = FakeLine(clock, OK)
    line.waiting = build(b"\0\0\x41")
    assert SdtSession(line, Limits(), clock).ask(commands.SAM_STATUS).status == 0x90


def test_the_late_card_of_the_person_before_never_answers_a_find() -> None:
    machine = SdtMachine()
    machine.place(card_named("elder"))
    for command in (commands.FIND, commands.SELECT):
        machine.answer(command)
    late = build(machine.answer(commands.READ_WITH_FINGER))
    line, status, _ = ask(late, build(b"\0\0\x80"), command=commands.FIND)
    assert (status, len(line.sent)) == (0x80, 2)


@pytest.mark.parametrize(
    ("command", "status", "length", "believed"),
    [
        (commands.FIND, 0x9F, 4, True),
        (commands.FIND, 0x90, 0, False),
        (commands.READ, 0x90, 1284, True),
        (commands.READ, 0x90, 8, False),
        (commands.READ, 0x41, 0, True),
        (commands.SELECT, 0x90, 8, True),
        (commands.SELECT, 0x90, 1284, False),
        (commands.LATER_ADDRESSES, 0x90, 280, True),
    ],
)
def test_only_an_answer_that_fits_the_request_is_believed(
    command: bytes, status: int, length: int, believed: bool
) -> None:
    assert commands.plausible(command, status, length) is believed


# ---- the driver over a fake line -------------------------------------------------------------------


class MachineLine(FakeLine):
    """A line with a whole simulated reader at its end."""

    def __init__(self, clock: Clock, machine: SdtMachine) -> None:
        super().__init__(clock)
        self.machine = machine
        self.requests = FrameReader(shortest=3)
        self.gone = False

    def write(self, data: bytes) -> None:
        if self.gone:
            raise Unplugged("pulled")
        self.sent.append(data)
        self.requests.feed(data)
        while (request := self.requests.next_body()) is not None:
            self.waiting += build(self.machine.answer(request))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> MachineLine:
    made = MachineLine(clock, SdtMachine())
    opened: Callable[[object], MachineLine] = lambda _address: made  # noqa: E731
    monkeypatch.setattr(id_sdt, "open_line", opened)
    return made


@pytest.fixture
def reader(clock: Clock, line: MachineLine) -> SdtIdReader:
    made = SdtIdReader("sdt+tcp://reader:1", clock=clock)
    made.open()
    return made


def test_the_reader_is_asked_at_most_every_300_ms(
    reader: SdtIdReader, line: MachineLine, clock: Clock
) -> None:
    before = len(line.sent)
    assert reader.poll() is CardState.NO_CARD
    line.machine.place(card_named("adult"))
    assert reader.poll() is CardState.NO_CARD
    assert len(line.sent) == before + 1
    clock.now += 0.31
    assert reader.poll() is CardState.CARD_PRESENT
    assert len(line.sent) == before + 2


def test_reading_goes_find_select_read_addresses(reader: SdtIdReader, line: MachineLine) -> None:
    line.machine.place(card_named("moved"))
    line.sent.clear()
    card = reader.read()
    wanted = (commands.FIND, commands.SELECT, commands.READ_WITH_FINGER, commands.LATER_ADDRESSES)
    assert line.sent == [build(command) for command in wanted]
    assert card.later_addresses[-1] == "呼和浩特市玉泉区虚构巷9号2单元"


def test_a_reader_that_knows_no_fingers_is_read_the_old_way(reader: SdtIdReader, line: MachineLine) -> None:
    line.machine.knows_fingers = False
    line.machine.place(card_named("adult"))
    assert reader.read().finger_length == 0
    assert build(commands.READ) in line.sent


def test_the_speed_of_the_line_is_never_changed(reader: SdtIdReader, line: MachineLine) -> None:
    line.machine.place(card_named("adult"))
    reader.read()
    assert all(frame[7] != 0x60 for frame in line.sent)


def test_a_line_that_is_gone_closes_the_reader_until_it_is_opened_again(
    reader: SdtIdReader, line: MachineLine
) -> None:
    line.gone = True
    with pytest.raises(Unplugged):
        reader.poll()
    assert line.closed
    with pytest.raises(Unplugged, match="not open"):
        reader.poll()
    line.gone = False
    reader.open()
    assert reader.poll() is CardState.NO_CARD


def test_diagnostics_of_a_broken_read_hold_nothing_of_the_card(
    reader: SdtIdReader, line: MachineLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.machine.place(card_named("adult"))
    reader.poll()
    text = card_named("adult").text
    monkeypatch.setattr(line.machine, "answer", lambda _request: b"\0\0\x90" + text + bytes(1100))
    with pytest.raises(Garbled) as raised:
        reader._payload(deadline=reader._clock() + 5)
    shown = f"{raised.value!r} {raised.value.diagnostics}"
    assert "张" not in shown
    assert text[:4].hex() not in shown
