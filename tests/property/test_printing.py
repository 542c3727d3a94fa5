"""Whatever is typed, paper shows all of it and obeys none of it."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from printing import escpos, pdf
from printing.documents import material_receipt
from printing.fonts import Style, drawable, runs
from printing.layout import Document, Paper, Text
from printing.simulators.interpreter import interpret
from printing.simulators.tokens import tokens
from printing.text import printable
from printing.typeset import wrap
from tests.helpers.printing import pdf_texts, receipt

anything = st.text(st.characters(), max_size=60)
names = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.sampled_from("㛃𬭎䶮𪜀𫠠·Aa1 "),
        st.characters(categories=("Cc", "Cf")),
    ),
    min_size=1,
    max_size=30,
)
measured = settings(max_examples=60, deadline=None)


def length(text: str) -> float:
    return sum(2 if ord(char) > 0x2000 else 1 for char in text)


def unspaced(text: str) -> str:
    """Drop the blanks that may vanish at a line end."""
    return text.replace(" ", "").replace("\u3000", "")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@measured
@given(anything, st.integers(0, 80))
def test_printable_text_has_no_controls_and_stays_as_it_is(text: str, limit: int) -> None:
    clean = printable(text, limit)
    assert len(clean) <= limit
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert printable(clean, limit) == clean


@measured
@given(anything, st.integers(2, 40))
def test_lines_fit_and_together_are_the_text(text: str, width: int) -> None:
    lines = wrap(text, width, length)
    assert all(length(line) <= width for line in lines)
    assert unspaced("".join(lines)) == unspaced(text)


@measured
@given(anything)
def test_runs_together_are_the_text_that_can_be_drawn(text: str) -> None:
    clean = printable(text)
    for style in Style:
        assert "".join(run.text for run in runs(clean, style)) == drawable(clean, style)


@settings(max_examples=25, deadline=None)
@given(anything)
def test_no_text_becomes_a_command_of_the_printer(text: str) -> None:
    document = Document("x", (Text(text),), Paper.ROLL_58)
    job = escpos.render(document, 384)
    paper = interpret(job, 384)
    assert paper.unknown == ()
    assert paper.lines == ()
    assert {token.code for token in tokens(job)} <= {b"\x1b@", b"\x1dv", b"\x1bJ", b"\x1dV"}
    assert paper.picture.tobytes() == escpos.preview(document, 384).tobytes()


@settings(max_examples=25, deadline=None)
@given(names)
def test_a_name_on_a_receipt_can_be_found_again(name: str) -> None:
    text = "".join(pdf_texts(pdf.render(material_receipt.build(receipt(party=name)))))
    assert squeezed(printable(name)) in squeezed(text)


@measured
@given(st.binary(max_size=200))
def test_the_interpreter_survives_any_bytes(data: bytes) -> None:
    assert interpret(data, 384).picture.width == 384
    assert b"".join(token.raw for token in tokens(data)) == data
