"""Whatever the bytes are: a page or an ImportProblem, soon, and the shape of a picture kept."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.imaging.errors import ImportProblem
from app.imaging.importing import import_file
from app.imaging.kinds import HEAD_BYTES, Kind, recognise
from app.imaging.limits import Limits
from app.imaging.page import Page, normalise
from app.imaging.raster import fit_a4
from app.imaging.wire import Garbled, Message, page_from, problem_from, read_message, write_message
from tests.helpers.imaging_files import encoded, pdf, text_page, tiff

SMALL = text_page((120, 170))
GOOD = [
    pdf(2),
    encoded(SMALL),
    encoded(SMALL, progressive=True),
    encoded(SMALL, "PNG"),
    tiff([SMALL, SMALL], compression="tiff_lzw"),
]
MAGIC = [b"%PDF-1.4\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*"]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good file with a few bytes changed, a piece cut out, or its tail replaced."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoiled")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.one_of(spoiled(), st.builds(bytes.__add__, st.sampled_from(MAGIC), st.binary(max_size=300))))
def test_spoiled_files_give_pages_or_a_problem_and_never_hang(folder: Path, data: bytes) -> None:
    path = folder / "file.pdf"
    path.write_bytes(data)
    start = time.monotonic()
    try:
        for page in import_file(path, limits=Limits(page_seconds=5)):
            assert page.width * page.height <= 1.1 * 1654 * 2339
    except ImportProblem as problem:
        assert str(problem)  # noqa: PT017  # either outcome is right
    assert time.monotonic() - start < 60


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=HEAD_BYTES), st.text(max_size=30))
def test_any_first_bytes_are_a_kind_or_a_problem(head: bytes, name: str) -> None:
    try:
        assert recognise(head, name) in Kind
    except ImportProblem as problem:
        assert str(problem)  # noqa: PT017


@settings(max_examples=150, deadline=None)
@given(st.one_of(spoiled(), st.binary(min_size=1, max_size=200)))
def test_normalise_gives_a_page_or_a_problem(data: bytes) -> None:
    try:
        page = normalise(data)
    except ImportProblem:
        return
    with Image.open(io.BytesIO(page.data)) as image:
        assert image.size == (page.width, page.height)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 3000),
    height=st.integers(1, 3000),
    dpi=st.integers(50, 400),
    stated=st.sampled_from([None, 72, 150, 300]),
)
@example(width=1, height=3000, dpi=50, stated=None)
def test_normalise_keeps_the_shape_and_never_enlarges(
    width: int, height: int, dpi: int, stated: int | None
) -> None:
    options = {"dpi": (stated, stated)} if stated else {}

    page = normalise(encoded(Image.new("L", (width, height), 255), "PNG", **options), dpi)

    assert page.width <= width
    assert page.height <= height
    scale = max(page.width, page.height) / max(width, height)
    # Rounding to whole pixels moves a side by half a pixel; no side vanishes.
    assert abs(min(page.width, page.height) - max(1, min(width, height) * scale)) <= 1.01


@given(
    width=st.floats(0.5, 1e6),
    height=st.floats(0.5, 1e6),
    own=st.one_of(st.none(), st.floats(100, 1200)),
    dpi=st.integers(50, 600),
)
def test_every_page_fits_on_a4(width: float, height: float, own: float | None, dpi: int) -> None:
    fit = fit_a4(width, height, own, dpi)

    assert fit.dpi <= dpi
    short, long = sorted((fit.width / fit.dpi, fit.height / fit.dpi))
    assert short <= 8.27 * 1.07
    assert long <= 11.69 * 1.07


@given(st.binary(max_size=200))
def test_any_stream_is_messages_or_garbled(data: bytes) -> None:
    stream = io.BytesIO(data)
    try:
        while (message := read_message(stream)) is not None:
            with pytest.raises((Garbled, ImportProblem)):
                raise problem_from(message)
            with pytest.raises(Garbled):
                page_from(message)
    except Garbled:
        return


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4),
    st.binary(max_size=99),
)
def test_a_message_comes_back_as_it_was_sent(fields: dict[str, int | str], body: bytes) -> None:
    message = Message({**fields, "type": "x"}, body)
    stream = io.BytesIO()
    write_message(stream, message)
    stream.seek(0)

    assert read_message(stream) == message
    assert read_message(stream) is None


def test_a_page_survives_the_wire() -> None:
    from app.imaging.wire import page_message

    page = Page(encoded(SMALL), "image/jpeg", 120, 170, 96, "tiff")

    assert page_from(page_message(page)) == page
