"""The search index: a file of its own beside the store, encrypted with its key, made again whenever in doubt.

Nothing in it is the only copy, so it is written without waiting for the disk and thrown away when it is
damaged, of another form, or ahead of a restored store. FTS5 holds the tokens (contentless, ``detail=none``);
the words of a record stand beside them to decide what really fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from app.domain.search_words import Term, Words, fits, tokens

FORM: Final = 3
# Prefixes of every length up to ten characters are indexed, a kind and nine digits: for any other FTS5 goes
# through all terms that begin so, and of an initial or a district's identity numbers there are too many.
_SCHEMA: Final = f"""
CREATE TABLE mark (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, visit_id TEXT NOT NULL UNIQUE, words TEXT NOT NULL, shown TEXT NOT NULL
);
CREATE VIRTUAL TABLE token USING fts5 (
    words, content='', contentless_delete=1, detail=none, tokenize='ascii', prefix='2 3 4 5 6 7 8 9 10'
);
PRAGMA user_version = {FORM};
"""
_MOST_LOOKED_AT: Final = 5_000
"""Candidates looked at before a search gives up and says that there may be more."""


@dataclass(frozen=True)
class Shown:
    """What a hit shows; ``name`` and ``number`` are the visitor's, the number masked."""

    visit_id: str
    day: str
    ticket: str
    receipt_no: str
    name: str
    number: str
    matter: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A record as it goes into the index."""

    words: Words
    shown: Shown


class SearchIndex:
    """Belongs to one lane. Opens its file at the first call, an unusable one is made anew and empty."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._open: Any = None

    def mark(self, name: str) -> str:
        """Return what is noted under a name, "" for nothing."""
        row = self._raw().execute("SELECT value FROM mark WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def put(
        self, entries: Sequence[Entry], gone: Sequence[str] = (), marks: dict[str, str] | None = None
    ) -> None:
        """Add or replace entries, remove those of the visits ``gone``, note how far this goes; one commit."""
        raw = self._raw()
        raw.execute("BEGIN")
        try:
            for entry in entries:
                self._put(raw, entry)
            for visit_id in gone:
                self._remove(raw, visit_id)
            for name, value in (marks or {}).items():
                raw.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, value))
            raw.execute("COMMIT")
        except BaseException:
            raw.execute("ROLLBACK")
            raise

    def _put(self, raw: Any, entry: Entry) -> None:
        known = self._remove(raw, entry.shown.visit_id)
        kept = entry.words
        held = json.dumps((kept.names, kept.numbers, kept.cases, kept.spelled), ensure_ascii=False)
        shown = json.dumps(vars(entry.shown), ensure_ascii=False)
        row = raw.execute(
            "INSERT INTO entry (id, visit_id, words, shown) VALUES (?, ?, ?, ?)",
            (known, entry.shown.visit_id, held, shown),
        )
        line = " ".join(sorted(tokens(entry.words)))
        raw.execute("INSERT INTO token (rowid, words) VALUES (?, ?)", (row.lastrowid, line))

    @staticmethod
    def _remove(raw: Any, visit_id: str) -> int | None:
        row = raw.execute("SELECT id FROM entry WHERE visit_id = ?", (visit_id,)).fetchone()
        if row is None:
            return None
        raw.execute("DELETE FROM token WHERE rowid = ?", (row[0],))
        raw.execute("DELETE FROM entry WHERE id = ?", (row[0],))
        return int(row[0])

    def find(self, asked: Sequence[Term], limit: int) -> tuple[list[Shown], bool]:
        """Return the newest entries that fit, at most ``limit``, and whether there may be more."""
        found: list[Shown] = []
        for count, (held, shown) in enumerate(self._candidates(asked)):
            if len(found) == limit or count == _MOST_LOOKED_AT:
                return found, True
            if fits(Words(*(tuple(part) for part in json.loads(held))), asked):
                found.append(_shown(shown))
        return found, False

    def _candidates(self, asked: Sequence[Term]) -> Iterator[tuple[str, str]]:
        return iter(
            self._raw().execute(
                "SELECT entry.words, entry.shown FROM token JOIN entry ON entry.id = token.rowid "
                "WHERE token MATCH ? ORDER BY token.rowid DESC",
                (_expression(asked),),
            )
        )

    def count(self) -> int:
        """Return how many entries there are."""
        return int(self._raw().execute("SELECT count(*) FROM entry").fetchone()[0])

    def clear(self) -> None:
        """Throw everything away and begin anew."""
        self.close()
        for tail in ("", "-wal", "-shm", "-journal"):
            self._path.with_name(self._path.name + tail).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _raw(self) -> Any:
        if self._open is None:
            with suppress(dbapi2.Error):
                self._open = _opened(self._path, self._key)
            if self._open is None:
                self.clear()
                self._open = _opened(self._path, self._key)
        return self._open


def _opened(path: Path, key: bytes) -> Any:
    """Return a connection to a file of this form; raises dbapi2.Error for a damaged or foreign one."""
    raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    try:
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA temp_store = MEMORY")
        raw.execute("PRAGMA cache_size = -32000")
        _give_form(raw)
        raw.execute("SELECT name, value FROM mark LIMIT 1").fetchone()
        raw.execute("SELECT id, visit_id, words, shown FROM entry LIMIT 1").fetchone()
    except BaseException:
        raw.close()
        raise
    return raw


def _give_form(raw: Any) -> None:
    form = raw.execute("PRAGMA user_version").fetchone()[0]
    if form == 0:
        raw.executescript(_SCHEMA)
    elif form != FORM:
        raise dbapi2.DatabaseError(f"an index of form {form}")


def _expression(asked: Sequence[Term]) -> str:
    """Return the FTS5 query; every token is quoted, so nothing typed is read as an operator."""
    return " AND ".join(
        "(" + " OR ".join("(" + " AND ".join(map(_quoted, one)) + ")" for one in term.alternatives) + ")"
        for term in asked
    )


def _quoted(token: str) -> str:
    prefix = token.endswith("*")
    inner = token.removesuffix("*") if prefix else token
    text = '"' + inner.replace('"', '""') + '"'
    return f"{text} *" if prefix else text


def _shown(text: str) -> Shown:
    facts = json.loads(text)
    return Shown(**facts | {"cases": tuple(facts["cases"])})
