"""The status bar, and one round of sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.lanes import CAMERA, DB, READER, SCAN_GUN, SCANNER, SYNC, Act, on
from app.services import answers, seating
from app.services.bench import EXTRAS
from app.services.court_words import health_of
from app.services.desk import Desk
from app.services.views import DeviceView, Health, StatusView
from app.storage import intakes
from app.storage.access import Transaction
from app.texts import _
from devices.base import CardState, ScannerState

_UNSENT_WARN_MINUTES = 15
_NO_COURT = 60.0


@on(DB)
def view(desk: Desk) -> StatusView:
    """Return devices, unsent records and the way to the court."""

    def read(connection: Transaction) -> StatusView:
        waiting, _blobs, oldest, attention = intakes.backlog(connection)
        now = desk.clock.now()
        minutes = int((now - oldest).total_seconds() // 60) if oldest else 0
        health, text = health_of(desk)
        if health is Health.OK and minutes >= _UNSENT_WARN_MINUTES:
            health, text = Health.ATTENTION, _("最早一份已等 {minutes} 分钟").format(minutes=minutes)
        return StatusView(
            devices=_devices(desk),
            unsent=waiting,
            attention=attention,
            oldest_minutes=minutes,
            last_sent=intakes.last_answer(connection),
            court=health,
            court_text=text,
            offline=desk.sending is not None and desk.sending.unreachable,
        )

    return desk.store(read)


def _devices(desk: Desk) -> tuple[DeviceView, ...]:
    """Return the hall, where this window is one of many, and the devices."""
    hall = seating.view(desk.hall)
    return (*((hall,) if hall else ()), *desk.bench.views())


@dataclass(frozen=True)
class Sent:
    """``next_in`` seconds until the next round is worth while; ``answers`` of the back office."""

    next_in: float
    answers: int = 0


@on(SYNC)
def send(desk: Desk) -> Sent:
    """Do one round of sending, and tell what the back office answered."""
    if desk.sending is None:
        return Sent(_NO_COURT)
    done = desk.sending.round()
    if done.answers:
        answers.announce(desk)
    return Sent(done.next_in, done.answers)


@on(SYNC)
def knock(desk: Desk) -> bool:
    """While the court cannot be reached, see whether it is back; return whether to send now."""
    return desk.sending is not None and desk.sending.unreachable and desk.sending.knock()


@on(READER)
def look_at_reader(desk: Desk) -> bool:
    """Ask the reader how it is; return whether a card that was not read yet lies on it."""
    if not desk.bench.has(READER):
        return False
    with desk.bench.reader() as reader:
        return reader.poll() is CardState.CARD_PRESENT


def _look_again(desk: Desk, role: str) -> None:
    """Open what had failed, so that it is well again by itself; a camera is not left on."""
    with desk.bench.device(role):
        pass
    if role == CAMERA:
        desk.bench.close(role)


LOOK_AGAIN: Final = {role: Act(role, _look_again) for role in EXTRAS if role != SCAN_GUN}
"""For the devices nobody asks how they are until they are used: a second try after a failure. A gun is
asked all the time."""


@on(SCANNER)
def look_at_scanner(desk: Desk) -> None:
    """Ask the scanner how it is."""
    if not desk.bench.has(SCANNER):
        return
    with desk.bench.scanner() as scanner:
        busy = scanner.status().state is ScannerState.BUSY
    if busy:
        desk.bench.show(SCANNER, Health.BUSY, _("正在扫描"))
