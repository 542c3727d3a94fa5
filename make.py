#!/usr/bin/env python3
"""Set up, run, test and build 一窗 on a fresh machine, with the standard library alone.

    python3 make.py run     open the desk with simulators and an embedded court
    python3 make.py test    run the whole test suite
    python3 make.py help    every other command

Each command does its own set-up: a virtual environment with the locked packages, and on Linux
the system libraries Qt needs, through apt when this user may install; what is missing after that is
named with its reason.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST_PYTHON = (3, 11)

# Shared library Qt loads -> the Debian package that has it. The xcb ones are only for a real display.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
# Programs some tests drive, each with a place to look beside PATH; without them those tests say so and skip.
TEST_PROGRAMS = {
    "scanimage": ("sane-utils", ""),
    "Xvfb": ("xvfb", ""),
    "cupsd": ("cups-daemon", "/usr/sbin"),
    "lp": ("cups-client", ""),
    "chromium": ("chromium", ""),
    "initdb": ("postgresql", "/usr/lib/postgresql/*/bin"),
    "swtpm": ("swtpm", ""),
    "tpm2_unseal": ("tpm2-tools", ""),
}


MAY_NOT = "this user may not install"
NO_LISTS = "apt could not fetch its lists, is the network there?"


class Stop(Exception):
    """End with a sentence for the person at the keyboard."""


def say(text: str) -> None:
    print(f"[make] {text}", flush=True)


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> int:
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=env)


def must(command: Sequence[str | Path], failure: str) -> None:
    if run(command) != 0:
        raise Stop(failure)


# ---- set-up ------------------------------------------------------------------------------------


def installer() -> list[str] | None:
    """Return the words before ``apt-get`` that let this user install packages, or None."""
    if sys.platform != "linux" or not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None


def apt(prefix: Sequence[str], *words: str) -> str:
    """Run apt-get; return "" when it succeeded, else the errors it told."""
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines()
    errors = [line for line in said if line.startswith("E:")] or said[-1:]
    return errors[0] if errors else f"apt-get {words[0]} ended with {done.returncode}"


def apt_install(packages: Sequence[str]) -> dict[str, str]:
    """Install system packages; return why for each that is not there afterwards.

    A package that apt does not have must not keep the others away: where all together fail, each is tried
    alone. Lists that could not be refreshed may still do; when they do not, that is the reason.
    """
    prefix = installer()
    if prefix is None:
        return dict.fromkeys(packages, MAY_NOT)
    say(f"installing system packages: {' '.join(packages)}")
    stale = apt(prefix, "-o", "APT::Update::Error-Mode=any", "update")
    install = ("install", "-y", "--no-install-recommends")
    if not apt(prefix, *install, *packages):
        return {}
    say("apt-get could not install them together; trying one by one")
    told = {package: apt(prefix, *install, package) for package in packages}
    return {package: f"{NO_LISTS} ({stale})" if stale else why for package, why in told.items() if why}


def not_installed(need: str, why: dict[str, str]) -> str:
    """Return the sentences for whoever has to do something about packages that are missing."""
    if set(why.values()) == {MAY_NOT}:
        command = f"apt-get install {' '.join(why)}"
        return f"{need} that {MAY_NOT}. As an administrator run:\n    {command}\nand then this command again."
    packages: dict[str, list[str]] = {}
    for package, reason in why.items():
        packages.setdefault(reason, []).append(package)
    listed = "\n".join(f"    {' '.join(names)}: {reason}" for reason, names in packages.items())
    return f"{need} that could not be installed:\n{listed}\nMend the cause and run this command again."


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def ensure_system_libraries() -> None:
    if sys.platform != "linux":
        return
    missing = sorted({pkg for lib, pkg in QT_LIBRARIES.items() if not has_library(lib)})
    why = apt_install(missing) if missing else {}
    if why:
        raise Stop(not_installed("Qt needs system libraries", why))


def has_program(name: str, folder: str) -> bool:
    return bool(shutil.which(name) or (folder and any(Path("/").glob(f"{folder[1:]}/{name}"))))


def ensure_test_programs() -> None:
    missing = [
        package for program, (package, folder) in TEST_PROGRAMS.items() if not has_program(program, folder)
    ]
    if sys.platform != "linux":
        why = dict.fromkeys(missing, "there is none for this system")
    else:
        why = apt_install(missing) if missing else {}
    for package, reason in why.items():
        say(f"not installed, tests that need it will skip: {package} ({reason})")


def create_venv() -> None:
    say(f"creating {VENV.name} with Python {sys.version.split()[0]}")
    probe = subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False)
    if probe.returncode != 0:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        why = apt_install([package])
        if why:
            raise Stop(not_installed("Python needs its venv module, a package", why))
    must([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment could not be created.")


def ensure_packages(lock_name: str) -> None:
    """Install exactly what the lock names; remember its hash so that the next start costs nothing."""
    lock = ROOT / lock_name
    stamp = VENV / f"{lock.stem}.stamp"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        create_venv()
    say(f"installing the locked packages of {lock_name}")
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "-q",
        "--require-hashes",
        "-r",
        lock,
    ]
    must(pip, f"The packages of {lock_name} could not be installed; the message above names the cause.")
    stamp.write_text(wanted)


def set_up(lock_name: str = "requirements.lock") -> None:
    if sys.version_info < OLDEST_PYTHON:
        oldest, here = ".".join(map(str, OLDEST_PYTHON)), sys.version.split()[0]
        raise Stop(f"Python {oldest} or newer is needed; this is {here}.")
    ensure_packages(lock_name)
    ensure_system_libraries()


def set_up_development() -> None:
    set_up("requirements-dev.lock")


# ---- commands ----------------------------------------------------------------------------------


def has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def cmd_setup(_: list[str]) -> int:
    """install everything for development, run nothing"""
    set_up_development()
    ensure_test_programs()
    return 0


def cmd_run(args: list[str]) -> int:
    """open the desk with simulators and an embedded court; without a display run the demo"""
    set_up()
    if has_display():
        return run([PYTHON, "-m", "app", "--simulate", *args])
    out = ROOT / "out" / "demo"
    say("no display here: running the demo instead")
    code = run([PYTHON, "-m", "app", "demo", "--out", out, *args])
    if code == 0:
        say(f"the pictures, the ticket and the PDFs are in {out}")
    return code


def cmd_test(args: list[str]) -> int:
    """run the whole test suite; extra words go to pytest"""
    set_up_development()
    ensure_test_programs()
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
    # The order of tests/conftest.py: a slow file begun last would run alone at the end.
    whole = ["--dist", "loadfile", "--no-loadscope-reorder"]
    words = args or ["-n", str(min(4, os.cpu_count() or 1)), *whole]
    return run([PYTHON, "-m", "pytest", *words], env=env)


def cmd_lint(_: list[str]) -> int:
    """formatting and lint rules"""
    set_up_development()
    return run([PYTHON, "-m", "ruff", "format", "--check", "."]) or run([PYTHON, "-m", "ruff", "check", "."])


def cmd_types(_: list[str]) -> int:
    """strict type checking"""
    set_up_development()
    return run([PYTHON, "-m", "mypy"])


def cmd_contracts(_: list[str]) -> int:
    """who may import whom"""
    set_up_development()
    return run([VENV / PYTHON.parent.name / "lint-imports"])


def cmd_bench(args: list[str]) -> int:
    """print the performance tables of benchmarks/ (all, or the named ones)"""
    set_up_development()
    names = args or sorted(p.stem for p in (ROOT / "benchmarks").glob("bench_*.py"))
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return max((run([PYTHON, "-m", f"benchmarks.{name}"], env=env) for name in names), default=0)


FIRST_PAGE = """
import sys, pypdfium2
pypdfium2.PdfDocument(sys.argv[1])[0].render(scale=1.1).to_pil().save(sys.argv[2])
"""


def cmd_shots(_: list[str]) -> int:
    """draw the pictures of docs/screenshots again"""
    set_up_development()
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    demo, target = ROOT / "out" / "demo", ROOT / "docs" / "screenshots"
    code = run([PYTHON, "-m", "benchmarks.pictures", "--out", target], env=env)
    code = code or run([PYTHON, "-m", "app", "demo", "--out", demo], env=env)
    if code == 0:
        shutil.copyfile(demo / "ticket.png", target / "ticket.png")
        code = run([PYTHON, "-c", FIRST_PAGE, demo / "receipt.pdf", target / "receipt.png"])
    return code


def cmd_lock(_: list[str]) -> int:
    """resolve pyproject.toml again into the two lock files"""
    set_up_development()
    uv: list[str | Path] = [
        PYTHON,
        "-m",
        "uv",
        "pip",
        "compile",
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
        "-q",
    ]
    uv += ["--no-header", "--python-version", "3.11", "pyproject.toml"]
    return run([*uv, "-o", "requirements.lock"]) or run(
        [*uv, "--group", "dev", "-o", "requirements-dev.lock"]
    )


def cmd_build(_: list[str]) -> int:
    """freeze the program with PyInstaller into dist/"""
    set_up_development()
    with tempfile.TemporaryDirectory() as work:
        return run([PYTHON, "-m", "PyInstaller", "--noconfirm", "--workpath", work, "build.spec"])


def cmd_licences(_: list[str]) -> int:
    """write the licences of everything the frozen program carries into out/THIRD-PARTY.txt"""
    set_up_development()
    return run([PYTHON, "-m", "resources.licences.notice", "--out", ROOT / "out" / "THIRD-PARTY.txt"])


def cmd_help(_: list[str]) -> int:
    """this list"""
    print(__doc__)
    for name, command in COMMANDS.items():
        print(f"    {name:<10} {command.__doc__}")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    name.removeprefix("cmd_"): value for name, value in list(globals().items()) if name.startswith("cmd_")
}


def main() -> int:
    name, *args = sys.argv[1:] or ["help"]
    command = COMMANDS.get(name)
    if command is None:
        print(f"unknown command {name!r}; try: python3 make.py help", file=sys.stderr)
        return 2
    try:
        return command(args)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
