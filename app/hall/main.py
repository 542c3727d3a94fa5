"""``python -m app hall``: the program of a hall's host, and joining it.

    hall --data DIR --hall NAME [--port N]                      serve; one JSON line when ready
    … --board-port N --board-name TEXT                          the call board as a web page; 0 is none
    hall --data DIR --hall NAME --cluster A:P,B:P,C:P --node 1  the first of three
    hall --data DIR --node 2 --join HOST:PORT --code CODE       the others, with a code for node-2
    hall join-code --data DIR window-3                          print a one-time code
    hall join --data DIR HOST:PORT CODE                         a window joins
    hall revoke --data DIR window-3                             its certificate is worth nothing from then on
    … --generation N                                            the same on the others, as the first one says

Status 0 after SIGTERM or SIGINT, 2 with one sentence on stderr when it cannot start.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from app.clock import business_day
from app.errors import Expected, HallProblem
from app.hall import certs, restored
from app.hall.address import FILE, HallAddress
from app.hall.board.feed import HallBoard
from app.hall.door import Door
from app.hall.join import Codes, ask, join
from app.hall.node import Node
from app.hall.server import ServerChild, ensure_stream
from app.hall.speech_host import SpeechHost
from app.texts import _

PORT: Final = 4333
_REFUSED: Final = 2


def main(words: Sequence[str]) -> int:
    """Run one hall command and return its exit status."""
    commands = {"join-code": _join_code, "join": _join, "revoke": _revoke}
    command = commands.get(words[0]) if words else None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        return command(words[1:]) if command else _serve(words)
    except Expected as refused:
        sys.stderr.write(f"{refused}\n{refused.detail}\n" if refused.detail else f"{refused}\n")
        return _REFUSED


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")
    sys.stdout.flush()


# ---- serving --------------------------------------------------------------------------------------------


def _serve(words: Sequence[str]) -> int:
    options = _serve_parser().parse_args(words)
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        node = _node(options)
        board = _board_of(node, options.board_port, options.board_name, options.board_mongolian)
        serve(node, options.join_port or node.port + 1, ending, is_restored=options.restored, board=board)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def serve(
    node: Node,
    join_port: int,
    ending: threading.Event,
    *,
    is_restored: bool = False,
    board: Callable[[], HallBoard] | None = None,
) -> None:
    """Serve until ``ending``; prints the ready line. Raises HallProblem when it cannot."""
    _tell_end(node)
    child = ServerChild(node)
    door: Door | None = None
    shown: HallBoard | None = None
    speech: SpeechHost | None = None
    try:
        if is_restored:
            node.write_config(members=False)
            child.start()
            ensure_stream(node, lambda: not ending.is_set())
            restored.raise_epoch(node, business_day(datetime.now(UTC)))
            child.stop()
        node.write_config()
        child.start()
        if node.has_authority:
            door = Door(node, join_port)
            _wait_for_stream(node, ending)
        if not ending.is_set():
            shown = _open_board(board) if board else None
            speech = SpeechHost(node.admin()) if node.has_authority else None
            _say(
                ready=True,
                hall=node.hall,
                node=node.number,
                port=node.port,
                join_port=door.port if door else None,
                board_port=shown.port if shown else None,
                log=str(node.log),
                server_pid=child.pid,
            )
        child.tend(ending)
    finally:
        if door is not None:
            door.close()
        if shown is not None:
            shown.close()
        if speech is not None:
            speech.close()
        child.stop()


def _tell_end(node: Node) -> None:
    """Say in the log when the certificate of a server that cannot make its own ends soon."""
    if not node.has_authority and node.server_ends - datetime.now(UTC) < certs.TOLD:
        words = _(
            "这台主机的证书 {day:%Y-%m-%d} 到期：请在第一台主机上取 node-{number} 的加入码，停下本程序，"
            "用 --join 和 --code 再启动一次。"
        )
        logging.getLogger(__name__).warning(words.format(day=node.server_ends, number=node.number))


def _open_board(board: Callable[[], HallBoard]) -> HallBoard | None:
    """Open the board; a hall without one goes on all the same."""
    try:
        return board()
    except HallProblem as problem:
        logging.getLogger(__name__).warning("%s", problem)
        return None


def _board_of(node: Node, port: int | None, name: str, mongolian: str) -> Callable[[], HallBoard] | None:
    """Return what opens the board; None when it is not wanted, or this node has nothing to read with.

    A node that did not found the hall reads with credentials in ``DIR/board``, from a code for board-N.
    """
    port = node.port + 2 if port is None else port
    member = node.folder / "board"
    if not port or not (node.has_authority or (member / FILE).exists()):
        return None
    address = node.admin() if node.has_authority else HallAddress.read(member)
    others = [f"http://{host}:{port}" for host in node.hosts]
    return lambda: HallBoard(address, node.host, port, name, others, mongolian)


def _wait_for_stream(node: Node, ending: threading.Event) -> None:
    """Wait until the stream is there; of three nodes the others may join only now, so that may take long."""
    while not ending.is_set():
        try:
            return ensure_stream(node, lambda: not ending.is_set())
        except HallProblem as problem:
            if node.replicas == 1:
                raise
            logging.getLogger(__name__).warning("%s", problem)
    return None


def _serve_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app hall", description="大厅排队主机：一台，或三台中的一台。"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="主机数据放在这个文件夹")
    parser.add_argument("--hall", default="", metavar="NAME", help="大厅名称：字母、数字、- 和 _")
    parser.add_argument("--host", default="", help="监听地址，默认全部网卡")
    parser.add_argument("--port", type=int, default=0, metavar="N", help=f"排队端口，默认 {PORT}")
    parser.add_argument("--join-port", type=int, default=0, metavar="N", help="加入端口，默认排队端口加一")
    parser.add_argument(
        "--cluster", default="", metavar="A:P,B:P,C:P", help="三台主机互相连接的地址，次序即编号"
    )
    parser.add_argument("--servers", default="", metavar="A:P,…", help="告诉各窗口的排队地址")
    parser.add_argument("--node", type=int, default=1, choices=(1, 2, 3), help="三台中的第几台")
    parser.add_argument(
        "--join", default="", metavar="HOST:PORT", help="第 2、3 台第一次启动：第 1 台的加入地址"
    )
    parser.add_argument(
        "--code", default="", metavar="CODE", help="第 2、3 台第一次启动：node-2 或 node-3 的加入码"
    )
    parser.add_argument(
        "--board-port",
        type=int,
        default=None,
        metavar="N",
        help="叫号屏网页的端口，默认排队端口加二，0 为不开",
    )
    parser.add_argument("--board-name", default="", metavar="TEXT", help="叫号屏上方的名称")
    parser.add_argument("--board-mongolian", default="", metavar="TEXT", help="叫号屏左侧的传统蒙古文")
    parser.add_argument(
        "--restored", action="store_true", help="数据是用备份恢复的：先封住旧号，等各窗口补报"
    )
    return parser


def _node(options: argparse.Namespace) -> Node:
    """Return the node of the folder, new or as it was with what the options change."""
    folder: Path = options.data
    if options.join:
        _join_as_node(folder, options)
    if (folder / "server.json").exists():
        node = Node.read(folder)
    elif options.hall and options.node == 1:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        node = Node(folder, options.hall, PORT)
    else:
        raise HallProblem(
            _("这个文件夹里还没有大厅主机的数据。"),
            next_step=_("第一台请给出 --hall 名称；第 2、3 台请给出 --join 和 --code。"),
        )
    changes = {
        "port": options.port or node.port,
        "host": options.host or node.host,
        "number": options.node,
        "routes": _addresses(options.cluster) or node.routes,
        "servers": _addresses(options.servers) or node.servers,
    }
    node = replace(node, **changes)
    if len(node.routes) not in (0, 3):
        raise HallProblem(_("多主机要正好三台。"), next_step=_("请在 --cluster 里写三个地址，用逗号分开。"))
    return node.found()


def _join_as_node(folder: Path, options: argparse.Namespace) -> None:
    """Fetch this node's certificate, the CA and the cluster's secret from the first node."""
    host, port = _address(options.join)
    answer, key = ask(host, port, options.code)
    tls = folder / "tls"
    certs.write_secret(tls / "server.key", key)
    certs.write_secret(tls / "server.crt", str(answer["certificate"]).encode("ascii"))
    certs.write_secret(tls / "ca.crt", str(answer["ca"]).encode("ascii"))
    certs.write_secret(folder / "ca" / "ca.crt", str(answer["ca"]).encode("ascii"))
    Node(
        folder,
        str(answer["hall"]),
        options.port or PORT,
        number=options.node,
        routes=tuple(answer["routes"]),
        servers=tuple(answer["servers"]),
        secret=str(answer["secret"]),
        generations=tuple((str(name), int(n)) for name, n in answer["generations"].items()),
    ).write()


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _address(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise HallProblem(_("地址要写成 主机:端口。"), next_step=_("例如 192.168.1.10:4334。"))
    return host, int(port)


# ---- members --------------------------------------------------------------------------------------------


def _join_code(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m app hall join-code", description="出一个加入码，只能用一次。"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("member", help="window-3、point-1、board-1 或 node-2")
    options = parser.parse_args(words)
    _say(member=options.member, code=Codes(Node.read(options.data)).new(options.member), minutes=15)
    return 0


def _join(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m app hall join", description="用加入码加入大厅。")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="凭证放在这个文件夹")
    parser.add_argument("address", help="主机:加入端口")
    parser.add_argument("code", help="主机上显示的加入码")
    options = parser.parse_args(words)
    host, port = _address(options.address)
    joined = join(host, port, options.code, options.data)
    _say(hall=joined.hall, member=joined.member, servers=joined.servers)
    return 0


def _revoke(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m app hall revoke",
        description="作废一个成员的凭证：先在第一台主机上，三台主机的大厅再在另两台上各做一次；重启后生效。",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--generation", type=int, default=0, metavar="N", help="第一台主机作废时说的数")
    parser.add_argument("member")
    options = parser.parse_args(words)
    node = Node.read(options.data)
    if not node.has_authority and options.generation < 2:
        raise HallProblem(
            _("这台主机不能自己定作废到第几代。"),
            safe=_("没有作废任何凭证。"),
            next_step=_("请先在第一台主机上作废，再照它显示的在这里加上 --generation。"),
        )
    generation = dict(node.revoke(options.member, options.generation).generations)[options.member]
    same = f"hall revoke --data DIR --generation {generation} {options.member}"
    others = _("另两台主机上各运行一次：{same}").format(same=same)
    elsewhere = {"next": others} if node.has_authority and node.routes else {}
    _say(member=options.member, revoked=True, restart=True, generation=generation, **elsewhere)
    return 0
