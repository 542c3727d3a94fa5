"""``check`` looks at the folder it was told of, and tells of every file that is not used as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import cli
from tests.helpers.domain import RESOURCES

BROKEN = {
    "F01.toml": ("catalogue", 'group = "filing"', 'group = "x"', "第6行"),
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
