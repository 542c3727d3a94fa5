"""What can happen at a counter, by name: the same names for tests, for trying out, and for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
    }
)
"""Module and arguments of each simulator that has scenarios; ``{folder}`` is a folder of its own."""

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "clean-read": Scenario("正常读卡", "id-reader", "adult"),
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
        "feeder-jam-on-page-7": Scenario("送纸器第7页卡纸", "scanner", "jam-on-page-7"),
        "feeder-empty": Scenario("送纸器没有纸", "scanner", "empty-feeder"),
        "page-cut-off": Scenario("扫描传到一半断开", "scanner", "cut"),
        "scanner-busy": Scenario("扫描仪正忙", "scanner", "busy-once"),
        "cover-open": Scenario("扫描仪盖子没合上", "scanner", "cover-open"),
        "page-at-rest": Scenario("一页放稳在高拍仪下", "camera", "still-page"),
        "moving-hand": Scenario("手在高拍仪下移动", "camera", "moving-hand"),
        "camera-frozen": Scenario("高拍仪画面定住", "camera", "camera-frozen"),
        "camera-busy": Scenario("高拍仪被别的程序占用", "camera", "camera-busy"),
        "camera-unplugged": Scenario("高拍仪没有连上", "camera", "camera-unplugged"),
    }
)
