"""Every statement of the right zone, in all 25 matters, can be asked why and names its authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest

from app.domain.clock_rules import CLOCKS
from app.domain.fee_schedule import ENTRIES, FREE_REASONS
from app.domain.matter import FieldKind, Level, Matter
from app.domain.rule import Basis
from app.services.advice import advise
from app.services.due_lines import authority
from app.services.form import YES
from app.services.views import AdviceView, CheckLine, DueLine, FeeView, Mark
from app.storage.records import DraftField
from tests.helpers.cases import draft, paper
from tests.helpers.domain import RESOURCES, catalogue, knowledge, steps
from tests.helpers.provisions import OWN, is_named, unknown
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


CAUSES = ("", "离婚纠纷", "名誉权纠纷", "追索劳动报酬纠纷", "著作权权属纠纷", "排除妨害纠纷")


def decisive(matter: Matter, variant: str) -> Iterator[dict[str, str]]:
    """What a fee goes by, as it may be said: no amount, nothing yet, a large one, for every kind of cause."""
    spec = matter.fee_of(variant)
    if spec.by_cause or spec.by_choice:
        yield from ({"matter.1.amount": "", "matter.1.cause": cause} for cause in CAUSES)
        yield from ({"matter.1.amount": "无", "matter.1.cause": cause} for cause in CAUSES)
    elif spec.kind is not None:
        yield from ({"matter.1.amount": amount} for amount in ("", "无", "20000001"))
    for field in matter.fields:
        yield from ({f"matter.1.{field.key}": choice} for choice in field.choices)


@cache
def seen(code: str) -> tuple[AdviceView, ...]:
    """The views of a matter, worked out once for all tests."""
    return tuple(views(catalogue().matters[code]))


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
        for changes in decisive(matter, variant):
            yield advise(entered(matter, variant, **changes), (), knowledge(), NOW)
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
    for view in seen(matter.code):
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


def _authorities() -> dict[str, set[str]]:
    """What each clock of the tables, and each target of a step, rests on, by its name."""
    rules = [(rule.name, rule.article, rule.basis) for rule in CLOCKS.values()]
    rules += [(kind.name, kind.rule.article, kind.rule.basis) for kind in steps().values()]
    known: dict[str, set[str]] = {}
    for name, article, basis in rules:
        known.setdefault(name, set()).add(authority(article, basis))
    return known


AUTHORITIES = _authorities()


def untraced(view: AdviceView) -> Iterator[str]:
    """Every figure, day and statement of the zone that leads to no rule of the tables."""
    listed = (RESOURCES.parent / "docs/legal-check.md").read_text("utf-8")
    for check in view.checks:
        own = check.basis in OWN and check.mark is not Mark.MISSING_LAW
        if not (is_named(check.basis) or own or _idle(check)):
            yield f"material {check.title}: {check.basis}"
    for due in view.dues:
        yield from _of_clock(due, listed)
    for remark in view.remarks:
        node = remark.basis.startswith("风险节点第") and remark.basis.endswith("（本院规则）")
        named = is_named(remark.basis) or node or remark.basis in OWN
        if not named or any(unknown(remark.text + remark.action)):
            yield f"remark {remark.text} {remark.action}: {remark.basis}"
    if view.fee is not None:
        yield from _of_fee(view.fee)
    if view.mediation is not None and not is_named(view.mediation.hint):
        yield f"mediation {view.mediation.hint}"


def _of_clock(due: DueLine, listed: str) -> Iterator[str]:
    own = due.basis in OWN and due.title.partition("（")[0] in listed
    if not (is_named(due.basis) or own) or any(unknown(f"{due.why}{due.note}")):
        yield f"clock {due.title}: {due.basis} {due.why}"
    if due.basis not in AUTHORITIES[due.title]:
        yield f"clock {due.title} rests on another rule than its own: {due.basis}"


def _idle(check: CheckLine) -> bool:
    return check.mark is Mark.NOT_NEEDED and not check.basis


def _of_fee(fee: FeeView) -> Iterator[str]:
    figure = bool(fee.amount) or "至" in fee.shown
    if not is_named(fee.basis) and not (fee.basis in OWN and not figure):
        yield f"fee {fee.shown}: {fee.basis}"
    if not fee.steps or any(unknown("；".join((*fee.steps, fee.note)))):
        yield f"fee {fee.shown}: {fee.steps}"
    if fee.basis in OWN and fee.steps[0] not in ("", *fee.note.split("；")):
        yield f"fee {fee.shown} does not say whose rule it is: {fee.note}"


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.code)
def test_every_figure_is_traced_to_a_provision_that_exists(matter: Matter) -> None:
    found = {one for view in seen(matter.code) for one in untraced(view)}
    assert not found


def test_every_table_of_rules_cites_provisions_that_exist() -> None:
    cited = [rule.article for rule in CLOCKS.values()]
    cited += [rule.ahead.article for rule in CLOCKS.values() if rule.ahead is not None]
    cited += [entry.article for entry in ENTRIES.values()]
    cited += [article for _text, article in FREE_REASONS.values()]
    cited += [one.basis for one in catalogue().materials.values()]
    cited += [r.material.basis for one in MATTERS for r in one.requirements]
    cited += [one.mediation.article for one in MATTERS]
    cited += [kind.rule.article for kind in steps().values()]
    assert [text for text in cited if any(unknown(text))] == []
    asked = [r.material for one in MATTERS for r in one.requirements]
    assert {one.basis for one in asked if one.level is Level.LAW and not is_named(one.basis)} == set()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("民事诉讼法第126条、登记立案规定第8条", 0),
        ("民事诉讼法第172条、第173条", 0),
        ("民诉法解释第302条至第304条", 0),
        ("民事诉讼法第999条", 1),
        ("某某规定第8条", 1),
        ("登记立案规定第8条、某某规定第9条", 1),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(text: str, wrong: int) -> None:
    assert len(list(unknown(text))) == wrong


def test_what_rests_on_no_published_text_is_listed_for_a_lawyer() -> None:
    listed = (RESOURCES.parent / "docs/legal-check.md").read_text("utf-8")
    for rule in CLOCKS.values():
        assert rule.basis is Basis.LAW or rule.id.removesuffix("_2026") in listed, rule.name
    for kind in steps().values():
        assert kind.rule.basis is Basis.LAW or kind.name in listed, kind.name
