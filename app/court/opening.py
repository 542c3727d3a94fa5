"""Opening what a gateway serves: folder, database, blobs, the first token; and giving it back."""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.court.answers import AnswerBook
from app.court.blobs import BlobsOf, blobs_of, tree_of
from app.court.credentials import Credentials, hash_of, window
from app.court.engine import FolderLock, open_ground
from app.court.errors import DatabaseUnreadable, DataNotWritable
from app.court.ground import Ground
from app.court.issuer import Issuer
from app.court.mark import Mark
from app.court.packages import Packages
from app.court.secret_file import write_secret
from app.court.settings import Settings
from app.court.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Court:
    """Everything the endpoints stand on."""

    settings: Settings
    ground: Ground
    store: Store
    credentials: Credentials
    blobs: BlobsOf
    answers: AnswerBook
    packages: Packages
    issuer: Issuer | None


def open_all(settings: Settings, closing: ExitStack, *, restored: bool = False) -> Court:
    """Open a data folder for one process; `closing` gives everything back. Raises `CourtRefusal`."""
    try:
        make_folder(settings.data)
        lock = FolderLock(settings.data / "court.lock")
        closing.callback(lock.close)
        blobs = open_blobs(settings)
        ground = open_database(settings, closing)
        store, credentials = Store(ground, settings.zone), Credentials(ground)
        if restored:
            store.renew_epoch()
        if store.renewed:
            store.drop_missing_blobs(lambda court, sha256, size: blobs(court).whole(sha256) == size)
        _ensure_token(credentials, settings)
    except OSError as error:
        raise DataNotWritable(
            f"数据目录无法写入：{settings.data}。",
            f"The data folder {settings.data} cannot be written ({error.strerror}).",
        ) from error
    answers, packages = AnswerBook(ground), Packages(ground, blobs)
    return Court(settings, ground, store, credentials, blobs, answers, packages, _issuer(settings))


def _issuer(settings: Settings) -> Issuer | None:
    if settings.issuer is None:
        return None
    return Issuer.load(*settings.issuer)


def open_blobs(settings: Settings, incoming: str = "incoming") -> BlobsOf:
    """Open where the blobs are. Raises a `CourtRefusal`, `OSError`."""
    if not settings.s3:
        return tree_of(settings.data, settings.court, settings.max_blob_bytes, incoming)
    from app.court.s3 import WARNING, shelves  # takes a quarter of a second that few gateways need

    _log.warning(WARNING)
    shelf_of = shelves(settings.s3, settings.s3_key_file)
    return blobs_of(settings.data, settings.court, settings.max_blob_bytes, shelf_of, incoming)


def make_folder(data: Path) -> None:
    """Make the folder and try to write: a sentence now rather than an error at the first record."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = data / f".probe-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()


def open_database(settings: Settings, closing: ExitStack) -> Ground:
    """Open the database the settings name. Raises a `CourtRefusal`."""
    mark = Mark(settings.data / "court.mark")
    ground: Ground
    try:
        if settings.database:
            from app.court.postgres import open_postgres

            ground = open_postgres(settings.database, mark, settings.password_file)
        else:
            ground = open_ground(settings.database_file, mark, settings.key_file, settings.court)
    except DBAPIError as error:
        raise DatabaseUnreadable("数据库无法读取。", "The database cannot be read.") from error
    closing.callback(ground.close)
    return ground


def _ensure_token(credentials: Credentials, settings: Settings) -> None:
    """Make the first window's token, or let the one in the file in; the database keeps its hash only."""
    path = settings.token_file
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(32))
    credentials.add(hash_of(path.read_text("ascii").strip()), "token", window(court=settings.court))
