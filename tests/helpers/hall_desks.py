"""Real desks in a real hall: they join by code, and open again in their folders as after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.hall.door import Door
from app.hall.join import Codes
from app.paths import Places
from app.services import calling, queue, seating
from app.services.desk import Desk, open_desk
from app.settings import HallSettings, Settings
from tests.helpers.desks import do, file_devices
from tests.helpers.nats import Host
from tests.helpers.ports import free_port


@contextmanager
def door_of(host: Host) -> Iterator[Door]:
    door = Door(host.nodes[0], free_port())
    try:
        yield door
    finally:
        door.close()


def settings_of(folder: Path, window: int, port: int) -> Settings:
    hall = HallSettings(window=window, clerk=f"窗口{window}", url=f"hall://127.0.0.1:{port}")
    return Settings(hall=hall, devices=file_devices(folder))


class Counter:
    """One window of the hall whose program can end and begin again."""

    def __init__(self, host: Host, folder: Path, window: int) -> None:
        self.folder = folder
        with door_of(host) as door:
            self.settings = settings_of(folder, window, door.port)
            if not (folder / "config" / "hall").exists():
                code = Codes(host.nodes[0]).new(f"window-{window}")
                seating.join_hall(self.settings, Places.under(folder), code)
        self.desk: Desk
        self.open()

    def open(self) -> Desk:
        """Start the program, as its window does."""
        self.desk = open_desk(self.settings, Places.under(self.folder))
        self.desk.hall.follow(lambda: None)
        do(self.desk, calling.resume)
        self.look()
        return self.desk

    def end(self) -> None:
        """End the program where it stands; what was not durable is lost."""
        assert self.desk.close(), "a lane call did not end"

    def again(self) -> Desk:
        self.end()
        return self.open()

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            do(self.desk, queue.keep_up)


@contextmanager
def counters(host: Host, folder: Path, *windows: int) -> Iterator[tuple[Counter, ...]]:
    """Open windows in folders of their own."""
    with ExitStack() as stack:
        made = []
        for window in windows:
            one = Counter(host, folder / f"w{window}", window)
            stack.callback(one.end)
            made.append(one)
        for one in made * 2:
            one.look()
        yield tuple(made)
