"""A TPM in software (swtpm) for tests; its state is one folder, so another folder is another computer."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.storage.tpm import ADDRESS

PROGRAMS = ("swtpm", "tpm2_unseal")


@contextmanager
def software_tpm(state: Path) -> Iterator[None]:
    """Let a TPM with its state in this folder be the computer's meanwhile."""
    if not all(map(shutil.which, PROGRAMS)):
        pytest.skip("swtpm and tpm2-tools are not installed")
    state.mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(prefix="tpm-", dir="/tmp")
    path = f"{folder}/sock"
    with _listening(path) as data, _listening(f"{path}.ctrl") as control:
        handles = [data.fileno(), control.fileno()]
        process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--flags", "startup-clear",
             "--server", f"type=unixio,fd={handles[0]}", "--ctrl", f"type=unixio,fd={handles[1]}"],
            pass_fds=handles, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(ADDRESS, f"swtpm:path={path}")
            yield
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _listening(path: str) -> socket.socket:
    """Return a socket that takes connections already: nobody has to wait for the program behind it."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    made.listen(8)
    return made
