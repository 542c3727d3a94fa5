"""Bundles that come on a stick: checked whole, stored like posts, answered with a signed file.

The keys of known devices are credentials of the kind "courier", put there by enrolment or by the operator.
Taking the same bundle again stores nothing twice and gives the acknowledgement again: a stick gets lost.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.court.answers import MAX_LISTED, AnswerBook
from app.court.batch import BatchRefused, Offer, read_batch
from app.court.blobs import Blobs
from app.court.credentials import Caller, Credentials
from app.court.errors import BlobRefusal, CourtRefusal
from app.court.opening import make_folder, open_blobs, open_database
from app.court.packages import shown
from app.court.secret_file import write_secret
from app.court.settings import Settings
from app.court.store import Store, stamp, utc_now
from app.sync import bundle
from app.sync.bundle import BundleRefused, Frame, Header, Reader, Writer
from app.sync.protocol import (
    Answer,
    Answers,
    Event,
    Later,
    Stored,
    canonical,
    encode_answers,
    is_sha256,
    parse_json,
)

KEY_FILE: Final = "courier.key"
KIND: Final = "courier"
SUFFIX: Final = ".ack"
_SENTENCES: Final = {
    "not_ours": ("这不是一窗的信使文件。", "This is no bundle."),
    "truncated": ("文件不完整，请在窗口重新打包。", "The bundle is cut off: pack it again at the desk."),
    "altered": ("文件被改动过或已损坏，没有收下。", "The bundle was altered or damaged; nothing was taken."),
    "foreign": ("没有登记过这台设备，没有收下。", "This device is not known here; nothing was taken."),
    "not_for_us": ("这是给别的法院的文件。", "This bundle is for another court."),
    "nonsense": ("文件内容不合规定，没有收完。", "The content of the bundle breaks the rules."),
    "wrong_device": ("文件里有别的设备的记录，没有收下。", "The bundle speaks for another device."),
}


class CourierRefusal(CourtRefusal):
    """A bundle that is not taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a bundle; `answer` is the acknowledgement's file."""

    stored: int
    waiting: int
    blobs: int
    answer: Path


class Keys:
    """The court's own keys for the courier: X25519 to read, Ed25519 to sign."""

    def __init__(self, folder: Path) -> None:
        """Read the keys, or make them at the first use. Raises `CourierRefusal`."""
        file = folder / KEY_FILE
        if not file.exists():
            write_secret(file, _new_pair())
        try:
            reading, signing = (bytes.fromhex(word) for word in file.read_text("ascii").split())
            self.reading = X25519PrivateKey.from_private_bytes(reading)
            self.signing = Ed25519PrivateKey.from_private_bytes(signing)
        except ValueError as error:
            raise CourierRefusal("信使密钥文件损坏。", "The courier's key file is damaged.") from error

    def public(self) -> dict[str, str]:
        """Return what desks need: `read` to encrypt to, `sign` to check with, 64 hex digits each."""
        return {
            "read": self.reading.public_key().public_bytes_raw().hex(),
            "sign": self.signing.public_key().public_bytes_raw().hex(),
        }


def _new_pair() -> str:
    reading = X25519PrivateKey.generate().private_bytes_raw().hex()
    return f"{reading} {Ed25519PrivateKey.generate().private_bytes_raw().hex()}"


def known_as(signing_key: str) -> str:
    """Return the credential of a device's signing key."""
    return hashlib.sha256(bytes.fromhex(signing_key)).hexdigest()


def take(settings: Settings, file: Path, out: Path) -> Taken:
    """Take a bundle and write its acknowledgement into the folder `out`.

    May run beside the gateway. Raises `CourierRefusal`, another `CourtRefusal`, `OSError`.
    """
    with ExitStack() as closing:
        make_folder(settings.data)
        keys = Keys(settings.data)
        reader = _checked(closing.enter_context(_copied(file)))
        ground = open_database(settings, closing)
        who = Credentials(ground).find(known_as(reader.header.sender), KIND)
        if not isinstance(who, Caller) or who.device != reader.header.device:
            raise refused("foreign")
        store = Store(ground, settings.zone)
        work = _Work(store, open_blobs(settings, "courier")(who.court), who, reader.header)
        try:
            for frame in reader.frames(keys.reading):
                work.take(frame)
        except BundleRefused as error:
            raise refused(error.code) from error
        since = AnswerBook(ground).since(who.court, work.since, MAX_LISTED, who.device)[1]
        try:
            answer = _answer(work, keys, out, [shown(one) for one in since])
        except ValueError as error:  # the key it wants to be answered to is none
            raise refused("nonsense") from error
        stored = sum(isinstance(one, Stored) for one in work.answers.values())
        return Taken(stored, len(work.answers) - stored, len(work.blobs), answer)


def refused(code: str) -> CourierRefusal:
    """Return the refusal with its sentence."""
    return CourierRefusal(*_SENTENCES[code])


