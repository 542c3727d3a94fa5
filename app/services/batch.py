"""Entering a spreadsheet into the open visit: a good row is a transaction, a bad one told why.

A row of matters becomes a matter like the one on the screen with what the row says; columns the file does not
have keep what is on the screen. A row of parties joins the matter on the screen. Every entered row leaves its
mark in the draft, so that the same file, corrected and read again, adds only what is new.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from app.domain.matter import FieldKind, Matter, PartyForm
from app.errors import Cancelled, FormProblem
from app.lanes import PAPERS, on
from app.services import groups, people
from app.services.batch_rows import Person, Row, Table, read_rows, understand
from app.services.batch_view import BatchLine, BatchView, RowState
from app.services.claims import claim_path
from app.services.desk import Desk
from app.services.drafts import require_open, total_of, write
from app.services.fields import value
from app.services.matters import MOST, MOST_PARTIES, all_keys
from app.services.sheet import current_number, fresh_number, matter_of, numbers
from app.services.spreadsheet import read_table
from app.storage import meta, visits
from app.storage.access import Transaction
from app.storage.records import DraftField
from app.texts import _

MARK: Final = "batch.row"
_MARKED: Final = re.compile(r"matter\.([1-9][0-9]{0,2})\.batch\.row")
_TOLD_OF_ONE: Final = 3


class ImportedBefore(FormProblem):
    """The same file was entered in another visit; the clerk may enter it again."""


@on(PAPERS)
def import_table(desk: Desk, path: Path, again: bool, on_row: Callable[[int, int], None]) -> BatchView:
    """Enter the rows of a .xlsx or .csv file; return what became of each.

    ``on_row(done, all)`` is called on this lane after each. Esc stops before the next row; what is entered
    stays. Raises FormProblem for a file that is not taken, ImportedBefore unless ``again``, StorageProblem.
    With ``again`` only rows that no finished visit holds are entered, all of them where none is left: so a
    file longer than a visit goes on in the next one.
    """
    flag = desk.cancel_flag("import_table")
    visit_id = require_open(desk).id
    draft = desk.store(visits.fields, visit_id)
    number = current_number(draft)
    matter = matter_of(draft, number, desk.knowledge)
    table = understand(read_table(path, flag.is_set), matter)
    known_file = _file_key(path)
    if not again:
        _ask_about(desk, known_file, visit_id)
    rows = tuple(read_rows(table, matter, desk.knowledge))
    before = _entered_before(desk, known_file, visit_id)
    if before.keys() >= {row.mark for row in rows if not row.problems}:
        before = {}
    lines: list[BatchLine] = []
    stopped = 0
    for row in rows:
        if flag.is_set():
            stopped = row.number
            break
        known = before.get(row.mark)
        if known and not row.problems:
            lines.append(BatchLine(row.number, RowState.KNOWN, row.title, known))
        else:
            lines.append(_entered(desk, visit_id, number, row, table, known_file))
        on_row(len(lines), len(rows))
    if stopped and not lines:
        raise Cancelled
    return BatchView(_shown_name(path), table.of_parties, tuple(lines), table.unknown, stopped)


def _shown_name(path: Path) -> str:
    return "".join(c for c in path.name if c.isprintable())[:60]


def _file_key(path: Path) -> str:
    return f"batch.{hashlib.sha256(path.read_bytes()).hexdigest()}"


def _ask_about(desk: Desk, known_file: str, visit_id: str) -> None:
    before = _visits(desk.store(meta.read, known_file))
    if not before or before[-1] == visit_id:
        return
    record = desk.store(visits.get, before[-1])
    day, ticket = (record.day, record.ticket) if record else ("", "")
    raise ImportedBefore(
        _("这个文件在 {day} {ticket} 号来访时已经录入过。").format(day=day, ticket=ticket),
        safe=_("这次没有录入任何一行。"),
        next_step=_("要接着录没录的行，请再导入一次同一个文件；都录过的，会全部再录一遍。"),
    )


def _visits(kept: str | None) -> list[str]:
    """The visits a file was entered in, the oldest first."""
    return (kept or "").split()


def _entered_before(desk: Desk, known_file: str, visit_id: str) -> dict[str, str]:
    """Return the marks of rows that finished visits hold, each with where it is."""

    def read(connection: Transaction) -> dict[str, str]:
        found: dict[str, str] = {}
        for earlier in _visits(meta.read(connection, known_file)):
            record = visits.get(connection, earlier)
            if record is None or record.state != "finished" or earlier == visit_id:
                continue
            words = _("先前已录入，在 {day} {ticket} 号来访").format(day=record.day, ticket=record.ticket)
            for path, field in visits.fields(connection, earlier).items():
                if path.endswith(f".{MARK}") and field.value:
                    found[field.value] = words
        return found

    return desk.store(read)


def _entered(desk: Desk, visit_id: str, number: int, row: Row, table: Table, known_file: str) -> BatchLine:
    if row.problems:
        return BatchLine(row.number, RowState.FAILED, row.title, "；".join(row.problems[:_TOLD_OF_ONE]))
    enter = _enter_party if table.of_parties else _enter_matter
    try:
        known = desk.store(enter, desk, visit_id, number, row, known_file)
    except RowRefused as reason:
        return BatchLine(row.number, RowState.FAILED, row.title, str(reason))
    if known:
        return BatchLine(row.number, RowState.KNOWN, row.title, known)
    state = RowState.REMARKED if row.remarks else RowState.ENTERED
    return BatchLine(row.number, state, row.title, "；".join(row.remarks[:_TOLD_OF_ONE]))


class RowRefused(Exception):
    """A row that cannot be entered as the visit stands; the text is the reason."""


# ---- one row, one transaction ------------------------------------------------------------------------


class _Page:
    """The draft while a row is written into it; ``texts`` is what has been written."""

    def __init__(self, connection: Transaction, visit_id: str) -> None:
        record = visits.get(connection, visit_id)
        if record is None or record.state != "open":
            raise FormProblem(
                _("录入期间这次来访已经结束。"),
                safe=_("此前录入的都在。"),
                next_step=_("没录的请在下一次来访中导入。"),
            )
        self.before = visits.fields(connection, visit_id)
        self.draft = dict(self.before)
        self.texts: dict[str, str] = {}

    def put(self, path: str, text: str) -> None:
        self.texts[path] = text
        self.draft[path] = DraftField(path, text, "typed", None)

    def fill(self, path: str, text: str) -> None:
        """Write where nothing stands."""
        if text and not value(self.draft, path):
            self.put(path, text)

    def save(self, connection: Transaction, visit_id: str, desk: Desk, known_file: str) -> None:
        write(connection, visit_id, self.before, self.texts, desk.clock.now())
        known = _visits(meta.read(connection, known_file))
        if visit_id not in known:
            meta.write(connection, known_file, " ".join((*known, visit_id)))


def _enter_matter(
    connection: Transaction, desk: Desk, visit_id: str, pattern: int, row: Row, known_file: str
) -> str:
    """Enter a row as a matter; return where it stands if it was entered before, "" when it is new."""
    page = _Page(connection, visit_id)
    here = numbers(page.draft)
    marked = {f.value: int(m[1]) for f in page.draft.values() if (m := _MARKED.fullmatch(f.path))}
    if marked.get(row.mark) in here:
        return _("先前已录入，是第 {place} 件").format(place=here.index(marked[row.mark]) + 1)
    matter = matter_of(page.draft, pattern, desk.knowledge)
    fits = pattern in here and not visits.has_pages(connection, visit_id, pattern)
    if fits and pattern not in marked.values() and _fits(page, pattern, matter, row):
        number = pattern
    else:
        number = _copy(page, pattern, matter)
    for list_key, persons in _by_list(row.people):
        field = matter.field(list_key)
        if field is not None:
            free = people.members(page.draft, number, matter, field) if number == pattern else ()
            keys = _keys(page, persons, _unnamed(page, free))
            page.put(f"matter.{number}.{list_key}", ",".join(keys))
    for key, text in row.answers.items():
        page.put(f"matter.{number}.{key}", text)
    page.put(f"matter.{number}.{MARK}", row.mark)
    page.save(connection, visit_id, desk, known_file)
    return ""


def _fits(page: _Page, number: int, matter: Matter, row: Row) -> bool:
    """Say whether the matter on the screen contradicts nothing of the row: then it is the row's own."""
    for key, text in row.answers.items():
        if value(page.draft, f"matter.{number}.{key}") not in ("", text):
            return False
    for list_key, persons in _by_list(row.people):
        field = matter.field(list_key)
        known = people.members(page.draft, number, matter, field) if field is not None else ()
        for key in known:
            if value(page.draft, f"party.{key}.name") and not any(_is(page, key, p) for p in persons):
                return False
    return True


