"""Passports and cards read from scanned pages by the real engine in its process.

The two pictures hold the specimens of ICAO 9303, set in OCR-B, slanted and with noise.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.recognition import mrz_page
from app.recognition.mrz_page import PageReader
from devices.errors import Cancelled, DriverFault, Garbled, LibraryMissing
from devices.simulators import pages
from tests.helpers.devices import nothing_left

__all__ = ["nothing_left"]

DATA = Path(__file__).resolve().parents[1] / "unit" / "data"
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def reader() -> Iterator[PageReader]:
    with PageReader() as running:
        with pytest.raises(Garbled):  # starts the process here, not in a test
            running.mrz(b"", TODAY)
        yield running


def turned(path: Path, degrees: int) -> bytes:
    held = io.BytesIO()
    with Image.open(path) as picture:
        picture.rotate(degrees, expand=True).save(held, "JPEG", quality=80)
    return held.getvalue()


@pytest.mark.parametrize("degrees", [0, 180, 270])
def test_a_passport_is_read_however_it_lies(reader: PageReader, degrees: int) -> None:
    found = reader.mrz(turned(DATA / "mrz_td3.jpg", degrees), TODAY)
    assert found is not None
    assert (found.checked.ok, found.checked.value) == (True, "L898902C3")
    assert (found.checked.facts.surname, found.checked.facts.birth) == ("ERIKSSON", date(1974, 8, 12))
    left, top, right, bottom = found.box
    assert 0 <= left < right <= 1
    assert 0.5 < top < bottom <= 1
    assert found.turned == degrees % 360
    assert "ERIKSSON" not in repr(found)


def test_a_card_is_read_though_letters_were_taken_for_digits(reader: PageReader) -> None:
    found = reader.mrz((DATA / "mrz_td1.jpg").read_bytes(), TODAY)
    assert found is not None
    assert (found.checked.ok, found.checked.value, len(found.lines)) == (True, "D23145890", 3)
    assert found.checked.facts.given_names == "ANNA MARIA"


def test_a_page_without_such_lines_has_none(reader: PageReader) -> None:
    page = pages.drawn(0, 100, False)
    assert reader.mrz(pages.jpeg(page, 100, (10_000, 10_000)), TODAY) is None


def test_what_is_no_picture_is_refused_and_the_next_page_is_read(reader: PageReader) -> None:
    with pytest.raises(Garbled, match="no picture"):
        reader.mrz(b"not a picture", TODAY)
    assert reader.mrz((DATA / "mrz_td3.jpg").read_bytes(), TODAY)
    assert not any("ERIKSSON" in entry.text for entry in reader.traffic.entries())


@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")
def test_a_reader_that_dies_is_named_and_replaced() -> None:
    before = set(psutil.Process().children())
    with PageReader() as reader:
        with pytest.raises(Garbled):
            reader.mrz(b"", TODAY)
        (child,) = set(psutil.Process().children()) - before
        child.send_signal(signal.SIGSTOP)

        def in_the_middle() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGKILL)
            return False

        with pytest.raises(DriverFault):
            reader.mrz((DATA / "mrz_td1.jpg").read_bytes(), TODAY, in_the_middle)
        assert reader.mrz((DATA / "mrz_td1.jpg").read_bytes(), TODAY)


def test_reading_can_be_called_off() -> None:
    with PageReader() as reader, pytest.raises(Cancelled):
        reader.mrz(b"", TODAY, lambda: True)


def test_without_the_library_the_reader_says_so_in_one_sentence() -> None:
    with (
        PageReader(library="no_such_library") as reader,
        pytest.raises(LibraryMissing, match="not installed"),
    ):
        reader.mrz(b"", TODAY)


def test_a_sign_that_is_letter_or_digit_becomes_the_one_the_check_digits_want() -> None:
    lines = [
        "1<UT0Φ231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UT0<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ]
    best, checked = mrz_page._judged(lines, TODAY)
    assert best[0] == "I<UTOD231458907<<<<<<<<<<<<<<<"
    assert checked.ok
    assert not mrz_page._judged(["Φ" * 30] * 3, TODAY)[1].ok


ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)


@given(
    group=st.one_of(
        ANY,
        st.fixed_dictionaries(
            {
                "lines": st.one_of(ANY, st.lists(ANY, max_size=4)),
                "box": st.one_of(ANY, st.just([0, 0, 1, 1])),
                "score": ANY,
                "turned": st.one_of(ANY, st.sampled_from([0, 90])),
            }
        ),
    )
)
def test_any_reply_of_the_reader_is_understood_or_garbled(group: object) -> None:
    with contextlib.suppress(Garbled):
        mrz_page._found(json.loads(json.dumps(group)), TODAY)
