"""The way to the court without a network: a signed, encrypted file out, a signed, encrypted answer back.

Packing changes nothing of what waits: whatever arrives first, the stick or the network, is stored once, and
the other is told the same. An answer is believed only for the bundle it answers, and once.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.clock import stamp
from app.errors import CourtProblem, Expected, StorageProblem
from app.ids import new_id
from app.lanes import PAPERS, on
from app.paths import Places
from app.services import answers as office
from app.services.desk import Desk
from app.storage import answers as kept_answers
from app.storage import courier, intakes, meta, pages, signing
from app.storage.access import Transaction
from app.storage.courier import BundleRecord
from app.storage.problems import storage_problem
from app.sync import bundle
from app.sync.bundle import BundleRefused, Header, Reader, Writer
from app.sync.office import decode_page
from app.sync.outbox import StoreInbox, StoreOutbox
from app.sync.protocol import (
    BATCH_OVERHEAD,
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    Answers,
    Conflict,
    NotOurProtocol,
    Rejected,
    Settled,
    Stored,
    canonical,
    decode_answers,
    encode_event,
    is_sha256,
    join_events,
)
from app.texts import _

SUFFIX: Final = ".bundle"
MOST_EVENTS: Final = 20_000
"""Records of one bundle; what is left goes into the next."""


@dataclass(frozen=True)
class CourtKeys:
    """The court's public keys: ``read`` to encrypt to (X25519), ``sign`` to check with (Ed25519), hex."""

    read: str
    sign: str


@dataclass(frozen=True)
class Packed:
    """What went into a bundle, and how many pictures did not fit."""

    file: Path
    records: int
    pictures: int
    left: int


@dataclass(frozen=True)
class Applied:
    """What an answer brought: records the court has, for a person, pictures, answers of the office."""

    stored: int
    attention: int
    pictures: int
    answers: int

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            self.stored + other.stored,
            self.attention + other.attention,
            self.pictures + other.pictures,
            self.answers + other.answers,
        )


@dataclass(frozen=True)
class Collected:
    """What several answers brought together, and each file that was refused with the reason."""

    applied: Applied
    refused: tuple[tuple[str, Expected], ...]


