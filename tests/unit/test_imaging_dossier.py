"""Binding: one PDF, the pictures untouched, always the same bytes."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdfium2 import raw as pdfium_c

from app.imaging.dossier import Sheet, bind, bind_into
from app.imaging.errors import Damaged
from app.imaging.page import Page, normalise, page_of
from tests.helpers.imaging_files import encoded, number_on, text_page


def sheet(page: Page, kind: str = "证据") -> Sheet:
    return Sheet(kind, lambda: page)


def numbered(number: int, **options: bool) -> Page:
    return normalise(encoded(text_page((413, 585), number, **options), "PNG"))


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [numbered(number, seal=number == 2) for number in range(1, 6)]


def raw_pictures(document: pdfium.PdfDocument) -> Iterator[bytes]:
    for page in document:
        (picture,) = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
        out = io.BytesIO()
        picture.extract(out, fb_format="png")
        yield out.getvalue()


def test_every_page_is_there_in_order_with_its_jpeg_untouched(pages: list[Page]) -> None:
    data = bind(map(sheet, pages), title="卷宗")

    with pdfium.PdfDocument(data) as document:
        assert list(raw_pictures(document)) == [page.data for page in pages]
        drawn = [encoded(page.render(scale=1).to_pil(), "PNG") for page in document]
    assert [number_on(picture) for picture in drawn] == [1, 2, 3, 4, 5]
    assert all(data.count(page.data) == 1 for page in pages)
    assert len(data) < sum(len(page.data) for page in pages) + 1000 * len(pages)


def test_the_paper_size_is_pixels_through_resolution(pages: list[Page]) -> None:
    card = normalise(encoded(text_page((1012, 638)), dpi=(300, 300)))

    with pdfium.PdfDocument(bind(map(sheet, [pages[0], card]), title="t")) as document:
        sizes = [document.get_page_size(index) for index in range(2)]

    assert [round(side / 72 * 25.4) for side in sizes[1]] == [86, 54]
    assert sizes[0][0] == pytest.approx(pages[0].width / pages[0].dpi * 72, abs=0.01)


def test_a_bookmark_opens_every_run_of_one_kind(pages: list[Page]) -> None:
    kinds = ["起诉状", "起诉状", "身份证明", "证据 𬭎", "证据 𬭎"]

    data = bind(map(sheet, pages, kinds), title="t")

    with pdfium.PdfDocument(data) as document:
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    assert marks == [("起诉状", 0), ("身份证明", 2), ("证据 𬭎", 3)]


def test_the_title_keeps_every_character_but_controls(pages: list[Page]) -> None:
    with pdfium.PdfDocument(bind([sheet(pages[0])], title="（2026）𬭎(民初)\\1号\0\n\x1b")) as document:
        assert document.get_metadata_value("Title") == "（2026）𬭎(民初)\\1号"


def test_the_same_dossier_has_the_same_bytes_and_another_one_another_identity(pages: list[Page]) -> None:
    first, again, other = (bind(map(sheet, some), title="t") for some in (pages, pages, pages[::-1]))

    assert first == again
    assert first[-200:].split(b"/ID[")[1][:34] != other[-200:].split(b"/ID[")[1][:34]


def test_a_png_page_is_bound_without_loss() -> None:
    picture = Image.radial_gradient("L")
    page = Page(encoded(picture, "PNG"), "image/png", 256, 256, 100, "pad")

    with pdfium.PdfDocument(bind([sheet(page)], title="t")) as document:
        (raw,) = raw_pictures(document)
    with Image.open(io.BytesIO(raw)) as back:
        assert back.convert("L").tobytes() == picture.tobytes()


def test_progress_counts_the_pages_written(pages: list[Page]) -> None:
    seen: list[int] = []
    out = io.BytesIO()

    assert bind_into(out, map(sheet, pages), title="t", on_progress=seen.append) == 5
    assert seen == [1, 2, 3, 4, 5]


def test_a_dossier_can_follow_other_bytes_in_the_same_file(pages: list[Page]) -> None:
    out = io.BytesIO(b"head")
    out.seek(4)

    bind_into(out, [sheet(pages[0])], title="t")

    assert out.getvalue()[4:] == bind([sheet(pages[0])], title="t")


def test_no_pages_make_no_dossier() -> None:
    with pytest.raises(ValueError, match="a page"):
        bind([], title="t")


def test_a_rotten_page_is_named_by_its_number(pages: list[Page]) -> None:
    good = pages[0]
    cmyk = encoded(Image.new("CMYK", (good.width, good.height)))
    for data in (b"", b"rubbish", encoded(text_page((50, 50))), cmyk):
        bad = Page(data, "image/jpeg", good.width, good.height, good.dpi, "camera")
        with pytest.raises(Damaged) as caught:
            bind(map(sheet, [good, bad]), title="t")
        assert caught.value.page == 2


def test_a_loader_that_fails_is_heard() -> None:
    def gone() -> Page:
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        bind([Sheet("证据", gone)], title="t")


class Sink(io.RawIOBase):
    """Counts what is written and keeps nothing."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.size += len(memoryview(data))  # type: ignore[arg-type]
        return len(memoryview(data))  # type: ignore[arg-type]


def test_200_pages_are_bound_in_the_memory_of_a_few() -> None:
    grain = page_of(text_page((1654, 2339), 3, noise=120), 200, "scanner")
    assert len(grain.data) > 300_000
    sink = Sink()
    tracemalloc.start()
    try:
        fresh = (Sheet("证据", lambda: Page(bytes(bytearray(grain.data)), *rest(grain))) for _ in range(200))
        pages = bind_into(sink, fresh, title="t")  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (pages, sink.size > 200 * len(grain.data)) == (200, True)
    assert peak < 4 * len(grain.data)


def rest(page: Page) -> tuple[object, ...]:
    return page.media_type, page.width, page.height, page.dpi, page.source
