"""For the device page: what went over the wire of each device, its last faults, an export, a fault again.

Nothing here shows personal data: traffic logs are masked where they are written.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from app import lanes
from app.clock import local
from app.errors import DeviceProblem
from app.lanes import on
from app.services.bench import TITLES, Fault
from app.services.desk import Desk
from app.services.problems import device_problem
from app.simulation import program
from app.texts import _
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import DeviceError
from devices.traffic import Entry, TrafficLog, export

_SHOWN: Final = 400
_REPLAY_SECONDS: Final = 15.0
_DIRECTIONS: Final = {"sent": "→", "got": "←", "event": "•"}


@dataclass(frozen=True)
class Traffic:
    """``lines`` went over the wire, ``faults`` are the last failures in sentences; both oldest first."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


@on(lanes.PROBE)
def traffic(desk: Desk, role: str) -> Traffic:
    """Return what is known of the wire of a device; empty before the first use."""
    log = desk.bench.traffic(role) if role in TITLES else None
    if log is None:
        return Traffic((), ())
    began = desk.clock.now() - timedelta(seconds=time.monotonic())
    lines = tuple(_line(entry, began) for entry in log.entries()[-_SHOWN:])
    return Traffic(lines, tuple(_told(fault) for fault in desk.bench.faults(role)))


def _told(fault: Fault) -> str:
    first, last = f"{local(fault.first):%H:%M}", f"{local(fault.last):%H:%M}"
    span = first if first == last else f"{first}—{last}"
    return f"{span} {fault.text}（{fault.detail}）"


def _line(entry: Entry, began: datetime) -> str:
    """Write an entry with the time on the wall, so that it can be told from when somebody saw it."""
    at = local(began + timedelta(seconds=entry.at))
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {_DIRECTIONS[entry.kind]}  {entry.text}"


@on(lanes.PROBE)
def save_traffic(desk: Desk, role: str) -> Path:
    """Write the log of a device into the folder of logs and return the file. Raises DeviceProblem."""
    log = _log_of(desk, role)
    path = desk.places.logs / f"{role}-{local(desk.clock.now()):%Y%m%d-%H%M%S}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(export(log.entries()), encoding="utf-8")
    except OSError as error:
        raise DeviceProblem(
            _("记录没有存成。"),
            safe=_("设备照常使用。"),
            next_step=_("请检查磁盘空间和文件夹权限。"),
            detail=type(error).__name__,
        ) from error
    return path


def _log_of(desk: Desk, role: str) -> TrafficLog:
    log = desk.bench.traffic(role)
    if log is None:
        raise DeviceProblem(
            _("{device}还没有用过，没有记录。").format(device=_(TITLES[role])),
            next_step=_("请先测试一次。"),
        )
    return log


# ---- a fault again -------------------------------------------------------------------------------


@on(lanes.PROBE)
def replay(desk: Desk) -> str:
    """Play the last fault of the ID card reader to a fresh driver and return what the driver says of it.

    The recording is played by a program of its own over TCP, so the real reader is left alone.
    """
    faults = _log_of(desk, lanes.READER).faults()
    if not faults:
        return _("读卡器没有记下过故障。")
    with TemporaryDirectory(prefix="yichuang-replay-") as folder:
        recording = Path(folder) / "fault.jsonl"
        recording.write_text(export(faults[-1]), encoding="utf-8")
        with _played(recording) as url:
            return _read_once(url)


@contextmanager
def _played(recording: Path) -> Iterator[str]:
    words = [*program(), "simulate", "replay", str(recording), "--tcp", "0"]
    player = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield str(json.loads(_pipe(player.stdout).readline())["url"])
    finally:
        _pipe(player.stdin).close()
        try:
            player.wait(_REPLAY_SECONDS)
        except subprocess.TimeoutExpired:
            player.kill()
            player.wait()
        _pipe(player.stdout).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise AssertionError("started with pipes")
    return stream


def _read_once(url: str) -> str:
    reader = SdtIdReader(url)
    try:
        reader.open()
        reader.poll()
        reader.read()
    except DeviceError as error:
        problem = device_problem(error, _(TITLES[lanes.READER]))
        return f"{problem}（{type(error).__name__}）"
    finally:
        reader.close()
    return _("这次读出来了：故障没有重现。")
