"""A ticket, a receipt and a printer in another process, for the tests of ``printing``."""

from __future__ import annotations

import json
import os
import queue
import select
import socket
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
from PIL import Image, ImageDraw

from printing.documents.material_receipt import Form, Material, MaterialReceipt
from printing.documents.queue_ticket import QueueTicket

ROOT = Path(__file__).resolve().parents[2]
BEIJING = timezone(timedelta(hours=8))
MOMENT = datetime(2026, 11, 22, 9, 41, tzinfo=BEIJING)
COURT = "鄂尔多斯市东胜区人民法院"
RARE = "张𬭎、阿不都热合曼·㛃䶮𪜀"
DEADLINE = 10.0


def ticket(**changes: Any) -> QueueTicket:
    facts: dict[str, Any] = {
        "court": COURT,
        "issued": MOMENT,
        "number": "A012",
        "group": "立案登记",
        "ahead": 7,
        "wait": (15, 25),
        "area": "A 区 1—4 号窗口",
        "payload": "https://court.example/t/0123456789abcdef",
    }
    return QueueTicket(**{**facts, **changes})


def signature_png() -> bytes:
    """Draw a stroke on a transparent ground."""
    image = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(20, 140), (120, 20), (200, 150), (380, 40)], fill=(0, 0, 60, 255), width=6)
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def materials(count: int) -> tuple[Material, ...]:
    return tuple(
        Material(f"证据材料第{n}号", None if n % 9 == 0 else n, 1 + n % 2, list(Form)[n % 3])
        for n in range(1, count + 1)
    )


def receipt(**changes: Any) -> MaterialReceipt:
    facts: dict[str, Any] = {
        "court": COURT,
        "window": "3 号综合窗口",
        "receipt_no": "SJ20261122-03-0017",
        "intake_no": "A012",
        "party": RARE,
        "agent": "李某某",
        "matter": "民事一审立案",
        "cause": "买卖合同纠纷",
        "materials": materials(5),
        "received": MOMENT,
        "officer": "王敏",
        "verification": "7F3A-91C2-K8",
        "laws": ("《中华人民共和国民事诉讼法》第六十九条",),
        "verification_qr": "https://court.example/v/7f3a91c2k8",
    }
    return MaterialReceipt(**{**facts, **changes})


def pdf_texts(data: bytes) -> list[str]:
    """Return the text of each page."""
    document = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def pdf_picture(data: bytes, page: int = 0, scale: float = 2.0) -> Image.Image:
    """Return a page as a grey picture, 72 × scale dots an inch."""
    document = pypdfium2.PdfDocument(data)
    try:
        sheet = document[page]
        bitmap = sheet.render(scale=scale)
        picture = bitmap.to_pil().convert("L")
        bitmap.close()
        sheet.close()
        return picture
    finally:
        document.close()


class SimulatedPrinter:
    """The simulator's process: its URL, its folder, its commands, its news."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.folder = folder
        self._process = process
        self._news: queue.Queue[dict[str, Any]] = queue.Queue()
        self._kept: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.url: str = self.wait_for("ready")["url"]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._news.put(json.loads(line))

    def wait_for(self, *keys: str) -> dict[str, Any]:
        """Return the next news with one of these keys; news of another kind is kept for later."""
        for at, news in enumerate(self._kept):
            if any(key in news for key in keys):
                return self._kept.pop(at)
        while True:
            news = self._news.get(timeout=DEADLINE)
            if any(key in news for key in keys):
                return news
            self._kept.append(news)

    @property
    def pid(self) -> int:
        return self._process.pid

    def command(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.wait_for("done", "failed")

    def job(self) -> bytes:
        """Return the bytes of the next job that was kept."""
        return (self.folder / self.wait_for("job")["job"]).read_bytes()

    def close(self) -> int:
        """End stdin and return the exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            return self._process.wait(DEADLINE)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process.stdout.close()


def start_printer(folder: Path, *arguments: str) -> SimulatedPrinter:
    """A printer that runs until it is closed."""
    command = [sys.executable, "-m", "printing.simulators.network_printer", "--out", str(folder), *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    return SimulatedPrinter(process, folder)


@contextmanager
def simulated_printer(folder: Path, *arguments: str) -> Iterator[SimulatedPrinter]:
    simulator = start_printer(folder, *arguments)
    try:
        yield simulator
    finally:
        assert simulator.close() == 0


@contextmanager
def serial_line(url: str) -> Iterator[str]:
    """Lay a serial line to a simulated printer; yield the path of its end at the desk (a pseudo terminal)."""
    near, far = os.openpty()
    for end in (near, far):
        tty.setraw(end)
    parts = urlsplit(url)
    printer = socket.create_connection((parts.hostname, parts.port), DEADLINE)
    ended, stop = os.pipe()
    pump = threading.Thread(target=_pump, args=(near, printer, ended))
    pump.start()
    try:
        yield os.ttyname(far)
    finally:
        os.write(stop, b"x")
        pump.join()
        printer.close()
        for handle in (near, far, ended, stop):
            os.close(handle)


def _pump(near: int, printer: socket.socket, ended: int) -> None:
    """Carry bytes both ways until told to stop or the printer hangs up."""
    while True:
        ready, _, _ = select.select([near, printer, ended], [], [])
        if ended in ready:
            return
        if near in ready:
            printer.sendall(os.read(near, 4096))
        if printer in ready:
            data = printer.recv(4096)
            if not data:
                return
            os.write(near, data)