def court_keys(places: Places) -> CourtKeys:
    """Return the court's keys as enrolment or ``courier trust`` left them. Raises CourtProblem."""
    try:
        told = json.loads(places.court_courier.read_text("ascii"))
        found = CourtKeys(told["read"], told["sign"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourtProblem(
            _("本窗口还没有法院的信使公钥。"),
            safe=_("记录存在本机。"),
            next_step=_("请先登记（enrol），或用 courier trust 指定法院给的公钥文件。"),
        ) from error
    if not is_sha256(found.read) or not is_sha256(found.sign):
        raise _refused("nonsense")
    return found


@on(PAPERS)
def identity(desk: Desk) -> dict[str, str]:
    """Return what the court's operator types to let this device's bundles in."""
    return desk.store(_identity)


def _identity(connection: Transaction) -> dict[str, str]:
    return {"device": meta.read(connection, meta.DEVICE) or "", "key": signing.public_key(connection)}


@on(PAPERS)
def pack(desk: Desk, folder: Path, most_bytes: int = 0) -> Packed:
    """Write what the court does not have into a file in ``folder``, whole or not at all.

    ``most_bytes`` bounds the pictures, 0 for none; records always go. Raises CourtProblem, StorageProblem.
    """
    keys = court_keys(desk.places)
    reply = X25519PrivateKey.generate()
    found = desk.store(_begin, desk, reply)
    header = Header(bundle.BUNDLE, found.id, found.device, stamp(desk.clock.now()), found.signer, keys.read)
    name = f"yichuang-{found.device[-8:]}-{found.id}"
    beside = folder / f"{name}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as target:
            made = _write(desk, target, header, found, reply, most_bytes)
            target.flush()
            os.fsync(target.fileno())
        beside.replace(folder / f"{name}{SUFFIX}")
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise storage_problem(error) from error
    return Packed(folder / f"{name}{SUFFIX}", *made)


@dataclass(frozen=True)
class _Begun:
    id: str
    device: str
    signer: str
    epoch: str | None
    since: int
    pictures: tuple[tuple[str, int], ...]


def _begin(connection: Transaction, desk: Desk, reply: X25519PrivateKey) -> _Begun:
    """Note the bundle before it exists: an answer to one we do not know would be lost."""
    epoch = meta.read(connection, meta.EPOCH)
    made = new_id()
    record = BundleRecord(made, desk.clock.now(), reply.private_bytes_raw(), epoch, None)
    courier.add(connection, record)
    told = _identity(connection)
    since = kept_answers.since(connection, epoch) if epoch else 0
    return _Begun(made, told["device"], told["key"], epoch, since, courier.owed(connection))


def _write(
    desk: Desk, target: BinaryIO, header: Header, begun: _Begun, reply: X25519PrivateKey, most: int
) -> tuple[int, int, int]:
    writer = Writer(target, header, desk.store(signing.private_key))
    facts = {
        "reply_key": reply.public_key().public_bytes_raw().hex(),
        "answers_since": begun.since,
        "epoch": begun.epoch or "",
    }
    writer.add_bytes(bundle.FACTS, canonical(facts))
    records = 0
    for count, batch in _batches(desk, begun.device):
        writer.add_bytes(bundle.BATCH, batch)
        records += count
    pictures = room = 0
    for sha256, size in begun.pictures:
        if most and room + size > most:
            continue
        if _picture(desk, writer, sha256):
            pictures, room = pictures + 1, room + size
    writer.finish()
    return records, pictures, len(begun.pictures) - pictures


def _batches(desk: Desk, device: str) -> Iterator[tuple[int, bytes]]:
    """Yield every record that waits, in order, in batches within the limits of the protocol."""
    outbox = StoreOutbox(desk.store, desk.clock, device)
    encoded: list[bytes] = []
    size = BATCH_OVERHEAD
    for event in outbox.due(MOST_EVENTS):
        if not event.intact:
            continue  # the sender parks it with its reason when it comes to it
        one = encode_event(event)
        if encoded and (size + len(one) + 1 > MAX_BATCH_BYTES or len(encoded) == MAX_BATCH_EVENTS):
            yield len(encoded), join_events(encoded)
            encoded, size = [], BATCH_OVERHEAD
        encoded.append(one)
        size += len(one) + 1
    if encoded:
        yield len(encoded), join_events(encoded)


def _picture(desk: Desk, writer: Writer, sha256: str) -> bool:
    """Add one picture; one that cannot be read stays owed, and the status bar says so."""
    record = desk.store(pages.get_blob, sha256)
    if record is None:
        return False
    try:
        data = desk.blobs.get(sha256, record.key)
    except StorageProblem:
        return False
    content = bytes.fromhex(sha256) + data
    writer.add(bundle.BLOB, len(content), io.BytesIO(content))
    return True


# ---- the answer --------------------------------------------------------------------------------------


@on(PAPERS)
def unpack(desk: Desk, file: Path) -> Applied:
    """Take over what the court answered to a bundle. Raises CourtProblem, StorageProblem."""
    try:
        with _copied(file) as copy:
            return _apply(desk, Reader(copy))
    except BundleRefused as refused:
        raise _refused(refused.code) from refused
    except NotOurProtocol as error:
        raise _refused("nonsense") from error
    except OSError as error:
        raise storage_problem(error) from error


@on(PAPERS)
def unpack_all(desk: Desk, files: tuple[Path, ...]) -> Collected:
    """Take over several answers; one that is refused does not keep the others."""
    applied, refused = Applied(0, 0, 0, 0), []
    for file in files:
        try:
            applied += unpack(desk, file)
        except Expected as problem:
            refused.append((file.name, problem))
    return Collected(applied, tuple(refused))


def _copied(file: Path) -> BinaryIO:
    """Return a copy of our own: what was checked must be what is read, whoever holds the stick."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    with file.open("rb") as source:
        shutil.copyfileobj(source, copy)
    copy.seek(0)
    return copy


def _apply(desk: Desk, reader: Reader) -> Applied:
    header = reader.header
    if header.kind != bundle.ACKNOWLEDGEMENT:
        raise BundleRefused("not_ours")
    if header.sender != court_keys(desk.places).sign or header.device != desk.store(_identity)["device"]:
        raise BundleRefused("foreign")
    record = desk.store(_asked, header.receiver)
    if record is None:
        raise BundleRefused("not_for_us")
    if record.answered_at is not None:
        raise BundleRefused("replayed")
    facts, told, page = _content(reader, X25519PrivateKey.from_private_bytes(record.reply_key))
    if facts.get("bundle") != record.id or told.epoch != facts.get("epoch"):
        raise BundleRefused("nonsense")
    outbox = StoreOutbox(desk.store, desk.clock, header.device)
    known = outbox.epoch()
    if told.epoch != known:
        if record.epoch != known:
            raise BundleRefused("stale")
        outbox.new_epoch(told.epoch)
    words = _settled(desk, told)
    outbox.settle(words)
    pictures = [one for one in facts.get("blobs", []) if isinstance(one, str) and is_sha256(one)]
    for sha256 in pictures:
        outbox.blob_stored(sha256, told.epoch)
    new = StoreInbox(desk.store, desk.clock).keep(decode_page(page, int(facts.get("since", 0))))
    desk.store(courier.answered, record.id, desk.clock.now())
    if new:
        office.announce(desk)
    stored = sum(isinstance(word, Stored) for word in words.values())
    return Applied(stored, len(words) - stored, len(pictures), new)


def _asked(connection: Transaction, reply_key: str) -> BundleRecord | None:
    """Return the bundle whose answer is encrypted to a key of ours."""
    for record in courier.all_of(connection):
        public = X25519PrivateKey.from_private_bytes(record.reply_key).public_key()
        if public.public_bytes_raw().hex() == reply_key:
            return record
    return None


def _content(reader: Reader, key: X25519PrivateKey) -> tuple[dict[str, Any], Any, bytes]:
    """Return the facts, the answers and the office's list. Raises `BundleRefused`, `NotOurProtocol`."""
    frames = [(frame.kind, frame.read(frame.left)) for frame in reader.frames(key)]
    if [kind for kind, _data in frames] != [bundle.FACTS, bundle.BATCH, bundle.FACTS]:
        raise BundleRefused("nonsense")
    facts = json.loads(frames[0][1])
    if not isinstance(facts, dict) or not isinstance(facts.get("blobs"), list):
        raise BundleRefused("nonsense")
    return facts, decode_answers(frames[1][1]), frames[2][1]


def _settled(desk: Desk, told: Answers) -> dict[str, Settled]:
    """Return the words that end an event's way; what the network settled meanwhile stays as it is."""
    waiting = desk.store(intakes.waiting_hashes)
    found: dict[str, Settled] = {}
    for event_id, answer in told.by_id.items():
        if event_id not in waiting:
            continue
        match answer:
            case Stored(_, sha256, epoch) if sha256 == waiting[event_id]:
                if epoch == told.epoch:
                    found[event_id] = answer
            case Rejected():
                found[event_id] = answer
            case Stored() | Conflict():
                found[event_id] = Conflict()
    return found


_SENTENCES: Final = {
    "not_ours": "这不是法院的信使回执。",
    "truncated": "回执文件不完整。",
    "altered": "回执文件被改动过或已损坏。",
    "foreign": "这份回执不是本法院签的，或不是给本窗口的。",
    "not_for_us": "这份回执对应的文件不是本窗口打的包。",
    "replayed": "这份回执已经用过。",
    "stale": "打包之后法院换过数据库，这份回执不算数。",
    "nonsense": "回执内容不合规定。",
}


def _refused(code: str) -> CourtProblem:
    return CourtProblem(
        _(_SENTENCES[code]),
        safe=_("没有改动任何记录，没有送到的仍在本机。"),
        next_step=_("请重新打包送一次，或请法院再出一份回执。"),
        detail=code,
    )
