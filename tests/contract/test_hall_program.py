"""`python -m app hall` as its own process: serving, joining by a one-time code, refusing strangers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import httpx
import nats.errors
import nats.js.errors
import psutil
import pytest
from nats.aio.client import Client

from app.clock import business_day
from app.domain.hall_event import EventKind, HallEvent
from app.errors import HallProblem
from app.hall import certs
from app.hall.address import HallAddress
from app.hall.connection import abort
from app.hall.door import Door
from app.hall.join import Admission, Code, Codes, join
from app.hall.log import window_subject
from app.hall.main import main
from app.hall.nats_log import NatsLog
from app.hall.node import Node
from app.hall.wire import Names
from app.ids import new_id
from tests.helpers.nats import DEADLINE, Host, until
from tests.helpers.ports import free_port, free_ports

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ISSUED = HallEvent(EventKind.ISSUED, "A001", NOW)


class Program:
    """The hall program on a folder, as an administrator starts it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port, self.join_port = free_ports(2)
        self.ready: dict[str, Any] = {}

    def start(self, *more: str) -> None:
        self.launch(*more)
        self.wait_ready()

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())

    def launch(self, *more: str) -> None:
        words = ["--data", str(self.data), "--hall", "hongshan", "--host", "127.0.0.1"]
        words += ["--port", str(self.port), "--join-port", str(self.join_port)]
        words += [*(() if "--board-port" in more else ("--board-port", "0")), *more]
        with (self.data.parent / "stderr").open("ab") as stderr:
            command = [sys.executable, "-m", "app", "hall", *words]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(DEADLINE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    @property
    def node(self) -> Node:
        return Node.read(self.data)

    def run(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "app", "hall", *words], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    one = Program(tmp_path_factory.mktemp("program") / "hall")
    one.start()
    yield one
    assert one.end() == 0
    assert not psutil.pid_exists(one.ready["server_pid"])


def member(program: Program, folder: Path, name: str = "window-3") -> HallAddress:
    return join("127.0.0.1", program.join_port, Codes(program.node).new(name), folder)


def test_a_window_joins_with_the_code_on_the_screen_and_uses_the_log(
    program: Program, tmp_path: Path
) -> None:
    status, text = program.run("join-code", "--data", str(program.data), "window-3")
    assert status == 0
    code = json.loads(text)["code"]
    typed = code.lower().replace("-", " ")
    status, text = program.run("join", "--data", str(tmp_path / "w"), f"127.0.0.1:{program.join_port}", typed)
    assert (status, json.loads(text)["member"]) == (0, "window-3")
    assert (tmp_path / "w" / "member.key").stat().st_mode & 0o077 == 0
    log = NatsLog(HallAddress.read(tmp_path / "w"))
    try:
        assert log.append(DAY, "ticket.A001", 0, new_id(), ISSUED) is not None
        assert [e.event.number for e in log.since(DAY, 0)] == ["A001"]
    finally:
        log.close()


def test_the_host_serves_the_board_beside_the_log(tmp_path: Path) -> None:
    one = Program(tmp_path / "hall")
    port = free_port()
    one.start("--board-port", str(port), "--board-name", "诉讼服务中心")
    try:
        assert one.ready["board_port"] == port
        with httpx.stream("GET", f"http://127.0.0.1:{port}/events/board", timeout=10) as answer:
            told = next(line for line in answer.iter_lines() if line.startswith("data: {"))
        assert json.loads(told.removeprefix("data: "))["name"] == "诉讼服务中心"
    finally:
        assert one.end() == 0


def test_a_code_is_good_once(program: Program, tmp_path: Path) -> None:
    code = Codes(program.node).new("window-4")
    join("127.0.0.1", program.join_port, code, tmp_path / "first")
    status, text = program.run("join", "--data", str(tmp_path / "b"), f"127.0.0.1:{program.join_port}", code)
    assert status == 2
    assert "已经用过" in text
    assert not (tmp_path / "b" / "member.crt").exists()


def test_a_wrong_or_expired_code_is_refused_with_a_sentence(program: Program, tmp_path: Path) -> None:
    good = Code.read(Codes(program.node).new("window-5"))
    wrong = Code(good.fingerprint, bytes(6)).shown()
    expired = Codes(program.node).new("window-5", datetime.now(UTC) - timedelta(minutes=16))
    for code, sentence in ((wrong, "加入码不对"), (expired, "已过期"), ("ABCDE", "没有输全")):
        with pytest.raises(HallProblem, match=sentence):
            join("127.0.0.1", program.join_port, code, tmp_path / "w")
    stderr = (program.data.parent / "stderr").read_text("utf-8")
    assert "加入码不对" in stderr
    assert "已过期" in stderr


def test_a_host_that_is_not_the_codes_own_does_not_get_the_secret(program: Program, tmp_path: Path) -> None:
    real = Code.read(Codes(program.node).new("window-6"))
    other = Code(bytes(10), real.secret).shown()
    with pytest.raises(HallProblem, match="不是出这个加入码的主机"):
        join("127.0.0.1", program.join_port, other, tmp_path / "w")
    assert join("127.0.0.1", program.join_port, real.shown(), tmp_path / "w").member == "window-6"


def asked(secret: bytes) -> bytes:
    request = certs.new_request(certs.new_key()).decode()
    return json.dumps({"secret": secret.hex(), "request": request}).encode()


def test_guessing_gets_slow_and_keeps_nobody_with_a_code_out(tmp_path: Path) -> None:
    node = Node(tmp_path, "hongshan", 4333).found()
    real, waited = Code.read(Codes(node).new("window-7")), list[float]()
    admission = Admission(node, waited.append)
    for n in range(30):
        with pytest.raises(HallProblem, match="加入码不对"):
            admission.admit(asked(bytes([n] * 6)), datetime.now(UTC))
    assert len(waited) == 10
    assert admission.admit(asked(real.secret), datetime.now(UTC))["member"] == "window-7"
    assert len(waited) == 10, "who has a code does not wait"


def test_only_who_gives_out_numbers_gets_the_key_that_knows_people(tmp_path: Path) -> None:
    node = Node(tmp_path, "hongshan", 4333).found()
    for name, has in (("window-1", True), ("point-1", True), ("board-1", False)):
        code = Code.read(Codes(node).new(name))
        assert ("person_key" in Admission(node).admit(asked(code.secret), datetime.now(UTC))) is has


@pytest.mark.parametrize("body", [b"[" * 16000, b"1" * 16000, b"\xff", b"[]", b'{"secret": 3, "request": 4}'])
def test_a_request_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, body: bytes) -> None:
    node = Node(tmp_path, "hongshan", 4333).found()
    with pytest.raises(HallProblem, match="看不懂"):
        Admission(node).admit(body, datetime.now(UTC))