def _copy(page: _Page, pattern: int, matter: Matter) -> int:
    """A new matter with the answers and parties of the pattern, as a copied matter has them."""
    if len(numbers(page.draft)) >= MOST:
        words = _("一次来访最多 {most} 件；办结后在下一次来访再导入同一个文件，会接着录没录的行")
        raise RowRefused(words.format(most=MOST))
    number = fresh_number(page.draft)
    prefix = f"matter.{pattern}."
    for path, field in tuple(page.draft.items()):
        key = path.removeprefix(prefix)
        if path.startswith(prefix) and "." not in key and key != "mediation":
            page.put(f"matter.{number}.{key}", field.value)
    page.put(f"matter.{number}.code", matter.code)
    for listed in people.lists_of(matter):
        keys = people.members(page.draft, pattern, matter, listed)
        page.put(f"matter.{number}.{listed.key}", ",".join(keys))
    return number


def _keys(page: _Page, persons: Iterable[Person], free: list[str]) -> list[str]:
    """Keys of these: known people by theirs, then places nobody stands in yet, then new ones."""
    return list(dict.fromkeys([_key_of(page, person, free) for person in persons]))


def _by_list(persons: Iterable[Person]) -> list[tuple[str, list[Person]]]:
    found: dict[str, list[Person]] = {}
    for person in persons:
        found.setdefault(person.list_key, []).append(person)
    return list(found.items())


