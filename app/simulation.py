"""A counter without hardware: every device and the court as a child process speaking the real protocol.

Used by the training desk and by the demo. Children end when their standard input closes, so none outlives
this process, however it ends.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO
from urllib.parse import quote

from app.errors import Expected
from app.paths import resources
from app.settings import CourtSettings, DeviceSettings, Settings
from app.texts import _
from devices.simulators.scenarios import SCENARIOS, Scenario

_ENDED_WITHIN = 5.0
_SETTLED_WITHIN = 5.0


def program() -> list[str]:
    """Return the command that starts this program, also from a frozen build."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "app"]


class Child:
    """One child process: a JSON line says that it is ready, lines on its input tell it what to do."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        """Start it; several start side by side before ``wait`` is called for each."""
        self._name, self._log_file = " ".join(arguments[:2]), log
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [*program(), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._news = threading.Thread(target=self._hear_news, name="child-news", daemon=True)
        self._told = 0
        self._obeyed = 0
        self._heard = threading.Condition()
        self.ready: dict[str, str] = {}

    def wait(self) -> None:
        """Wait for its ready line; raises Expected when it ends first."""
        line = _pipe(self.process.stdout).readline()
        if not line:
            raise Expected(
                _("模拟的设备或法院没有启动：{name}。").format(name=self._name),
                safe=_("窗口没有打开，原有的内容都没有动。"),
                next_step=_("原因在 {log} 的最后几行，改好后再运行一次；看不懂就把它交给维护的人。").format(
                    log=self._log_file
                ),
            )
        self.ready = json.loads(line)
        self._news.start()

    def tell(self, command: str) -> None:
        """Give a simulator a command, such as ``place zhang`` or ``fault jam``; ``settle`` waits for it."""
        self._told += 1
        pipe = _pipe(self.process.stdin)
        pipe.write(command + "\n")
        pipe.flush()

    def settle(self, seconds: float = _SETTLED_WITHIN) -> bool:
        """Wait until it has carried out what it was told; False for one that did not in time."""
        with self._heard:
            return self._heard.wait_for(lambda: self._obeyed >= self._told, seconds)

    def obey(self, command: str) -> None:
        """Give a simulator a command and wait until it is carried out, half a minute at most."""
        self.tell(command)
        self.settle(30.0)

    def stop(self) -> None:
        """Close its input, and end it if that does not."""
        _pipe(self.process.stdin).close()
        try:
            self.process.wait(_ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._news.ident is not None:
            self._news.join()
        _pipe(self.process.stdout).close()
        self._log.close()

    def _hear_news(self) -> None:
        """Count the answers; what nobody asks for is read too: a full pipe would stop it within a day."""
        for line in _pipe(self.process.stdout):
            if line.startswith(('{"done"', '{"failed"')):
                with self._heard:
                    self._obeyed += 1
                    self._heard.notify_all()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise AssertionError("started with pipes")
    return stream


@dataclass(frozen=True)
class Counter:
    """The simulated devices by the names of their simulators, the court, and settings that point at them."""

    devices: Mapping[str, Child]
    court: Child
    settings: Settings

    def offers(self, name: str) -> bool:
        """Say whether the device of a scenario stands on this counter."""
        return TRAINING[name].device in self.devices

    def begin(self, name: str) -> None:
        """Bring a device into a scenario. Raises OSError when it is gone."""
        scenario = TRAINING[name]
        child = self.devices[scenario.device]
        child.tell(f"scenario {scenario.own}")
        child.settle()

    def address(self, name: str) -> str:
        """Return where the device of a scenario stands in it."""
        url = self.devices[TRAINING[name].device].ready["url"]
        return _with_library(url) if name == PHOTO else url


def _with_library(reader: str) -> str:
    """Return the address of a vendor's sample worker before the reader; its library decodes photos."""
    words = [*program()[1:], "simulate", "vendor-worker", "--photo", "--reader", reader]
    return f"sdt+vendor://{quote(sys.executable)}?args={quote(shlex.join(words))}"


