"""A number whose paper a crash swallowed is printed at the next start, once, and no other again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services import issuing
from app.storage import print_jobs
from tests.helpers.desks import desk_in, do


class Killed(BaseException):
    """The program ends here."""


def test_a_number_without_paper_gets_it_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_arguments: object) -> None:
        raise Killed

    with desk_in(tmp_path) as desk:
        kept = do(desk, issuing.take_ticket, "立案", False)
        with monkeypatch.context() as patch:
            patch.setattr(issuing, "queue_paper", ends)
            with pytest.raises(Killed):
                do(desk, issuing.take_ticket, "立案", False)
    with desk_in(tmp_path) as desk:
        (lost,) = do(desk, issuing.give_lost_papers)
        assert lost != kept
        assert do(desk, issuing.give_lost_papers) == ()
        jobs = [job.ticket for job in desk.store(print_jobs.in_state, "waiting")]
        assert sorted(jobs) == sorted(f"{desk.today().isoformat()}.{number}" for number in (kept, lost))


def test_numbers_of_a_torn_roll_have_their_paper_already(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        do(desk, issuing.admit_stubs, ["P001", "P002"], desk.clock.now())
        assert do(desk, issuing.give_lost_papers) == ()
