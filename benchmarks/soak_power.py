"""Power cuts, not only kills: `python -m benchmarks.soak_power --cuts 100 --seconds 10` as root.

A writer stores pictures and events through the real store and blob tree on ext4 over `dropping_disk`, which
forgets what was not synced, and says each one that is durable. The power is cut at a random moment, the disk
mounted again as it would be, and every acknowledged event and picture looked for. Controls
(`synchronous=NORMAL`, pictures without fsync) must lose, or the rig does not bite.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.clock import SystemClock
from app.errors import Expected
from app.ids import new_id
from app.paths import Places
from app.storage import blobs, intakes, pages, trail
from app.storage.blobs import KEY_BYTES, BlobTree
from app.storage.opening import open_store
from app.storage.records import BlobRecord
from app.sync.protocol import canonical, sha256_hex

IMAGE_BYTES = 96 << 20
VARIANTS = ("shipped", "normal", "nofsync")
LONGEST = 60
MEMORY = Path("/dev/shm")  # noqa: S108 - images of the simulated disk need no real one


@dataclass
class Tally:
    """What came of the cuts of one variant."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    lossy_cuts: int = 0
    damaged: int = 0
    words: list[str] = field(default_factory=list)


def main() -> int:
    """Run the cuts; return 1 when the shipped protocol lost something or a control lost nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=20, help="cuts of the shipped protocol")
    parser.add_argument("--controls", type=int, default=6, help="cuts of each control")
    parser.add_argument("--seconds", type=float, default=1.5, help="longest time of writing before a cut")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--write", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--variant", choices=VARIANTS, default="shipped", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        return write(options.write, options.variant)
    print(f"seed {options.seed}, load average {os.getloadavg()[0]:.1f}", flush=True)
    chance = random.Random(options.seed)  # noqa: S311
    bad = False
    for variant in VARIANTS:
        tally = Tally()
        for _ in range(options.cuts if variant == "shipped" else options.controls):
            cut_once(variant, chance.randrange(10**9), tally, options.seconds)
        bad |= (tally.lost + tally.damaged > 0) == (variant == "shipped")
        print(
            f"{variant:<8} {tally.cuts} cuts, {tally.acknowledged} acknowledged, {tally.lost} lost "
            f"in {tally.lossy_cuts} cuts, {tally.damaged} damaged {tally.words[:3]}",
            flush=True,
        )
    return int(bad)


# ---- the writer --------------------------------------------------------------------------------------


def write(folder: Path, variant: str) -> int:
    """Store pictures and events until the disk goes; print each that is acknowledged."""
    if variant == "nofsync":
        blobs.os.fsync = lambda _handle: None  # type: ignore[attr-defined]
    store = open_store(Places.under(folder), SystemClock().now())
    if variant == "normal":
        with store.transaction() as connection:
            raw = connection.connection.driver_connection
        raw.execute("PRAGMA synchronous = NORMAL")  # type: ignore[union-attr]
    tree, number = BlobTree(Places.under(folder).blobs), 0
    while True:
        number += 1
        picture = os.urandom(300) * (1 + number % 40)
        key = os.urandom(KEY_BYTES)
        sha256 = tree.put(picture, key)
        body = canonical({"picture": sha256, "number": number})
        event_id, now = new_id(), SystemClock().now()
        with store.transaction() as connection:
            pages.add_blob(connection, BlobRecord(sha256, len(picture), key, "image/jpeg"), now)
            intakes.add_event(
                connection, event_id=event_id, visit_id=new_id(), kind="intake", schema=3, body=body,
                sha256=sha256_hex(body), at=now,
            )  # fmt: skip
            trail.add(connection, trail.Act.FINISHED, subject=event_id, actor="rig", at=now, number=number)
        print(event_id, sha256, flush=True)


# ---- one cut -----------------------------------------------------------------------------------------


def cut_once(variant: str, seed: int, tally: Tally, longest: float = 1.5) -> None:
    """Write, cut the power at a random moment, mount again, and count what is gone."""
    chance = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="power-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        after = folder / "after.img"
        said = _write_until_cut(folder, after, variant, chance, longest)
        tally.cuts += 1
        tally.acknowledged += len(said)
        with _mounted_image(after, folder / "again") as place:
            lost, damaged = _missing(place / "desk", said)
        tally.lost += len(lost)
        tally.lossy_cuts += bool(lost)
        tally.damaged += bool(damaged)
        tally.words += damaged


def _write_until_cut(
    folder: Path, after: Path, variant: str, chance: random.Random, longest: float
) -> list[tuple[str, str]]:
    image, fuse, disk = folder / "before.img", folder / "fuse", folder / "disk"
    fuse.mkdir()
    disk.mkdir()
    image.write_bytes(b"")
    os.truncate(image, IMAGE_BYTES)
    _run("mkfs.ext4", "-q", "-F", str(image))
    said: list[tuple[str, str]] = []
    with ExitStack() as stack:
        server = _Dropping(image, fuse, after, chance.randrange(10**6))
        stack.callback(server.end)
        loop = _run("losetup", "-f", "--show", str(fuse / "disk"))
        stack.callback(_run, "umount", "-l", str(fuse), check=False)
        stack.callback(_run, "losetup", "-d", loop, check=False)
        _run("mount", "-t", "ext4", loop, str(disk))
        stack.callback(_run, "umount", "-l", str(disk), check=False)
        command = [
            sys.executable,
            "-m",
            "benchmarks.soak_power",
            "--write",
            str(disk / "desk"),
            "--variant",
            variant,
        ]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        reading = _collect(writer, said)
        stack.callback(_ended, writer, reading)
        time.sleep(chance.uniform(0.2, longest))
        server.cut(keep_half=chance.random() < 0.5)
        return list(said)


def _ended(writer: subprocess.Popen[str], reading: threading.Thread) -> None:
    writer.kill()
    writer.wait(LONGEST)
    reading.join(LONGEST)
    assert writer.stdout is not None
    writer.stdout.close()


def _collect(writer: subprocess.Popen[str], said: list[tuple[str, str]]) -> threading.Thread:
    """Wait for the writer's first word; return the thread that goes on reading what it says."""
    assert writer.stdout is not None
    first = writer.stdout.readline().split()
    if len(first) == 2:
        said.append((first[0], first[1]))

    def read() -> None:
        assert writer.stdout is not None
        for line in writer.stdout:
            words = line.split()
            if len(words) == 2:
                said.append((words[0], words[1]))

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    return reading


