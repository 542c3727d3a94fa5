"""The inside of the simulated scanner: paper, jobs, faults, and the HTTP that shows them."""

from __future__ import annotations

import itertools
import re
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

from devices.simulators import pages

ROOT = "/eSCL"
FOR_EVER = 1 << 30
FAULTS: Mapping[str, int] = MappingProxyType(
    {
        "jam": 0, "cut": 0, "busy": FOR_EVER, "slow": 3, "empty": 0, "cover": 0, "error500": 0, "mute": 0,
        "drip": 0, "vanish": 0, "badxml": 0, "entity": 0, "hugexml": 0, "notpicture": 0, "elsewhere": 0,
        "redirect": 0,
    }
)  # fmt: skip
"""Names of the faults, with the number each has when none is given."""

_NAMESPACES = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" '
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)
_INPUT = """<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>
<scan:SettingProfiles><scan:SettingProfile>
<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>
</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"""
_RESOLUTION = """<scan:DiscreteResolution><scan:XResolution>{0}</scan:XResolution>
<scan:YResolution>{0}</scan:YResolution></scan:DiscreteResolution>"""
_CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities {names}><pwg:Version>2.63</pwg:Version>
<pwg:MakeAndModel>Yichuang Simulated Scanner</pwg:MakeAndModel><pwg:SerialNumber>SIM0001</pwg:SerialNumber>
<scan:Platen><scan:PlatenInputCaps>{input}</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>{input}</scan:AdfSimplexInputCaps>
<scan:FeederCapacity>50</scan:FeederCapacity></scan:Adf></scan:ScannerCapabilities>"""
_STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus {names}><pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>
<scan:AdfState>{adf}</scan:AdfState></scan:ScannerStatus>"""
_BAD_XML = {
    "badxml": b"<scan:ScannerStatus><oops",
    "entity": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><ScannerStatus>&c;</ScannerStatus>',
    "hugexml": b"<ScannerStatus>" + b" " * (4 << 20) + b"</ScannerStatus>",
}
_MUTE_SECONDS = 60.0
_DRIP_SECONDS = 0.2


@dataclass
class Job:
    """A scan job; ``delivered`` counts the pages from the flatbed."""

    feeder: bool
    dpi: int
    colour: bool
    most_pixels: tuple[int, int]
    delivered: int = 0


class EsclMachine:
    """Paper, jobs and faults behind one lock; every method may be called from any thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: pictures to deliver in the order of their names. Raises ValueError when it has none."""
        self._files = (
            sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
            if folder
            else []
        )
        if folder is not None and not self._files:
            raise ValueError(f"no pictures in {folder}")
        self._lock = threading.Lock()
        self._sheets = 0
        self._jammed = False
        self._faults: dict[str, int] = {}
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._fed = 0
        self._log: list[str] = []
        self._cleared = threading.Event()

    def load(self, sheets: int) -> None:
        """Put sheets into the feeder; they follow on what went through before."""
        with self._lock:
            self._sheets = sheets

    def fault(self, name: str, number: int) -> None:
        with self._lock:
            self._faults[name] = number
            self._cleared.clear()

    def clear(self) -> None:
        """End all faults; whoever waits because of one goes on."""
        with self._lock:
            self._faults.clear()
            self._jammed = False
        self._cleared.set()

    def log(self) -> list[str]:
        with self._lock:
            return list(self._log)

    def note(self, line: str) -> None:
        with self._lock:
            self._log.append(line)

    def has(self, fault: str) -> bool:
        with self._lock:
            return fault in self._faults

    def number(self, fault: str) -> int:
        with self._lock:
            return self._faults.get(fault, 0)

    def wait_for_clear(self, seconds: float) -> None:
        self._cleared.wait(seconds)

    def says_busy(self) -> bool:
        """Use up one of the times the scanner says 503."""
        with self._lock:
            left = self._faults.get("busy", 0)
            if left:
                self._faults["busy"] = left - 1
            return left > 0

    def adf_state(self) -> str:
        with self._lock:
            if "cover" in self._faults:
                return "ScannerAdfHatchOpen"
            if self._jammed:
                return "ScannerAdfJam"
            return "ScannerAdfLoaded" if self._sheets and "empty" not in self._faults else "ScannerAdfEmpty"

    def start(self, job: Job) -> str:
        with self._lock:
            number = str(next(self._numbers))
            self._jobs[number] = job
            return number

    def delete(self, number: str) -> bool:
        with self._lock:
            return self._jobs.pop(number, None) is not None

    def next_page(self, number: str) -> tuple[int, bytes]:
        """Return HTTP status and, with 200, the page: 404 after the last one, 409 when the paper is stuck."""
        with self._lock:
            job = self._jobs.get(number)
            status, index = self._take_sheet(job) if job is not None else (404, 0)
        if job is None or status != 200:
            return status, b""
        if self._files:
            image = pages.from_file(self._files[index % len(self._files)], job.dpi, job.colour)
        else:
            image = pages.drawn(index, job.dpi, job.colour)
        return status, pages.jpeg(image, job.dpi, job.most_pixels)

    def _take_sheet(self, job: Job) -> tuple[int, int]:
        """Return the HTTP status and the number of the sheet, from 0."""
        if not job.feeder:
            job.delivered += 1
            return (200 if job.delivered == 1 else 404), 0
        if "jam" in self._faults and self._faults["jam"] <= 0:
            self._jammed = True
        if self._jammed or "cover" in self._faults:
            return 409, 0
        if not self._sheets or "empty" in self._faults:
            return 404, 0
        if "jam" in self._faults:
            self._faults["jam"] -= 1
        self._sheets -= 1
        self._fed += 1
        return 200, self._fed - 1


