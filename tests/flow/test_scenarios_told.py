"""A technician with nothing but the device page: every named scenario, checked and tried, names its fault.

All scenarios of the training counter are walked once, device beside device, each on its own lane; what the
page shows afterwards is looked at scenario by scenario.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from app.errors import Expected
from app.lanes import Act
from app.paths import Places
from app.services import checkup, devices, scanning, training, tries
from app.services.desk import Desk, open_desk
from app.services.rhythm import Rhythm
from app.settings import Settings
from app.simulation import PHOTO, ROLES, TRAINING, Simulation
from devices.sdt.card import Payload, parse_card
from devices.simulators.cards import CARDS
from devices.simulators.chip_worker import HOLDER
from tests.helpers.brisk import short_limits
from tests.helpers.desks import HALL, do

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pty on Windows")

Wanted = tuple[str, str]
"""The class of the fault, "" where the device is well, and words of the sentence on the page."""
OUTCOMES: Mapping[str, Wanted] = {
    "no-card": ("", "读卡器正常，没有证件"),
    "clean-read": ("", "读到一张证件，内容完整，照片没有解码库"),
    "elder-card": ("", "读到一张证件，内容完整"),
    "lifted-too-soon": ("ReadFailed", "身份证没有读出来。请移开后重新放平"),
    "bad-checksum": ("", "读到一张证件，内容完整"),
    "bad-checksums": ("Garbled", "读卡器传来的数据有误，没有采用。请再试一次；反复出现请换线"),
    "half-frame": ("Garbled", "读卡器传来的数据有误，没有采用。"),
    "extra-nul": ("Garbled", "读卡器传来的数据有误，没有采用。"),
    "silent": ("NotAnswering", "读卡器没有回应。请检查电源，拔插一次后再试"),
    "slow": ("", "读到一张证件，内容完整"),
    "back-under-another-name": ("Unplugged", "读卡器没有连上：线松了"),
    "unplugged": ("Unplugged", "读卡器没有连上：线松了"),
    "unauthorised": ("NotAuthorised", "读卡器的安全模块未获授权。请手工输入，并通知管理员换读卡器"),
    "reader-floods": ("Garbled", "读卡器传来的数据有误"),
    PHOTO: ("", "读到一张证件，内容完整，照片能解码"),
    "three-sheets": ("", "送纸器送了 3 页，没有保存"),
    "feeder-jam-on-page-7": ("FeederJam", "扫描仪卡纸了。请取出卡住的纸"),
    "feeder-empty": ("", "送纸器里没有纸，请放好纸再测送纸"),
    "page-cut-off": ("TransferCut", "这一页传到一半断了，没有采用。"),
    "scanner-busy": ("", "送纸器送了 3 页"),
    "cover-open": ("ScannerCoverOpen", "扫描仪的盖子没有合上。请合上后再扫"),
    "scanner-broken": ("InternalFault", "扫描仪报告自身出错。请关机再开"),
    "page-at-rest": ("", "看到一页纸"),
    "moving-hand": ("", "没有看到纸"),
    "empty-desk": ("", "没有看到纸"),
    "camera-frozen": ("Frozen", "高拍仪的画面停住了。"),
    "camera-busy": ("InUse", "高拍仪正被另一个程序占用。请关闭那个程序"),
    "camera-unplugged": ("Unplugged", "高拍仪没有连上：线松了"),
    "camera-silent": ("NotAnswering", "高拍仪没有回应。请检查电源"),
    "camera-crash": ("DriverDied", "高拍仪的驱动程序崩溃了。会自动重新启动"),
    "pad-nobody": ("", "没有人写"),
    "pad-signs": ("", "签成了：2 笔"),
    "pad-refuses": ("", "在板上取消了"),
    "pad-endless": ("Garbled", "签名板传来的数据有误"),
    "pad-off": ("Garbled", "签名板传来的数据有误"),
    "pad-silent": ("NotAnswering", "签名板没有回应"),
    "pad-unplugged": ("Unplugged", "签名板没有连上"),
    "chip-none": ("", "读卡器正常，没有卡"),
    "chip-social": ("", "读到一张社保卡，内容完整"),
    "chip-other": ("", "有一张卡，不是社保卡"),
    "chip-broken": ("", "IC 卡读卡器里的卡传来的数据有误"),
    "chip-silent": ("NotAnswering", "IC 卡读卡器没有回应"),
    "chip-crash": ("DriverDied", "IC 卡读卡器的驱动程序崩溃了"),
    "chip-unplugged": ("Unplugged", "IC 卡读卡器没有连上"),
    "gun-nothing": ("", "秒内没有扫码"),
    "gun-ticket": ("", "扫到一个 18 位的码"),
    "gun-old-ticket": ("", "扫到一个 18 位的码"),
    "gun-text": ("", "扫到一个 6 位的码"),
    "gun-half": ("", "扫到一个 6 位的码"),
    "gun-many": ("Garbled", "扫码枪传来的数据有误"),
    "gun-floods": ("Garbled", "扫码枪传来的数据有误"),
    "gun-unplugged": ("Unplugged", "扫码枪没有连上"),
    "keypad-nobody": ("", "秒内没有按键"),
    "keypad-five": ("", "按了 5"),
    "keypad-one": ("", "按了 1"),
    "keypad-floods": ("Garbled", "评价器传来的数据有误"),
    "keypad-unplugged": ("Unplugged", "评价器没有连上"),
    "strip-shows": ("", "条屏上应显示“3 号窗口”"),
    "strip-silent": ("NotAnswering", "条屏没有回应"),
    "strip-unplugged": ("Unplugged", "条屏没有连上"),
    "printer-well": ("", "测试页已送出"),
    "paper-out-in-mid-receipt": ("PaperOut", "小票机缺纸。请添纸，之后会自动接着打"),
    "paper-out": ("PaperOut", "小票机缺纸。请添纸"),
    "paper-low": ("", "纸快用完了，请准备换纸"),
    "printer-open": ("CoverOpen", "小票机的盖子没有合上。请合上"),
    "printer-error": ("PrinterFault", "小票机报告故障。请关机再开"),
    "printer-cut": ("ConnectionCut", "小票机打到一半断了。请看纸有没有出来"),
    "printer-silent": ("NotAnswering", "小票机没有回应。请检查电源"),
    "printer-off": ("PrinterOff", "小票机没有连上。请打开电源、插好线"),
}


OPEN_BEFORE: Mapping[str, str] = {
    "camera-silent": "page-at-rest",
    "pad-silent": "pad-nobody",
    "chip-silent": "chip-none",
}
"""Falls silent while it is open: the start of a vendor's program is waited for much longer."""


