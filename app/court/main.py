"""Start a gateway on one machine, or run one of the operator's commands.

`python -m app.court.main --data DIR --port N` prints one JSON line when it listens, and ends with status 0
after SIGTERM or SIGINT. Whatever keeps it from starting is said in one sentence on stderr, status 2.
`enrol`, `list` and `revoke` as first word are for credentials.
"""

from __future__ import annotations

import argparse
import gc
import ipaddress
import json
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.court import commands
from app.court.blobs import Blobs
from app.court.errors import CourtRefusal, SettingUnusable
from app.court.gateway import create_app
from app.court.opening import open_all
from app.court.server import Server, Tls, configure, listen
from app.court.settings import DEFAULT_HOST, Limits, Settings, is_court
from app.court.store import Store
from app.court.tables import HOME_COURT

_log = logging.getLogger(__name__)
_REFUSED: Final = 2


def serve(
    settings: Settings,
    port: int,
    host: str = DEFAULT_HOST,
    on_ready: Callable[[str], None] = lambda _: None,
    *,
    restored: bool = False,
    tls: Tls | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT (on the main thread). Raises `CourtRefusal` when it cannot start.

    `port` 0 takes a free one; `on_ready` gets the URL once requests are answered; `restored` starts a new
    epoch, for after a backup of the whole folder was put back.
    """
    if tls is None and not _is_loopback(host):
        _log.warning("without TLS, tokens and records travel in clear: use --tls-cert or a proxy with TLS")
    with ExitStack() as closing:
        court = open_all(settings, closing, restored=restored)
        config = configure(create_app(court), settings.limits, tls)
        listener = closing.enter_context(listen(host, port))
        address = listener.getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        url = f"{'http' if tls is None else 'https'}://{shown}:{address[1]}"
        _spare_collections()
        Server(config, lambda: on_ready(url)).run(sockets=[listener])


def _spare_collections() -> None:
    """A batch makes thousands of objects and no cycles: looking for cycles took a tenth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_court(settings: Settings, closing: ExitStack, *, restored: bool = False) -> tuple[Store, Blobs]:
    """Open the store and the home court's blobs for one process. Raises `CourtRefusal`."""
    court = open_all(settings, closing, restored=restored)
    return court.store, court.blobs(settings.court)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words.pop(0) if words[:1] and words[0] in commands.NAMES else ""
    given = _parser(command).parse_args(words)
    try:
        settings = _settings(given)
        if command:
            return commands.run(given, settings)
        serve(settings, given.port, given.host, _announce(settings), restored=given.restored, tls=_tls(given))
    except CourtRefusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        return _REFUSED
    return 0


def _announce(settings: Settings) -> Callable[[str], None]:
    def ready(url: str) -> None:
        line = {"ready": True, "url": url, "token_file": str(settings.token_file)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    return ready


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"app court {command}".strip(),
        description="一窗法院网关 Yichuang court gateway",
        epilog=f"commands: {', '.join(commands.NAMES)}" if not command else "",
    )
    parser.set_defaults(command=command)
    _place_options(parser)
    if command:
        commands.add_commands(parser, command)
    else:
        _serve_options(parser)
    return parser


def _place_options(parser: argparse.ArgumentParser) -> None:
    """Add where the data is; every command has these."""
    parser.add_argument("--data", type=Path, required=True, help="folder for the database and the blobs")
    parser.add_argument("--key-file", type=Path, help="64 hex digits: encrypt the SQLite database")
    parser.add_argument("--court", default=HOME_COURT, help="the court of the first window")
    parser.add_argument(
        "--database",
        default="",
        metavar="postgresql://USER@HOST/NAME",
        help="PostgreSQL instead of SQLite; the password is in --database-password-file or PGPASSFILE",
    )
    parser.add_argument("--database-password-file", type=Path, help="one line, for --database")


def _serve_options(parser: argparse.ArgumentParser) -> None:
    limits = Limits()
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free port")
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--s3", default="", metavar="http(s)://HOST:PORT/BUCKET", help="blobs elsewhere")
    parser.add_argument("--s3-key-file", type=Path, help="the access key and the secret, one a line")
    parser.add_argument("--restored", action="store_true", help="after restoring a backup of the folder")
    parser.add_argument("--tls-cert", type=Path, help="PEM: this gateway's certificate and its chain")
    parser.add_argument("--tls-key", type=Path, help="PEM: its private key")
    parser.add_argument("--client-ca", type=Path, help="PEM: callers show a certificate of this CA")
    parser.add_argument("--client-ca-key", type=Path, help="PEM: sign the certificates of windows that enrol")
    parser.add_argument("--client-crl", type=Path, help="PEM: what that CA has revoked")
    for name, value, unit in [
        ("requests-per-second", limits.requests, "of one window, on average"),
        ("records-per-day", limits.records, "of one window"),
        ("bytes-per-day", limits.bytes, "of one window"),
        ("connections", limits.connections, "at the same time"),
        ("header-seconds", limits.header_seconds, "until the headers are whole"),
        ("body-seconds", limits.body_seconds, "without a byte of a body"),
    ]:
        kind = type(value)
        parser.add_argument(f"--{name}", type=kind, default=value, help=f"{unit}; default {value}")


def _settings(given: argparse.Namespace) -> Settings:
    if not is_court(given.court):
        raise SettingUnusable("法院代码格式不对。", "The court is 1 to 32 letters, digits, dots or dashes.")
    settings = Settings(
        given.data,
        key_file=given.key_file,
        court=given.court,
        database=given.database,
        password_file=given.database_password_file,
    )
    return settings if given.command else _with_service(settings, given)


def _with_service(settings: Settings, given: argparse.Namespace) -> Settings:
    limits = Limits(
        requests=given.requests_per_second,
        burst=max(1, int(given.requests_per_second * 2)),
        records=given.records_per_day,
        bytes=given.bytes_per_day,
        connections=given.connections,
        header_seconds=given.header_seconds,
        body_seconds=given.body_seconds,
    )
    return replace(
        settings,
        s3=given.s3,
        s3_key_file=given.s3_key_file,
        limits=limits,
        need_certificate=given.client_ca is not None,
        issuer=_issuer(given),
    )


def _issuer(given: argparse.Namespace) -> tuple[Path, Path] | None:
    if given.client_ca_key is None:
        return None
    if given.client_ca is None:
        raise SettingUnusable(
            "--client-ca-key 需要同时给出 --client-ca。", "--client-ca-key needs --client-ca."
        )
    return given.client_ca, given.client_ca_key


def _tls(given: argparse.Namespace) -> Tls | None:
    if given.tls_cert is None and given.tls_key is None and given.client_ca is None:
        return None
    if given.tls_cert is None or given.tls_key is None:
        raise SettingUnusable(
            "TLS 需要同时给出 --tls-cert 和 --tls-key。", "TLS needs both --tls-cert and --tls-key."
        )
    return Tls(given.tls_cert, given.tls_key, given.client_ca, given.client_crl)


if __name__ == "__main__":
    sys.exit(main())