def test_a_stranger_at_the_door_holds_up_only_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.hall.door._SECONDS", 1.0)
    node = Node(tmp_path / "hall", "hongshan", 4333, "127.0.0.1")
    node.folder.mkdir()
    door = Door(node.found(), 0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ExitStack() as stack:
        stack.callback(door.close)
        quiet = [stack.enter_context(socket.create_connection(("127.0.0.1", door.port))) for _ in range(12)]
        for one in quiet:
            one.settimeout(DEADLINE)
            assert one.recv(1) == b"", "hung up on, the ones too many at once"
        late = stack.enter_context(
            context.wrap_socket(socket.create_connection(("127.0.0.1", door.port)), server_hostname="x")
        )
        late.settimeout(DEADLINE)
        until(lambda: drips(late))
        for length in ("x", "-1", "9" * 5000, "²"):
            asking = HTTPSConnection("127.0.0.1", door.port, timeout=DEADLINE, context=context)
            with closing(asking):
                asking.putrequest("POST", "/join")
                asking.putheader("Content-Length", length)
                asking.endheaders()
                assert asking.getresponse().status == 404
        code = Codes(node.found()).new("window-1")
        assert join("127.0.0.1", door.port, code, tmp_path / "w").member == "window-1"


def drips(line: ssl.SSLSocket) -> bool:
    """Send a byte, as slowly as a stranger may; True once nobody listens."""
    try:
        line.send(b"x")
    except OSError:
        return True
    return False


@pytest.mark.parametrize("name", ["window-0", "window-65", "admin", "server-1", "window-x"])
def test_there_are_no_codes_for_what_no_hall_has(program: Program, name: str) -> None:
    status, text = program.run("join-code", "--data", str(program.data), name)
    assert status == 2
    assert "不认识的成员" in text


# ---- strangers ------------------------------------------------------------------------------------------


def refused(address: HallAddress) -> HallProblem:
    """Return what using the log with these credentials says."""
    log = NatsLog(address, patience=2.0)
    try:
        with pytest.raises(HallProblem) as caught:
            log.since(DAY, 0)
        with pytest.raises(HallProblem):
            log.append(DAY, "ticket.A900", 0, new_id(), ISSUED)
        return caught.value
    finally:
        log.close()


def test_a_stranger_hears_nothing_and_is_dropped(program: Program) -> None:
    """The NATS protocol in clear, as a port scanner or any NATS client would speak it."""
    with socket.create_connection(("127.0.0.1", program.port), 5) as line:
        line.settimeout(5)
        line.sendall(b'CONNECT {"verbose":false}\r\nSUB > 1\r\nPUB hall.hongshan.x 2\r\nhi\r\nPING\r\n')
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while data := line.recv(4096):
                heard += data
    assert b"INFO" not in heard
    assert b"PONG" not in heard


def test_a_stranger_without_a_certificate_is_refused(program: Program) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    line = socket.create_connection(("127.0.0.1", program.port), 5)
    with context.wrap_socket(line) as secure, contextlib.suppress(OSError):
        secure.sendall(b"CONNECT {}\r\nPING\r\n")
        heard = secure.recv(4096)
        assert heard == b"", heard


def test_a_certificate_of_another_hall_is_refused_with_a_sentence(program: Program, tmp_path: Path) -> None:
    mine = member(program, tmp_path / "w", "window-8")
    with Host(tmp_path / "other", hall="hongshan") as other:
        theirs = other.member("window-8")
        (theirs.folder / "ca.crt").write_bytes((mine.folder / "ca.crt").read_bytes())
        problem = refused(replace(theirs, servers=mine.servers))
    assert "互不承认凭证" in problem.happened


def test_a_false_server_is_refused_with_a_sentence(program: Program, tmp_path: Path) -> None:
    mine = member(program, tmp_path / "w", "window-9")
    with Host(tmp_path / "other", hall="hongshan") as other:
        problem = refused(replace(mine, servers=other.nodes[0].servers))
    assert "互不承认凭证" in problem.happened


def test_an_expired_certificate_is_refused_with_a_sentence(program: Program, tmp_path: Path) -> None:
    mine = member(program, tmp_path / "w", "window-10")
    key = certs.new_key()
    long_ago = datetime.now(UTC) - timedelta(days=500)
    old = certs.sign(
        program.node.authority(),
        certs.new_request(key),
        program.node.dns("window-10"),
        server=False,
        now=long_ago,
    )
    certs.write_secret(mine.folder / "member.key", certs.key_pem(key))
    certs.write_secret(mine.folder / "member.crt", old)
    assert "互不承认凭证" in refused(mine).happened


def test_the_first_host_makes_its_own_certificates_anew_before_they_end(tmp_path: Path) -> None:
    node = Node(tmp_path, "hongshan", 4333).found()
    files = [tmp_path / "tls" / "server.crt", tmp_path / "admin" / "member.crt"]
    made = [file.read_bytes() for file in files]
    assert node.found() == node
    assert [file.read_bytes() for file in files] == made, "with most of their life left they stay"
    long_ago = datetime.now(UTC) - timedelta(days=300)
    for file, dns in zip(files, ("server.hongshan", "admin.hongshan"), strict=True):
        request = certs.new_request(certs.new_key())
        server = file.name == "server.crt"
        certs.write_secret(file, certs.sign(node.authority(), request, dns, server=server, now=long_ago))
    node.found()
    in_a_year = datetime.now(UTC) + timedelta(days=365)
    assert all(certs.ends(file.read_bytes()) > in_a_year for file in files)
    assert node.admin().tls() is not None, "the key is the certificate's own"


FORBIDDEN = [
    "hall.other.2026-11-23.ticket.A001",
    "hall.hongshan.2026-11-23.window.4",
    "hall.hongshan.nonsense",
    "seen.hongshan.2026-11-23.ticket.A001",
    "$JS.API.STREAM.DELETE.HALL_hongshan",
    "$JS.API.STREAM.PURGE.HALL_hongshan",
    "$JS.API.STREAM.CREATE.MINE",
    "$JS.API.STREAM.UPDATE.HALL_hongshan",
    "$SYS.REQ.SERVER.PING.JSZ",
]


def test_a_window_may_write_its_halls_subjects_and_nothing_else(program: Program, tmp_path: Path) -> None:
    address = member(program, tmp_path / "w", "window-11")
    assert asyncio.run(denied(address, FORBIDDEN)) == FORBIDDEN
    log = NatsLog(address)
    try:
        enrolled = HallEvent(EventKind.ENROLLED, "", NOW, 11)
        assert log.append(DAY, window_subject(11), 0, new_id(), enrolled) is not None
    finally:
        log.close()


def test_a_window_that_answers_does_so_to_who_asked_and_writes_for_nobody_else(
    program: Program, tmp_path: Path
) -> None:
    """Whoever asks names where the answer goes, and whoever answers may write there once."""
    names = Names("hongshan")
    asking = member(program, tmp_path / "asking", "window-12")
    log, other = NatsLog(member(program, tmp_path / "asked", "window-13")), NatsLog(asking)
    echo = names.day(DAY) + "window.13"
    try:
        log.serve(names.spare("all", "*"), lambda _subject, said: said)
        until(lambda: other.question(names.spare("all", 12), b"{}", 1.0) is not None)
        before = len(log.since(DAY, 0))
        others = names.inbox("window-14") + ".x"
        for where in (*FORBIDDEN, echo, others):
            other.ask(lambda client, where=where: client.publish(names.spare("all", 12), b"{}", where))
        assert other.question(names.spare("all", 12), b"still", 5.0) == b"still"
        assert len(log.since(DAY, 0)) == before
    finally:
        log.close()
        other.close()


def test_a_board_may_only_read(program: Program, tmp_path: Path) -> None:
    address = member(program, tmp_path / "b", "board-1")
    wanted = ["hall.hongshan.2026-11-23.ticket.A001", "hall.hongshan.2026-11-23.epoch"]
    assert asyncio.run(denied(address, wanted)) == wanted
    log = NatsLog(address)
    try:
        log.since(DAY, 0)
    finally:
        log.close()


async def denied(address: HallAddress, subjects: list[str]) -> list[str]:
    """Return the subjects the server refused a request on."""
    refusals: list[str] = []

    async def note(error: Exception) -> None:
        refusals.append(str(error))

    client = Client()
    await client.connect(
        address.urls,
        tls=address.tls(),
        tls_hostname=address.server_name,
        tls_handshake_first=True,
        inbox_prefix=f"_INBOX_{address.hall}_{address.member}",
        allow_reconnect=False,
        error_cb=note,
    )
    answered = set()
    try:
        for subject in subjects:
            try:
                await client.request(subject, b"{}", timeout=0.2)
                answered.add(subject)
            except (nats.errors.Error, nats.js.errors.Error):
                pass
        await client.flush()
    finally:
        await client.close()
    said = " ".join(refusals).lower()
    return [s for s in subjects if s not in answered and s.lower() in said]


def test_a_revoked_window_is_refused_after_the_restart(tmp_path: Path) -> None:
    with Host(tmp_path / "hall") as host:
        address = host.member("window-3")
        NatsLog(address).close()
        node = host.nodes[0].revoke("window-3")
        host.children[0].stop()
        node.write_config()
        host.start()
        log = NatsLog(address, patience=1.5)
        with pytest.raises(HallProblem):
            log.since(DAY, 0)
        log.close()
        assert list(host.log("window-4").since(DAY, 0)) == []


def test_a_window_is_revoked_on_each_of_three_hosts_as_the_first_one_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = Host(tmp_path / "hall", 3)
    revoked, address = host.nodes[0].dns("window-3"), host.member("window-3")
    folders = [str(node.folder) for node in host.nodes]
    assert main(["revoke", "--data", folders[1], "window-3"]) == 2
    assert "先在第一台主机上" in capsys.readouterr().err
    assert main(["revoke", "--data", folders[0], "window-3"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert f"--generation {said['generation']} window-3" in said["next"]
    for folder in folders[1:] * 2:
        words = ["revoke", "--data", folder, "--generation", str(said["generation"]), "window-3"]
        assert main(words) == 0, "once more changes nothing"
    host.nodes = [Node.read(Path(folder)) for folder in folders]
    with host:
        for server in address.servers:
            until(partial(says, replace(host.member("window-4"), servers=(server,)), ""))
            until(partial(says, replace(address, servers=(server,)), "nats: 'Authorization Violation'"))
        first = host.nodes[0]
        assert first.dns("window-3") != revoked
        first.certify(address.folder, "member", first.dns("window-3"), server=False)
        until(partial(says, address, ""))


def says(address: HallAddress, expected: str) -> bool:
    return asyncio.run(refusal(address)) == expected


async def refusal(address: HallAddress) -> str:
    """Return why the first server that answers does not let the member in; "" when it does."""
    client = Client()

    async def told(_error: Exception) -> None:
        """Keep it out of the log."""

    try:
        await client.connect(
            address.urls,
            tls=address.tls(),
            tls_hostname=address.server_name,
            tls_handshake_first=True,
            allow_reconnect=False,
            error_cb=told,
            connect_timeout=10,
        )
    except (nats.errors.Error, OSError) as error:
        abort(client)
        return str(error) or type(error).__name__
    await client.close()
    return ""


def test_a_node_that_joins_later_knows_who_was_revoked(tmp_path: Path) -> None:
    node = replace(Node(tmp_path, "hongshan", 4333), routes=("a:1", "b:1", "c:1")).found().revoke("window-3")
    code = Code.read(Codes(node).new("node-2"))
    request = certs.new_request(certs.new_key()).decode()
    body = json.dumps({"secret": code.secret.hex(), "request": request}).encode()
    assert Admission(node).admit(body, datetime.now(UTC))["generations"] == {"window-3": 2}


# ---- the process ----------------------------------------------------------------------------------------


def test_the_server_ends_with_the_program_even_when_that_is_killed(tmp_path: Path) -> None:
    one = Program(tmp_path / "hall")
    one.start()
    assert psutil.pid_exists(one.ready["server_pid"])
    one.end(signal.SIGKILL)
    until(lambda: not _runs(one.ready["server_pid"]))


def test_a_killed_server_comes_back_on_the_same_port(tmp_path: Path) -> None:
    one = Program(tmp_path / "hall")
    one.start()
    log = NatsLog(member(one, tmp_path / "w"), patience=20.0)
    try:
        assert log.append(DAY, "ticket.A001", 0, new_id(), ISSUED) is not None
        os.kill(one.ready["server_pid"], signal.SIGKILL)
        called = HallEvent(EventKind.CALLED, "A001", NOW, 3)
        assert log.append(DAY, "ticket.A001", 1, new_id(), called) is not None
        assert len(log.since(DAY, 0)) == 2
    finally:
        log.close()
        assert one.end() == 0


def test_a_taken_port_and_a_wrong_name_are_said_in_one_sentence(tmp_path: Path) -> None:
    one = Program(tmp_path / "x")
    with socket.create_server(("127.0.0.1", one.port)):
        status, text = one.run(
            "--data", str(tmp_path / "a"), "--hall", "h", "--host", "127.0.0.1", "--port", str(one.port)
        )
    assert (status, "已被占用" in text) == (2, True)
    status, text = one.run("--data", str(tmp_path / "b"), "--hall", "红 山", "--port", str(one.port))
    assert (status, "大厅名称只能用" in text) == (2, True)


def test_a_log_put_back_from_a_backup_is_fenced_before_anybody_is_let_in(tmp_path: Path) -> None:
    one = Program(tmp_path / "hall")
    one.start()
    address = member(one, tmp_path / "w")
    assert one.end() == 0
    one.start("--restored")
    log = NatsLog(address, patience=10.0)
    try:
        today = business_day(datetime.now(UTC))
        events = log.since(today, 0)
    finally:
        log.close()
        assert one.end() == 0
    fence, *skipped = [e.event for e in events]
    assert (fence.kind, fence.windows) == (EventKind.EPOCH, (3,))
    assert [(e.kind, e.window, e.number) for e in skipped] == [
        (EventKind.BLOCK, None, "A1000"),
        (EventKind.BLOCK, None, "G1000"),
    ]


def test_three_programs_become_one_hall_by_codes(tmp_path: Path) -> None:
    programs = [Program(tmp_path / str(n) / "hall") for n in (1, 2, 3)]
    for one in programs:
        one.data.parent.mkdir()
    routes = ",".join(f"127.0.0.1:{port}" for port in free_ports(3))
    servers = ",".join(f"127.0.0.1:{one.port}" for one in programs)
    first, *others = programs
    started = []
    try:
        first.launch("--cluster", routes, "--servers", servers, "--node", "1")
        started.append(first)
        until(lambda: (first.data / "server.json").exists() and answers(first.join_port))
        for number, one in enumerate(others, 2):
            code = Codes(first.node).new(f"node-{number}")
            door = f"127.0.0.1:{first.join_port}"
            one.launch("--node", str(number), "--join", door, "--code", code)
            started.append(one)
        for one in started:
            one.wait_ready()
        log = NatsLog(member(first, tmp_path / "w"), patience=20.0)
        try:
            assert log.append(DAY, "ticket.A001", 0, new_id(), ISSUED) is not None
            os.kill(others[0].ready["server_pid"], signal.SIGKILL)
            called = HallEvent(EventKind.CALLED, "A001", NOW, 3)
            assert log.append(DAY, "ticket.A001", 1, new_id(), called) is not None
        finally:
            log.close()
    finally:
        for one in started:
            assert one.end() == 0


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
