"""Checking a window against a real court: which way there is used, and what is said when it cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from app.commands import audit, day
from app.paths import Places
from app.report import verify_report
from app.settings import CourtSettings, Settings
from tests.flow.test_services_visit import send_all
from tests.helpers.court import Gateway
from tests.helpers.desks import HALL, desk_in, file_devices
from tests.helpers.ports import free_port
from tests.helpers.visits import finish, ready

WRONG = "not-the-token-of-this-window"


@dataclass(frozen=True)
class Window:
    """A window with one finished visit that the court has stored; its settings name no court."""

    folder: Path
    court: Gateway

    @property
    def places(self) -> Places:
        return Places.under(self.folder)

    @property
    def token(self) -> Path:
        return self.court.data / "window.token"

    def settings(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text, "utf-8")
        return file

    def verify(self, url: str | None, token: Path | None = None, file: Path | None = None) -> int:
        return verify_report(self.places, file or self.places.settings, url, token, as_json=False)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    folder = tmp_path_factory.mktemp("verify")
    with Gateway(folder / "court") as court:
        way = CourtSettings(court.url, str(court.data / "window.token"))
        with desk_in(folder, Settings(hall=HALL, devices=file_devices(folder), court=way)) as desk:
            ready(desk, folder)
            finish(desk)
            send_all(desk)
        yield Window(folder, court)


def test_the_court_of_the_settings_is_asked_without_naming_it_again(
    window: Window, capsys: pytest.CaptureFixture[str]
) -> None:
    way = f"[court]\nurl = {json.dumps(window.court.url)}\ntoken_file = {json.dumps(str(window.token))}\n"
    file = window.settings("both.toml", way)
    assert window.verify("", file=file) == 0
    assert window.verify(window.court.url, file=file) == 0
    assert day.main(["--data", str(window.folder), "--settings", str(file), "--court"]) in {0, 1}
    said = capsys.readouterr()
    assert said.out.count("全部一致") == 2
    assert "没有与法院核对" not in said.out
    assert said.err == ""


def test_what_is_named_on_the_line_stands_for_what_the_settings_say(
    window: Window, capsys: pytest.CaptureFixture[str]
) -> None:
    file = window.settings("stale.toml", '[court]\nurl = "http://127.0.0.1:9"\ntoken_file = "/gone"\n')
    assert window.verify(window.court.url, window.token, file) == 0
    assert "全部一致" in capsys.readouterr().out
    assert window.verify(window.court.url, window.token) == 0, "without any settings"
    line = ["--data", str(window.folder), "verify", "--court", window.court.url]
    assert audit.main([*line, "--token-file", str(window.token)]) == 0


def test_a_record_the_court_does_not_have_is_found(
    window: Window, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Gateway(tmp_path / "another") as another:
        assert window.verify(another.url, another.data / "window.token") == 1
    assert "法院却没有" in capsys.readouterr().out


def test_a_token_the_court_does_not_know_is_called_a_refusal_not_a_broken_line(
    window: Window, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.token"
    wrong.write_text(WRONG, "utf-8")
    assert window.verify(window.court.url, wrong) == 2
    said = capsys.readouterr().out
    assert "法院不认本窗口的通行凭证（token_unknown）" in said
    assert "网络" not in said
    assert WRONG not in said
    assert (
        day.main(["--data", str(window.folder), "--court", window.court.url, "--token-file", str(wrong)]) == 2
    )
    assert "法院不认本窗口的通行凭证" in capsys.readouterr().err


def test_a_court_that_is_away_is_told_as_that_also_by_a_window_with_nothing_to_ask(
    window: Window, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    assert window.verify(nobody, window.token) == 2
    assert "连不上法院" in capsys.readouterr().out
    with desk_in(tmp_path):
        pass
    empty = Places.under(tmp_path)
    assert verify_report(empty, empty.settings, nobody, window.token, as_json=False) == 2
    assert "连不上法院" in capsys.readouterr().out


class _Hotel(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response_only(200)
        self.end_headers()
        self.wfile.write(b"<html>Please sign in to the hotel network</html>")


def test_a_stranger_at_the_address_is_not_called_a_broken_line(
    window: Window, capsys: pytest.CaptureFixture[str]
) -> None:
    with HTTPServer(("127.0.0.1", 0), _Hotel) as stranger:
        serving = Thread(target=stranger.serve_forever)
        serving.start()
        try:
            assert window.verify(f"http://127.0.0.1:{stranger.server_port}", window.token) == 2
        finally:
            stranger.shutdown()
            serving.join()
    assert "法院的回答不能用（nonsense）" in capsys.readouterr().out


def test_a_window_that_knows_no_court_or_has_no_credential_is_told_which(
    window: Window, capsys: pytest.CaptureFixture[str]
) -> None:
    assert window.verify("") == 2
    assert "没有法院的地址" in capsys.readouterr().out
    assert window.verify(window.court.url) == 2
    said = capsys.readouterr().out
    assert "没有法院的通行凭证" in said
    assert "--token-file" in said
    assert window.verify(window.court.url, file=window.settings("broken.toml", "[court\n")) == 2
    assert "! broken.toml" in capsys.readouterr().err, "the settings could not be read: say so"
