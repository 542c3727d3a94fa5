"""What the bench keeps of a printer between two tries."""

from __future__ import annotations

from app import lanes
from app.clock import SystemClock
from app.services.bench import Bench
from app.settings import DeviceSettings


def test_a_paper_that_waits_is_drawn_once_and_nothing_of_it_is_kept_when_it_is_out() -> None:
    bench, drawn = Bench(DeviceSettings(), SystemClock()), []

    def paper(what: str) -> bytes:
        def draw() -> bytes:
            drawn.append(what)
            return what.encode()

        return bench.drawn(lanes.TICKET_PRINTER, what, draw)

    assert [paper("A001"), paper("A001")] == [b"A001", b"A001"]
    assert paper("A002") == b"A002"
    assert drawn == ["A001", "A002"]
    bench.sent(lanes.TICKET_PRINTER)
    assert paper("A002") == b"A002"
    bench.reassign(lanes.TICKET_PRINTER, "escpos+tcp://127.0.0.1:9100?width=384")
    assert paper("A002") == b"A002"
    assert drawn == ["A001", "A002", "A002", "A002"]
