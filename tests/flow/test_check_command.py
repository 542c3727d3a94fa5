"""``check`` looks at the folder it was told of, and tells of every file that is not used as it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from app import cli
from app.services import screens
from app.services.views import Health
from app.settings import HallSettings, Settings
from tests.helpers.desks import desk_in
from tests.helpers.domain import RESOURCES

BROKEN = {
    "F01.toml": ("catalogue", 'group = "filing"', 'group = "x"', "第7行"),
    "holidays.toml": ("codes", "to = 2025-02-04", "to = 2025-01-04", "第"),
    "fees.toml": ("codes", "# other = 100", "other = 1", "第"),
    "step_triage.toml": ("steps", 'id = "mediator"', 'id = "nothing"', "第22行"),
}


def own(folder: Path, name: str) -> None:
    shelf, old, new, _line = BROKEN[name]
    text = (RESOURCES / shelf / name).read_text("utf-8")
    assert old in text
    (folder / "config/knowledge").mkdir(parents=True, exist_ok=True)
    (folder / "config/knowledge" / name).write_text(text.replace(old, new, 1), "utf-8")


def test_every_kind_of_broken_file_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in BROKEN:
        own(tmp_path, name)
    assert cli.main(["--data", str(tmp_path), "check"]) == 1
    told = capsys.readouterr().out
    for name, (_shelf, _old, _new, line) in BROKEN.items():
        assert f"{name} {line}" in told
    assert "现用随程序发布的版本" in told


def test_the_folder_may_stand_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    cli.main(["--data", str(before), "check"])
    cli.main(["check", "--data", str(after)])
    assert "事项和代码文件  ✓ 正常" in capsys.readouterr().out
    assert sorted(path.name for path in before.iterdir()) == sorted(path.name for path in after.iterdir())


def test_check_tells_of_the_screens_too_and_without_a_display_says_that_it_sees_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    cli.main(["--data", str(tmp_path / "one"), "check", "--json"])
    (line,) = [line for line in json.loads(capsys.readouterr().out) if line["key"] == "screen"]
    assert line["health"] == "unknown"
    assert "这里没有图形显示" in line["text"]

    two = f"import sys; sys.stdout.write('{json.dumps({'screens': 2})}')"
    monkeypatch.setattr(screens, "program", lambda: [sys.executable, "-c", two])
    wired = Settings(hall=HallSettings(board_screen=3))
    with desk_in(tmp_path / "two", wired) as desk:
        party, board = screens.look(desk)
    assert (party.health, board.health) == (Health.OK, Health.FAILED)
    assert "设为第 3 块屏幕，现在只接了 2 块" in board.text


def test_where_qt_cannot_reach_the_display_the_check_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")  # Qt ends the process that asks
    with desk_in(tmp_path, Settings()) as desk:
        (party,) = screens.look(desk)
    assert party.health is Health.UNKNOWN
