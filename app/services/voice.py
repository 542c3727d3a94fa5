"""Calling people by voice: what waits to be said, whose turn it is in the hall, and when to keep quiet.

``call`` may come from any thread and returns at once; ``speak_all`` belongs to the lane ``speaker`` and says
what waits, each call to its end. Only number and window are ever spoken.

A call waits for its turn however long the row is: every turn ends, and a hall that does not answer leaves the
window to itself (``HallTurn``). One whose window has called again meanwhile is left to the board.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import time

from app.domain.voice import CHIME, Span, Word, call_words, is_quiet
from app.hall.speech import SpeechTurn
from devices.clips import ClipBank
from devices.errors import DeviceError
from devices.sound import Sound, Speaker, joined, silence

_ASK_SECONDS = 0.1
_BETWEEN = 0.6
_AFTER_CHIME = 0.1
_SLACK = 3.0


@dataclass(frozen=True)
class VoicePlan:
    """``repeats``: how often a call is said. ``quiet``: when nothing is said aloud."""

    repeats: int = 2
    chime: bool = True
    quiet: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Call:
    """One ticket called to one window."""

    number: str
    window: int


class Announcer:
    """The voice of one window."""

    def __init__(
        self,
        speaker: Callable[[], AbstractContextManager[Speaker]],
        clips: ClipBank,
        turn: SpeechTurn,
        now: Callable[[], time],
        plan: VoicePlan | None = None,
        spoken: Callable[[str], Sound] | None = None,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        """``speaker`` opens the device, ``now`` is the local time, ``spoken`` says what has no clip.

        ``pause`` waits so many seconds before the hall is asked again.
        """
        self._pause = pause or threading.Event().wait
        self._speaker = speaker
        self._clips = clips
        self._turn = turn
        self._now = now
        self._plan = plan or VoicePlan()
        self._spoken = spoken
        self._lock = threading.Lock()
        self._waiting: deque[Call] = deque()

    def call(self, number: str, window: int) -> bool:
        """Line a call up; False when it is not said: quiet hours, or it waits to be said already."""
        call = Call(number, window)
        with self._lock:
            if call in self._waiting or is_quiet(self._now(), self._plan.quiet):
                return False
            self._waiting.append(call)
        return True

    def speak_all(self, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Say what waits, in order and whole; return how many calls were said.

        What the loudspeaker raises comes through; that call is given up, the others go on waiting.
        """
        said = 0
        while (call := self._next()) is not None:
            sound = self.sound(call)
            with self._speaker() as speaker:
                said += self._in_turn(call.window, sound, speaker, cancelled)
        return said

    def sound(self, call: Call) -> Sound:
        """Return the whole call: chime, words, and the words again after a breath."""
        rate = self._clips.rate
        once = joined(self._word(word) for word in call_words(call.number, call.window) if self._has(word))
        parts = [self._clips.sound([CHIME.clip]), silence(_AFTER_CHIME, rate)] if self._plan.chime else []
        parts.append(once)
        for _ in range(self._plan.repeats - 1):
            parts += [silence(_BETWEEN, rate), once]
        return joined(parts)

    @property
    def _called_since(self) -> bool:
        with self._lock:
            return bool(self._waiting)

    def _next(self) -> Call | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _has(self, word: Word) -> bool:
        return word.clip in self._clips.names or self._spoken is not None

    def _word(self, word: Word) -> Sound:
        """The clip of a word; without one the engine says it, or nothing does: the board shows it."""
        if word.clip in self._clips.names or self._spoken is None:
            return self._clips.sound([word.clip])
        try:
            sound = self._spoken(word.text)
        except DeviceError:
            return silence(_AFTER_CHIME, self._clips.rate)
        return sound if sound.rate == self._clips.rate else silence(_AFTER_CHIME, self._clips.rate)

    def _in_turn(self, window: int, sound: Sound, speaker: Speaker, cancelled: Callable[[], bool]) -> bool:
        """Say it when it is this window's turn; False when it was not said.

        What was called since takes over the place in the row.
        """
        while not self._turn.ask(window, sound.seconds + _SLACK):
            if cancelled():
                self._turn.done(window)
                return False
            if self._called_since:
                return False
            self._pause(_ASK_SECONDS)
        try:
            speaker.play(sound, cancelled)
        finally:
            self._turn.done(window)
        return True