class EsclServer(ThreadingHTTPServer):
    """HTTP on 127.0.0.1; a thread for each connection, none of which outlives the program."""

    daemon_threads = True

    def __init__(self, port: int, machine: EsclMachine) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.machine = machine

    def handle_error(self, request: object, client_address: object) -> None:
        """A driver that hangs up in the middle is normal; anything else is a mistake of the simulator."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as received


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EsclServer

    def do_GET(self) -> None:
        if not self._may_answer():
            return
        page = re.fullmatch(rf"{ROOT}/ScanJobs/(\d+)/NextDocument", self.path)
        if page:
            self._page(page[1])
        elif self.path == f"{ROOT}/ScannerCapabilities":
            resolutions = "".join(_RESOLUTION.format(dpi) for dpi in (100, 200, 300))
            self._xml(_CAPABILITIES.format(names=_NAMESPACES, input=_INPUT.format(resolutions=resolutions)))
        elif self.path == f"{ROOT}/ScannerStatus":
            state = "Processing" if self.server.machine.has("busy") else "Idle"
            adf = self.server.machine.adf_state()
            self._xml(_STATUS.format(names=_NAMESPACES, state=state, adf=adf))
        else:
            self._answer(404)

    def do_POST(self) -> None:
        settings = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8", "replace")
        if not self._may_answer():
            return
        if self.path != f"{ROOT}/ScanJobs":
            self._answer(404)
            return
        if self.server.machine.says_busy():
            self._answer(503, headers={"Retry-After": "2"})
            return
        number = self.server.machine.start(_job(settings))
        # a host that cannot be right: a client has to stay with the host it knows
        host = "192.0.2.1:9" if self.server.machine.has("elsewhere") else self.headers.get("Host", "")
        self._answer(201, headers={"Location": f"http://{host}{ROOT}/ScanJobs/{number}"})

    def do_DELETE(self) -> None:
        if self._may_answer():
            number = self.path.rpartition("/")[2]
            self._answer(200 if self.server.machine.delete(number) else 404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: stdout is for the parent."""

    # ---- answers ---------------------------------------------------------------------------------

    def _may_answer(self) -> bool:
        """Note the request; play the faults that concern every request."""
        machine = self.server.machine
        machine.note(f"{self.command} {self.path}")
        if machine.has("mute"):
            machine.wait_for_clear(_MUTE_SECONDS)
            self.close_connection = True
        elif machine.has("vanish"):
            self._hang_up()
        elif machine.has("error500"):
            self._answer(500)
        elif machine.has("redirect"):
            self._answer(302, headers={"Location": "http://192.0.2.1:9/"})
        else:
            return True
        return False

    def _page(self, number: str) -> None:
        machine = self.server.machine
        if machine.has("slow"):
            machine.wait_for_clear(machine.number("slow"))
        status, data = machine.next_page(number)
        if status != 200:
            self._answer(status)
        elif machine.has("cut"):
            self._head(200, len(data), "image/jpeg")
            self.wfile.write(data[: len(data) // 3])
            self._hang_up()
        elif machine.has("drip"):
            self._head(200, len(data), "image/jpeg")
            self._drip(data)
        elif machine.has("notpicture"):
            self._answer(200, b"<html>Sign in</html>", "text/html")
        else:
            self._answer(200, data, "image/jpeg")

    def _drip(self, data: bytes) -> None:
        try:
            for at in range(len(data)):
                self.wfile.write(data[at : at + 1])
                self.wfile.flush()
                self.server.machine.wait_for_clear(_DRIP_SECONDS)
        except OSError:
            self.close_connection = True

    def _xml(self, document: str) -> None:
        bad = next((text for name, text in _BAD_XML.items() if self.server.machine.has(name)), None)
        self._answer(200, document.encode() if bad is None else bad, "text/xml")

    def _answer(
        self,
        status: int,
        body: bytes = b"",
        media_type: str = "text/xml",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        try:
            self._head(status, len(body), media_type, headers)
            self.wfile.write(body)
        except OSError:  # the driver has left
            self.close_connection = True

    def _head(
        self, status: int, length: int, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _job(settings: str) -> Job:
    dpi = _number(settings, "XResolution", 300)
    return Job(
        feeder="Feeder" in (_value(settings, "InputSource") or ""),
        dpi=dpi,
        colour=_value(settings, "ColorMode") == "RGB24",
        most_pixels=(
            round(_number(settings, "Width", 2550) * dpi / 300),
            round(_number(settings, "Height", 3508) * dpi / 300),
        ),
    )


def _value(settings: str, name: str) -> str | None:
    found = re.search(rf"<(?:\w+:)?{name}>\s*([^<]*?)\s*<", settings)
    return found[1] if found else None


def _number(settings: str, name: str, default: int) -> int:
    text = _value(settings, name) or ""
    return int(text) if text.isdecimal() else default
