"""A CUPS scheduler of our own: real cupsd, lp and lpstat, one queue whose backend writes files.

Everything is in a folder below /tmp that the spooler's user can read; the system's own CUPS is not touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.ports import free_port

DEADLINE = 15.0
QUEUE = "hall_a4"
_BACKEND = """#!/bin/sh
# A printer that is a folder: the title of a job names its file. hold and fail in the folder are its faults.
[ $# -eq 0 ] && exit 0
folder="${DEVICE_URI#folder:}"
: > "$folder/begun"
while [ -e "$folder/hold" ]; do sleep 0.05; done
[ -e "$folder/fail" ] && exit 1
cat "${6:--}" > "$folder/$3.part" && mv "$folder/$3.part" "$folder/$3.pdf"
"""
_CONF = """Listen 127.0.0.1:{port}
LogLevel warn
WebInterface No
Browsing Off
DefaultAuthType None
PreserveJobHistory Yes
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""
_FILES = """ServerBin {root}/bin
ServerRoot {root}
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/state
TempDir {root}/spool
ErrorLog {root}/log/error
AccessLog {root}/log/access
PageLog {root}/log/page
User lp
Group lp
SystemGroup root
"""


def missing() -> str:
    """Return why no scheduler can be started here, blank if one can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "needs root"
    programs = [name for name in ("cupsd", "lpadmin", "lp", "lpstat") if shutil.which(name) is None]
    return f"not installed: {', '.join(programs)} (packages cups-daemon, cups-client)" if programs else ""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline


class Cups:
    """The scheduler: ``server`` for URLs and ``-h``, ``paper`` the folder of the printed files."""

    def __init__(self, root: Path, port: int) -> None:
        self.server = f"127.0.0.1:{port}"
        self.paper = root / "paper"

    def run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            (program, "-h", self.server, *arguments),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        return done.stdout + done.stderr

    def clear(self) -> None:
        """Make the queue healthy and empty again."""
        for file in self.paper.iterdir():
            file.unlink()
        self.run("cancel", "-a", "-x")
        self.run("cupsenable", QUEUE)
        self.run("cupsaccept", QUEUE)
        wait_until(lambda: "is idle" in self.run("lpstat", "-p", QUEUE))


def _prepare(root: Path, port: int) -> None:
    root.chmod(0o755)
    for name in ("spool", "cache", "state", "log", "paper"):
        (root / name).mkdir()
        shutil.chown(root / name, "lp", "lp")
    backend = root / "bin" / "backend" / "folder"
    backend.parent.mkdir(parents=True)
    backend.write_text(_BACKEND, "utf-8")
    backend.chmod(0o755)
    (root / "bin" / "daemon").symlink_to("/usr/lib/cups/daemon")
    (root / "cupsd.conf").write_text(_CONF.format(port=port), "utf-8")
    (root / "cups-files.conf").write_text(_FILES.format(root=root), "utf-8")


@contextmanager
def scheduler() -> Iterator[Cups]:
    """Start a scheduler with one queue and end it."""
    root = Path(tempfile.mkdtemp(prefix="yichuang-cups-"))
    port = free_port()
    _prepare(root, port)
    command = ("cupsd", "-f", "-c", str(root / "cupsd.conf"), "-s", str(root / "cups-files.conf"))
    with (root / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    cups = Cups(root, port)
    try:
        wait_until(lambda: "is running" in cups.run("lpstat", "-r"))
        uri = f"folder:{cups.paper}"
        cups.run("lpadmin", "-p", QUEUE, "-E", "-v", uri, "-o", "printer-error-policy=abort-job")
        wait_until(lambda: "is idle" in cups.run("lpstat", "-p", QUEUE))
        yield cups
    finally:
        process.terminate()
        process.wait(DEADLINE)
        shutil.rmtree(root)
