"""The list of staff: the first is an administrator, and after that only an administrator changes it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.commands.staff import main
from app.domain.staff import Refusal
from app.storage import staff
from tests.helpers.desks import desk_in

ADMIN, PIN, WRONG = "730195", "648219", "648218"


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    command, *rest = words
    return main(["--data", str(folder), command, *rest])


def test_only_an_administrator_changes_the_list_and_there_is_no_default_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def go(*words: str, typed: str = "") -> int:
        return run(monkeypatch, tmp_path, *words, typed=typed)

    assert go("add", "乌兰", typed=f"{PIN}\n") == 2
    assert "还没有管理员" in capsys.readouterr().err
    assert go("add", "李工", "--role", "administrator", typed="123456\n") == 2
    assert "太容易猜" in capsys.readouterr().err
    assert go("add", "李工", "--role", "administrator", typed=f"{ADMIN}\n") == 0
    assert go("add", "乌兰", typed=f"{PIN}\n") == 2
    assert "--by" in capsys.readouterr().err
    assert go("add", "乌兰", "--by", "李工", typed=f"{WRONG}\n{PIN}\n") == 2
    assert "口令不对" in capsys.readouterr().err
    assert go("add", "乌兰", "--by", "李工", typed=f"{ADMIN}\n{PIN}\n") == 0
    assert go("add", "巴图", "--by", "乌兰", typed=f"{PIN}\n{PIN}\n") == 2
    assert "不是管理员" in capsys.readouterr().err
    assert go("retire", "乌兰", "--by", "李工", typed=f"{WRONG}\n") == 2
    assert go("retire", "乌兰", "--by", "李工", typed=f"{ADMIN}\n") == 0
    with desk_in(tmp_path) as desk:
        people = {one.name: (one.role.value, one.active) for one in desk.store(staff.everyone)}
        tried = [one.refusal for one in desk.store(staff.attempts)]
    assert people == {"乌兰": ("supervisor", False), "李工": ("administrator", True)}
    assert tried.count(Refusal.WRONG_PIN) == 2
    assert tried.count(Refusal.NOT_ADMINISTRATOR) == 1
    assert tried.count(None) == 2
