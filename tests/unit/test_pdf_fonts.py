"""The mends of reportlab are in place, and still needed."""

from __future__ import annotations

import pytest
from reportlab.pdfbase import ttfonts

from printing import pdf, pdf_fonts
from printing.fonts import Font, Style
from printing.layout import Document, Paper, Text, Weight
from tests.helpers.printing import pdf_texts


@pytest.mark.parametrize("weight", Weight)
def test_a_name_beyond_the_basic_plane_is_found_again(weight: Weight) -> None:
    document = Document("x", (Text("张𬭎、㛃䶮𪜀𫠠·王", weight=weight),), Paper.A4)
    (text,) = pdf_texts(pdf.render(document))
    assert "张𬭎、㛃䶮𪜀𫠠·王" in text


def test_the_map_of_code_points_is_utf16() -> None:
    pdf_fonts.ensure(Font.SERIF)
    lines = ttfonts.makeToUnicodeCMap("x", [0x41, 0x5F20, 0x2CB4E, 0x10FFFF]).splitlines()
    assert lines[-9:-5] == ["<00> <0041>", "<01> <5F20>", "<02> <D872DF4E>", "<03> <DBFFDFFF>"]


def test_reportlab_still_needs_the_mend() -> None:
    """When this fails, take the wrapper of makeToUnicodeCMap out of pdf_fonts."""
    assert "<00> <2CB4E>" in pdf_fonts._original_map("x", [0x2CB4E])


def test_a_font_is_registered_once() -> None:
    assert pdf_fonts.ensure(Font.SANS_BOLD) == pdf_fonts.ensure(Font.SANS_BOLD) == "NotoSansSC-Bold"


def test_width_adds_up_over_runs() -> None:
    whole = pdf_fonts.width("张𪜀", Style.SERIF, 10)
    assert whole == pdf_fonts.width("张", Style.SERIF, 10) + pdf_fonts.width("𪜀", Style.SERIF, 10) == 20
