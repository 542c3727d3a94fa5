"""One counter's program, without its window: everything the services work on."""

from __future__ import annotations

import threading
from concurrent.futures import wait
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.clock import Clock, SystemClock, business_day
from app.domain.calendar import HolidayTable
from app.domain.wait import Waited
from app.errors import SettingsProblem, StorageProblem
from app.hall.seat import Seat
from app.lanes import DB, HALL, PAPERS, RECOGNITION, SEARCH, Lanes
from app.notices import Notice, Notices
from app.paths import Places
from app.recognition.mrz_page import PageReader
from app.services import key_care
from app.services.bench import DEVICES, Bench, paper_folder
from app.services.enrolment import court_of
from app.services.knowledge import Knowledge, open_knowledge
from app.services.listed import Listed
from app.services.moving import Moving
from app.services.rhythm import Rhythm
from app.services.seating import open_board, open_seat
from app.services.sending import Sending, make_sending
from app.services.voice import Announcer
from app.settings import CourtSettings, DeviceSettings, Fault, Settings, problem
from app.storage import meta
from app.storage.access import StoreAccess
from app.storage.blobs import BlobTree
from app.storage.keeping import nobody_asked
from app.storage.keys import Passphrases
from app.storage.opening import InstanceLock, open_store
from app.storage.pages import named
from app.storage.search_index import SearchIndex

if TYPE_CHECKING:
    from app.hall.board.server import BoardServer
    from app.simulation import Counter

_PATIENCE: Final = 2.0


@dataclass
class Desk:
    """The parts, wired. ``blob_lock`` keeps two lanes from storing the same picture under two keys.

    ``training``: the simulated counter this desk stands at, None at a real one.
    """

    settings: Settings
    places: Places
    clock: Clock
    lanes: Lanes
    notices: Notices
    store: StoreAccess
    blobs: BlobTree
    hall: Seat
    bench: Bench
    sending: Sending | None
    knowledge: Knowledge
    lock: InstanceLock
    index: SearchIndex
    board: BoardServer | None = None
    waits: dict[date, tuple[Waited, ...]] = field(default_factory=dict)
    rhythm: Rhythm = field(default_factory=Rhythm)
    moving: Moving = field(default_factory=Moving)
    listed: Listed = field(default_factory=Listed)
    settings_file: Path | None = None
    announcer: Announcer | None = None
    training: Counter | None = None
    page_reader: PageReader = field(default_factory=PageReader)
    blob_lock: threading.Lock = field(default_factory=threading.Lock)
    cancelled: dict[str, threading.Event] = field(default_factory=dict)
    armed: dict[str, threading.Event] = field(default_factory=dict)

    @property
    def window(self) -> int:
        return self.settings.hall.window

    @property
    def holidays(self) -> HolidayTable:
        return self.knowledge.holidays

    def today(self) -> date:
        return business_day(self.clock.now())

    def arm(self, act: str) -> None:
        """Make the flag of an act when it is asked for: taken back before it has begun, it never works."""
        self.cancelled[act] = self.armed[act] = threading.Event()

    def cancel_flag(self, act: str) -> threading.Event:
        """Return the flag of a running act, the armed one or a fresh one; ``cancel`` sets it."""
        flag = self.cancelled[act] = self.armed.pop(act) if act in self.armed else threading.Event()
        return flag

    def cancel(self) -> None:
        """Ask every running act that can be taken back to stop."""
        for flag in tuple(self.cancelled.values()):
            flag.set()

    def close(self) -> bool:
        """End all lanes and let the store go; return False when a device call did not end in time."""
        self.cancel()
        ending = [self.lanes.submit(role, self.bench.close, role) for role in DEVICES if self.bench.has(role)]
        ending.append(self.lanes.submit(HALL, self.hall.close))
        if self.sending is not None:
            ending.append(self.lanes.submit(self.sending.lane, self.sending.close))
        if self.board is not None:
            self.board.close()
        ending.append(self.lanes.submit(SEARCH, self.index.close))
        ending.append(self.lanes.submit(RECOGNITION, self.page_reader.close))
        wait(ending, timeout=_PATIENCE)  # a court or device that does not answer must not keep us
        ended = self.lanes.close(last=(DB, self.store.close), kept=ending)
        self.lock.release()
        return ended


