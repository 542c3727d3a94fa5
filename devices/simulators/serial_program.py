"""The loop of a simulated device on a pty: what it hears, what it says, and the cable."""

from __future__ import annotations

import os
import select
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from devices.simulators.console import Commands, say
from devices.simulators.wires import Wire

_RETRY_SECONDS = 0.005


class Machine(Protocol):
    """The inside of a device."""

    def hear(self, data: bytes) -> bytes:
        """Take what the driver sent; return the answer."""
        ...

    def obey(self, line: str) -> bytes | dict[str, object]:
        """Carry out a command: return bytes to send, or facts to print. Raises ValueError or KeyError."""
        ...


class SerialProgram:
    """One wire, one machine, the commands of the parent, in one thread.

    Commands of every device: ``unplug``, ``replug``, ``rename``, ``flood`` (random bytes until ``clear``),
    ``mute`` (hears and says nothing until ``clear``), ``scenario NAME`` (begins one of ``scenarios``: what
    was before is over, the cable is in), ``quit``.
    """

    def __init__(
        self, wire: Wire, machine: Machine, scenarios: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> None:
        self._wire = wire
        self._machine = machine
        self._scenarios = scenarios
        self._outgoing = b""
        self._flooding = False
        self._mute = False

    def run(self, commands: Commands, first: Sequence[str] = ()) -> None:
        """Obey ``first``, print the address and serve until ``quit`` or the end of the commands."""
        self._wire.plug()
        for line in first:
            self._obey(line)
        say(ready=True, url=self._wire.url)
        running = True
        while running:
            watched = [commands.fileno(), *self._wire.watched()]
            busy = self._flooding or self._outgoing
            ready, _, _ = select.select(watched, [], [], _RETRY_SECONDS if busy else None)
            if commands.fileno() in ready:
                running = self._obey_all(commands.lines())
            if any(descriptor in ready for descriptor in watched[1:]):
                heard = self._wire.receive()
                self._outgoing += b"" if self._mute else self._machine.hear(heard)
            if self._flooding and not self._outgoing:
                self._outgoing = os.urandom(512)
            if self._outgoing:
                self._outgoing = self._outgoing[self._wire.send(self._outgoing) :]
        self._wire.cut()

    def _obey_all(self, lines: list[str] | None) -> bool:
        if lines is None:
            return False
        for line in filter(None, lines):
            if line == "quit":
                return False
            try:
                facts = self._obey(line)
            except (ValueError, KeyError, OSError) as error:
                say(failed=line, why=str(error))
            else:
                say(done=line, **facts)
        return True

    def _begin(self, lines: Sequence[str]) -> None:
        for line in ("clear", "replug", *lines):
            self._obey(line)

    def _obey(self, line: str) -> dict[str, object]:
        verb, _, name = line.partition(" ")
        if verb == "scenario":
            self._begin(self._scenarios[name])
            return {}
        match line:
            case "unplug" | "rename":
                self._outgoing, self._flooding = b"", False
                self._wire.cut()
                if line == "rename":
                    self._wire.rename()
                    self._wire.plug()
            case "replug":
                self._wire.plug()
            case "flood":
                self._flooding = True
            case "mute":
                self._mute = True
            case "clear":
                self._flooding = self._mute = False
                self._outgoing = b""
            case _:
                found = self._machine.obey(line)
                if isinstance(found, dict):
                    return found
                self._outgoing += found
        return {}