def _copied(file: Path) -> BinaryIO:
    """Return a copy of our own: what was checked must be what is read, whoever holds the stick."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    with file.open("rb") as source:
        shutil.copyfileobj(source, copy)
    copy.seek(0)
    return copy


def _checked(copy: BinaryIO) -> Reader:
    try:
        reader = Reader(copy)
    except BundleRefused as error:
        raise refused(error.code) from error
    if reader.header.kind != bundle.BUNDLE:
        raise refused("not_ours")
    return reader


class _Work:
    """One bundle while it is taken."""

    def __init__(self, store: Store, blobs: Blobs, who: Caller, header: Header) -> None:
        self._store = store
        self._blobs = blobs
        self._who = who
        self.header = header
        self.answers: dict[str, Answer] = {}
        self.blobs: list[str] = []
        self.reply_key = ""
        self.since = 0
        self._stopped: set[str] = set()

    @property
    def epoch(self) -> str:
        return self._store.epoch

    def take(self, frame: Frame) -> None:
        """Store one part of the bundle. Raises `BundleRefused`."""
        if frame.kind == bundle.FACTS:
            self._facts(frame.read(frame.left))
        elif frame.kind == bundle.BATCH:
            self._batch(frame.read(frame.left))
        elif frame.kind == bundle.BLOB:
            self._blob(frame)

    def _facts(self, data: bytes) -> None:
        try:
            told = parse_json(data)
        except ValueError as error:
            raise BundleRefused("nonsense") from error
        if not isinstance(told, dict):
            raise BundleRefused("nonsense")
        key, since = told.get("reply_key"), told.get("answers_since")
        if not isinstance(key, str) or not is_sha256(key) or not isinstance(since, int) or since < 0:
            raise BundleRefused("nonsense")
        self.reply_key = key
        self.since = since if told.get("epoch") == self.epoch else 0

    def _batch(self, data: bytes) -> None:
        """Store a batch; what follows an event of its visit that was not stored waits, as at the desk."""
        try:
            offers = read_batch(data)
        except BatchRefused as error:
            raise BundleRefused("nonsense") from error
        if any(not isinstance(one, Event) or one.device != self.header.device for one in offers):
            raise BundleRefused("wrong_device")
        while offers:
            now, offers = self._one_a_visit(offers)
            told = self._store.accept(now, self._who.court).by_id
            self.answers.update(told)
            for one in now:
                if isinstance(one, Event) and not isinstance(told.get(one.id), Stored):
                    self._stopped.add(one.visit_id)

    def _one_a_visit(self, offers: Sequence[Offer]) -> tuple[list[Offer], list[Offer]]:
        now: list[Offer] = []
        later: list[Offer] = []
        seen: set[str] = set()
        for one in offers:
            visit = one.visit_id if isinstance(one, Event) else ""
            if visit in self._stopped and not _stands_for_another(one):
                self.answers[one.id] = Later(0.0)
            elif visit in seen:
                later.append(one)
            else:
                seen.add(visit)
                now.append(one)
        return now, later

    def _blob(self, frame: Frame) -> None:
        """Store a blob; one that is here already, or does not have its hash, changes nothing."""
        sha256 = frame.read(32).hex()
        size = frame.left
        if not is_sha256(sha256):
            raise BundleRefused("nonsense")
        held = self._blobs.held(sha256)
        if held is None or not held.complete:
            start = held.offset if held is not None else 0
            try:
                append = self._blobs.append(sha256, start, size)
                frame.read(start)
                try:
                    while piece := frame.read(1 << 20):
                        append.write(piece)
                    held = append.finish(None)
                finally:
                    append.abandon()
            except BlobRefusal:
                return  # the rest of the frame is skipped, the desk still owes it
        if held.complete and held.offset == size:
            self._store.blob_durable(sha256, held.offset, self._who.court)
            self.blobs.append(sha256)


def _stands_for_another(one: Offer) -> bool:
    """Whether an offer is an amendment, which may come though what it corrects was turned down."""
    return isinstance(one, Event) and one.kind == "amendment"


def _answer(work: _Work, keys: Keys, out: Path, office: list[dict[str, object]]) -> Path:
    """Write the acknowledgement, whole or not at all. Raises `CourierRefusal` without a key to answer to."""
    if not work.reply_key:
        raise refused("nonsense")
    header = Header(
        bundle.ACKNOWLEDGEMENT,
        str(uuid_utils.uuid7()),
        work.header.device,
        stamp(utc_now()),
        keys.public()["sign"],
        work.reply_key,
    )
    facts = {"bundle": work.header.id, "epoch": work.epoch, "blobs": work.blobs, "since": work.since}
    page = {
        "v": 1,
        "epoch": work.epoch,
        "answers": office,
        "next": office[-1]["no"] if office else work.since,
        "more": len(office) == MAX_LISTED,
    }
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"yichuang-{work.header.device[-8:]}-{work.header.id}{SUFFIX}"
    fresh = file.with_suffix(".tmp")
    with fresh.open("wb") as target:
        writer = Writer(target, header, keys.signing)
        writer.add_bytes(bundle.FACTS, canonical(facts))
        writer.add_bytes(bundle.BATCH, encode_answers(Answers(work.epoch, work.answers)))
        writer.add_bytes(bundle.FACTS, json.dumps(page, ensure_ascii=False).encode())
        writer.finish()
    fresh.replace(file)
    return file
