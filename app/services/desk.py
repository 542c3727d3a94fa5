"""One counter's program, without its window: everything the services work on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from app.clock import Clock, SystemClock, business_day
from app.domain.calendar import HolidayTable
from app.hall.follow import HallFollower
from app.hall.sqlite_log import SqliteLog
from app.lanes import DB, Lanes
from app.notices import Notice, Notices
from app.paths import Places
from app.services.bench import Bench
from app.services.knowledge import Knowledge, open_knowledge
from app.services.sending import Sending, make_sending
from app.settings import DeviceSettings, Fault, Settings, problem
from app.storage import meta
from app.storage.access import StoreAccess
from app.storage.blobs import BlobTree
from app.storage.opening import InstanceLock, open_store


@dataclass
class Desk:
    """The parts, wired. ``blob_lock`` keeps two lanes from storing the same picture under two keys."""

    settings: Settings
    places: Places
    clock: Clock
    lanes: Lanes
    notices: Notices
    store: StoreAccess
    blobs: BlobTree
    hall: HallFollower
    bench: Bench
    sending: Sending | None
    knowledge: Knowledge
    lock: InstanceLock
    blob_lock: threading.Lock = field(default_factory=threading.Lock)
    cancelled: dict[str, threading.Event] = field(default_factory=dict)

    @property
    def window(self) -> int:
        return self.settings.hall.window

    @property
    def holidays(self) -> HolidayTable:
        return self.knowledge.holidays

    def today(self) -> date:
        return business_day(self.clock.now())

    def cancel_flag(self, act: str) -> threading.Event:
        """Return a fresh flag for a running act; ``cancel`` sets it."""
        flag = self.cancelled[act] = threading.Event()
        return flag

    def cancel(self) -> None:
        """Ask every running act that can be taken back to stop."""
        for flag in tuple(self.cancelled.values()):
            flag.set()

    def close(self) -> bool:
        """End all lanes and let the store go; return False when a device call did not end in time."""
        self.cancel()
        closing = self.lanes.submit(DB, lambda: None)
        closing.result()
        if self.sending is not None:
            self.lanes.submit(self.sending.lane, self.sending.close).result()
        for role in ("id_reader", "scanner"):
            self.lanes.submit(role, self.bench.close, role)
        ended = self.lanes.close(last=(DB, self.store.close))
        self.lock.release()
        return ended


def open_desk(
    settings: Settings, places: Places, *, faults: tuple[Fault, ...] = (), clock: Clock | None = None
) -> Desk:
    """Open the data and wire the parts; raises StorageProblem with what to do."""
    clock = clock or SystemClock()
    places.make()
    lock = InstanceLock(places)
    lanes = Lanes()
    notices = Notices()
    try:
        store = StoreAccess(lanes.submit(DB, open_store, places, clock.now()).result(), lanes)
    except BaseException:
        lanes.close()
        lock.release()
        raise
    blobs = BlobTree(places.blobs)
    device = store(meta.read, meta.DEVICE) or ""
    bench = Bench(_with_paper_folder(settings.devices, places.papers))
    desk = Desk(
        settings=settings,
        places=places,
        clock=clock,
        lanes=lanes,
        notices=notices,
        store=store,
        blobs=blobs,
        hall=HallFollower(SqliteLog(store)),
        bench=bench,
        sending=make_sending(settings.court, store, blobs, clock, device),
        knowledge=open_knowledge(places, business_day(clock.now()), notices),
        lock=lock,
    )
    if faults:
        notices.post(Notice.of("settings", problem(places.settings, faults)))
    return desk


def _with_paper_folder(devices: DeviceSettings, folder: Path) -> DeviceSettings:
    """Without an A4 printer receipts become PDF files, so that each can be printed at any time."""
    if devices.a4_printer:
        return devices
    return replace(devices, a4_printer=folder.as_uri().replace("file://", "pdf+file://", 1))
