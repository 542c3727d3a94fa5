"""A try of each device for a technician: used once, as a clerk uses it, and what came of it in a sentence.

Nothing is kept of what was read: no page, no stroke, no code, nothing of a card.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from typing import Final

from app import lanes
from app.ids import new_id
from app.lanes import Act
from app.services import camera, print_out, scanning
from app.services.bench import DEVICES, PRINTERS, TITLES
from app.services.desk import Desk
from app.services.problems import device_problem
from app.texts import _
from devices.base import CardState, FeederState, Scanner, ScanSettings, Source
from devices.errors import DeviceError, NotSupported
from devices.signature import Point
from devices.social_card import COMMANDS, holder
from devices.sound import Speaker, silence
from printing.layout import Align, Cut, Document, Heading, KeyValue, KeyValues, QrCode, Size, Text
from printing.printers.base import Outcome
from printing.registry import render

_RARE: Final = "㛃 𬭎 䶮 𪜀 ·"
_MOST_SHEETS: Final = 20
_POLL_SECONDS: Final = 0.1
_LONGER_THAN_A_POLL: Final = 0.5
"""A reader repeats its last answer for 0.3 s: a card that was just laid down must not be missed."""
_WATCHED: Final = 6.0
"""Seconds of looking after which a picture that stands still is known."""
_TRY_DPI: Final = 100
_BLIP: Final = silence(0.2, 22_050)


def _try_reader(desk: Desk, _role: str) -> str:
    flag, end = desk.cancel_flag("try_reader"), time.monotonic() + _LONGER_THAN_A_POLL
    with desk.bench.reader() as reader:
        while (state := reader.poll()) is not CardState.CARD_PRESENT and time.monotonic() < end:
            flag.wait(_POLL_SECONDS)
        if state is CardState.NO_CARD:
            return _("读卡器正常，没有证件；放一张证件可以测试读卡")
        if state is CardState.LIFT_CARD:
            return _("证件读过了，请移开后再放")
        card = reader.read()
        photo = _("照片能解码") if reader.capabilities.decodes_photo else _("照片没有解码库")
    doubt = _("，有辨认不出的字") if card.suspect_characters else ""
    return _("读到一张证件，内容完整{doubt}，{photo}").format(doubt=doubt, photo=photo)


def _try_scanner(desk: Desk, _role: str) -> str:
    """Draw in what lies in the feeder, else scan the glass."""
    with desk.bench.scanner() as scanner:
        feeder = scanner.status().feeder
        if (
            feeder in (FeederState.ABSENT, FeederState.EMPTY)
            and Source.FLATBED in scanner.capabilities.sources
        ):
            _pages(desk, scanner, Source.FLATBED)
            empty = _("；送纸器里没有纸，请放好纸再测送纸") if feeder is FeederState.EMPTY else ""
            return _("平板扫到 1 页，没有保存{empty}").format(empty=empty)
        count = _pages(desk, scanner, Source.FEEDER)
        return _("送纸器送了 {count} 页，没有保存").format(count=count)


def _pages(desk: Desk, scanner: Scanner, source: Source) -> int:
    cancelled = desk.cancel_flag("try_scanner").is_set
    with closing(scanner.scan(ScanSettings(source, _TRY_DPI), cancelled)) as pages:
        return sum(1 for _page in islice(pages, _MOST_SHEETS))


def _try_strip(desk: Desk, role: str) -> str:
    desk.bench.close(role)  # a strip that shows the text already would be sent nothing
    with desk.bench.strip() as strip:
        text = _("{window} 号窗口").format(window=desk.window)
        strip.show(text)
        return _("条屏上应显示“{text}”").format(text=text)


def _try_keypad(desk: Desk, _role: str) -> str:
    seconds = desk.rhythm.trial
    with desk.bench.keypad() as keypad:
        score = keypad.ask(seconds, desk.cancel_flag("try_keypad").is_set)
    if score is None:
        return _("{seconds} 秒内没有按键").format(seconds=round(seconds))
    return _("按了 {score}").format(score=score)


def _try_gun(desk: Desk, _role: str) -> str:
    seconds = desk.rhythm.trial
    code = scanning.heard(desk, seconds)
    if code is None:
        return _("{seconds} 秒内没有扫码").format(seconds=round(seconds))
    return _("扫到一个 {count} 位的码").format(count=len(code))


def _try_camera(desk: Desk, _role: str) -> str:
    return camera.watch(desk, _WATCHED)


def _try_chips(desk: Desk, role: str) -> str:
    """A card that is no social security card, or is damaged, says nothing against the reader."""
    with desk.bench.chips() as reader:
        if not reader.poll():
            return _("读卡器正常，没有卡；插一张社保卡可以测试读卡")
        answers = reader.session(COMMANDS)
    try:
        holder(answers)
    except NotSupported:
        return _("有一张卡，不是社保卡")
    except DeviceError as error:
        raise device_problem(error, _("{device}里的卡").format(device=_(TITLES[role]))) from error
    return _("读到一张社保卡，内容完整")


def _try_pad(desk: Desk, _role: str) -> str:
    seconds, points = desk.rhythm.trial, 0

    def drawn(new: Sequence[Point]) -> None:
        nonlocal points
        points += len(new)

    with desk.bench.pad() as pad:
        signed = pad.capture(seconds, desk.cancel_flag("try_pad").is_set, drawn)
    if signed is not None:
        return _("签成了：{count} 笔，没有保存").format(count=len(signed.strokes))
    if points:
        return _("写了 {count} 个点，没有按完成").format(count=points)
    return _("签名板正常，{seconds} 秒内没有人写，或在板上取消了").format(seconds=round(seconds))


def _try_speaker(desk: Desk, _role: str) -> str:
    with desk.bench.speaker() as speaker:
        return _played(desk, speaker)


def _played(desk: Desk, speaker: Speaker) -> str:
    waited = speaker.play(_BLIP, desk.cancel_flag("try_speaker").is_set)
    return _("音箱在 {milliseconds} 毫秒内开始放音").format(milliseconds=round(1000 * waited))


def _try_printer(desk: Desk, role: str) -> str:
    """Print a page that shows width, rare characters and a code; it is no court paper and has no record."""
    with desk.bench.printer(role) as printer:
        print_out.require_ready(printer)
        takes = printer.capabilities
        page = Document(
            _("测试页"),
            (
                Heading(_("测试页")),
                KeyValues((KeyValue(_("窗口"), str(desk.window)), KeyValue(_("打印机"), _(TITLES[role])))),
                Text(_RARE, size=Size.LARGE, align=Align.CENTER),
                QrCode("yichuang test", mm=25),
                Cut(),
            ),
            takes.paper,
        )
        outcome = printer.send(render(page, takes), f"test-{new_id()}")
        print_out.require_ready(printer)
    print_out.look_at[role](desk, role)
    if outcome is Outcome.CONFIRMED:
        return _("测试页已送出，请看纸上的字和码是否清楚")
    return _("测试页已送出，打印机没有确认打完：请看纸有没有出来，字和码是否清楚")


_TRIES: Final[dict[str, Callable[[Desk, str], str]]] = {
    lanes.READER: _try_reader,
    lanes.SCANNER: _try_scanner,
    lanes.LED_STRIP: _try_strip,
    lanes.KEYPAD: _try_keypad,
    lanes.SCAN_GUN: _try_gun,
    lanes.CAMERA: _try_camera,
    lanes.CHIP_READER: _try_chips,
    lanes.SIGNATURE_PAD: _try_pad,
    lanes.SPEAKER: _try_speaker,
    **dict.fromkeys(PRINTERS, _try_printer),
}
TRY: Final[dict[str, Act[Desk, [str], str]]] = {
    role: Act(role, _TRIES[role]) for role in (*DEVICES, *PRINTERS)
}
"""By role: use the device once and return what came of it. Raises DeviceProblem and PrinterProblem."""
