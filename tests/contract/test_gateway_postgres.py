"""What a gateway demands of PostgreSQL, what it does with it, and what several of them do together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.sync.protocol import Stored
from tests.contract.test_gateway_start import refusal
from tests.helpers.court import Gateway
from tests.helpers.outbox import intake
from tests.helpers.postgres import Cluster, name_of, running_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    yield from running_cluster()


@pytest.fixture(scope="module")
def resting_cluster() -> Iterator[Cluster]:
    for cluster in running_cluster():
        cluster.stop()
        yield cluster


@pytest.fixture
def own_cluster(resting_cluster: Cluster) -> Iterator[Cluster]:
    """A running cluster that a test may stop and start."""
    resting_cluster.start()
    try:
        yield resting_cluster
    finally:
        resting_cluster.stop()


def numbers(cluster: Cluster, options: list[str]) -> list[str]:
    with cluster.connect(name_of(options)) as connection:
        return [row[0] for row in connection.execute("SELECT receipt_no FROM event ORDER BY no")]


def test_events_are_cut_by_court_and_month_and_every_primary_key_begins_with_the_court(
    cluster: Cluster, tmp_path: Path
) -> None:
    options = cluster.database()
    with Gateway(tmp_path, [*options, "--court", "2400"]) as gateway, gateway.client() as client:
        client.post([intake()])
    with cluster.connect(name_of(options)) as connection:
        [[part]] = connection.execute("SELECT tableoid::regclass::text FROM event").fetchall()
        assert part.startswith("event_p")
        assert part[-6:].isdigit()
        keys = connection.execute(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
            "WHERE i.indisprimary AND n.nspname = 'public' AND NOT c.relispartition AND c.relname <> 'meta'"
        ).fetchall()
    assert len(keys) >= 7
    assert {first for _, first in keys} == {"court"}


@pytest.mark.parametrize("statement", ["UPDATE event SET body = ''", "DELETE FROM event_blob"])
def test_the_database_itself_refuses_to_change_an_event(
    cluster: Cluster, tmp_path: Path, statement: str
) -> None:
    options = cluster.database()
    with Gateway(tmp_path, options) as gateway, gateway.client() as client:
        client.post([intake(pages=[b"page"])])
    with cluster.connect(name_of(options)) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute(statement)  # type: ignore[arg-type]


def test_two_gateways_on_one_database_give_each_number_once_and_without_a_gap(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The same events from both sides at once: one row, one number, one answer for each."""
    options = cluster.database()
    batches = [[intake(n) for n in range(1, 8)] for _ in range(6)]
    answers: list[dict[str, object]] = []

    def drain(gateway: Gateway, order: list[list[object]]) -> None:
        with gateway.client() as client:
            answers.extend(dict(client.post(batch).by_id) for batch in order)  # type: ignore[arg-type]

    with Gateway(tmp_path / "a", options) as one, Gateway(tmp_path / "b", options) as two:
        threads = [
            threading.Thread(target=drain, args=(one, batches)),
            threading.Thread(target=drain, args=(two, batches[::-1])),
            threading.Thread(target=drain, args=(one, batches[3:])),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told: dict[str, set[object]] = {}
    for part in answers:
        for event_id, answer in part.items():
            told.setdefault(event_id, set()).add(answer)
    assert len(told) == 42
    assert all(len(said) == 1 and isinstance(next(iter(said)), Stored) for said in told.values())
    assert [int(number[9:]) for number in numbers(cluster, options)] == list(range(1, 43))


def test_a_court_sees_nothing_of_another_and_counts_for_itself(cluster: Cluster, tmp_path: Path) -> None:
    options = cluster.database()
    event = intake()
    with (
        Gateway(tmp_path / "a", [*options, "--court", "2400"]) as one,
        Gateway(tmp_path / "b", [*options, "--court", "2401"]) as two,
    ):
        with one.client() as client:
            [first] = client.post([event]).by_id.values()
        assert two.visit(event.visit_id)["status"] == 404
        with two.client() as client:
            [second] = client.post([event]).by_id.values()
    assert isinstance(first, Stored)
    assert isinstance(second, Stored)
    assert first.receipt_no == second.receipt_no


def test_the_password_is_not_taken_from_the_address(cluster: Cluster, tmp_path: Path) -> None:
    address = f"postgresql://court:secret-word@127.0.0.1:{cluster.port}/postgres"
    told = refusal(tmp_path, "--database", address)
    assert "must not be in the address" in told
    assert "secret-word" not in told


def test_a_server_that_is_not_there_or_does_not_know_us_is_a_sentence(
    cluster: Cluster, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("nothing", "ascii")
    options = cluster.database()
    assert "cannot be used" in refusal(tmp_path, *options[:3], str(wrong))
    assert "cannot be used" in refusal(tmp_path, "--database", "postgresql://court@127.0.0.1:1/court")
    assert "cannot be read" in refusal(tmp_path, "--database", "mysql://court@127.0.0.1/court")


def test_a_newer_schema_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    options = cluster.database()
    with Gateway(tmp_path, options):
        pass
    with cluster.connect(name_of(options)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    assert "update the program" in refusal(tmp_path, *options)


def test_a_crash_of_the_server_loses_no_answer_and_the_gateway_goes_on(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    events = [intake(n) for n in range(1, 6)]
    options = own_cluster.database()
    with Gateway(tmp_path, options) as gateway, gateway.client() as client, gateway.http() as http:
        before, epoch = client.post(events).by_id, client.hello().epoch
        own_cluster.kill()
        sick = http.get("/health")
        assert (sick.status_code, sick.json()["reasons"]) == (503, {"database": "not_answering"})
        own_cluster.start()
        assert _again(gateway) == epoch
        assert client.post(events).by_id == before


def test_a_cluster_that_would_not_keep_a_commit_is_refused(own_cluster: Cluster, tmp_path: Path) -> None:
    options = own_cluster.database()
    for setting, told in [
        ("fsync=off", "fsync is off"),
        ("full_page_writes=off", "full_page_writes is off"),
    ]:
        own_cluster.stop()
        own_cluster.start(setting)
        assert told in refusal(tmp_path, *options)


def test_a_restored_cluster_has_a_new_epoch(own_cluster: Cluster, tmp_path: Path) -> None:
    """A cold copy put back: same identity, same timeline, but the log is behind the gateway's mark."""
    options = own_cluster.database()
    gateway = Gateway(tmp_path, options)
    with gateway, gateway.client() as client:
        client.post([intake()])
        old = client.hello().epoch
        gateway.stop()
        own_cluster.stop()
        copy = own_cluster.copy("copy")
        own_cluster.start()
        gateway.start()
        assert client.hello().epoch == old
        lost = [intake(n) for n in range(1, 201)]
        client.post(lost)
        gateway.stop()
        own_cluster.stop()
        own_cluster.put_back(copy)
        own_cluster.start()
        gateway.start()
        assert client.hello().epoch != old
        assert all(isinstance(answer, Stored) for answer in client.post(lost).by_id.values())


def _again(gateway: Gateway) -> str:
    """Ask for the epoch until the connections that died with the server are replaced."""
    with gateway.http() as http:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            answer = http.get("/v1/hello")
            if answer.status_code == 200:
                return str(answer.json()["epoch"])
    raise AssertionError("the gateway did not find the server again")
