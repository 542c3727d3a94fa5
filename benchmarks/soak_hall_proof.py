"""What a day of a hall adds up to: its log, read by somebody new, beside what people were told.

``judge`` believes neither: numbers and calls are compared with what each window wrote down outside the
product when it gave a number or called (see ``soak_hall_crew.Clerk.say``), so a double is found even if the
log hides it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.domain.hall import HallState, fold
from app.domain.hall_event import EventKind, HallEvent
from app.domain.hall_promise import Kept, proved
from app.domain.ticket import TicketState
from app.domain.ticket_moves import fits

FATES: Final = {TicketState.SERVED: "served", TicketState.NO_SHOW: "no-show"}
Said = dict[str, Any]
"""One line a window wrote down: at (ns of one clock), window, what, number, and what it is about."""


@dataclass
class Verdict:
    """What days add up to, and every place where they do not."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def read_said(folder: Path) -> list[Said]:
    """Return what all windows of a day wrote down, in the order of time; a line cut by a kill is left out."""
    texts = (path.read_text("utf-8") for path in folder.glob("*.jsonl"))
    whole = (line for text in texts for line in text.splitlines() if line.endswith("}"))
    return sorted(map(json.loads, whole), key=lambda one: one["at"])


def judge(events: list[HallEvent], said: list[Said]) -> Verdict:
    """Hold a day's log, claims of numbers left out, against what people were told."""
    verdict = Verdict()
    state = HallState()
    for event in events:
        verdict.wrong += called_twice(state, event)
        state = fold([event], state)
    tickets(verdict, state, events, said)
    verdict.wrong += [f"{words}; {story(events, number)}" for number, words in doubles(said)]
    promised(verdict, events)
    called = [one for one in said if one["what"] == "called"]
    printed = [one for one in said if one["what"] == "issued"]
    verdict.counts.update(
        {
            "numbers printed": len(printed),
            "numbers printed while cut off": sum(one["alone"] for one in printed),
            "calls": len(called),
            "calls while cut off": sum(one["alone"] for one in called),
            "people a window gave to another that was cut off": sum(map(_is_given, events)),
            "events in the log": len(events),
            "restores of the whole hall": state.epoch,
            "facts overruled when they reached the hall": sum(len(one.get("conflicts", ())) for one in said),
        }
    )
    return verdict


def _is_given(event: HallEvent) -> bool:
    return event.kind is EventKind.RELEASED and event.to is not None and not event.report


def called_twice(state: HallState, event: HallEvent) -> list[str]:
    """Return a sentence for a call in the log of somebody who is at another window, or was served.

    ``state`` is the hall right before it. What is told again after a restore was called before.
    """
    ticket = state.tickets.get(event.number)
    if event.kind is not EventKind.CALLED or event.report or ticket is None or fits(ticket, event):
        return []
    if ticket.state is TicketState.SERVED:
        return [f"{event.number}: in the log called at {event.window} after they were served"]
    if ticket.state is TicketState.CALLED and ticket.window != event.window:
        return [f"{event.number}: in the log called at {ticket.window} and at {event.window}"]
    return []


def tickets(verdict: Verdict, state: HallState, events: list[HallEvent], said: list[Said]) -> None:
    """Issued = served + no-show + open, nobody open at the end, and nobody who was told otherwise."""
    fates = {number: FATES.get(ticket.state, "open") for number, ticket in state.tickets.items()}
    verdict.counts.update(fates.values())
    verdict.counts["issued"] += len(fates)
    printed = {one["number"] for one in said if one["what"] == "issued"}
    called = {one["number"] for one in said if one["what"] in {"called", "found"}}
    served = {n["number"] for n in said if n["what"] == "left" and n["kind"] == EventKind.SERVED}
    in_log = {number for number, fate in fates.items() if fate == "served"}
    wrong = {
        "printed, and the hall knows nothing of it": printed - fates.keys(),
        "forgotten": {number for number, fate in fates.items() if fate == "open"},
        "served, and in the log they are not": served - in_log,
        "served in the log, and nobody called them": in_log - called,
    }
    for words, numbers in wrong.items():
        verdict.wrong += [f"{number}: {words}; {story(events, number)}" for number in sorted(numbers)]
    verdict.counts["numbers nobody holds (the answer was lost while issuing)"] += len(fates.keys() - printed)


@dataclass
class Person:
    """Where a person is by what was said aloud. ``leaving`` is what was to end their being there."""

    window: int | None = None
    leaving: str = ""


def doubles(said: Iterable[Said]) -> Iterator[tuple[str, str]]:
    """Yield (number, sentence) for each number printed twice and each call of somebody who is elsewhere.

    Windows write down the end of a visit before they tell the hall and a call after it answered; so whoever
    is called somewhere else before that end was written down stands at two windows, and whoever is called
    after they were served is called twice.
    """
    printed: set[str] = set()
    people: dict[str, Person] = {}
    for one in said:
        number, what = one["number"], one["what"]
        if what == "issued":
            if number in printed:
                yield number, f"{number}: printed twice, at last at {one['window']}"
            printed.add(number)
            continue
        person = people.setdefault(number, Person())
        if what in {"called", "found"}:
            yield from ((number, words) for words in _called(person, one))
            person.window, person.leaving = one["window"], ""
        elif what in {"leaves", "left"} and person.window == one["window"]:
            person.leaving = one["kind"]
        elif what == "stays" and person.window == one["window"]:
            person.leaving = ""


def _called(person: Person, one: Said) -> Iterator[str]:
    """Yield what is wrong about a call. A window that comes back after a kill finds who was there before."""
    where = f"{one['number']}: told to come to {one['window']}"
    if person.window is None or (one["what"] == "found" and person.window == one["window"]):
        return
    if person.leaving == EventKind.SERVED:
        yield f"{where} after they were served at {person.window}"
    elif not person.leaving:
        yield f"{where} while they were at {person.window}"


def promised(verdict: Verdict, events: list[HallEvent]) -> None:
    """Nobody was passed over by a call that could have been theirs."""
    kept: Kept = proved(events)
    for one in kept.broken:
        words = f"{one.by} was called at window {one.window} past {one.number}, {one.side} {one.much}"
        told = f"{story(events, one.number)}; {one.by}: {story(events, one.by)}"
        verdict.broken.append(f"{words}; {told}")
    for less in kept.less:
        verdict.counts[f"passed over beyond the promise: {less.reason or 'broken'}"] += 1


def story(events: list[HallEvent], number: str) -> str:
    """Return what the log says of a number, to look into it."""
    about = (one for one in events if one.number == number)
    return " ".join(f"{one.kind.value}@{one.window}" + (f">{one.to}" if one.to else "") for one in about)


def kind_of(words: str) -> str:
    """Say what a sentence of the verdict is about: printed or called twice, forgotten, or anything else."""
    kinds = {"printed twice": "printed", "told to come": "called", "in the log called": "called"}
    return next((kind for part, kind in kinds.items() if part in words), "forgotten" * ("forgotten" in words))
