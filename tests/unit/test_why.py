"""Every statement of the right zone, in all 25 matters, can be asked why and names its authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.domain.clock_rules import CLOCKS
from app.domain.matter import FieldKind, Matter
from app.domain.rule import Basis
from app.services.advice import advise
from app.services.form import YES
from app.services.views import AdviceView, Mark
from app.storage.records import DraftField
from tests.helpers.cases import draft, paper
from tests.helpers.domain import RESOURCES, catalogue, knowledge, steps
from tests.helpers.short_forms import answer, asked

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
BEYOND = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
MATTERS = sorted(catalogue().matters.values(), key=lambda matter: matter.code)


def entered(matter: Matter, variant: str, **changes: str) -> dict[str, DraftField]:
    """A draft of the matter with every question answered."""
    said = {f"matter.1.{f.key}": answer(f) for f in asked(matter) if f.kind is not FieldKind.PARTIES}
    said |= {f"matter.1.{f.key}": YES for f in matter.fields if f.kind is FieldKind.YES_NO}
    said |= {"matter.1.code": matter.code, "matter.1.variant": variant, "matter.1.mediation": "agree"}
    made = {path: DraftField(path, text, "typed", None) for path, text in (said | changes).items()}
    return draft() | made


AGENT = {"identity.role": "agent", "agent.1.kind": "lawyer", "party.p1.name": "苏日娜"}
FOREIGN = {"party.p1.origin": "foreign", "party.p1.form": "organisation", "party.p1.name": "ACME Ltd"}


def views(matter: Matter) -> Iterator[AdviceView]:
    """The right zone as it is for the emptiest and the fullest forms, papers and steps of a matter."""
    yield advise(
        {"matter.1.code": DraftField("matter.1.code", matter.code, "typed", None)}, (), knowledge(), NOW
    )
    papers = [paper(n, code) for n, code in enumerate(("M01", "M02", "M13"), 1)]
    for variant in [one.key for one in matter.variants] or [""]:
        for changes in ({}, AGENT, FOREIGN):
            said = entered(matter, variant, **changes)
            for now in (NOW, LATE, BEYOND):
                yield advise(said, papers, knowledge(), now, (), NOW, marked=True)
        taken = dict(said)
        for number, kind in enumerate((k for k in steps().values() if k.serves(matter)), 1):
            words = {"kind": kind.key, "matter": "1", "at": "2026-11-23T02:00:00+00:00", "by": "其木格"}
            words |= {f.key: answer(f) for f in kind.fields}
            taken |= {
                f"step.{number}.{key}": DraftField(f"step.{number}.{key}", text, "typed", None)
                for key, text in words.items()
            }
        yield advise(taken, papers, knowledge(), LATE, (), NOW)


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.code)
def test_every_statement_has_a_reason_and_an_authority(matter: Matter) -> None:
    silent: set[str] = set()
    for view in views(matter):
        for check in view.checks:
            if not check.reason or not (check.basis or check.mark is Mark.NOT_NEEDED):
                silent.add(f"check {check.title} {check.mark} {check.reason}")
        for due in view.dues:
            if not (due.why and due.basis and due.due):
                silent.add(f"due {due.title}: {due}")
        for remark in view.remarks:
            if not remark.basis:
                silent.add(f"remark {remark.text}")
        if view.fee is not None and not view.fee.basis:
            silent.add(f"fee {view.fee}")
        if view.mediation is not None and not view.mediation.hint:
            silent.add("mediation")
    assert not silent


def test_what_rests_on_no_published_text_is_listed_for_a_lawyer() -> None:
    listed = (RESOURCES.parent / "docs/legal-check.md").read_text("utf-8")
    for rule in CLOCKS.values():
        assert rule.basis is Basis.LAW or rule.id.removesuffix("_2026") in listed, rule.name
    for kind in steps().values():
        assert kind.rule.basis is Basis.LAW or kind.name in listed, kind.name
