"""A PostgreSQL of one's own: a fresh cluster in a temporary folder, on a loopback port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg
import pytest

from tests.helpers.ports import free_port

_DEADLINE, _PAUSE = 60, 0.05
USER = "court"


def programs() -> Path | None:
    """Return the folder with initdb and postgres of the newest version here, None for none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0]))
    on_path = shutil.which("initdb")
    found = [*([Path(on_path).resolve().parent] if on_path else []), *found]
    return next((p for p in reversed(found) if (p / "initdb").exists() and (p / "postgres").exists()), None)


class Cluster:
    """Run by a user that is not root. `USER` owns every database made here, and is no superuser."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._user = "nobody" if os.name == "posix" and os.getuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="yichuang-pg-"))
        self.data = self.folder / "data"
        self.password_file = self.folder / "password"
        self.password = secrets.token_hex(12)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.password_file.write_text(self.password + "\n", "ascii")
        self._give_away(self.folder, self.password_file)
        words = ["-D", self.data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", self.password_file]
        self._run("initdb", *words, "-E", "UTF8", "--no-locale", "--no-sync", "--wal-segsize=1")
        self.start()
        with self.superuser() as connection:
            connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{self.password}'")  # type: ignore[arg-type]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:  # nothing of it is kept, so it need not write what it still holds
            self.kill()
        shutil.rmtree(self.folder)

    def start(self, *options: str) -> None:
        """Start the server with `-c` options and wait until it answers."""
        words = [self._bin / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.folder]
        words += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60"]
        words += [word for option in options for word in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, user=self._user)
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until, pause = time.monotonic() + _DEADLINE, threading.Event()
        while subprocess.run(ready, check=False).returncode:
            assert self._process.poll() is None, (self.folder / "log").read_text("utf-8")[-2000:]
            assert time.monotonic() < until, "the database server does not answer"
            pause.wait(_PAUSE)

    def stop(self) -> None:
        """A fast, orderly end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_DEADLINE)
            self._process = None

    def kill(self) -> None:
        """An immediate end, as in a crash: the log is replayed at the next start."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(_DEADLINE)
        self._process = None

    def cpu_seconds(self) -> float:
        """Return the processor time all its processes have used."""
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        times = [process.cpu_times() for process in (root, *root.children())]
        return float(sum(used.user + used.system for used in times))

    def copy(self, name: str) -> Path:
        """Copy the folder of the stopped cluster."""
        target = self.folder / name
        shutil.copytree(self.data, target)
        self._give_away(*target.rglob("*"), target)
        return target

    def put_back(self, copy: Path) -> None:
        """Replace the folder of the stopped cluster."""
        shutil.rmtree(self.data)
        copy.rename(self.data)

    def superuser(self, name: str = "postgres") -> psycopg.Connection[Any]:
        return self._connect("postgres", name)

    def connect(self, name: str) -> psycopg.Connection[Any]:
        return self._connect(USER, name)

    def _connect(self, user: str, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=self.password,
            dbname=name,
            autocommit=True,
        )

    def database(self) -> list[str]:
        """Make an empty database; return the gateway's options for it."""
        name = f"court_{secrets.token_hex(6)}"
        with self.superuser() as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {USER}")  # type: ignore[arg-type]
        return [
            "--database",
            f"postgresql://{USER}@127.0.0.1:{self.port}/{name}",
            "--database-password-file",
            str(self.password_file),
        ]

    def _run(self, program: str, *words: object) -> None:
        command = [str(self._bin / program), *map(str, words)]
        subprocess.run(command, check=True, capture_output=True, timeout=_DEADLINE, user=self._user)

    def _give_away(self, *paths: Path) -> None:
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            for path in paths:
                os.chown(path, owner.pw_uid, owner.pw_gid)


def running_cluster() -> Iterator[Cluster]:
    """The body of a fixture; skips where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed here (Debian: apt-get install postgresql)")
    with Cluster(found) as cluster:
        yield cluster


def name_of(options: list[str]) -> str:
    """Return the database's name in the options `Cluster.database` made."""
    return options[1].rsplit("/", 1)[1]
