"""The commands people run: ``demo``, ``check`` and ``verify``, as processes, judged by what they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.paths import Places
from printing.simulators.interpreter import interpret
from tests.helpers.court import Gateway
from tests.helpers.devices import ROOT, wait_until
from tests.helpers.printing import pdf_texts

STEPS = [
    "open", "ticket", "call", "identity", "matter", "parties", "papers", "confirmation", "finish", "court",
]  # fmt: skip
LONGEST_SECONDS = 20.0


def app(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end."""
    return run("-m", "app", *words)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", *map(str, words)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False
    )


@dataclass(frozen=True)
class Demo:
    out: Path
    summary: dict[str, Any]
    said: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    out = tmp_path_factory.mktemp("demo") / "out"
    ended = app("demo", "--out", out)
    assert ended.returncode == 0, ended.stderr
    return Demo(out, json.loads((out / "summary.json").read_text("utf-8")), ended.stderr)


def test_the_demo_walks_one_visit_to_the_court_within_its_time(demo: Demo) -> None:
    summary = demo.summary
    assert summary["ticket"] == "A001"
    assert summary["court"] == "stored"
    assert summary["court_receipt_no"]
    assert summary["receipt_no"].startswith("SJ")
    assert len(summary["visit_id"]) == 36
    assert 0 < summary["seconds"] < LONGEST_SECONDS
    assert [step["name"] for step in summary["steps"]] == STEPS


def test_the_demo_says_nothing_but_what_the_platform_without_a_screen_says(demo: Demo) -> None:
    lines = [line for line in demo.said.splitlines() if not line.startswith("This plugin does not support")]
    assert lines == []


def test_the_demo_leaves_a_ticket_a_printer_understands_and_a_phone_reads(demo: Demo) -> None:
    paper = interpret((demo.out / "ticket.escpos").read_bytes(), 576)
    assert paper.unknown == ()
    [code] = zxingcpp.read_barcodes(paper.picture)
    assert demo.summary["ticket"] in code.text
    with Image.open(demo.out / "ticket.png") as picture:
        assert picture.size == paper.picture.size
    assert interpret((demo.out / "receipt.escpos").read_bytes(), 576).unknown == ()


def test_the_demo_leaves_receipt_and_dossier(demo: Demo) -> None:
    text = "".join(pdf_texts((demo.out / "receipt.pdf").read_bytes()))
    for told in (demo.summary["receipt_no"], demo.summary["ticket"], "张𬭎", "民间借贷纠纷", "起诉状"):
        assert told in text, told
    document = pypdfium2.PdfDocument((demo.out / "dossier.pdf").read_bytes())
    try:
        assert len(document) == 3
    finally:
        document.close()


def test_the_demo_leaves_a_picture_of_every_step(demo: Demo) -> None:
    names = [f"desk-{number:02d}-{step}.png" for number, step in enumerate(STEPS, 1)]
    assert sorted(path.name for path in demo.out.glob("desk-*.png")) == names
    for path in demo.out.glob("desk-*.png"):
        with Image.open(path) as picture:
            assert picture.size == (1366, 768), path.name


@pytest.mark.parametrize("words", [("demo", "--out"), ("--simulate", "--data")], ids=["demo", "desk"])
def test_a_simulator_that_does_not_start_is_told_in_sentences(words: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "counter" if words[0] == "demo" else Places.under(tmp_path).data / "simulation"
    folder.mkdir(parents=True)
    (folder / "roll").write_text("a file where the printer keeps its papers", "utf-8")
    ended = app(*words, tmp_path)
    assert ended.returncode == 1
    told = ended.stderr.strip()
    assert told.startswith("模拟的设备或法院没有启动：simulate printer。")
    assert str(folder / "children.log") in told
    assert "Traceback" not in told


def test_a_demo_that_gets_stuck_says_where_and_what_to_do(tmp_path: Path) -> None:
    """A clerk who never presses Tab does not come to the telephone."""
    lost = (
        "import sys, ui.walkthrough; from app.cli import main\n"
        "ui.walkthrough.MOST_TABS = 0; sys.exit(main(sys.argv[1:]))"
    )
    ended = run("-c", lost, "demo", "--out", tmp_path)
    assert ended.returncode == 1, ended.stderr
    assert "演示停在第 4 步" in ended.stderr
    assert f"都留着，在 {tmp_path}。" in ended.stderr
    assert str(tmp_path / "counter" / "children.log") in ended.stderr
    assert "Tab does not come to identity.phone" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(list(tmp_path.glob("desk-*.png"))) == 3


def test_the_demo_leaves_no_process(demo: Demo) -> None:
    def strays() -> list[list[str]]:
        lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
        return [line for line in lines if str(demo.out) in " ".join(line)]

    wait_until(lambda: strays() == [], "all processes of the demo have ended")


def test_what_the_demo_leaves_is_verified_and_damage_to_it_is_found(demo: Demo) -> None:
    desk = demo.out / "desk"
    ended = app("verify", "--data", desk, "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["findings"] == []
    assert told["checked"]["visits"] == 1
    assert told["checked"]["blobs"] >= 5
    assert "全部一致" in app("verify", "--data", desk).stdout
    victim = max((path for path in desk.rglob("*") if path.is_file() and "blobs" in path.parts), key=size)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        ended = app("verify", "--data", desk, "--json")
    finally:
        victim.write_bytes(whole)
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["findings"]


def size(path: Path) -> int:
    return path.stat().st_size


def test_what_the_demo_leaves_is_verified_against_its_court_by_the_address_alone(demo: Demo) -> None:
    desk = demo.out / "desk"
    with Gateway(demo.out / "counter" / "court") as court:
        ended = app("verify", "--data", desk, "--court", court.url)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "全部一致" in ended.stdout
    ended = app("verify", "--data", desk, "--court", court.url)
    assert ended.returncode == 2
    assert "连不上法院" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_check_says_one_line_a_device_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    settings = tmp_path / "config" / "settings.toml"
    settings.write_text(
        '[devices]\nticket_printer = "escpos+tcp://127.0.0.1:9?width=576"\nid_reader = "sdt+tcp://127.0.0.1:9"\n',
        "utf-8",
    )
    ended = app("check", "--data", tmp_path, "--settings", settings, "--json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    lines = {line["key"]: line for line in json.loads(ended.stdout)}
    assert lines["ticket_printer"]["health"] == "failed"
    assert "请" in lines["ticket_printer"]["text"]
    assert lines["id_reader"]["health"] == "failed"
    assert lines["scanner"]["health"] == "absent"
    assert lines["store"]["health"] == lines["disk"]["health"] == "ok"
    ended = app("check", "--data", tmp_path, "--settings", settings)
    assert ended.returncode == 1
    assert "小票机  ✗ 故障" in ended.stdout


def test_check_of_a_counter_without_devices_is_well(tmp_path: Path) -> None:
    ended = app("check", "--data", tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "本机数据  ✓ 正常" in ended.stdout


def test_a_second_demo_into_the_same_folder_starts_anew(demo: Demo) -> None:
    ended = app("demo", "--out", demo.out)
    assert ended.returncode == 0, ended.stderr
    summary = json.loads((demo.out / "summary.json").read_text("utf-8"))
    assert summary["ticket"] == "A001"
    assert summary["visit_id"] != demo.summary["visit_id"]
    [code] = zxingcpp.read_barcodes(interpret((demo.out / "ticket.escpos").read_bytes(), 576).picture)
    assert summary["ticket"] in code.text
