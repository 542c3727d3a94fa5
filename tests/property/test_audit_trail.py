"""Whatever single thing is done to an audit trail, it shows."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit import EMPTY, Act, AuditLine, Head, breaks, line_after

words = st.text(max_size=12)
made_of = st.lists(st.tuples(st.sampled_from(Act), words, words, words), min_size=1, max_size=12)


def trail(acts: list[tuple[Act, str, str, str]]) -> list[AuditLine]:
    lines: list[AuditLine] = []
    for number, (act, actor, subject, detail) in enumerate(acts):
        at = f"2026-11-22T01:00:{number:02d}+00:00"
        head = Head(lines[-1].seq, lines[-1].hash) if lines else EMPTY
        lines.append(line_after(head, at=at, actor=actor, act=act.value, subject=subject, detail=detail))
    return lines


def head_of(lines: list[AuditLine]) -> Head:
    return Head(len(lines), lines[-1].hash)


@given(made_of)
def test_an_untouched_trail_has_no_break(acts: list[tuple[Act, str, str, str]]) -> None:
    lines = trail(acts)
    signed = [Head(line.seq, line.hash) for line in lines[::3]]
    assert list(breaks(lines, head_of(lines), signed)) == []


@given(made_of, st.data())
def test_a_changed_word_is_found(acts: list[tuple[Act, str, str, str]], data: st.DataObject) -> None:
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines) - 1))
    field = data.draw(st.sampled_from(("at", "actor", "act", "subject", "detail", "hash")))
    other = data.draw(words.filter(lambda text: text != getattr(lines[place], field)))
    changed = [*lines[:place], replace(lines[place], **{field: other}), *lines[place + 1 :]]
    assert list(breaks(changed, head_of(lines)))


@given(made_of, st.data())
def test_a_word_moved_from_one_field_to_the_next_is_found(
    acts: list[tuple[Act, str, str, str]], data: st.DataObject
) -> None:
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    moved = replace(line, actor=line.actor + line.subject, subject="")
    found = list(breaks([*lines[:place], moved, *lines[place + 1 :]], head_of(lines)))
    assert bool(found) == (moved != line)


@given(made_of, st.data())
def test_a_removed_line_is_found(acts: list[tuple[Act, str, str, str]], data: st.DataObject) -> None:
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines) - 1))
    assert list(breaks(lines[:place] + lines[place + 1 :], head_of(lines)))


@given(made_of, st.data())
def test_an_inserted_line_is_found_however_it_is_numbered(
    acts: list[tuple[Act, str, str, str]], data: st.DataObject
) -> None:
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines)))
    before = head_of(lines[:place]) if place else EMPTY
    added = line_after(before, at="x", actor="x", act="x", subject="x", detail="x")
    added = replace(added, seq=data.draw(st.integers(0, len(lines) + 2)))
    assert list(breaks([*lines[:place], added, *lines[place:]], head_of(lines)))


@given(made_of.filter(lambda acts: len(acts) > 1), st.data())
def test_two_lines_that_changed_places_are_found(
    acts: list[tuple[Act, str, str, str]], data: st.DataObject
) -> None:
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines) - 2))
    swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
    assert list(breaks(swapped, head_of(lines)))


@given(made_of, st.data())
def test_a_trail_written_anew_is_found_by_what_was_signed(
    acts: list[tuple[Act, str, str, str]], data: st.DataObject
) -> None:
    """Who holds the file and the key can make all hashes fit again; not those of a checkpoint."""
    lines = trail(acts)
    place = data.draw(st.integers(0, len(lines) - 1))
    act, actor, subject, detail = acts[place]
    forged = trail([*acts[:place], (act, actor + "!", subject, detail), *acts[place + 1 :]])
    assert list(breaks(forged, head_of(forged))) == []
    signed = data.draw(st.integers(place, len(lines) - 1))
    kept = [Head(lines[signed].seq, lines[signed].hash)]
    assert list(breaks(forged, head_of(forged), kept))
    assert list(breaks(lines[:signed], head_of(lines[:signed]) if signed else EMPTY, kept))
