"""How long a ticket, a receipt and a thousand mixed papers take.

Run with ``python3 make.py bench bench_printing``. The ticket goes to a listening socket on this machine: from
the call (the key) until the first byte of the job is there. Times are wall-clock, the best and the middle.
"""

from __future__ import annotations

import os
import platform
import socket
import statistics
import threading
import time
from collections.abc import Callable
from importlib.metadata import version

from printing import escpos, escpos_mixed, pdf
from printing.documents.catalogue import KINDS
from printing.layout import Paper
from printing.preview import DOTS
from printing.registry import open_printer, render

RUNS = 15
MANY = 1000


def main() -> None:
    print(machine())
    print(f"{'what':<52}{'best':>10}{'middle':>10}  limit")
    pdf.warm_up()
    show("ticket: key to first byte on the wire, 80 mm", [first_byte(576) for _ in range(RUNS)], "100 ms")
    show("ticket: key to first byte on the wire, 58 mm", [first_byte(384) for _ in range(RUNS)], "100 ms")
    receipt = KINDS["material_receipt"]
    show("receipt, A4 PDF", timed(lambda: pdf.render(receipt.build(receipt.sample()))), "150 ms")
    show("receipt, large print", timed(lambda: pdf.render(receipt.build(receipt.sample(), large=True))), "")
    notice = KINDS["fee_notice"]
    show("fee notice, A4 PDF (2 pages)", timed(lambda: pdf.render(notice.build(notice.sample()))), "")
    mixed_papers()
    slow_line()


def machine() -> str:
    """Return one line about what the figures were measured on."""
    return (
        f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, reportlab {version('reportlab')}, Pillow {version('Pillow')}"
    )


def timed(act: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return seconds


def show(name: str, seconds: list[float], limit: str) -> None:
    best, middle = min(seconds) * 1000, statistics.median(seconds) * 1000
    print(f"{name:<52}{best:>7.1f} ms{middle:>7.1f} ms  {limit}")


def first_byte(width: int) -> float:
    """Return the seconds from the call until the first byte is at the printer's socket."""
    arrived: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def listen() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                arrived.append(time.perf_counter())
                while connection.recv(65536):
                    pass

        listener = threading.Thread(target=listen)
        listener.start()
        printer = open_printer(f"escpos+tcp://127.0.0.1:{port}?width={width}&status=none")
        kind = KINDS["queue_ticket"]
        start = time.perf_counter()
        document = kind.build(kind.sample(), printer.capabilities.paper)
        printer.send(render(document, printer.capabilities), "bench")
        listener.join()
    return arrived[0] - start


def mixed_papers() -> None:
    """Draw every paper on everything it may be printed on, again and again, until there are a thousand."""
    cases = [(kind, paper) for kind in KINDS.values() for paper in kind.papers]
    start, work = time.perf_counter(), time.process_time()
    size = 0
    for number in range(MANY):
        kind, paper = cases[number % len(cases)]
        document = kind.build(kind.sample(), paper)
        size += len(pdf.render(document) if paper is Paper.A4 else escpos.render(document, DOTS[paper]))
    seconds, work = time.perf_counter() - start, time.process_time() - work
    print(f"{f'{MANY} mixed papers ({len(cases)} kinds and sizes)':<52}{seconds:>8.1f} s{'':>10}   60 s")
    print(f"{'  processor time':<52}{work:>8.1f} s")
    print(f"{'  of them, on average':<52}{size / MANY / 1024:>7.0f} KB")


def slow_line() -> None:
    """Print how long a ticket takes on a serial line of 9600 baud, 10 bits a byte."""
    kind = KINDS["queue_ticket"]
    for paper, width in DOTS.items():
        document = kind.build(kind.sample(), paper)
        for name, job in (
            ("text and native QR", escpos_mixed.render(document, width)),
            ("text and QR in dots", escpos_mixed.render(document, width, native_qr=False)),
            ("all dots", escpos.render(document, width)),
        ):
            what = f"ticket at 9600 baud, {paper.value}, {name}"
            print(f"{what:<52}{len(job) / 960:>8.1f} s{len(job):>8} B")


if __name__ == "__main__":
    main()
