"""From nothing to this program's schema, and from every earlier one; backed up first, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.errors import StorageProblem
from app.paths import Places
from app.storage import backup, meta, tables, triggers
from app.storage import migrate as migration
from app.storage.engine import Store
from app.storage.migrate import migrate, version
from app.storage.opening import load_key, open_store
from tests.helpers.cases import MOMENT


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.under(tmp_path)


@pytest.fixture
def migrated(places: Places) -> Iterator[Store]:
    store = open_store(places, MOMENT)
    yield store
    store.close()


def schema(connection: Connection) -> dict[tuple[str, str], str]:
    """Return each object's normalised words by kind and name."""
    rows = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return {(row[0], row[1]): _words(row[2]) for row in rows if row[1] != "alembic_version"}


def _words(sql: str) -> str:
    words = re.sub(r"\s+", " ", sql.replace('"', "")).replace("( ", "(").replace(" )", ")")
    if not words.startswith("CREATE TABLE"):
        return words
    head, _, body = words.partition("(")
    return head.strip() + " " + " | ".join(sorted(_definitions(body.rpartition(")")[0])))


def _definitions(body: str) -> list[str]:
    """Split at the commas between definitions, not at those inside brackets."""
    found, depth, current = [], 0, ""
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(current.strip())
            current = ""
        else:
            current += character
    return [re.sub(r"FOREIGN KEY ?\(", "FOREIGN KEY(", word) for word in (*found, current.strip())]


def test_the_scripts_make_exactly_what_the_tables_say(migrated: Store, tmp_path: Path) -> None:
    declared = Store(tmp_path / "declared.db", bytes(32))
    with declared.transaction() as connection:
        tables.metadata.create_all(connection)
        for trigger in triggers.TRIGGERS:
            connection.exec_driver_sql(trigger)
        wanted = schema(connection)
    declared.close()
    with migrated.transaction() as connection:
        made = schema(connection)
    assert set(made) == set(wanted)
    assert made == wanted


def test_alembic_too_finds_no_difference(migrated: Store) -> None:
    with migrated.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_number_in_the_file_and_the_revision_name_the_same_step(migrated: Store) -> None:
    scripts = ScriptDirectory(str(migration._SCRIPTS))
    with migrated.transaction() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        assert version(connection) == tables.SCHEMA_VERSION == int(revision)
    assert scripts.get_heads() == [revision]
    assert len(list(scripts.walk_revisions())) == tables.SCHEMA_VERSION


def test_the_scripts_know_nothing_of_the_tables_of_today() -> None:
    for script in (migration._SCRIPTS / "versions").glob("v*.py"):
        assert "app." not in script.read_text(encoding="utf-8"), f"{script.name} must stand alone"


def _steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Put a step 2 behind the real ones, as a later program would have it."""
    copied = tmp_path / "later"
    copied.mkdir()
    for file in migration._SCRIPTS.rglob("*.py"):
        target = copied / file.relative_to(migration._SCRIPTS)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    last = f"{tables.SCHEMA_VERSION:04d}"
    following = f"{tables.SCHEMA_VERSION + 1:04d}"
    script = (
        f"from alembic import op\nrevision = '{following}'\ndown_revision = '{last}'\n\n\ndef upgrade():\n"
    )
    script += "".join(f"    {line}\n" for line in body.splitlines())
    (copied / "versions" / f"v{following}_later.py").write_text(script, encoding="utf-8")
    monkeypatch.setattr(migration, "_SCRIPTS", copied)
    monkeypatch.setattr(migration, "SCHEMA_VERSION", tables.SCHEMA_VERSION + 1)


def _with_a_row(places: Places) -> None:
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        meta.write(connection, "kept", "张𬭎")
    store.close()


def test_an_older_file_is_backed_up_before_it_is_migrated(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_a_row(places)
    _steps(monkeypatch, tmp_path, "op.execute('ALTER TABLE meta ADD COLUMN note TEXT')")
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        assert version(connection) == tables.SCHEMA_VERSION + 1
        row = connection.exec_driver_sql("SELECT value, note FROM meta WHERE key = 'kept'").one()
        assert tuple(row) == ("张𬭎", None)
    store.close()
    (made,) = backup.listed(places.backups)
    assert made.reason == "migration"
    backup.prove(made, load_key(places))
    old = Store(made.path, load_key(places))
    with old.transaction() as connection:
        assert version(connection) == tables.SCHEMA_VERSION
        assert meta.read(connection, "kept") == "张𬭎"
    assert old.integrity() == []
    old.close()


def test_a_migration_that_fails_in_the_middle_leaves_the_file_as_it_was(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_a_row(places)
    body = "op.execute('ALTER TABLE meta ADD COLUMN note TEXT')\nop.execute('DROP TABLE counter')\n"
    with monkeypatch.context() as later:
        _steps(later, tmp_path, body + "op.execute('ALTER TABLE nowhere ADD COLUMN x')")
        with pytest.raises(Exception, match="nowhere"):
            open_store(places, MOMENT)
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        assert version(connection) == tables.SCHEMA_VERSION
        assert meta.read(connection, "kept") == "张𬭎"
        assert meta.next_number(connection, "n") == 1
        columns = connection.exec_driver_sql("SELECT count(*) FROM pragma_table_info('meta')").scalar_one()
        assert columns == 2
    store.close()


def test_without_room_for_the_backup_nothing_is_migrated(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_a_row(places)
    (places.data / "backups").write_text("a file where the folder belongs", encoding="utf-8")
    with monkeypatch.context() as later:
        _steps(later, tmp_path, "op.execute('ALTER TABLE meta ADD COLUMN note TEXT')")
        with pytest.raises(StorageProblem) as told:
            open_store(places, MOMENT)
    assert told.value.happened
    assert told.value.safe
    assert told.value.next_step
    store = open_store(places, MOMENT)
    with store.transaction() as connection:
        assert version(connection) == tables.SCHEMA_VERSION
    store.close()


def test_a_file_of_the_first_version_opens_and_is_only_migrated_once(places: Places) -> None:
    """Later versions add a file of each older one here; the first is made by its own script."""
    places.make()
    store = Store(places.store, load_key(places))
    assert migrate(store, places.data / "backups", MOMENT) is None
    store.close()
    before = places.store.read_bytes()
    store = Store(places.store, load_key(places))
    assert migrate(store, places.data / "backups", MOMENT) is None
    store.close()
    assert places.store.read_bytes() == before
