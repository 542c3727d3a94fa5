"""Whichever call breaks, and however: the run after it stores everything once. Real HTTP, a real gateway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.sync.protocol import sha256_hex
from tests.helpers.court import Desk, Fault, FaultProxy, Gateway
from tests.helpers.outbox import intake, new_id

pytestmark = pytest.mark.logs("app.court")
MOST_CALLS = 60


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with Gateway(tmp_path_factory.mktemp("court")) as running:
        yield running


@pytest.fixture
def proxy(court: Gateway) -> Iterator[FaultProxy]:
    with FaultProxy(court) as running:
        yield running


@pytest.mark.parametrize("fault", [Fault.CUT_HALFWAY, Fault.CUT_AFTER])
def test_the_nth_call_fails_for_every_n_until_a_run_passes(
    court: Gateway, proxy: FaultProxy, fault: Fault
) -> None:
    for nth in range(1, MOST_CALLS):
        proxy.script.clear()
        proxy.calls.clear()
        proxy.script.extend([Fault.NONE] * (nth - 1) + [fault])
        _one_run(court, proxy)
        if len(proxy.calls) < nth:
            assert nth > 5, "hello, two posts, the list, a blob with two calls"
            return
    raise AssertionError(f"still failing after {MOST_CALLS} calls")


def _one_run(court: Gateway, proxy: FaultProxy) -> None:
    """Two records of one visit and one of another, with pages nobody sent before; all of it arrives once."""
    visit, other = new_id(), new_id()
    pages = [f"{visit} {number}".encode() * 30 for number in range(1)]
    desk = Desk(court.client(proxy.url), *pages)
    try:
        events = [
            desk.outbox.add(intake(1, visit, pages), pages),
            desk.outbox.add(intake(2, visit)),
            desk.outbox.add(intake(3, other)),
        ]
        desk.settle()
        assert desk.outbox.states() == ["stored"] * 3
        for visit_id, mine in ((visit, events[:2]), (other, events[2:])):
            told = court.visit(visit_id)
            assert told["complete"] is True
            assert [one["id"] for one in told["events"]] == [event.id for event in mine]
        with court.client() as asking:
            assert all(asking.blob_offset(sha256_hex(page)) == len(page) for page in pages)
    finally:
        desk.close()
