"""Importing good files through the real worker."""

from __future__ import annotations

import io
import threading
from itertools import pairwise
from pathlib import Path

import psutil
import pypdfium2 as pdfium
import pytest
from PIL import Image

from app.imaging import process
from app.imaging.errors import Cancelled, ImportProblem, NotWhatItSays, Unreadable, Unsupported
from app.imaging.importing import import_file
from app.imaging.kinds import Kind, recognise
from app.imaging.limits import Limits
from app.imaging.page import Page
from tests.helpers.imaging_files import encoded, number_on, pdf, raw_pdf, text_page, tiff


@pytest.fixture(autouse=True)
def nothing_left() -> object:
    yield
    assert not psutil.Process().children()
    assert "imaging-worker" not in {thread.name for thread in threading.enumerate()}


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def imported(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> list[Page]:
    return list(import_file(saved(folder, name, data), limits=limits or Limits()))


def test_a_pdf_gives_its_pages_in_order_and_says_how_many(tmp_path: Path) -> None:
    counts: list[int] = []

    pages = list(import_file(saved(tmp_path, "起诉状.pdf", pdf(5)), on_count=counts.append))

    assert counts == [5]
    assert [number_on(page.data) for page in pages] == [1, 2, 3, 4, 5]
    assert {(page.width, page.dpi, page.source) for page in pages} == {(1654, 200, "pdf")}
    assert all(abs(page.height - 2339) <= 1 for page in pages)


def test_a_form_shows_what_was_filled_in(tmp_path: Path) -> None:
    appearance = b"0 0 1 rg 0 0 300 300 re f"
    data = raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots[4 0 R]>>",
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F 4/P 3 0 R/Rect[100 400 400 700]/AP<</N 5 0 R>>>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 300 300]/Length %d>>stream\n%b\nendstream"
            % (len(appearance), appearance),
        ]
    )

    (page,) = imported(tmp_path, "form.pdf", data)

    with Image.open(io.BytesIO(page.data)) as image:
        assert image.convert("L").getpixel((700, 800)) < 128


@pytest.mark.parametrize(("kind", "source"), [("JPEG", "jpeg"), ("PNG", "png"), ("TIFF", "tiff")])
def test_a_picture_is_one_page(tmp_path: Path, kind: str, source: str) -> None:
    (page,) = imported(tmp_path, "photo", encoded(text_page(number=77), kind))

    assert (number_on(page.data), page.source) == (77, source)


def test_a_tiff_gives_every_page_whatever_its_compression(tmp_path: Path) -> None:
    pages = [text_page((620, 877), number) for number in range(1, 7)]

    fax = imported(tmp_path, "fax.tif", tiff([p.convert("1") for p in pages], compression="group4"))
    colour = imported(tmp_path, "colour.tif", tiff(pages, compression="jpeg"))

    assert [number_on(page.data) for page in fax] == [1, 2, 3, 4, 5, 6]
    assert [number_on(page.data) for page in colour] == [1, 2, 3, 4, 5, 6]


def test_a_phone_picture_named_as_another_kind_is_taken_for_what_it_is(tmp_path: Path) -> None:
    (page,) = imported(tmp_path, "scan.jpg", pdf(1))

    assert page.source == "pdf"


def test_a_long_screenshot_is_cut_into_sheets_that_can_be_read(tmp_path: Path) -> None:
    strip = Image.linear_gradient("L").resize((600, 4000))

    pages = imported(tmp_path, "chat.png", encoded(strip, "PNG"))

    assert len(pages) == 5
    assert all(page.width == 600 and page.height <= 849 for page in pages)
    assert sum(page.height for page in pages) > 4000
    shades = []
    for page in pages:
        with Image.open(io.BytesIO(page.data)) as image:
            shades.append((image.getpixel((300, 0)), image.getpixel((300, page.height - 1))))
    assert all(upper[1] >= lower[0] for upper, lower in pairwise(shades))


