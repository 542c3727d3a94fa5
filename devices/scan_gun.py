"""Tell the burst of a scan gun in keyboard mode from typing. Pure: keys with times in, what they were out.

A gun types at least six printable characters with less than 35 ms between two of them and ends with
Return or Tab in the same rhythm. Nobody types like that. So that nothing of a burst reaches a field, a
key is held until it is certain which it is: at most 35 ms after the last key, and not at all when it can
be no part of a burst. Every key comes out exactly once and in order: typed and unchanged, or in a burst,
whose end is swallowed.

A gun set to send a sign before each code (``prefix``) lets everything else through at once: only behind that
sign are keys held, and one more makes a burst. Without it the first letter cannot be let through and taken
back: it would have been an act by then (Y answers whether a paper came out, and our codes begin with Y), have
replaced what was selected, and have been saved and searched for.
"""

from __future__ import annotations

from dataclasses import dataclass

GAP_SECONDS = 0.035
FEWEST = 6
MOST = 4296
"""The largest QR code holds 4,296 characters."""
ENDS = frozenset({"\r", "\n", "\t"})


@dataclass(frozen=True, slots=True)
class Key:
    """A key going down. ``text`` is what it types ("" for an arrow), ``at`` seconds of a monotonic clock.

    ``repeated``: the system repeats a key that is held down. ``tag`` is the caller's own, e.g. the event.
    """

    text: str
    at: float
    repeated: bool = False
    tag: object = None


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys of a person, to be passed on as they are."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Burst:
    """What a gun scanned; its end is not part of it."""

    text: str


class BurstDetector:
    """Holds the keys of which it is not yet certain what they are."""

    def __init__(self, gap: float = GAP_SECONDS, fewest: int = FEWEST, prefix: str = "") -> None:
        """``prefix``: the sign the gun sends before each code; "" for none."""
        self._gap = gap
        self._fewest = 2 if prefix else fewest
        self._prefix = prefix
        self._held: list[Key] = []

    @property
    def due(self) -> float | None:
        """When :meth:`pause` has to be called unless a key comes first; None while nothing is held."""
        return self._held[-1].at + self._gap if self._held else None

    @property
    def newest(self) -> Key | None:
        """The key that is held and came last."""
        return self._held[-1] if self._held else None

    def key(self, key: Key) -> tuple[Typed | Burst, ...]:
        """Take a key; return what is certain now."""
        slow = bool(self._held) and not 0 <= key.at - self._held[-1].at < self._gap
        out: list[Typed | Burst] = [self._release()] if slow or len(self._held) >= MOST else []
        if key.text in ENDS and not key.repeated and len(self._held) >= self._fewest:
            out.append(Burst("".join(held.text for held in self._held).removeprefix(self._prefix)))
            self._held.clear()
        elif self._prefix and not self._held and key.text != self._prefix:
            out.append(Typed((key,)))
        elif len(key.text) == 1 and key.text.isprintable() and not key.repeated:
            self._held.append(key)
        else:
            out.append(Typed((*self._take(), key)))
        return tuple(out)

    def pause(self, at: float) -> tuple[Typed | Burst, ...]:
        """Say that it is ``at`` and no key has come; return what is certain now."""
        return (self._release(),) if self.due is not None and at >= self.due else ()

    def reset(self) -> tuple[Typed | Burst, ...]:
        """Let everything go, e.g. because the window lost the keyboard."""
        return (self._release(),) if self._held else ()

    def _release(self) -> Typed:
        return Typed(self._take())

    def _take(self) -> tuple[Key, ...]:
        keys = tuple(self._held)
        self._held.clear()
        return keys