@dataclass(frozen=True)
class Told:
    """What the page shows: the word of the try, the line of the device, the newest fault, and its wire."""

    tried: str
    line: str
    fault: str
    wire: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"{self.tried}\n{self.line}\n{self.fault}"


def met(desk: Desk, name: str) -> Told:
    """Let it happen, check and try the device as the keys of the page do, and read the page."""
    role = ROLES[TRAINING[name].device]
    if name in OPEN_BEFORE:
        do(desk, training.begin, OPEN_BEFORE[name])
        do(desk, Act(role, _open), role)
    before = desk.bench.faults(role)
    do(desk, training.begin, name)
    if name not in OPEN_BEFORE:
        do(desk, checkup.checks(desk)[role])
    try:
        tried = do(desk, tries.TRY[role], role)
    except Expected as problem:
        tried = str(problem)
    if name == "gun-many":  # nobody tries that often: the window hears the codes that nobody waited for
        tried += _heard(desk)
    shown, kept = do(desk, devices.traffic, role), desk.bench.faults(role)
    new = kept != before and shown.faults
    return Told(tried, desk.bench.view(role).text, shown.faults[-1] if new else "", shown.lines)


def _open(desk: Desk, role: str) -> None:
    with desk.bench.device(role):
        pass


def _heard(desk: Desk) -> str:
    try:
        while do(desk, scanning.listen) is not None:
            pass
    except Expected as problem:
        return str(problem)
    return ""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Told]]:
    folder = tmp_path_factory.mktemp("walk")
    with short_limits(), Simulation(folder / "counter", Settings(hall=HALL), whole=True) as counter:
        desk = open_desk(counter.settings, Places.under(folder / "desk"), rhythm=Rhythm(trial=3.0))
        desk.training = counter
        try:
            with ThreadPoolExecutor(len(ROLES)) as people:
                by_device = people.map(lambda device: _walk(desk, device), ROLES)
                yield {name: told for found in by_device for name, told in found.items()}
        finally:
            assert desk.close()


def _walk(desk: Desk, device: str) -> dict[str, Told]:
    do(desk, checkup.checks(desk)[ROLES[device]])
    return {name: met(desk, name) for name, found in TRAINING.items() if found.device == device}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_the_device_page_names_the_fault_and_the_next_step(name: str, walked: Mapping[str, Told]) -> None:
    told, (kind, words) = walked[name], OUTCOMES[name]
    assert words in told.words, told
    assert "未知的故障" not in told.words, told
    assert bool(told.fault) == bool(kind), told
    if kind:
        assert f"（{kind}: " in told.fault, "the newest fault, with what a vendor wants to know"
        assert words.partition("。")[0] in told.fault
    assert told.wire or name == "gun-nothing", "what went over the wire stands under it"


def test_every_scenario_of_the_training_is_walked(walked: Mapping[str, Told]) -> None:
    assert set(walked) == set(OUTCOMES) == set(TRAINING)


def test_the_page_shows_nothing_of_a_card_a_code_or_a_paper(walked: Mapping[str, Told]) -> None:
    shown = "\n".join("\n".join((told.words, *told.wire)) for told in walked.values())
    cards = [parse_card(Payload(card.text, bytes(1024), 0), ()) for card in CARDS.values()]
    told = [word for card in cards for word in (card.name, card.number, card.address) if word]
    secrets = (*told, *HOLDER[:2], "钢铁街", "SJ2026", "A001")
    in_bytes = [secret.encode(code).hex() for secret in secrets for code in ("utf-8", "utf-16-le", "gb18030")]
    assert not [secret for secret in (*secrets, *in_bytes) if secret in shown]
