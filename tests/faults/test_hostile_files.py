"""Hostile and broken files, and workers that hang, die or lie: one named problem each, and quickly."""

from __future__ import annotations

import io
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from app.imaging import process
from app.imaging.errors import (
    Damaged,
    EmptyFile,
    Encrypted,
    ImportProblem,
    NotWhatItSays,
    TooLarge,
    TooSlow,
    Unreadable,
    WorkerDied,
)
from app.imaging.importing import import_file
from app.imaging.limits import MIB, Limits
from app.imaging.page import Page
from tests.helpers.imaging_files import (
    encoded,
    flate_bomb_pdf,
    number_on,
    one_page_pdf,
    pdf,
    png_claiming,
    raw_pdf,
    text_page,
    tiff,
)

# Every operator paints the whole sheet, about 2 ms each.
ENDLESS = b"0 0 595 842 re f " * 20_000
posix = pytest.mark.skipif(os.name == "nt", reason="signals and resource limits")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert not psutil.Process().children()
    assert "imaging-worker" not in {thread.name for thread in threading.enumerate()}


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def problem_of(path: Path, limits: Limits | None = None) -> ImportProblem:
    with pytest.raises(ImportProblem) as caught:
        list(import_file(path, limits=limits or Limits()))
    return caught.value


# ---- files -------------------------------------------------------------------------------------


def test_a_file_of_no_bytes_is_empty(tmp_path: Path) -> None:
    assert type(problem_of(saved(tmp_path, "a.pdf", b""))) is EmptyFile


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"MZ\x90\0" + bytes(300), "program"), (b"PK\x03\x04" + bytes(300), "zip"), (bytes(300), "unknown")],
)
def test_something_else_named_pdf_is_not_what_it_says(tmp_path: Path, data: bytes, found: str) -> None:
    problem = problem_of(saved(tmp_path, "起诉状.pdf", data))

    assert isinstance(problem, NotWhatItSays)
    assert (problem.claimed, problem.found) == ("pdf", found)


def test_200_pages_arrive_in_order_in_bounded_memory(tmp_path: Path) -> None:
    numbers: list[int] = []
    worker_bytes = 0
    for page in import_file(saved(tmp_path, "a.pdf", pdf(200)), limits=Limits(memory_bytes=400 * MIB)):
        numbers.append(number_on(page.data))
        if len(numbers) % 20 == 0 and (children := psutil.Process().children()):
            worker_bytes = max(worker_bytes, children[0].memory_info().rss)

    assert numbers == list(range(1, 201))
    assert 0 < worker_bytes < 200 * MIB


def test_an_image_of_20000_by_20000_is_shrunk_in_seconds(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.jpg", encoded(Image.new("L", (20_000, 20_000), 200), quality=30))
    start = time.monotonic()

    (page,) = import_file(path)

    assert (page.width, page.height) == (1654, 1654)
    assert time.monotonic() - start < 30


def test_a_bomb_of_30000_by_30000_is_refused_by_its_header(tmp_path: Path) -> None:
    problem = problem_of(saved(tmp_path, "a.png", png_claiming(30_000, 30_000, rows=30_000)))

    assert isinstance(problem, TooLarge)
    assert (problem.what, problem.value, problem.limit) == ("pixels", 900_000_000, 100_000_000)


def test_sizes_beyond_every_number_are_refused(tmp_path: Path) -> None:
    png = problem_of(saved(tmp_path, "a.png", png_claiming(2_000_000_000, 2_000_000_000, rows=1)))
    jpeg = bytearray(encoded(text_page()))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)

    assert isinstance(png, TooLarge)
    assert isinstance(problem_of(saved(tmp_path, "a.jpg", bytes(jpeg))), TooLarge)


