"""Every trouble with the scanner and with files people bring, seen from the window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.services.views import Health
from tests.helpers.counter import CONTROL, OFFSCREEN, SHIFT, Counter, OpenCounter, counter, qapp
from tests.helpers.imaging_files import encoded, pdf, png_claiming, text_page
from ui.watchdog import LIMIT_SECONDS

__all__ = ["counter", "qapp"]

pytestmark = OFFSCREEN
SAFE = "已填写和已扫描的内容都在"
MARGIN = 10.0
"""The GUI thread may be held this many times the limit: tests share two cores with simulators and workers.

While 200 pages are decoded beside it, four times as long; what a key costs is measured in `benchmarks/`.
"""


@contextmanager
def responsive(margin: float = MARGIN) -> Iterator[None]:
    """Fail when the GUI thread is held too long inside the block, by a timer that should fire every 5 ms."""
    clock, timer, gaps = QElapsedTimer(), QTimer(), [0]
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: gaps.append(clock.restart()))
    clock.start()
    timer.start(5)
    try:
        yield
    finally:
        timer.stop()
    assert len(gaps) > 1, "nothing happened"
    assert max(gaps) / 1000 < LIMIT_SECONDS * margin


def feed(desk: Counter) -> None:
    desk.key(Qt.Key.Key_F8, SHIFT)


def idle(desk: Counter, act: str) -> None:
    desk.until(lambda: not desk.conductor.acts.running(act), f"the end of {act}")
    desk.until(lambda: not desk.conductor.acts.running("desk_view"), "the view after it")


def fails(desk: Counter, happened: str, next_step: str) -> None:
    words = desk.says(happened)
    assert SAFE in words
    assert next_step in words


# ---- the scanner ---------------------------------------------------------------------------------------


def test_pages_before_a_jam_stay_and_scanning_goes_on_from_there(counter: OpenCounter) -> None:
    desk = counter("scanner")
    desk.call()
    desk.scanner.tell("load 3")
    desk.scanner.tell("fault jam 1")
    with responsive():
        feed(desk)
        fails(desk, "扫描仪卡纸了", "请取出卡住的纸，从这一页起再扫")
        desk.until(lambda: len(desk.visit.pages) == 1, "the page before the jam")
    kept = desk.visit.pages[0].page_id
    desk.scanner.tell("clear")
    feed(desk)
    desk.until(lambda: len(desk.visit.pages) == 3, "the other two")
    assert desk.visit.pages[0].page_id == kept
    idle(desk, "scan")


@pytest.mark.parametrize(
    ("fault", "happened", "next_step"),
    [
        ("empty", "送纸器里没有纸", "请放好纸后再扫"),
        ("cover", "扫描仪的盖子没有合上", "请合上后再扫"),
        ("cut", "这一页传到一半断了，没有采用", "请从这一页起再扫"),
        ("notpicture", "扫描仪传来的数据有误，没有采用", "请再试一次"),
        ("error500", "扫描仪", "请"),
    ],
)
def test_a_scanner_in_trouble_says_so_and_works_again_afterwards(
    counter: OpenCounter, fault: str, happened: str, next_step: str
) -> None:
    desk = counter("scanner")
    desk.call()
    desk.scanner.tell("load 2")
    desk.scanner.tell(f"fault {fault}")
    feed(desk)
    fails(desk, happened, next_step)
    idle(desk, "scan")
    assert desk.visit.pages == ()
    desk.scanner.tell("clear")
    desk.scanner.tell("load 2")
    feed(desk)
    desk.until(lambda: len(desk.visit.pages) == 2, "both pages")
    idle(desk, "scan")


def test_a_busy_scanner_is_waited_for_and_escape_ends_the_wait(counter: OpenCounter) -> None:
    desk = counter("scanner")
    desk.call()
    desk.scanner.tell("fault busy")
    feed(desk)
    desk.says("正在扫描（Esc 停止）")
    pressed = time.monotonic()
    desk.key(Qt.Key.Key_Escape)
    idle(desk, "scan")
    assert time.monotonic() - pressed < 20.0
    desk.silent()
    desk.scanner.tell("clear")
    feed(desk)
    desk.until(lambda: len(desk.visit.pages) == 3, "the pages")
    idle(desk, "scan")


def test_escape_ends_a_scan_and_keeps_the_pages_that_came(counter: OpenCounter) -> None:
    desk = counter("scanner")
    desk.call()
    desk.scanner.tell("load 50")
    feed(desk)
    desk.says("正在扫描（Esc 停止）")
    desk.until(lambda: len(desk.visit.pages) > 0, "the first page")
    desk.scanner.tell("fault slow 60")
    pressed = time.monotonic()
    desk.key(Qt.Key.Key_Escape)
    idle(desk, "scan")
    assert time.monotonic() - pressed < 20.0
    desk.silent()
    kept = len(desk.visit.pages)
    assert 0 < kept < 50
    desk.scanner.tell("clear")
    desk.scanner.tell("load 2")
    feed(desk)
    desk.until(lambda: len(desk.visit.pages) == kept + 2, "the other pages")
    idle(desk, "scan")


def test_a_scanner_that_is_gone_is_said_in_the_bar_and_when_it_is_asked(counter: OpenCounter) -> None:
    desk = counter("scanner")
    desk.call()
    desk.until(lambda: desk.device("scanner").health is Health.OK, "a green scanner")
    desk.scanner.tell("fault vanish")
    desk.until(lambda: desk.device("scanner").health is Health.FAILED, "a red scanner")
    feed(desk)
    fails(desk, "扫描仪没有连上", "请插好后再按一次")
    desk.scanner.tell("clear")
    desk.until(lambda: desk.device("scanner").health is Health.OK, "a green scanner, without a key")


def test_typing_goes_on_while_pages_arrive(counter: OpenCounter) -> None:
    desk = counter("scanner")
    desk.call()
    desk.scanner.tell("load 3")
    desk.scanner.tell("fault slow 1")
    editor = desk.editor("identity.phone")
    editor.setFocus()
    feed(desk)
    desk.until(lambda: desk.conductor.acts.running("scan"), "a scan under way")
    QTest.keyClicks(editor, "138047")
    desk.until(lambda: len(desk.visit.pages) == 1, "the first page")
    QTest.keyClicks(editor, "61234")
    desk.until(lambda: len(desk.visit.pages) == 3, "all pages")
    desk.until(lambda: desk.value("identity.phone") == "13804761234", "every digit")
    idle(desk, "scan")


# ---- files ---------------------------------------------------------------------------------------------


def brought(desk: Counter, name: str, data: bytes) -> Path:
    path = desk.folder / name
    path.write_bytes(data)
    desk.bring_papers(path)
    return path


@pytest.mark.parametrize(
    ("name", "data", "happened", "next_step"),
    [
        ("空白.pdf", b"", "文件是空的（0 字节）", "请让当事人重新提供"),
        (
            "程序.pdf",
            b"MZ\x90\x00" + bytes(400),
            "文件内容与扩展名不符，没有导入",
            "请让当事人提供 PDF 或照片",
        ),
        ("加密.pdf", pdf(1, password="secret"), "文件加了密码", "请当事人去掉密码后再提供，或改为扫描"),
        ("半截.pdf", pdf(2)[:700], "文件已损坏", "或改为扫描"),
        ("巨图.png", png_claiming(20_000, 20_000, 64), "文件太大，没有导入", "请分成几份"),
    ],
    ids=["empty", "exe", "encrypted", "damaged", "huge"],
)
def test_a_file_that_cannot_be_taken_is_named_with_what_to_do(
    counter: OpenCounter, name: str, data: bytes, happened: str, next_step: str
) -> None:
    desk = counter()
    desk.call()
    with responsive():
        brought(desk, name, data)
        words = desk.says(f"《{name}》：{happened}")
    assert "此前的页都在" in words
    assert next_step in words
    assert desk.visit.pages == ()
    brought(desk, "好.jpg", encoded(text_page()))
    desk.until(lambda: len(desk.visit.pages) == 1, "the next file")
    idle(desk, "import_files")


def test_a_file_is_chosen_in_the_dialog_with_the_keyboard(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    path = desk.folder / "起诉状.jpg"
    path.write_bytes(encoded(text_page()))
    desk.key(Qt.Key.Key_O, CONTROL)
    dialog = desk.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.setDirectory(str(desk.folder))
    dialog.selectFile(str(path))
    dialog.done(QFileDialog.DialogCode.Accepted)
    dialog.filesSelected.emit([str(path)])
    desk.until(lambda: len(desk.visit.pages) == 1, "the page")
    idle(desk, "import_files")


@pytest.mark.slow
def test_two_hundred_pages_come_in_order_while_the_window_goes_on(counter: OpenCounter) -> None:
    desk = counter()
    desk.call()
    path = desk.folder / "证据.pdf"
    path.write_bytes(pdf(200))
    editor = desk.editor("identity.phone")
    editor.setFocus()
    with responsive(MARGIN * 4):
        desk.bring_papers(path, material="M13")
        QTest.keyClicks(editor, "13804761234")
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        desk.until(lambda: desk.value("identity.phone") == "13804761234", "what was typed meanwhile")
        desk.until(lambda: "正在导入（Esc 停止）" in desk.words(), "the way to stop it")
        desk.walk.wait(lambda: not desk.conductor.acts.running("import_files"), "the end", seconds=60.0)
        desk.until(lambda: len(desk.visit.pages) == 200, "all pages on the window")
    assert [page.position for page in desk.visit.pages] == list(range(1, 201))


def test_a_picture_of_twenty_thousand_dots_square_is_taken_or_refused_in_words(
    counter: OpenCounter, tmp_path: Path
) -> None:
    path = tmp_path / "大图.png"
    Image.new("1", (20_000, 20_000), 1).save(path)
    desk = counter()
    desk.call()
    with responsive():
        desk.bring_papers(path)
        desk.says("《大图.png》：文件太大，没有导入")
    idle(desk, "import_files")
    assert desk.visit.pages == ()
