"""Pages: the same picture gives the same page, upright, on A4, without anything about its owner."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from app.imaging.errors import Damaged, EmptyFile, TooLarge, Unsupported
from app.imaging.limits import Limits
from app.imaging.page import Page, is_blank, normalise, page_of, thumbnail
from app.imaging.raster import open_picture
from tests.helpers.imaging_files import encoded, pdf, text_page


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_camera_picture_becomes_a_gray_a4_page_at_200_dpi() -> None:
    page = normalise(encoded(text_page((3508, 4961)), quality=90), source="camera")

    assert (page.width, page.height, page.dpi) == (1654, 2339, 200)
    assert (page.media_type, page.source) == ("image/jpeg", "camera")
    with opened(page.data) as image:
        assert (image.mode, image.size, image.info["dpi"]) == ("L", (1654, 2339), (200, 200))


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = encoded(text_page(noise=20), "PNG")

    assert normalise(data) == normalise(data)


def test_a_red_seal_keeps_the_page_in_colour() -> None:
    page = normalise(encoded(text_page((1654, 2339), seal=True), quality=90))

    with opened(page.data) as image:
        assert image.mode == "RGB"


def test_the_yellow_light_of_a_hall_does_not_make_a_page_coloured() -> None:
    tinted = Image.merge(
        "RGB", [text_page().convert("L").point(lambda v, k=k: v * k) for k in (1, 0.97, 0.9)]
    )

    with opened(normalise(encoded(tinted, quality=90)).data) as image:
        assert image.mode == "L"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_and_stripped(orientation: int) -> None:
    upright = Image.new("L", (400, 600), 255)
    ImageDraw.Draw(upright).rectangle((0, 0, 199, 299), 0)
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(inverse[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "张三的手机"

    page = normalise(encoded(stored, exif=exif))

    with opened(page.data) as image:
        corners = [image.getpixel(point) for point in ((50, 50), (350, 50), (50, 550), (350, 550))]
        assert [isinstance(v, int) and v < 128 for v in corners] == [True, False, False, False]
        assert len(image.getexif()) == 0
    assert "张三".encode() not in page.data


def test_metadata_of_a_png_does_not_reach_the_page() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Zhang San")

    page = normalise(encoded(text_page(), "PNG", pnginfo=info, icc_profile=b"secret profile"))

    assert b"Zhang" not in page.data
    assert b"secret" not in page.data


def test_an_identity_card_scanned_at_300_dpi_keeps_its_size_in_millimetres() -> None:
    page = normalise(encoded(text_page((1012, 638)), dpi=(300, 300)))

    assert page.dpi == 200
    assert [round(side * 25.4) for side in page.inches] == [86, 54]


def test_a_small_picture_is_not_enlarged_but_printed_larger() -> None:
    page = normalise(encoded(text_page((1080, 1500))))

    assert (page.width, page.height) == (1080, 1500)
    assert page.inches[0] == pytest.approx(8.27, abs=0.1)


def test_a_fax_page_gets_square_pixels() -> None:
    page = normalise(
        encoded(text_page((1728, 1145)).convert("1"), "TIFF", dpi=(204, 98), compression="group4")
    )

    assert page.height / page.width == pytest.approx(1145 * 204 / 98 / 1728, rel=0.01)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"]
)
def test_every_colour_mode_ends_as_black_on_white(mode: str) -> None:
    gray = Image.new("L", (300, 400), 255)
    ImageDraw.Draw(gray).rectangle((0, 0, 149, 399), 0)
    if mode in {"I;16", "I", "F"}:
        image = Image.new(mode, gray.size, 65535)
        image.paste(0, (0, 0, 150, 400))
    else:
        image = gray.convert("RGB").convert(mode) if mode in {"CMYK", "YCbCr", "PA"} else gray.convert(mode)
    kind = "TIFF" if mode in {"CMYK", "YCbCr", "F", "PA", "I"} else "PNG"

    with opened(normalise(encoded(image, "TIFF" if kind == "TIFF" else "PNG")).data) as page:
        left, right = page.convert("L").getpixel((70, 200)), page.convert("L").getpixel((230, 200))

    assert left < 20
    assert right > 235


def test_transparent_parts_become_white() -> None:
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0))

    with opened(normalise(encoded(image, "PNG")).data) as page:
        assert page.convert("L").getpixel((100, 100)) > 250


def test_no_bytes_are_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        normalise(b"")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"not a picture", Unsupported),
        (encoded(text_page())[:9000], Damaged),
        (b"\xff\xd8\xff" + bytes(100), Damaged),
        (encoded(text_page(), "PNG")[:500], Damaged),
        (pdf(1), Damaged),
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        normalise(data)


def test_the_limit_of_pixels_is_checked_on_the_header_alone() -> None:
    png, jpeg = encoded(text_page(), "PNG"), encoded(text_page(), progressive=True)

    with pytest.raises(TooLarge) as caught:
        open_picture(io.BytesIO(png), Limits(max_pixels=1000))
    assert (caught.value.what, caught.value.value, caught.value.limit) == ("pixels", 827 * 1169, 1000)
    with pytest.raises(TooLarge):
        open_picture(io.BytesIO(jpeg), Limits(max_pixels=827 * 1169))


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="max_pages"):
        Limits(max_pages=0)


def test_a_thumbnail_has_the_height_asked_for_and_the_shape_of_the_page() -> None:
    page = normalise(encoded(text_page((1654, 2339))))

    with opened(thumbnail(page, 160)) as image:
        assert image.size == (113, 160)
    with opened(thumbnail(page, 9999)) as image:
        assert image.size == (1654, 2339)
    with pytest.raises(ValueError, match="positive"):
        thumbnail(page, 0)


def test_a_thumbnail_of_rotten_bytes_is_a_damaged_page() -> None:
    good = normalise(encoded(text_page()))

    for data in (b"", good.data[:2000], encoded(text_page((30, 30)))):
        with pytest.raises(Damaged):
            thumbnail(Page(data, "image/jpeg", good.width, good.height, 200, "camera"), 100)


def test_grainy_empty_paper_is_blank() -> None:
    paper = Image.effect_noise((1654, 2339), 36).point(lambda value: value * 0.5 + 150)

    assert is_blank(page_of(paper, 200, "scanner"))


def test_one_short_signature_is_not_blank() -> None:
    paper = Image.new("L", (1654, 2339), 250)
    ImageDraw.Draw(paper).line((800, 1500, 1000, 1520, 900, 1560, 1060, 1540), 90, width=5)

    assert not is_blank(page_of(paper, 200, "scanner"))


def test_a_black_picture_is_a_failed_exposure_and_not_blank() -> None:
    assert not is_blank(page_of(Image.new("L", (600, 800), 5), 100, "camera"))


def test_a_small_picture_can_be_asked_whether_it_is_blank() -> None:
    assert is_blank(page_of(Image.new("L", (3, 2), 255), 96, "camera"))


def test_the_picture_of_a_page_is_not_in_its_repr() -> None:
    assert "data" not in repr(normalise(encoded(text_page())))