class Simulation:
    """Starts everything on entry and stops it on exit; ``folder`` receives papers, court data and logs."""

    def __init__(self, folder: Path, base: Settings, scenario: str = "", *, whole: bool = False) -> None:
        """``scenario``: a key of ``TRAINING`` in which the counter begins, "" for one where all is well.

        ``whole``: with pad, chip cards, gun, keypad and strip, which many counters do not have.
        """
        self._folder = folder
        self._base = base
        self._scenario = scenario
        self._whole = whole
        self._stack = ExitStack()

    def __enter__(self) -> Counter:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._start()
        except BaseException:
            self._stack.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _child(self, *arguments: str) -> Child:
        child = Child(arguments, self._folder / "children.log")
        self._stack.callback(child.stop)
        return child

    def _simulator(self, device: str, *arguments: str) -> Child:
        scenario = TRAINING[self._scenario] if self._scenario else None
        own = ["--scenario", scenario.own] if scenario is not None and scenario.device == device else []
        return self._child("simulate", device, *arguments, *own)

    def _start(self) -> Counter:
        court = self._child("court", "--with-parent", "--data", str(self._folder / "court"), "--port", "0")
        devices = {name: self._simulator(name, *words) for name, words in self._words().items()}
        for child in (*devices.values(), court):
            child.wait()
        (self._folder / "papers").mkdir(exist_ok=True)
        settings = Settings(
            hall=self._base.hall,
            devices=self._addresses(devices),
            court=CourtSettings(url=court.ready["url"], token_file=court.ready["token_file"]),
            look=self._base.look,
        )
        return Counter(devices, court, settings)

    def _words(self) -> Mapping[str, tuple[str, ...]]:
        """The command lines of the simulators; without a pty there is no serial line to play."""
        has_pty = sys.platform != "win32"
        reader = ("--pty", str(self._folder / "reader.tty")) if has_pty else ("--tcp", "0")
        found = {
            "id-reader": reader,
            "printer": ("--port", "0", "--out", str(self._folder / "roll")),
            "scanner": ("--port", "0"),
            "camera": ("--scene", str(self._folder / "camera.scene"), "--scenario", "still-page"),
        }
        if self._whole:
            found |= {name: ("--scene", str(self._folder / f"{name}.scene")) for name in ("pad", "chips")}
        if self._whole and has_pty:
            tables = resources() / "devices"
            found |= {
                "gun": ("--pty", str(self._folder / "gun.tty")),
                "keypad": (
                    "--pty", str(self._folder / "keypad.tty"),
                    "--table", str(tables / "keypads" / "sample-a.toml"),
                ),
                "strip": (
                    "--pty", str(self._folder / "strip.tty"),
                    "--table", str(tables / "strips" / "sample-sum.toml"),
                ),
            }  # fmt: skip
        return found

    def _addresses(self, devices: Mapping[str, Child]) -> DeviceSettings:
        urls = {ROLES[name]: child.ready["url"] for name, child in devices.items()}
        if self._scenario == PHOTO:
            urls["id_reader"] = _with_library(urls["id_reader"])
        papers = (self._folder / "papers").resolve().as_uri().replace("file://", "pdf+file://", 1)
        return DeviceSettings(**urls, receipt_printer=urls["ticket_printer"], a4_printer=papers)


ROLES: Mapping[str, str] = MappingProxyType(
    {
        "id-reader": "id_reader",
        "scanner": "scanner",
        "camera": "camera",
        "printer": "ticket_printer",
        "pad": "signature_pad",
        "chips": "chip_reader",
        "gun": "scan_gun",
        "keypad": "rating_keypad",
        "strip": "led_strip",
    }
)
"""Which device of the counter a simulator plays."""

PHOTO = "photo-decoded"
TRAINING: Mapping[str, Scenario] = MappingProxyType(
    {
        **SCENARIOS,
        PHOTO: Scenario("读卡器带厂商解码库，显示芯片照片", "id-reader", "adult"),
        "printer-well": Scenario("小票机正常", "printer", "normal"),
        "paper-out-in-mid-receipt": Scenario("打到一半没纸", "printer", "paper_ends"),
        "paper-out": Scenario("小票机缺纸", "printer", "paper_out"),
        "paper-low": Scenario("小票机的纸快用完", "printer", "near_end"),
        "printer-open": Scenario("小票机盖子没合上", "printer", "cover"),
        "printer-error": Scenario("小票机报告故障", "printer", "error"),
        "printer-cut": Scenario("打到一半断线", "printer", "cut"),
        "printer-silent": Scenario("小票机没有回应", "printer", "silent"),
        "printer-off": Scenario("小票机没有开", "printer", "refuse"),
    }
)
"""What the devices of a simulated counter can be made to do, for training."""

SIMULATORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id-reader": ("devices.simulators.id_reader",),
        "scanner": ("devices.simulators.escl_scanner",),
        "printer": ("printing.simulators.network_printer",),
        "camera": ("devices.simulators.document_camera",),
        "camera-worker": ("devices.simulators.camera_worker",),
        "pad": ("devices.simulators.signature_pad",),
        "signature-worker": ("devices.simulators.signature_worker",),
        "chips": ("devices.simulators.chip_reader",),
        "chip-worker": ("devices.simulators.chip_worker",),
        "gun": ("devices.simulators.counter_devices", "gun"),
        "keypad": ("devices.simulators.counter_devices", "keypad"),
        "strip": ("devices.simulators.counter_devices", "strip"),
        "vendor-worker": ("devices.simulators.vendor_worker",),
        "replay": ("devices.simulators.replay",),
    }
)
"""Module of each simulator, and the words its command line begins with."""


def run_simulator(name: str, arguments: list[str]) -> int:
    """Become the named simulator; returns its exit code."""
    module, *words = SIMULATORS[name]
    return int(import_module(module).main([*words, *arguments]) or 0)
