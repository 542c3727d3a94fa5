"""For the device page: what each device says, what went over its wire, a try, an export, a fault again.

Nothing here shows personal data: traffic logs are masked where they are written.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from app import lanes
from app.clock import local
from app.errors import DeviceProblem
from app.ids import new_id
from app.lanes import Act, on
from app.services import camera, print_out
from app.services.bench import DEVICES, PRINTERS, TITLES
from app.services.desk import Desk
from app.services.problems import device_problem
from app.simulation import program
from app.texts import _
from devices.base import CardState, FeederState, ScannerState
from devices.drivers.id_sdt import SdtIdReader
from devices.errors import DeviceError
from devices.traffic import Entry, TrafficLog, export
from printing.layout import Align, Cut, Document, Heading, KeyValue, KeyValues, QrCode, Size, Text
from printing.registry import render

_SHOWN: Final = 400
_REPLAY_SECONDS: Final = 15.0
_RARE: Final = "㛃 𬭎 䶮 𪜀 ·"
_CARDS: Final = {
    CardState.NO_CARD: "没有证件",
    CardState.CARD_PRESENT: "有一张证件",
    CardState.LIFT_CARD: "证件读过了，请移开",
}
_SCANNERS: Final = {
    ScannerState.IDLE: "空闲",
    ScannerState.BUSY: "正在工作",
    ScannerState.STOPPED: "已停止",
}
_FEEDERS: Final = {
    FeederState.ABSENT: "没有送纸器",
    FeederState.EMPTY: "送纸器里没有纸",
    FeederState.LOADED: "送纸器里有纸",
    FeederState.JAMMED: "送纸器卡纸",
    FeederState.COVER_OPEN: "盖子没有合上",
    FeederState.UNKNOWN: "送纸器不报告状态",
}
_DIRECTIONS: Final = {"sent": "→", "got": "←", "event": "•"}


@dataclass(frozen=True)
class Traffic:
    """``lines`` went over the wire, oldest first; ``faults`` are the last failures, each by its last line."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


@on(lanes.PROBE)
def traffic(desk: Desk, role: str) -> Traffic:
    """Return what is known of the wire of a device; empty for printers and before the first use."""
    log = desk.bench.traffic(role)
    if log is None:
        return Traffic((), ())
    faults = tuple(fault[-1].text for fault in log.faults())
    return Traffic(tuple(_line(entry) for entry in log.entries()[-_SHOWN:]), faults)


def _line(entry: Entry) -> str:
    return f"{entry.at:10.3f}  {_DIRECTIONS[entry.kind]}  {entry.text}"


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


# ---- a try ---------------------------------------------------------------------------------------


def _try_reader(desk: Desk, _role: str) -> str:
    with desk.bench.reader() as reader:
        return _(_CARDS[reader.poll()])


def _try_scanner(desk: Desk, _role: str) -> str:
    with desk.bench.scanner() as scanner:
        found = scanner.status()
        return f"{_(_SCANNERS[found.state])}，{_(_FEEDERS[found.feeder])}"


def _try_strip(desk: Desk, _role: str) -> str:
    with desk.bench.strip() as strip:
        text = _("{window} 号窗口").format(window=desk.window)
        strip.show(text)
        return _("条屏上应显示“{text}”").format(text=text)


def _try_keypad(desk: Desk, _role: str) -> str:
    with desk.bench.keypad() as keypad:
        score = keypad.ask(_KEYPAD_SECONDS, desk.cancel_flag("try_keypad").is_set)
    if score is None:
        return _("{seconds} 秒内没有按键").format(seconds=round(_KEYPAD_SECONDS))
    return _("按了 {score}").format(score=score)


def _try_gun(desk: Desk, _role: str) -> str:
    with desk.bench.gun() as gun:
        code = gun.next_scan(_GUN_SECONDS)
    if code is None:
        return _("{seconds} 秒内没有扫码").format(seconds=round(_GUN_SECONDS))
    return _("扫到一个 {count} 位的码").format(count=len(code))


_KEYPAD_SECONDS: Final = 8.0
_GUN_SECONDS: Final = 8.0


def _try_camera(desk: Desk, _role: str) -> str:
    return camera.look_once(desk)


def _try_chips(desk: Desk, _role: str) -> str:
    with desk.bench.chips() as reader:
        return _("有一张卡") if reader.poll() else _("没有卡")


def _try_open(desk: Desk, role: str) -> str:
    with desk.bench.device(role):
        return _("能打开")


def _try_printer(desk: Desk, role: str) -> str:
    """Print a page that shows width, rare characters and a code; it is no court paper and has no record."""
    with desk.bench.printer(role) as printer:
        takes = printer.capabilities
        page = Document(
            _("测试页"),
            (
                Heading(_("测试页")),
                KeyValues((KeyValue(_("窗口"), str(desk.window)), KeyValue(_("打印机"), _(TITLES[role])))),
                Text(_RARE, size=Size.LARGE, align=Align.CENTER),
                QrCode("yichuang test", mm=25),
                Cut(),
            ),
            takes.paper,
        )
        printer.send(render(page, takes), f"test-{new_id()}")
    print_out.look_at[role](desk, role)
    return _("测试页已送出，请看纸上的字和码是否清楚")


_TRIES: Final[dict[str, Callable[[Desk, str], str]]] = {
    lanes.READER: _try_reader,
    lanes.SCANNER: _try_scanner,
    lanes.LED_STRIP: _try_strip,
    lanes.KEYPAD: _try_keypad,
    lanes.SCAN_GUN: _try_gun,
    lanes.CAMERA: _try_camera,
    lanes.CHIP_READER: _try_chips,
    **dict.fromkeys(PRINTERS, _try_printer),
}
TRY: Final[dict[str, Act[Desk, [str], str]]] = {
    role: Act(role, _TRIES.get(role, _try_open)) for role in (*DEVICES, *PRINTERS)
}
"""By role: use the device once and return what came of it. Raises DeviceProblem and PrinterProblem."""


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
