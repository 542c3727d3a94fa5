"""Kill a desk without a window, thousands of times: `python -m benchmarks.soak_store_kill --kills 10000`.

A child works whole visits through the real services (number, call, fields, a page, signature, finish, papers,
a court gateway in another process) and says each fact once the act that made it has returned. It is killed
with SIGKILL at a random moment, the opening included; the gateway now and then too. The next child first
looks for every fact the last one was told, and goes on with the visit that lies open. `--renew` kills later
the whole store is verified, the court is asked for every record, and an empty store begins.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from app.domain.hall_event import EventKind
from app.errors import StorageProblem
from app.hall.log import decode
from app.lanes import PAPERS
from app.services import calling, drafts, issuing
from app.services.desk import Desk
from app.services.sending import open_client
from app.services.verify import findings
from app.settings import CourtSettings, Settings
from app.storage import audit, intakes, pages, visits
from app.sync.sender import Did
from tests.helpers.court import Gateway
from tests.helpers.desks import FILLED, HALL, desk_in, do, file_devices
from tests.helpers.read_once import read_once
from tests.helpers.visits import called, fill, finish, lay, print_all, sign

Fact = tuple[str, ...]
IN_WORK = 0.8
"""The part of the kills that comes after a child has opened its desk; the others may hit the opening."""
OPENING = 0.4
"""Seconds in which a desk opens on a quiet machine."""
WORDS = 28
"""As many things are done in two visits, however slow the machine is."""
MOMENTS = 0.03
"""Seconds after the last word at most: as long as an act takes."""
GATEWAY_DIES_EVERY = 40
_PATIENCE = 120


@dataclass
class Tally:
    """What happened so far; `lost` are sentences."""

    kills: int = 0
    gateway_kills: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    reopened: int = 0
    lost: list[str] = field(default_factory=list)


def main() -> int:
    """Run until so many kills or minutes have passed; print the table; return 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=600.0, help="no new kill after this long")
    parser.add_argument("--renew", type=int, default=200, help="kills until the whole store is verified")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}, load average {os.getloadavg()[0]:.1f}", flush=True)
    chance = random.Random(options.seed)  # noqa: S311 - chooses moments, keeps no secret
    started, tally = time.monotonic(), Tally()
    with (
        tempfile.TemporaryDirectory(prefix="kills-") as temporary,
        pytest.MonkeyPatch.context() as patch,
    ):
        # What every child would load again is loaded here; no thread is left before the forks.
        read_once(patch)
        with desk_in(Path(temporary, "warm")) as desk:
            visit_id = called(desk)
            fill(desk)
            lay(desk, visit_id)
            sign(desk)
            finish(desk)
            print_all(desk)
        assert threading.active_count() == 1
        round_ = 0
        while tally.kills < options.kills and time.monotonic() - started < options.minutes * 60:
            round_ += 1
            _store_of_its_own(Path(temporary, str(round_)), min(options.renew, options.kills), tally, chance)
            print(f"{tally.kills} kills, {sum(tally.facts.values())} facts looked for", flush=True)
            if tally.lost:
                break
    print(f"kills: {tally.kills} of the desk, {tally.gateway_kills} of the gateway")
    print(f"drafts taken up: {tally.reopened}")
    print(", ".join(f"{count} {name}" for name, count in sorted(tally.facts.items())))
    print(f"{len(tally.lost)} lost or wrong {tally.lost[:3]}, {time.monotonic() - started:.0f} s")
    return int(bool(tally.lost))