def open_desk(
    settings: Settings,
    places: Places,
    *,
    faults: tuple[Fault, ...] = (),
    clock: Clock | None = None,
    rhythm: Rhythm | None = None,
    ask: Passphrases = nobody_asked,
) -> Desk:
    """Open the data and wire the parts; raises StorageProblem with what to do, KeyLocked.

    ``ask`` is called on the ``db`` lane where the key is sealed by two custodians.
    """
    clock = clock or SystemClock()
    lock = InstanceLock(places)
    lanes = Lanes()
    notices = Notices()
    try:
        store = StoreAccess(lanes.submit(DB, open_store, places, clock.now(), ask).result(), lanes)
    except BaseException:
        lanes.close()
        lock.release()
        raise
    try:
        desk = _wired(settings, places, clock, lanes, notices, store, lock, rhythm or Rhythm())
    except BaseException:
        lanes.close(last=(DB, store.close))
        lock.release()
        raise
    desk.hall.give_to_others(partial(lanes.submit, HALL))
    lanes.submit(PAPERS, _sweep, desk)
    _care_for_key(desk)
    if faults:
        notices.post(Notice.of("settings", problem(places.settings, faults)))
    return desk


def _care_for_key(desk: Desk) -> None:
    try:
        key_care.care(desk.places, desk.settings.key, desk.store.aside(lambda store: store.key))
    except (SettingsProblem, StorageProblem) as trouble:
        desk.notices.post(Notice.of("key", trouble))


def _sweep(desk: Desk) -> None:
    """Remove what a crash left of pictures between file and row."""
    try:
        with desk.blob_lock:
            desk.blobs.sweep_asking(lambda names: desk.store(named, names))
    except StorageProblem as trouble:
        desk.notices.post(Notice.of("sweep", trouble))


def _wired(
    settings: Settings,
    places: Places,
    clock: Clock,
    lanes: Lanes,
    notices: Notices,
    store: StoreAccess,
    lock: InstanceLock,
    rhythm: Rhythm,
) -> Desk:
    blobs = BlobTree(places.blobs)
    device = store(meta.read, meta.DEVICE) or ""
    bench = Bench(_with_paper_folder(settings.devices, places.papers), clock)
    return Desk(
        settings=settings,
        places=places,
        clock=clock,
        lanes=lanes,
        notices=notices,
        store=store,
        blobs=blobs,
        hall=open_seat(settings, places, store, clock),
        bench=bench,
        sending=_sending(settings.court, places, store, blobs, clock, device, notices),
        knowledge=replace(
            open_knowledge(places, business_day(clock.now()), notices),
            correction_days=settings.filing.correction_days,
        ),
        lock=lock,
        index=SearchIndex(places.search, store.aside(lambda opened: opened.key)),
        board=open_board(settings, notices),
        rhythm=rhythm,
    )


def _sending(
    court: CourtSettings,
    places: Places,
    store: StoreAccess,
    blobs: BlobTree,
    clock: Clock,
    device: str,
    notices: Notices,
) -> Sending | None:
    """Return the sender; a court that is set wrong keeps nobody from working, so it becomes a notice."""
    try:
        return make_sending(court_of(court, places), store, blobs, clock, device)
    except SettingsProblem as wrong:
        notices.post(Notice.of("court", wrong))
        return None


def _with_paper_folder(devices: DeviceSettings, folder: Path) -> DeviceSettings:
    """Without an A4 printer receipts become PDF files, so that each can be printed at any time."""
    if devices.a4_printer:
        return devices
    return replace(devices, a4_printer=paper_folder(folder))