@posix
def test_a_picture_within_the_pixels_but_beyond_the_memory_is_too_large(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", encoded(Image.new("RGB", (9000, 9000)), "PNG"))

    problem = problem_of(path, Limits(memory_bytes=300 * MIB))

    assert isinstance(problem, TooLarge)
    assert (problem.what, problem.limit) == ("memory", 300 * MIB)


@posix
@pytest.mark.parametrize("levels", [2, 3])
def test_a_page_that_inflates_a_thousandfold_is_too_large(tmp_path: Path, levels: int) -> None:
    path = saved(tmp_path, "a.pdf", flate_bomb_pdf(500, levels))
    assert path.stat().st_size < 10_000

    problem = problem_of(path, Limits(memory_bytes=300 * MIB))

    assert isinstance(problem, TooLarge | TooSlow)
    assert "SIG" in str(problem.diagnostics["exit"])


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["pdf", "jpeg", "png", "tiff"])
def test_a_truncated_file_is_damaged_and_never_imported_in_part(
    tmp_path: Path, kind: str, kept: float
) -> None:
    page = text_page((620, 877), noise=60)
    whole = pdf(60) if kind == "pdf" else tiff([page] * 3) if kind == "tiff" else encoded(page, kind.upper())

    problem = problem_of(saved(tmp_path, "a", whole[: int(len(whole) * kept)]))

    assert isinstance(problem, Damaged)


