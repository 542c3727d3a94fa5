"""A counter with every kind of device: killed, stopped, or made to flood, and made well again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from app.lanes import (
    CHIP_READER,
    KEYPAD,
    LED_STRIP,
    READER,
    RECEIPT_PRINTER,
    SCAN_GUN,
    SCANNER,
    SIGNATURE_PAD,
    SPEAKER,
    TICKET_PRINTER,
)
from app.settings import DeviceSettings, Settings
from tests.helpers.brisk import short_limits
from tests.helpers.counter import HALL, QUICK, Counter, open_counter
from tests.helpers.device_cases import chips_url, counter_device, pad_url
from tests.helpers.devices import Simulator, id_reader, wait_until, workers_of
from tests.helpers.ports import free_ports
from tests.helpers.printing import start_printer

Act = Callable[[], object]
GONE, CRASHED, SILENT, NOISE = "没有连上", "驱动程序崩溃了", "没有回应", "数据有误"
FELL_SILENT: Final = "以前有回应，现在没有"
HASTY: Final = replace(QUICK, silent=1.0, trial=0.3)
ASKED: Final = (CHIP_READER, KEYPAD, LED_STRIP, SIGNATURE_PAD, SPEAKER)
"""What nobody asks how it is until it is used."""


@dataclass(frozen=True)
class Blow:
    """What is done to a device, how it is made well again, and what is said of it (one of ``says``)."""

    strike: Act
    mend: Act
    says: tuple[str, ...]


class Struck:
    """The counter, and what can happen to each device."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        """The limits of workers and scanner are short, so that all of it takes seconds."""
        stack.enter_context(short_limits())
        ports = [str(port) for port in free_ports(3)]
        self._simulators = {
            READER: id_reader("serial", folder),
            SCANNER: Simulator("escl_scanner", "--port", ports[0]),
            SCAN_GUN: counter_device("gun", folder),
            KEYPAD: counter_device("keypad", folder, "keypads/sample-a"),
            LED_STRIP: counter_device("strip", folder, "strips/sample-sum"),
        }
        for simulator in self._simulators.values():
            stack.enter_context(simulator)
        self._start_printer = {
            role: partial(start_printer, folder / role, "--port", port)
            for role, port in zip((TICKET_PRINTER, RECEIPT_PRINTER), ports[1:], strict=True)
        }
        self._printers = {role: start() for role, start in self._start_printer.items()}
        stack.callback(self._close_printers)
        self._scenes = {role: folder / f"{role}.scene" for role in (SIGNATURE_PAD, CHIP_READER)}
        self._scene(SIGNATURE_PAD, "wait")
        self._scene(CHIP_READER, "none")
        self.counter: Counter = open_counter(
            stack, folder, rhythm=HASTY, settings=Settings(hall=HALL, devices=self._addresses())
        )

    def _addresses(self) -> DeviceSettings:
        urls = {role: simulator.url for role, simulator in self._simulators.items()}
        return DeviceSettings(
            **urls,
            **{role: printer.url for role, printer in self._printers.items()},
            signature_pad=pad_url(self._scenes[SIGNATURE_PAD]),
            chip_reader=chips_url(self._scenes[CHIP_READER]),
            speaker="speaker+null:",
        )

    def _scene(self, role: str, word: str) -> None:
        self._scenes[role].write_text(word, "utf-8")

    def _close_printers(self) -> None:
        for printer in self._printers.values():
            assert printer.close() == 0

    # ---- what can happen ----------------------------------------------------------------------------

    def kill(self) -> Mapping[str, Blow]:
        """Every process dies; its successor is at the same port."""
        simulators = {role: Blow(one.kill, one.__enter__, (GONE,)) for role, one in self._simulators.items()}
        printers = {
            role: Blow(partial(self._kill_printer, role), partial(self._revive_printer, role), (GONE,))
            for role in self._printers
        }
        return simulators | printers | self._workers(signal.SIGKILL, (CRASHED, GONE))

    def stop(self) -> Mapping[str, Blow]:
        """Every process stands still; a gun or a keypad that says nothing is like one nobody uses."""
        blows = self._workers(signal.SIGSTOP, (SILENT,))
        for role, simulator in self._simulators.items():
            if role not in (SCAN_GUN, KEYPAD):
                blows[role] = _stopped(simulator.process.pid, (SILENT,))
        for role, printer in self._printers.items():
            blows[role] = _stopped(printer.pid, (FELL_SILENT, SILENT))
        return blows

    def flood(self) -> Mapping[str, Blow]:
        """Every device talks without end; our own worker of the loudspeaker cannot."""
        serial = {
            role: Blow(partial(one.tell, "flood"), partial(one.tell, "clear"), (NOISE,))
            for role, one in self._simulators.items()
            if role in (SCAN_GUN, KEYPAD, LED_STRIP)
        }
        reader, scanner = self._simulators[READER], self._simulators[SCANNER]
        babble = Blow(partial(reader.tell, "fault flood find 1000"), partial(reader.tell, "clear"), (NOISE,))
        huge = Blow(partial(scanner.tell, "fault hugexml"), partial(scanner.tell, "clear"), (NOISE,))
        printers = {
            role: Blow(partial(one.command, "fault flood"), partial(one.command, "clear"), (FELL_SILENT,))
            for role, one in self._printers.items()
        }
        scenes = {
            role: Blow(partial(self._scene, role, "flood"), partial(self._scene, role, rest), (NOISE, SILENT))
            for role, rest in ((SIGNATURE_PAD, "wait"), (CHIP_READER, "none"))
        }
        return serial | {READER: babble, SCANNER: huge} | printers | scenes

    def _workers(self, number: signal.Signals, says: tuple[str, ...]) -> dict[str, Blow]:
        return {role: Blow(partial(_signal, name, number), _nothing, says) for role, name in WORKERS.items()}

    def _kill_printer(self, role: str) -> None:
        os.kill(self._printers[role].pid, signal.SIGKILL)
        self._printers[role].close()

    def _revive_printer(self, role: str) -> None:
        self._printers[role] = self._start_printer[role]()


WORKERS: Final = {
    SIGNATURE_PAD: "devices.simulators.signature_worker",
    CHIP_READER: "devices.simulators.chip_worker",
    SPEAKER: "devices.workers.speaker",
}


def _stopped(pid: int, says: tuple[str, ...]) -> Blow:
    return Blow(partial(os.kill, pid, signal.SIGSTOP), partial(os.kill, pid, signal.SIGCONT), says)


def _signal(worker: str, number: signal.Signals) -> None:
    wait_until(lambda: bool(workers_of(worker)), f"a process of {worker}")
    workers_of(worker)[0].send_signal(number)


def _nothing() -> None:
    """A worker that is gone is started anew by the desk itself."""


@contextmanager
def struck(folder: Path) -> Iterator[Struck]:
    """Open it; everything is closed at the end."""
    with ExitStack() as stack:
        yield Struck(stack, folder)
