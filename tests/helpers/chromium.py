"""A real Chromium driven over its debugging pipe: Chrome DevTools Protocol, NUL-separated JSON on 3 and 4."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")


class Browser:
    """One page in a browser of its own; ``errors`` are what its scripts threw or wrote as errors."""

    def __init__(self, folder: Path, width: int = 1920, height: int = 1080) -> None:
        assert PROGRAM is not None
        to_child, from_here = os.pipe()
        from_child, to_here = os.pipe()
        words = [
            "--headless=new",
            "--no-sandbox",
            "--remote-debugging-pipe",
            "--disable-gpu",
            "--no-first-run",
        ]
        words += [f"--user-data-dir={folder}", f"--window-size={width},{height}", "--hide-scrollbars"]
        words += [
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--force-color-profile=srgb",
        ]

        def pipes() -> None:
            os.dup2(to_child, 3)
            os.dup2(to_here, 4)

        self._process = subprocess.Popen(
            [PROGRAM, *words, "about:blank"],
            preexec_fn=pipes,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_child)
        os.close(to_here)
        self._write, self._read = from_here, from_child
        self._held = b""
        self._number = 0
        self._session = ""
        self.errors: list[str] = []
        try:
            self._attach(width, height)
        except BaseException:
            self._end()
            raise

    def _attach(self, width: int, height: int) -> None:
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        with contextlib.suppress(AssertionError, OSError, subprocess.TimeoutExpired):
            self._session = ""
            self._ask("Browser.close")
            self._process.wait(10)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def open(self, url: str) -> None:
        self._ask("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str, seconds: float = 20.0) -> None:
        """Wait until an expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.run(f"document.readyState === 'complete' && !!({script})"):
            assert time.monotonic() < end, (script, self.run("document.body.innerText"), self.errors)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def _ask(self, method: str, **words: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": words}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"].get("exception", told)))
        if event.get("method") == "Runtime.consoleAPICalled" and told.get("type") == "error":
            self.errors.append(str(told["args"]))
        if event.get("method") == "Log.entryAdded" and told["entry"]["source"] in {"security", "javascript"}:
            self.errors.append(str(told["entry"]["text"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            ready, _w, _x = select.select([self._read], [], [], 30)
            assert ready, "the browser says nothing"
            data = os.read(self._read, 65536)
            assert data, "the browser is gone"
            self._held += data
        message, _nul, self._held = self._held.partition(b"\0")
        return dict(json.loads(message))