def _store_of_its_own(folder: Path, kills: int, tally: Tally, chance: random.Random) -> None:
    folder.mkdir()
    known: list[Fact] = []
    fresh: list[Fact] = []
    with Gateway(folder / "court") as gateway:
        settings = _settings(folder, gateway)
        for number in range(1, kills + 1):
            if number % GATEWAY_DIES_EVERY == 0:
                gateway.kill()
                gateway.start()
                tally.gateway_kills += 1
            child = _Child(partial(_work, folder, settings, fresh, chance.randrange(10**9)))
            if chance.random() < IN_WORK:
                fresh, words = child.killed_after(chance.randint(1, WORDS), chance.uniform(0.0, MOMENTS))
            else:
                fresh, words = child.killed_after(0, chance.uniform(0.0, OPENING))
            tally.kills += 1
            tally.reopened += ("reopened",) in words
            tally.lost += [" ".join(word[1:]) for word in words if word[0] == "lost"]
            known += fresh
            if tally.lost:
                return
        _, words = _Child(partial(_verify, folder, settings, known)).ended()
    tally.lost += [" ".join(word[1:]) for word in words if word[0] == "lost"]
    tally.lost += [] if ("verified",) in words else ["the store was not verified to its end"]
    tally.facts.update(kind for kind, *_ in known)
    shutil.rmtree(folder)


def _settings(folder: Path, gateway: Gateway) -> Settings:
    token = folder / "token"
    token.write_text(gateway.token, "ascii")
    court = CourtSettings(url=gateway.url, token_file=str(token))
    return Settings(hall=replace(HALL), devices=file_devices(folder), court=court)


# ---- children ----------------------------------------------------------------------------------------


class _Child:
    """A fork of this process that runs an act; what it says comes through a pipe, line by line."""

    def __init__(self, act: Callable[[Callable[..., None]], None]) -> None:
        reading, writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(reading)
            _be_the_child(act, writing)
        os.close(writing)
        self._reading = reading
        self._said = b""

    def killed_after(self, words: int, seconds: float) -> tuple[list[Fact], list[Fact]]:
        """Kill it so long after so many words; return the facts it said, and the other words."""
        while self._said.count(b"\n") < words and self._hears():
            pass
        time.sleep(seconds)
        os.kill(self._pid, signal.SIGKILL)
        return self.ended()

    def ended(self) -> tuple[list[Fact], list[Fact]]:
        """Wait for its end; return the facts it said, and the other words."""
        while self._hears():
            pass
        os.close(self._reading)
        os.waitpid(self._pid, 0)
        said = [tuple(json.loads(line)) for line in self._said.split(b"\n")[:-1]]
        return [w[1:] for w in said if w[0] == "fact"], [w for w in said if w[0] != "fact"]

    def _hears(self) -> bool:
        heard = os.read(self._reading, 1 << 16)
        self._said += heard
        return bool(heard)


def _be_the_child(act: Callable[[Callable[..., None]], None], pipe: int) -> NoReturn:
    def say(*words: str) -> None:
        os.write(pipe, json.dumps(words).encode() + b"\n")

    signal.alarm(_PATIENCE)
    try:
        act(say)
    except BaseException as wrong:  # noqa: BLE001 - whatever it is, it must not run on in a copy of the parent
        say("lost", f"{type(wrong).__name__}: {wrong}"[:300])
    os._exit(0)


def _work(folder: Path, settings: Settings, old: list[Fact], seed: int, say: Callable[..., None]) -> None:
    """Look for what the last child was told, then work until the kill comes."""
    chance = random.Random(seed)  # noqa: S311 - chooses acts, keeps no secret
    with desk_in(folder / "desk", settings, first=True) as desk:
        for fact in missing(desk, old):
            say("lost", *fact)
        here = desk.store(visits.open_at, HALL.window)
        say("opened" if here is None else "reopened")
        while True:
            _one_visit(desk, here.id if here else "", chance, lambda *fact: say("fact", *fact))
            here = None