def test_a_panorama_that_lies_on_its_side_stays_one_page(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    (page,) = imported(tmp_path, "pano.jpg", encoded(text_page((600, 3000)), exif=exif))

    assert page.width > page.height


def test_a_pdf_that_only_forbids_printing_is_imported(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("", ownerPassword="court", canPrint=0))
    canvas.drawString(100, 100, "judgment")
    canvas.save()

    assert len(imported(tmp_path, "a.pdf", out.getvalue())) == 1


def test_a_page_larger_than_a4_is_drawn_to_fit_it(tmp_path: Path) -> None:
    (page,) = imported(tmp_path, "plan.pdf", pdf(1, size=(3370, 2384)))

    assert page.width == pytest.approx(2339, abs=1)
    assert number_on(page.data) == 1


def test_pages_come_one_by_one_and_closing_ends_the_worker(tmp_path: Path) -> None:
    pages = import_file(saved(tmp_path, "a.pdf", pdf(60)))

    assert number_on(next(pages).data) == 1
    (worker,) = psutil.Process().children()
    pages.close()

    assert not worker.is_running()


def test_cancelling_ends_the_worker_and_is_never_taken_for_the_end(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.pdf", pdf(30))
    received: list[Page] = []

    def two_pages_then_cancel() -> None:
        for page in import_file(path, cancelled=lambda: len(received) == 2):
            received.append(page)  # noqa: PERF402  # the length decides when to cancel

    with pytest.raises(Cancelled):
        two_pages_then_cancel()
    with pytest.raises(Cancelled):
        next(import_file(path, cancelled=lambda: True))

    assert len(received) == 2


def test_the_same_file_gives_the_same_pages(tmp_path: Path) -> None:
    assert imported(tmp_path, "a.pdf", pdf(2)) == imported(tmp_path, "b.pdf", pdf(2))


@pytest.mark.parametrize("name", ["gone.pdf", ".", "a\0b.pdf"])
def test_what_cannot_be_opened_is_unreadable(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        next(import_file(tmp_path / name))


def test_the_worker_gets_no_secret_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_KEY", "secret")
    pages = import_file(saved(tmp_path, "a.pdf", pdf(60)))
    next(pages)

    (worker,) = psutil.Process().children()

    assert "YICHUANG_KEY" not in worker.environ()
    pages.close()


def test_the_frozen_program_is_its_own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.setattr("sys.executable", "yichuang")

    assert process.worker_command() == ["yichuang", process.FROZEN_ARGUMENT]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"II*\0", Kind.TIFF),
        (b"MM\0*", Kind.TIFF),
        (b"%PDF-1.7", Kind.PDF),
        (b"\r\n\r\n%PDF-1.7", Kind.PDF),
    ],
)
def test_files_are_recognised_by_their_first_bytes(head: bytes, kind: Kind) -> None:
    assert recognise(head, "any.name") is kind


def test_an_honest_file_of_another_kind_is_unsupported_and_a_disguised_one_is_not_what_it_says() -> None:
    with pytest.raises(Unsupported) as honest:
        recognise(b"PK\x03\x04", "contract.docx")
    with pytest.raises(NotWhatItSays) as disguised:
        recognise(b"PK\x03\x04", "contract.PDF")
    with pytest.raises(NotWhatItSays):
        recognise(b"MZ" + bytes(200) + b"%PDF-1.4", "virus.pdf")

    assert honest.value.found == "zip"
    assert (disguised.value.claimed, disguised.value.found) == ("pdf", "zip")


def test_every_problem_has_a_sentence_and_room_for_diagnostics() -> None:
    problem = ImportProblem(diagnostics={"exit": 1})

    assert str(problem) == "ImportProblem"
    assert problem.diagnostics == {"exit": 1}


def test_pdfium_is_never_loaded_in_our_own_process() -> None:
    import ast

    for module in Path(process.__file__).parent.glob("*.py"):
        imports = {
            name
            for node in ast.walk(ast.parse(module.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
        }
        if module.name not in {"decoding.py", "worker.py"}:
            assert not imports & {"pypdfium2", "app.imaging.decoding"}, module.name
    assert pdfium is not None