def test_a_pdf_whose_last_pages_are_cut_off_is_not_repaired_into_blank_ones(tmp_path: Path) -> None:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 13))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents %d 0 R>>"
    ink = b"<</Length 6000>>stream\n" + b"0 0 9 9 re f ".ljust(6000) + b"\nendstream"
    # A file made for the web has a trailer in front, enough for a reader to rebuild the rest.
    catalog = b"<</Type/Catalog/Pages 2 0 R>>\nendobj\ntrailer<</Size 23/Root 1 0 R>>\n"
    tree = [catalog, b"<</Type/Pages/Kids[%b]/Count 10>>" % kids]
    whole = raw_pdf([*tree, *(page % number for number in range(13, 23)), *[ink] * 10])

    assert len(list(import_file(saved(tmp_path, "whole.pdf", whole)))) == 10
    assert isinstance(problem_of(saved(tmp_path, "cut.pdf", whole[: len(whole) * 2 // 3])), Damaged)


def test_an_encrypted_pdf_says_so(tmp_path: Path) -> None:
    assert type(problem_of(saved(tmp_path, "a.pdf", pdf(2, password="court")))) is Encrypted


def test_a_pdf_that_claims_a_million_pages_is_not_believed(tmp_path: Path) -> None:
    problem = problem_of(saved(tmp_path, "a.pdf", one_page_pdf(b"", count=1_000_000)))

    assert isinstance(problem, TooLarge | Damaged)


def test_a_pdf_that_claims_a_few_more_pages_is_damaged_at_the_first_missing(tmp_path: Path) -> None:
    problem = problem_of(saved(tmp_path, "a.pdf", one_page_pdf(b"", count=3)))

    assert isinstance(problem, Damaged)
    assert problem.page == 2


@pytest.mark.parametrize("count", [6, 600])
def test_more_pages_than_allowed_are_too_many(tmp_path: Path, count: int) -> None:
    small = [Image.new("1", (10, 14))] * count
    limits = Limits(max_pages=5)

    of_pdf = problem_of(saved(tmp_path, "a.pdf", pdf(count)), limits)
    of_tiff = problem_of(saved(tmp_path, "a.tif", tiff(small)), limits)

    assert isinstance(of_pdf, TooLarge)
    assert (of_pdf.what, of_pdf.value, of_pdf.limit) == ("pages", count, 5)
    assert isinstance(of_tiff, TooLarge)
    assert of_tiff.what == "pages"


def test_an_endless_strip_is_too_many_pages(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", encoded(Image.new("1", (300, 60_000)), "PNG"))

    problem = problem_of(path, Limits(max_pages=20))

    assert isinstance(problem, TooLarge)
    assert problem.what == "pages"


def test_a_tiff_whose_directories_go_in_a_circle_ends(tmp_path: Path) -> None:
    data = bytearray(encoded(text_page((60, 80)), "TIFF"))
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)

    path = saved(tmp_path, "a.tif", bytes(data))

    try:
        assert len(list(import_file(path))) == 1
    except ImportProblem as problem:
        assert isinstance(problem, Damaged | TooLarge)  # noqa: PT017  # either end is fine


def test_more_bytes_than_allowed_start_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "worker_command", lambda: pytest.fail("started"))
    path = saved(tmp_path, "a.pdf", pdf(1))

    problem = problem_of(path, Limits(max_bytes=100))

    assert isinstance(problem, TooLarge)
    assert (problem.what, problem.value) == ("bytes", path.stat().st_size)


@pytest.mark.parametrize(
    "media", [b"0 0 0 0", b"0 0 1e9 1e9", b"0 0 -5 9", b"0 0 1e-9 842", b"0 0 1e39 1e39"]
)
def test_absurd_paper_gives_a_page_of_bounded_size_or_damaged(tmp_path: Path, media: bytes) -> None:
    path = saved(tmp_path, "a.pdf", one_page_pdf(b"", media=media))
    try:
        (page,) = import_file(path)
    except Damaged:
        return
    assert page.width * page.height < 1.1 * 1654 * 2339


def test_a_page_tree_that_contains_itself_ends(tmp_path: Path) -> None:
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 4/Parent 2 0 R>>"]

    assert isinstance(problem_of(saved(tmp_path, "a.pdf", raw_pdf(objects))), Damaged)


def test_a_page_that_takes_for_ever_to_draw_is_too_slow(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.pdf", one_page_pdf(ENDLESS))
    start = time.monotonic()

    problem = problem_of(path, Limits(page_seconds=1.5))

    assert isinstance(problem, TooSlow)
    assert time.monotonic() - start < 20


@posix
def test_processor_time_is_limited_even_when_nobody_is_waiting(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.pdf", one_page_pdf(ENDLESS))

    with process.DecodingWorker(path, process.Kind.PDF, Limits(total_seconds=1)) as worker:
        problem = worker.ended(1)

    assert isinstance(problem, TooSlow)
    assert problem.what == "cpu"


@posix
def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pdf")

    assert type(problem_of(tmp_path / "a.pdf")) is Unreadable


# ---- workers -----------------------------------------------------------------------------------


def interrupted(path: Path, blow: signal.Signals, limits: Limits) -> tuple[list[Page], ImportProblem]:
    """Import, strike the worker after the first page, and return what came and what was raised."""
    received: list[Page] = []

    def run() -> None:
        for page in import_file(path, limits=limits):
            if not received:
                psutil.Process().children()[0].send_signal(blow)
            received.append(page)

    with pytest.raises(ImportProblem) as caught:
        run()
    return received, caught.value


@posix
def test_a_worker_killed_midway_is_never_taken_for_the_end(tmp_path: Path) -> None:
    received, problem = interrupted(saved(tmp_path, "a.pdf", pdf(120)), signal.SIGKILL, Limits())

    assert type(problem) is WorkerDied
    assert problem.diagnostics["exit"] in {"SIGKILL", "running"}
    assert [number_on(page.data) for page in received] == list(range(1, len(received) + 1))
    assert len(received) < 120


@posix
def test_a_worker_that_crashes_blames_the_page_it_was_at(tmp_path: Path) -> None:
    received, problem = interrupted(saved(tmp_path, "a.pdf", pdf(120)), signal.SIGSEGV, Limits())

    assert isinstance(problem, Damaged | WorkerDied)
    if isinstance(problem, Damaged):
        assert problem.page == len(received) + 1
        assert "Segmentation fault" in str(problem.diagnostics["stderr"])


@posix
def test_a_stopped_worker_is_too_slow_and_gone(tmp_path: Path) -> None:
    start = time.monotonic()

    _, problem = interrupted(saved(tmp_path, "a.pdf", pdf(120)), signal.SIGSTOP, Limits(page_seconds=2))

    assert isinstance(problem, TooSlow)
    assert (problem.what, problem.limit) == ("page", 2)
    assert time.monotonic() - start < 20


def test_the_whole_file_has_a_time_limit_too(tmp_path: Path) -> None:
    problem = problem_of(saved(tmp_path, "a.pdf", pdf(200)), Limits(total_seconds=0.8))

    assert isinstance(problem, TooSlow)
    assert problem.what in {"total", "cpu"}


def pretend(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Replace the worker by a few lines of Python that write what they like."""
    code = f"import json, os, struct, sys\nout = sys.stdout.buffer\nsys.stdin.buffer.read()\n{SEND}\n{body}\n"
    monkeypatch.setattr(process, "worker_command", lambda: [sys.executable, "-I", "-S", "-c", code])


SEND = """
def send(body=b'', **head):
    raw = json.dumps(head).encode()
    out.write(struct.pack('>II', len(raw), len(body)) + raw + body)
    out.flush()
page = dict(type='page', width=9, height=9, dpi=9, source='pdf')
"""


@pytest.mark.parametrize(
    "body",
    [
        "",
        "sys.exit(3)",
        "out.write(b'GET / HTTP/1.1\\r\\n')",
        "out.write(struct.pack('>II', 2**32 - 1, 2**32 - 1))",
        "out.write(struct.pack('>II', 5, 0) + b'nope!')",
        "out.write(struct.pack('>II', 60000, 0) + b'[' * 60000)",
        "send(type=7)",
        "send(type='end', pages=1)",
        "send(type='count', pages=10**9)",
        "send(type='count', pages=True)",
        "send(type='count', pages=2); send(b'\\xff\\xd8\\xff', **page); send(type='end', pages=1)",
        "send(type='count', pages=1); send(b'<script>', **page)",
        "send(type='count', pages=1); send(b'\\xff\\xd8\\xff', **{**page, 'width': -1})",
        "send(type='count', pages=1); send(b'\\xff\\xd8\\xff', **{**page, 'source': '/etc/passwd'})",
        "send(type='count', pages=1); send(b'\\xff\\xd8\\xff', **page); send(b'\\xff\\xd8\\xff', **page)",
        "send(type='problem', name='SystemExit', fields={}, diagnostics={})",
        "send(type='problem', name='Damaged', fields=[], diagnostics={})",
        "send(type='problem', name='Unsupported', fields={'found': '<b>' * 99}, diagnostics={})",
        "send(type='problem', name='Damaged', fields={}, diagnostics={'who': '张三'})",
    ],
)
def test_a_worker_that_lies_or_leaves_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    pretend(monkeypatch, body)

    assert type(problem_of(saved(tmp_path, "a.pdf", pdf(1)))) is WorkerDied


def test_a_worker_that_closes_its_mouth_and_stays_is_too_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, "os.close(1); import threading; threading.Event().wait()")

    problem = problem_of(saved(tmp_path, "a.pdf", pdf(1)), Limits(page_seconds=0.5))

    assert isinstance(problem, TooSlow)


def test_a_worker_that_cannot_be_started_is_a_dead_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "worker_command", lambda: [str(tmp_path / "nothing")])

    assert type(problem_of(saved(tmp_path, "a.pdf", pdf(1)))) is WorkerDied


def test_diagnostics_keep_the_last_lines_but_no_name_of_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, "张三离婚.pdf", pdf(1))
    pretend(monkeypatch, f"print('first\\n', {str(path)!r}, '\\x1b[31m', file=sys.stderr); sys.exit(9)")

    problem = problem_of(path)

    assert problem.diagnostics["exit"] == "9"
    stderr = str(problem.diagnostics["stderr"])
    assert "first" in stderr
    assert "张三" not in stderr
    assert str(tmp_path) not in stderr
    assert stderr.isprintable()


def test_a_chattering_worker_fills_no_disk(tmp_path: Path) -> None:
    """What decoders print goes to stderr, never into the protocol."""
    data = io.BytesIO()
    text_page((60, 80)).save(data, "TIFF", compression="tiff_lzw")
    broken = bytearray(data.getvalue())
    broken[8:40] = b"\xff" * 32

    problem = problem_of(saved(tmp_path, "a.tif", bytes(broken)))

    assert isinstance(problem, Damaged)