def _enter_party(
    connection: Transaction, desk: Desk, visit_id: str, number: int, row: Row, known_file: str
) -> str:
    """Add a row's party to its list of the matter on the screen; return that it is there already, or ""."""
    page = _Page(connection, visit_id)
    matter = matter_of(page.draft, number, desk.knowledge)
    for person in row.people:
        field = matter.field(person.list_key)
        if field is None or field.kind is not FieldKind.PARTIES or number not in numbers(page.draft):
            raise RowRefused(_("屏幕上的事项已经换了"))
        keys = people.members(page.draft, number, matter, field)
        marked = [k for k in keys if value(page.draft, f"party.{k}.{MARK}") == row.mark]
        if marked:
            return _("先前已录入，是第 {place} 个").format(place=keys.index(marked[0]) + 1)
        if len(keys) >= MOST_PARTIES:
            raise RowRefused(_("一方最多 {most} 人").format(most=MOST_PARTIES))
        key = _key_of(page, person, _unnamed(page, keys))
        page.put(f"matter.{number}.{field.key}", ",".join(dict.fromkeys((*keys, key))))
        page.put(f"party.{key}.{MARK}", row.mark)
        if person.representative:
            groups.put_forward(page.draft, page.put, number, key)
        if person.claim:
            page.put(claim_path(number, key), person.claim)
            for path, text in total_of(page.draft, number, desk.knowledge).items():
                page.put(path, text)
    page.save(connection, visit_id, desk, known_file)
    return ""


# ---- whom a row means --------------------------------------------------------------------------------


def _key_of(page: _Page, person: Person, free: list[str]) -> str:
    """The key of the person: known in this visit, an unnamed place, or a new one; blanks are filled."""
    key = next((key for key in all_keys(page.draft) if _is(page, key, person)), "")
    if not key:
        key = free.pop(0) if free else people.fresh_key(page.draft)
    for attribute, text in person.texts.items():
        page.fill(f"party.{key}.{attribute}", text)
    return key


def _is(page: _Page, key: str, person: Person) -> bool:
    """Say whether a party of the visit is the one a row names: never by a natural person's name alone."""
    known: Mapping[str, str] = {
        name: value(page.draft, f"party.{key}.{name}") for name in ("name", "id_number", "address", "form")
    }
    if not known["name"] or known["name"] != person.name:
        return False
    number, address = person.texts.get("id_number", ""), person.texts.get("address", "")
    if number and known["id_number"]:
        return number == known["id_number"]
    is_body = known["form"] not in ("", PartyForm.NATURAL.value)
    return is_body or bool(address and address == known["address"])


def _unnamed(page: _Page, keys: Iterable[str]) -> list[str]:
    """Places of a list nobody stands in yet."""

    def is_blank(key: str) -> bool:
        attributes = ("name", "id_number", "phone", "address")
        return not any(value(page.draft, f"party.{key}.{name}") for name in attributes)

    return [key for key in keys if is_blank(key)]