class _Dropping:
    def __init__(self, image: Path, mount: Path, after: Path, seed: int) -> None:
        command = [
            sys.executable,
            "-m",
            "benchmarks.dropping_disk",
            str(image),
            str(mount),
            str(after),
            str(seed),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def _expect(self, word: str) -> None:
        assert self._process.stdout is not None
        told = self._process.stdout.readline().strip()
        if told != word:
            raise RuntimeError(f"the disk said {told!r} instead of {word!r}")

    def cut(self, *, keep_half: bool) -> None:
        """Cut the power; whatever is said after this was promised to nobody."""
        self._process.send_signal(signal.SIGUSR2 if keep_half else signal.SIGUSR1)
        self._expect("cut")

    def end(self) -> None:
        self._process.kill()
        self._process.wait(LONGEST)
        assert self._process.stdout is not None
        self._process.stdout.close()


# ---- afterwards --------------------------------------------------------------------------------------


@contextmanager
def _mounted_image(image: Path, place: Path) -> Iterator[Path]:
    """Mount what the disk holds on a device of its own; the journal of the file system is replayed."""
    place.mkdir()
    loop = _run("losetup", "-f", "--show", str(image))
    try:
        _run("mount", "-t", "ext4", loop, str(place))
        try:
            yield place
        finally:
            _run("umount", str(place))
    finally:
        _run("losetup", "-d", loop)


def _missing(folder: Path, said: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the acknowledged events that are gone or whose picture is, and what is damaged."""
    if not said:
        return [], []
    places = Places.under(folder)
    try:
        store = open_store(places, SystemClock().now())
    except Expected as problem:
        return [event_id for event_id, _sha256 in said], [problem.happened]
    try:
        damaged = store.integrity()
        with store.transaction() as connection:
            keys = {event_id: _key(connection, sha256) for event_id, sha256 in said}
            known = {event_id for event_id, _sha256 in said if intakes.get_event(connection, event_id)}
    finally:
        store.close()
    tree = BlobTree(places.blobs)
    lost = [
        event_id
        for event_id, sha256 in said
        if event_id not in known or keys[event_id] is None or not tree.intact(sha256, keys[event_id] or b"")
    ]
    return lost, damaged


def _key(connection: pages.Connection, sha256: str) -> bytes | None:
    record = pages.get_blob(connection, sha256)
    return record.key if record else None


def _run(*command: str, check: bool = True) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    if check and ended.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr}")
    return ended.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
