"""What ``make.py`` decides about packages of the system, before anything of ours is installed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import make

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="apt is a thing of Debian")

# An apt that writes down what it was asked for, and does not know the packages named in the file "unknown".
_APT = """#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$@" >> asked
case " $* " in
*" update "*)
    if [ -e offline ]; then echo "E: Failed to fetch http://deb  Temporary failure" >&2; exit 100; fi ;;
*)
    for word in "$@"; do
        if grep -qx -e "$word" unknown; then echo "E: Unable to locate package $word" >&2; exit 100; fi
    done ;;
esac
"""


@dataclass(frozen=True)
class Apt:
    folder: Path

    def lacks(self, *packages: str) -> None:
        (self.folder / "unknown").write_text("\n".join(packages) + "\n", "utf-8")

    def go_offline(self) -> None:
        (self.folder / "offline").touch()

    @property
    def installs(self) -> list[list[str]]:
        """The packages of each time it was asked to install some."""
        asked = (self.folder / "asked").read_text("utf-8").splitlines()
        return [line.partition("--no-install-recommends ")[2].split() for line in asked if "install" in line]


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    """An administrator's machine with our apt first on its path."""
    program = tmp_path / "apt-get"
    program.write_text(_APT, "utf-8")
    program.chmod(0o755)
    (tmp_path / "unknown").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Apt(tmp_path)


def test_all_packages_are_installed_at_once_when_apt_has_them(apt: Apt) -> None:
    assert make.apt_install(["libegl1", "libgl1"]) == {}
    assert apt.installs == [["libegl1", "libgl1"]]


def test_a_package_apt_does_not_have_keeps_no_other_away_and_is_named(apt: Apt) -> None:
    apt.lacks("swtpm")
    assert make.apt_install(["xvfb", "swtpm", "chromium"]) == {"swtpm": "E: Unable to locate package swtpm"}
    assert apt.installs[1:] == [["xvfb"], ["swtpm"], ["chromium"]]


def test_without_a_network_the_reason_is_the_network(apt: Apt) -> None:
    apt.go_offline()
    assert make.apt_install(["libegl1"]) == {}, "what apt has at hand is installed all the same"
    apt.lacks("libgl1")
    why = make.apt_install(["libgl1"])
    assert why["libgl1"].startswith(make.NO_LISTS)
    assert "Temporary failure" in why["libgl1"]
    told = make.not_installed("Qt needs system libraries", why)
    assert "may not install" not in told
    assert "network" in told


def test_a_user_who_may_not_install_is_told_what_an_administrator_runs(
    apt: Apt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "installer", lambda: None)
    why = make.apt_install(["libegl1", "libgl1"])
    assert not (apt.folder / "asked").exists()
    told = make.not_installed("Qt needs system libraries", why)
    assert "this user may not install" in told
    assert "apt-get install libegl1 libgl1" in told


def test_only_a_library_that_is_still_missing_stops(apt: Apt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "QT_LIBRARIES", {"libnone-a.so.1": "libnone-a", "libnone-b.so.1": "libnone-b"})
    make.ensure_system_libraries()
    assert apt.installs == [["libnone-a", "libnone-b"]]
    apt.lacks("libnone-b")
    with pytest.raises(make.Stop) as stopped:
        make.ensure_system_libraries()
    assert "libnone-b: E: Unable to locate package libnone-b" in str(stopped.value)
    assert "libnone-a" not in str(stopped.value)


def test_a_missing_program_of_a_test_stops_nothing_and_is_named(
    apt: Apt, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "TEST_PROGRAMS", {"no-such-a": ("pkg-a", ""), "no-such-b": ("pkg-b", "")})
    apt.lacks("pkg-b")
    make.ensure_test_programs()
    said = capsys.readouterr().out
    assert "tests that need it will skip: pkg-b (E: Unable to locate package pkg-b)" in said
    assert "skip: pkg-a" not in said


def test_what_the_lock_names_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / "one.lock").write_text("a==1\n", "utf-8")
    monkeypatch.setattr(make, "ROOT", tmp_path)
    monkeypatch.setattr(make, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(make, "PYTHON", python)
    monkeypatch.setattr(make, "run", lambda command: ran.append([*map(str, command)]) or 0)
    make.ensure_packages("one.lock")
    make.ensure_packages("one.lock")
    assert len(ran) == 1
    assert "--require-hashes" in ran[0]
    (tmp_path / "one.lock").write_text("a==2\n", "utf-8")
    make.ensure_packages("one.lock")
    assert len(ran) == 2
    monkeypatch.setattr(make, "run", lambda _command: 1)
    (tmp_path / "one.lock").write_text("a==3\n", "utf-8")
    for _ in range(2):
        with pytest.raises(make.Stop):
            make.ensure_packages("one.lock")


def test_every_command_has_a_line_of_help_and_an_unknown_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["make.py"])
    assert make.main() == 0
    said = capsys.readouterr().out
    assert all(f"    {name} " in said and command.__doc__ for name, command in make.COMMANDS.items())
    monkeypatch.setattr(sys, "argv", ["make.py", "rnu"])
    assert make.main() == 2
    assert "rnu" in capsys.readouterr().err
