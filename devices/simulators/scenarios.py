"""What can happen at a counter, by name: the same names for tests, for trying out, and for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devices.conversation import ROOT

_TABLES = ROOT / "resources" / "devices"


@dataclass(frozen=True, slots=True)
class Scenario:
    """``title`` for people; ``device`` is a key of ``SIMULATORS``, ``own`` its scenario of that simulator."""

    title: str
    device: str
    own: str


SIMULATORS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id-reader": ("devices.simulators.id_reader", ("--pty", "{folder}/reader")),
        "scanner": ("devices.simulators.escl_scanner", ("--port", "0")),
        "camera": ("devices.simulators.document_camera", ("--scene", "{folder}/scene")),
        "pad": ("devices.simulators.signature_pad", ("--scene", "{folder}/pad")),
        "chips": ("devices.simulators.chip_reader", ("--scene", "{folder}/chips")),
        "gun": ("devices.simulators.counter_devices", ("gun", "--pty", "{folder}/gun")),
        "keypad": (
            "devices.simulators.counter_devices",
            ("keypad", "--pty", "{folder}/keypad", "--table", str(_TABLES / "keypads" / "sample-a.toml")),
        ),
        "strip": (
            "devices.simulators.counter_devices",
            ("strip", "--pty", "{folder}/strip", "--table", str(_TABLES / "strips" / "sample-sum.toml")),
        ),
    }
)
"""Module and arguments of each simulator that has scenarios; ``{folder}`` is a folder of its own."""

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "no-card": Scenario("读卡器上没有证件", "id-reader", "empty"),
        "clean-read": Scenario("正常读卡", "id-reader", "adult"),
        "elder-card": Scenario("老人的证件，进绿色通道", "id-reader", "elder"),
        "lifted-too-soon": Scenario("卡拿得太早", "id-reader", "lifted-too-soon"),
        "bad-checksum": Scenario("读卡校验错一次", "id-reader", "bad-sum-once"),
        "bad-checksums": Scenario("读卡一直校验错", "id-reader", "bad-sums"),
        "half-frame": Scenario("读卡只来一半", "id-reader", "half-frames"),
        "extra-nul": Scenario("读卡多出一个零字节", "id-reader", "inserted-bytes"),
        "silent": Scenario("读卡器没有回应", "id-reader", "silent"),
        "slow": Scenario("读卡很慢", "id-reader", "slow-line"),
        "back-under-another-name": Scenario("读卡器拔掉后换了端口名回来", "id-reader", "renamed-mid-read"),
        "unplugged": Scenario("读卡中拔线", "id-reader", "unplug-mid-read"),
        "unauthorised": Scenario("读卡器安全模块未授权", "id-reader", "unauthorised"),
        "reader-floods": Scenario("读卡器一直乱发数据", "id-reader", "flood"),
        "three-sheets": Scenario("送纸器里放 3 页", "scanner", "loaded"),
        "feeder-jam-on-page-7": Scenario("送纸器第7页卡纸", "scanner", "jam-on-page-7"),
        "feeder-empty": Scenario("送纸器没有纸", "scanner", "empty-feeder"),
        "page-cut-off": Scenario("扫描传到一半断开", "scanner", "cut"),
        "scanner-busy": Scenario("扫描仪正忙", "scanner", "busy-once"),
        "cover-open": Scenario("扫描仪盖子没合上", "scanner", "cover-open"),
        "scanner-broken": Scenario("扫描仪内部出错", "scanner", "broken"),
        "empty-desk": Scenario("高拍仪下没有纸", "camera", "empty-desk"),
        "page-at-rest": Scenario("一页放稳在高拍仪下", "camera", "still-page"),
        "moving-hand": Scenario("手在高拍仪下移动", "camera", "moving-hand"),
        "camera-frozen": Scenario("高拍仪画面定住", "camera", "camera-frozen"),
        "camera-busy": Scenario("高拍仪被别的程序占用", "camera", "camera-busy"),
        "camera-unplugged": Scenario("高拍仪没有连上", "camera", "camera-unplugged"),
        "camera-silent": Scenario("高拍仪没有回应", "camera", "camera-silent"),
        "camera-crash": Scenario("高拍仪的驱动崩溃", "camera", "camera-crash"),
        "pad-nobody": Scenario("没有人在签名板上签", "pad", "nobody-signs"),
        "pad-signs": Scenario("在签名板上签字", "pad", "signs"),
        "pad-refuses": Scenario("在签名板上按了取消", "pad", "refuses"),
        "pad-endless": Scenario("签名板一直乱写", "pad", "endless"),
        "pad-off": Scenario("签名板传来板外的点", "pad", "off-the-pad"),
        "pad-silent": Scenario("签名板没有回应", "pad", "silent"),
        "pad-unplugged": Scenario("签名板没有连上", "pad", "unplugged"),
        "chip-none": Scenario("IC 卡读卡器里没有卡", "chips", "no-card"),
        "chip-social": Scenario("插入社保卡", "chips", "social-card"),
        "chip-other": Scenario("插入别的卡", "chips", "another-card"),
        "chip-broken": Scenario("社保卡的内容残缺", "chips", "broken-card"),
        "chip-silent": Scenario("IC 卡读卡器没有回应", "chips", "silent"),
        "chip-crash": Scenario("IC 卡读卡器的驱动崩溃", "chips", "crash"),
        "chip-unplugged": Scenario("IC 卡读卡器没有连上", "chips", "unplugged"),
        "gun-nothing": Scenario("扫码枪没有扫码", "gun", "nothing"),
        "gun-ticket": Scenario("扫 A001 号票的码", "gun", "ticket"),
        "gun-old-ticket": Scenario("扫往日号票的码", "gun", "yesterdays-ticket"),
        "gun-text": Scenario("扫到一段文字", "gun", "text"),
        "gun-half": Scenario("扫码枪只来半个码", "gun", "half-a-code"),
        "gun-many": Scenario("扫码枪一秒来几百个码", "gun", "many-codes"),
        "gun-floods": Scenario("扫码枪一直乱发数据", "gun", "flood"),
        "gun-unplugged": Scenario("扫码枪没有连上", "gun", "unplugged"),
        "keypad-nobody": Scenario("没有人按评价器", "keypad", "nobody-presses"),
        "keypad-five": Scenario("评价器上按 5 分", "keypad", "five"),
        "keypad-one": Scenario("评价器上按 1 分", "keypad", "one"),
        "keypad-floods": Scenario("评价器一直乱发数据", "keypad", "flood"),
        "keypad-unplugged": Scenario("评价器没有连上", "keypad", "unplugged"),
        "strip-shows": Scenario("条屏正常", "strip", "shows"),
        "strip-silent": Scenario("条屏没有回应", "strip", "silent"),
        "strip-unplugged": Scenario("条屏没有连上", "strip", "unplugged"),
    }
)
