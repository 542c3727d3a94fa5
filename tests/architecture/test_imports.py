"""The import contracts hold, and each of them bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "ui", "printing", "devices")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as m; m()",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_all_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_forbidden_imports_break_the_contract_meant_for_them(copy: Path) -> None:
    violations = {
        "app/domain/ticket.py": ("import app.clock", "The domain imports nothing of ours"),
        "app/storage/meta.py": ("import app.services.views", "main > ui > services"),
        "app/calc_answers.py": ("import app.commands.day", "cli > commands and their report > calc"),
        "app/commands/day.py": ("import ui.keys", "Only app.main imports ui"),
        "printing/text.py": ("import app.errors", "printing and devices are leaves"),
        "devices/address.py": ("import printing.text", "printing and devices do not know each other"),
        "app/services/queue.py": ("import PySide6.QtCore", "Qt lives in ui and app.main"),
        "ui/keys.py": ("import app.storage.meta", "Screens reach storage"),
        "app/services/form.py": ("import sqlalchemy", "SQLAlchemy only in app.storage and app.court"),
        "app/court/rules.py": ("import app.settings", "The court gateway shares the wire protocol"),
        "app/services/views.py": ("import app.court.rules", "Nothing imports the court gateway"),
        "devices/drivers/id_sdt.py": ("import devices.drivers.scan_escl", "Drivers do not know each other"),
    }
    for file, (line, _contract) in violations.items():
        path = copy / file
        path.write_text(path.read_text("utf-8") + f"\n{line}  # noqa\n", "utf-8")
    output = lint(copy).stdout
    broken = {line.rsplit(" BROKEN", 1)[0].strip() for line in output.splitlines() if line.endswith("BROKEN")}
    missed = [name for _line, name in violations.values() if not any(b.startswith(name) for b in broken)]
    assert not missed, output


def test_every_contract_has_a_name() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    assert len({c["name"] for c in contracts}) == len(contracts) >= 12
