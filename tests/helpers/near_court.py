"""A court in this process behind a line that spoils what passes; how, says who derives from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeVar

from app.court.errors import BlobRefusal
from app.court.main import open_court
from app.court.settings import Settings
from app.sync.errors import BlobRestart
from app.sync.office import AnswerPage
from app.sync.protocol import Answers, BlobProgress, CourtInfo, Event, content_digest

T = TypeVar("T")


class NearCourt(ABC):
    """`app.sync.ports.Court` over a real store and a real tree, without a network."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._closing = ExitStack()
        self.start()

    def start(self) -> None:
        self.store, self.blobs = open_court(self.settings, self._closing)

    def close(self) -> None:
        self._closing.close()

    @abstractmethod
    def through(self, call: Callable[[bool], T], *, carries: bool = False) -> T:
        """Make a call, or not; it is told whether to damage what it carries."""

    def hello(self) -> CourtInfo:
        return self.through(lambda _: CourtInfo(self.store.epoch, "now"))

    def post(self, events: Sequence[Event], epoch: str = "") -> Answers:
        sent = tuple(events)

        def call(damage: bool) -> Answers:
            first = replace(sent[0], body=sent[0].body + b" ") if damage else sent[0]
            return self.store.accept([first, *sent[1:]], under=epoch)

        return self.through(call, carries=True)

    def answers(self, since: int) -> AnswerPage:
        return self.through(lambda _: AnswerPage(self.store.epoch, [], since, more=False))

    def blob_offset(self, sha256: str) -> int | None:
        def call(_: bool) -> int | None:
            held = self.blobs.held(sha256)
            if held is not None and held.complete:
                self.store.blob_durable(sha256, held.offset)
            return None if held is None else held.offset

        return self.through(call)

    def put_blob_chunk(self, sha256: str, offset: int, total: int, chunk: bytes) -> BlobProgress:
        def call(damage: bool) -> BlobProgress:
            append = self.blobs.append(sha256, offset, total)
            try:
                append.write(bytes(len(chunk)) if damage else chunk)
                held = append.finish(None if damage else content_digest(chunk))
            finally:
                append.abandon()
            if held.complete:
                self.store.blob_durable(sha256, held.offset)
            return BlobProgress(held.offset, held.complete, self.store.epoch)

        try:
            return self.through(call, carries=True)
        except BlobRefusal as refusal:
            raise BlobRestart(refusal.status, refusal.code, refusal.offset) from refusal
