"""A ticket printer on the network as a program.

    python -m printing.simulators.network_printer --out DIR [--port N] [--width W] [--scenario NAME]

Listens on 127.0.0.1, speaks raw ESC/POS with real-time status, keeps every job as DIR/job-0001.escpos (an
interrupted one as .partial). It writes one JSON line when ready, ``{"ready": true, "url": ...}``, one for
each command, ``{"done": LINE}`` or ``{"failed": LINE, "why": ...}``, and one for each job, ``{"job": name,
"bytes": n, "complete": bool}``.

Commands on stdin, one a line; the end of stdin ends the program::

    fault paper_out | near_end | cover | error    what the status answers say
    fault silent                                  takes everything, answers nothing
    fault no_proof                                answers before a job, nothing once a job has begun
    fault slow SECONDS                            every answer comes late
    fault flood                                   once asked it never stops talking
    fault cut_after BYTES                         resets the connection inside a job
    fault paper_out_after BYTES                   the roll ends inside a job
    fault refuse                                  no connection can be made
    clear                                         everything is well again
    scenario NAME                                 begin a scenario: what was before is over
    quit
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from printing.simulators.tokens import Token, take

_REALTIME = b"\x10\x04"
_BUFFERED = b"\x1dr"
_OK = 0x12
_SHARED = hasattr(socket, "SO_REUSEPORT")
"""Whether two sockets of ours may hold one port."""

# Scenario -> the fault it begins with.
SCENARIOS = {
    "normal": "",
    "paper_out": "paper_out",
    "near_end": "near_end",
    "cover": "cover",
    "error": "error",
    "silent": "silent",
    "no_proof": "no_proof",
    "slow": "slow 0.3",
    "flood": "flood",
    "cut": "cut_after 2000",
    "paper_ends": "paper_out_after 2000",
    "refuse": "refuse",
}
_WITH_NUMBER = frozenset({"slow", "cut_after", "paper_out_after"})
_BABBLE = b"\x80" * 4096
"""No answer to anything."""
_FAULTS = frozenset(fault.split()[0] for fault in SCENARIOS.values() if fault)


class BadCommand(Exception):
    """A line on stdin that means nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong; ``number`` is seconds or bytes."""

    name: str = ""
    number: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Fault:
        name, _, number = text.partition(" ")
        if name not in _FAULTS or bool(number) != (name in _WITH_NUMBER):
            raise BadCommand(f"no such fault: {text}")
        try:
            value = float(number or 0)
        except ValueError as error:
            raise BadCommand(f"not a number: {number}") from error
        return cls(name, value)


_speaking = threading.Lock()


def say(**facts: object) -> None:
    """Write one whole JSON line from any thread. A parent that no longer listens is no reason to fail."""
    with _speaking, suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


class Machine:
    """Paper, cover and jobs: the part every connection shares."""

    def __init__(self, folder: Path, fault: Fault) -> None:
        self.fault = fault
        self.stopped = threading.Event()
        self._folder = folder
        self._lock = threading.Lock()
        self._jobs = 0

    def realtime(self, question: int) -> int:
        """Answer DLE EOT n."""
        fault = self.fault.name
        stop = fault in ("paper_out", "cover", "error")
        bits = {
            1: 0x08 if stop else 0,
            2: {"cover": 0x04, "paper_out": 0x20, "error": 0x40}.get(fault, 0),
            4: {"near_end": 0x0C, "paper_out": 0x6C}.get(fault, 0),
        }
        return _OK | bits.get(question, 0)

    def buffered(self) -> int:
        """Answer GS r 1."""
        return {"near_end": 0x03, "paper_out": 0x0F}.get(self.fault.name, 0)

    def keep(self, job: bytes, complete: bool) -> None:
        """Store a job and say so."""
        with self._lock:
            self._jobs += 1
            name = f"job-{self._jobs:04}.{'escpos' if complete else 'partial'}"
            begun = self._folder / f".{name}"
            begun.write_bytes(job)
            begun.replace(self._folder / name)  # who looks into the folder never finds half a job
            say(job=name, bytes=len(job), complete=complete)


class Conversation:
    """One connection, from accept to close."""

    def __init__(self, machine: Machine, connection: socket.socket) -> None:
        self._machine = machine
        self._connection = connection
        self._waiting = b""
        self._job = b""
        self._printed: int | None = None  # bytes until the paper ended

    def run(self) -> None:
        with self._connection:
            try:
                while data := self._connection.recv(65536):
                    if not self._take(data):
                        return
            except ConnectionError:
                pass
            self._end(self._waiting)

    def _end(self, rest: bytes = b"") -> None:
        """Keep what was printed; ``rest`` is a command that never became whole."""
        job = (self._job + rest)[: self._printed]
        complete = not rest and self._printed is None
        self._job, self._printed = b"", None
        if job:
            self._machine.keep(job, complete)

    def _take(self, data: bytes) -> bool:
        """Work on what arrived; False when the connection is over."""
        self._waiting += data
        at = 0
        while at < len(self._waiting) and (token := take(self._waiting, at)) is not None:
            at += len(token.raw)
            if not self._answered(token):
                self._job += token.raw
        self._waiting = self._waiting[at:]
        return self._job_goes_on()

    def _job_goes_on(self) -> bool:
        fault = self._machine.fault
        if len(self._job) + len(self._waiting) <= fault.number:
            return True
        if fault.name == "paper_out_after":
            self._printed = int(fault.number)
            self._machine.fault = Fault("paper_out")
        if fault.name != "cut_after":
            return True
        self._printed = int(fault.number)
        self._end(self._waiting)
        # Linger 0: the close is a reset, as when the power goes.
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _answered(self, token: Token) -> bool:
        """Answer a question; False if the token is none."""
        if token.code == _REALTIME:
            self._say(self._machine.realtime(token.raw[2]))
            return True
        if token.code == _BUFFERED:
            if self._machine.fault.name not in ("paper_out", "cut_after", "paper_out_after"):
                self._end()
                self._say(self._machine.buffered(), after_job=True)
            return True
        return False

    def _say(self, answer: int, *, after_job: bool = False) -> None:
        fault = self._machine.fault
        begun = after_job or bool(self._job)
        if fault.name == "silent" or (fault.name == "no_proof" and begun):
            return
        if fault.name == "slow":
            self._machine.stopped.wait(fault.number)
        while self._machine.fault.name == "flood":
            self._connection.sendall(_BABBLE)
        self._connection.sendall(bytes((answer,)))


class Door:
    """The listening socket, which can be shut and opened again on the same port.

    A second socket that never listens keeps the port meanwhile: nobody else gets it from the system.
    """

    def __init__(self, machine: Machine, port: int) -> None:
        self._machine = machine
        self._keeper = socket.socket()
        if _SHARED:
            self._keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._keeper.bind(("127.0.0.1", port))
            port = self._keeper.getsockname()[1]
        self.port = port
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.open()

    def open(self) -> None:
        if self._listener is not None:
            return
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=_SHARED)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._thread.start()

    def shut(self) -> None:
        if self._listener is None or self._thread is None:
            return
        listener, self._listener = self._listener, None
        # A connection of our own wakes accept() on every system; closing the socket alone does not.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        listener.close()

    def end(self) -> None:
        """Shut it for good."""
        self.shut()
        self._keeper.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            if self._listener is not listener:
                connection.close()
                return
            conversation = Conversation(self._machine, connection)
            threading.Thread(target=conversation.run, daemon=True).start()


def _obey(line: str, machine: Machine, door: Door) -> None:
    verb, _, rest = line.partition(" ")
    if verb == "clear" and not rest:
        machine.fault = Fault()
    elif verb == "scenario" and rest in SCENARIOS:
        machine.fault = Fault.parse(SCENARIOS[rest]) if SCENARIOS[rest] else Fault()
    elif verb == "fault":
        machine.fault = Fault.parse(rest)
    else:
        raise BadCommand(f"no such command: {line}")
    if machine.fault.name == "refuse":
        door.shut()
    else:
        door.open()


def _listen(machine: Machine, door: Door) -> None:
    for raw in sys.stdin:
        line = raw.strip()
        if line == "quit":
            return
        try:
            _obey(line, machine, door)
        except BadCommand as error:
            say(failed=line, why=str(error))
        else:
            say(done=line)


def main(arguments: list[str] | None = None) -> int:
    """Run until stdin ends or says quit."""
    parser = argparse.ArgumentParser(prog="python -m printing.simulators.network_printer")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--out", type=Path, required=True, help="folder for the jobs; made if missing")
    parser.add_argument("--width", type=int, choices=(576, 384), default=576)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="normal")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    fault = SCENARIOS[options.scenario]
    machine = Machine(options.out, Fault.parse(fault) if fault else Fault())
    door = Door(machine, options.port)
    if machine.fault.name == "refuse":
        door.shut()
    say(ready=True, url=f"escpos+tcp://127.0.0.1:{door.port}?width={options.width}", port=door.port)
    _listen(machine, door)
    machine.stopped.set()
    door.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