def _one_visit(desk: Desk, visit_id: str, chance: random.Random, done: Callable[..., None]) -> None:
    if not visit_id:
        done("number", do(desk, issuing.take_ticket, "立案登记", chance.random() < 0.2))
        visit_id = do(desk, calling.call_next).id
        done("visit", visit_id)
    for path, text in FILLED.items():
        do(desk, drafts.set_field, path, text)
        done("field", visit_id, path, desk.store(visits.fields, visit_id)[path].value)
    for _ in range(chance.randint(1, 2)):
        before = {record.page.page_id for record in desk.store(pages.of_visit, visit_id)}
        lay(desk, visit_id)
        for record in desk.store(pages.of_visit, visit_id):
            if record.page.page_id not in before:
                done("page", visit_id, record.page.page_id, record.page.sha256)
    sign(desk)
    done("signature", visit_id)
    finished = finish(desk)
    done("receipt", visit_id, finished.receipt_no)
    print_all(desk)
    assert desk.sending is not None
    while desk.lanes.submit(desk.sending.lane, desk.sending.round).result().next_in == 0.0:
        if any(event.state == "stored" for event in desk.store(intakes.events_of, visit_id)):
            done("at court", visit_id)
            return


# ---- looking -----------------------------------------------------------------------------------------


def missing(desk: Desk, told: list[Fact]) -> list[Fact]:
    """Return the facts that the store, or a picture's file, knows nothing of."""
    facts = desk.store(audit.facts)
    issued = {e.number for _, _, body in facts.hall_events if (e := decode(body)).kind is EventKind.ISSUED}
    bodies = {record.visit_id: record.body.decode() for record in facts.intakes}
    numbers = {(record.visit_id, record.receipt_no) for record in facts.intakes}
    stored = {event.visit_id for event in facts.events if event.receipt_no}
    look: dict[str, Callable[..., bool]] = {
        "number": lambda number: number in issued,
        "visit": lambda visit_id: desk.store(visits.get, visit_id) is not None,
        "field": lambda visit_id, path, text: (
            text.replace(",", "") in bodies[visit_id]
            if visit_id in bodies
            else (entered := desk.store(visits.fields, visit_id).get(path)) is not None
            and entered.value == text
        ),
        "page": lambda visit_id, page_id, sha256: _has_page(desk, visit_id, page_id, sha256),
        "signature": lambda visit_id: desk.store(pages.last_confirmation, visit_id) is not None,
        "receipt": lambda visit_id, receipt_no: (visit_id, receipt_no) in numbers,
        "at court": lambda visit_id: visit_id in stored,
    }
    return [fact for fact in told if not look[fact[0]](*fact[1:])]


def _has_page(desk: Desk, visit_id: str, page_id: str, sha256: str) -> bool:
    record = desk.store(pages.get_blob, sha256)
    if record is None or page_id not in {one.page.page_id for one in desk.store(pages.of_visit, visit_id)}:
        return False
    try:
        return len(desk.blobs.get(sha256, record.key)) == record.size
    except StorageProblem:
        return False


def _verify(folder: Path, settings: Settings, known: list[Fact], say: Callable[..., None]) -> None:
    """Send what waits, then every fact, every invariant, every picture, and the court's own word."""
    with desk_in(folder / "desk", settings, first=True) as desk:
        assert desk.sending is not None
        sending = desk.sending
        until = time.monotonic() + _PATIENCE / 2
        while time.monotonic() < until:
            result = desk.lanes.submit(sending.lane, sending.round).result()
            if result.did is Did.IDLE:
                break
            time.sleep(min(1.0, result.next_in))
        for fact in missing(desk, known):
            say("lost", *fact)
        client = open_client(settings.court)
        try:
            for sentence in findings(desk, client.event_hash):
                say("lost", sentence)
        finally:
            client.close()
        waiting = [event.id for event in desk.store(audit.facts).events if event.state != "stored"]
        for event_id in waiting:
            say("lost", "never reached the court", event_id)
        desk.lanes.submit(PAPERS, time.monotonic).result()  # after the sweep of the start
        for sha256 in desk.blobs.names() ^ {record.sha256 for record in desk.store(audit.facts).blobs}:
            say("lost", "a picture without a row or a row without a picture", sha256)
    say("verified")


if __name__ == "__main__":
    sys.exit(main())
