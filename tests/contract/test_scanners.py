"""What every scanner does: eSCL against a simulator in another process, SANE with its own test backend."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from devices.base import Colour, FeederState, Scanner, ScannerState, ScanSettings, Source
from devices.errors import Cancelled, NotSupported, Unplugged
from devices.registry import make_scanner, open_scanner
from tests.helpers.devices import escl_scanner, nothing_left, sane_folder

__all__ = ["nothing_left"]

NO_SANE = pytest.mark.skipif(shutil.which("scanimage") is None, reason="scanimage is not installed")
ALL = [Source.FLATBED, Source.FEEDER]


def never() -> bool:
    return False


@pytest.fixture(params=["escl", pytest.param("sane", marks=NO_SANE)])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "escl":
            yield stack.enter_context(escl_scanner("--scenario", "thick-file")).url
        else:
            monkeypatch.setenv("SANE_CONFIG_DIR", str(sane_folder(tmp_path / "sane")))
            # the test backend counts its ten feeder pages over one run of scanimage
            yield "sane:test:0?option.test-picture=Grid"


@pytest.fixture
def scanner(url: str) -> Iterator[Scanner]:
    with open_scanner(url) as opened:
        yield opened


def test_a_scanner_tells_what_it_can_do(scanner: Scanner, url: str) -> None:
    assert scanner.key == url
    assert scanner.title
    assert scanner.available() is None
    assert scanner.capabilities.sources == set(ALL)
    assert scanner.capabilities.resolutions == {100, 200, 300}
    assert scanner.capabilities.colours == set(Colour)


def test_a_scanner_that_is_well_is_idle(scanner: Scanner) -> None:
    status = scanner.status()
    assert status.state is ScannerState.IDLE
    assert status.feeder in {FeederState.LOADED, FeederState.UNKNOWN}


def test_opening_and_closing_twice_is_fine(url: str) -> None:
    scanner = make_scanner(url)
    scanner.close()
    scanner.open()
    scanner.open()
    scanner.close()
    scanner.close()
    with pytest.raises(Unplugged):
        next(scanner.scan(ScanSettings(), never))
    with scanner:
        assert len(list(scanner.scan(ScanSettings(dpi=100), never))) == 1


@pytest.mark.parametrize("dpi", [100, 200, 300])
@pytest.mark.parametrize("colour", list(Colour))
def test_the_flatbed_gives_one_whole_a4_page(scanner: Scanner, dpi: int, colour: Colour) -> None:
    (page,) = scanner.scan(ScanSettings(Source.FLATBED, dpi, colour), never)
    assert (page.index, page.dpi) == (0, dpi)
    with Image.open(io.BytesIO(page.data)) as image:
        image.load()
        assert Image.MIME[cast(str, image.format)] == page.media_type
        assert image.size == (page.width, page.height)
        assert image.mode == ("L" if colour is Colour.GRAY else "RGB")
        darkest, lightest = cast(tuple[int, int], image.convert("L").getextrema())
        assert lightest - darkest > 100, "an empty picture"
    width_mm, height_mm = page.width / dpi * 25.4, page.height / dpi * 25.4
    assert width_mm == pytest.approx(210, abs=0.6)
    assert height_mm == pytest.approx(297, abs=0.6)


def test_the_feeder_gives_its_pages_one_by_one_and_in_order(scanner: Scanner) -> None:
    with closing(scanner.scan(ScanSettings(Source.FEEDER, 100), never)) as pages:
        assert [next(pages).index for _ in range(3)] == [0, 1, 2]


def test_a_scan_can_be_cancelled_between_pages_and_the_scanner_used_again(scanner: Scanner) -> None:
    seen: list[int] = []
    pages = scanner.scan(ScanSettings(Source.FEEDER, 100), lambda: len(seen) >= 2)
    seen += [next(pages).index, next(pages).index]
    with pytest.raises(Cancelled):
        next(pages)
    assert len(list(scanner.scan(ScanSettings(dpi=100), never))) == 1


def test_a_scan_cancelled_at_once_gives_no_page(scanner: Scanner) -> None:
    with pytest.raises(Cancelled):
        list(scanner.scan(ScanSettings(Source.FEEDER, 300), lambda: True))


def test_a_scan_left_early_lets_the_scanner_go(scanner: Scanner) -> None:
    pages = scanner.scan(ScanSettings(Source.FEEDER, 100), never)
    next(pages)
    pages.close()
    assert len(list(scanner.scan(ScanSettings(dpi=100), never))) == 1


def test_what_a_scanner_cannot_do_is_not_supported(scanner: Scanner) -> None:
    settings = ScanSettings()
    object.__setattr__(settings, "dpi", 2400)
    with pytest.raises(NotSupported):
        next(scanner.scan(settings, never))
