"""What is still added to a finished visit: the answer of another court, and a freeze lifted later.

The finished visit stays as it is. Each addition is an amendment that stands for its record, with the reason
and what is different, in one transaction with whatever else it changes here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app.clock import stamp
from app.domain.audit import Act
from app.domain.risk import Effect, Finding
from app.domain.staff import Purpose
from app.errors import FormProblem
from app.lanes import DB, on
from app.services import amendments, fee_told, form, freezing, risks, step_view, steps
from app.services.amendment_paper import Told, shown
from app.services.approval import spend
from app.services.desk import Desk
from app.services.fields import Draft, value
from app.services.freezing import RiskView
from app.services.knowledge import Knowledge
from app.services.sheet import sheets
from app.services.step_view import StepsView
from app.services.steps import Step, recorded
from app.storage import findings, trail, visits
from app.storage.access import Transaction
from app.storage.records import DraftField, FindingRecord
from app.texts import _

_DONE: Final = "done"
_RECEIVED: Final = "received"


def _is_finished(connection: Transaction, visit_id: str) -> bool:
    found = visits.get(connection, visit_id) if visit_id else None
    return found is not None and found.state == "finished"


# ---- steps: what came in later ----------------------------------------------------------------------


@on(DB)
def steps_of(desk: Desk, visit_id: str, typed: Mapping[str, str]) -> StepsView:
    """Return the steps of a finished visit as they stand, with what is ``typed`` and not yet sent.

    Of any other visit those of the open one; raises FormProblem where there is none.
    """
    if not desk.store(_is_finished, visit_id):
        return step_view.view(desk)
    draft = desk.store(draft_now, visit_id, desk.knowledge)
    draft |= {path: DraftField(path, text, "typed", None) for path, text in typed.items()}
    known, now = desk.knowledge, desk.clock.now()
    made = tuple(step_view.recorded_view(draft, step, known, now) for step in recorded(draft, known))
    return StepsView(visit_id, made, (), finished=True)


def draft_now(connection: Transaction, visit_id: str, knowledge: Knowledge) -> dict[str, DraftField]:
    """Return the draft of a finished visit with what was added to its steps since."""
    draft = visits.fields(connection, visit_id)
    return draft | {field.path: field for field in added_to_steps(connection, visit_id, draft, knowledge)}


def added_to_steps(
    connection: Transaction, visit_id: str, draft: Draft, knowledge: Knowledge
) -> Iterator[DraftField]:
    """Yield the fields of steps that stand otherwise in the record than in the draft it was made of."""
    made = recorded(draft, knowledge)
    if not made:
        return
    try:
        _event, body = amendments.standing(connection, visit_id)
    except FormProblem:  # erased: the draft is all there is
        return
    told = {_name(one): one["fields"] for one in body.get("steps", ())}
    for step in made:
        fields = told.get((step.kind.key, stamp(step.at), step.shown.number), {})
        for key, text in fields.items():
            if value(draft, step.path(key)) != text:
                yield DraftField(step.path(key), text, "typed", None)


def _name(told: Mapping[str, Any]) -> tuple[str, str, int]:
    return told["kind"], told["at"], told["matter"]


@on(DB)
def add_to_steps(desk: Desk, visit_id: str, typed: Mapping[str, str]) -> int:
    """Send what came in after the end, by the paths of its fields; return how many values are different.

    One transaction; raises FormProblem for a field that is none, a value that cannot be, or nothing new.
    """
    return desk.store(_add_to_steps, desk, visit_id, dict(typed))


def _add_to_steps(connection: Transaction, desk: Desk, visit_id: str, typed: Mapping[str, str]) -> int:
    event, body = amendments.standing(connection, visit_id)
    draft = draft_now(connection, visit_id, desk.knowledge)
    before = {_name(one): one for one in body["steps"]}
    for path, text in typed.items():
        draft[path] = DraftField(path, _checked(draft, path, text, desk.knowledge), "typed", None)
    made = recorded(draft, desk.knowledge)
    after = copy.deepcopy(body)
    changed: list[dict[str, str]] = []
    told: list[tuple[str, str, str]] = []
    named: list[str] = []
    for place, one in enumerate(after["steps"]):
        step = next((s for s in made if (s.kind.key, stamp(s.at), s.shown.number) == _name(one)), None)
        different = list(_different(place, before[_name(one)]["fields"], step)) if step else []
        if step is not None and different:
            after["steps"][place] = steps.body([step], desk.knowledge)[0]
            changed += different
            told += _told(step, different)
            named.append(_(step.kind.name))
    if not changed:
        raise FormProblem(
            _("没有新的内容。"), safe=_("原来的记录没有改动。"), next_step=_("请填好再送，或按 Esc 返回。")
        )
    why = _("办结后补记：{names}").format(names="、".join(dict.fromkeys(named)))
    amendments.put_in_place(connection, desk, event, after, changed, why, Told(values=told))
    return len(changed)


def _told(step: Step, different: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what the paper says of a step: its name and the field's, before and after."""
    labels = {field.key: _(field.label) for field in step.kind.fields}
    for one in different:
        key = one["path"].rpartition(".")[2]
        name = _("{step}：{field}").format(step=_(step.kind.name), field=labels.get(key, key))
        yield name, shown(key, one["before"]), shown(key, one["after"])


def _checked(draft: Draft, path: str, text: str, knowledge: Knowledge) -> str:
    spec = form.spec_at(draft, path, knowledge) if path.startswith("step.") else None
    if spec is None:
        raise FormProblem(_("没有这一项。"))
    checked = form.check(spec, text)
    if not checked.ok:
        raise FormProblem(
            _("{label}：{why}").format(label=_(spec.label), why=checked.problem or _("不对")),
            safe=_("原来的记录没有改动。"),
            next_step=_("请改好再送。"),
        )
    return checked.value


def _different(place: int, before: Mapping[str, str], step: Step) -> Iterator[dict[str, str]]:
    after = {key: str(text) for key, text in step.answers.values.items()}
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            yield {"path": f"steps.{place}.fields.{key}", "before": old, "after": new}


# ---- freezes: lifted after the papers were only received --------------------------------------------


@on(DB)
def risk_list(desk: Desk, visit_id: str) -> tuple[RiskView, ...]:
    """Return the risks of a finished visit, those that still stand first; else those of the open one."""
    if not desk.store(_is_finished, visit_id):
        return freezing.risk_list(desk)

    def read(connection: Transaction) -> tuple[RiskView, ...]:
        stood = _stood(connection, visit_id)
        names = {
            str(shown.number): shown.matter.short
            for shown in sheets(visits.fields(connection, visit_id), desk.knowledge)
        }
        kept = tuple(_view(one, names, stood) for one in findings.of_visit(connection, visit_id))
        told = fee_told.found(connection, desk, visit_id)
        return (*kept, *(_now(key, one, names, desk.clock.now()) for key, one in told.items()))

    return tuple(sorted(desk.store(read), key=lambda one: (not one.stands, one.effect != Effect.FREEZE)))


def _stood(connection: Transaction, visit_id: str) -> frozenset[str]:
    """Keys of the findings that held when the visit ended."""
    try:
        _event, body = amendments.standing(connection, visit_id)
    except FormProblem:
        return frozenset()
    return frozenset(f"{one['matter']}.{one['key']}" for one in body["findings"] if one["stood"])


def _view(one: FindingRecord, names: Mapping[str, str], stood: frozenset[str]) -> RiskView:
    return RiskView(
        key=one.key,
        matter=names.get(one.key.partition(".")[0], ""),
        effect=one.effect,
        text=one.text,
        basis=risks.basis_of(one.key, one.article),
        action=one.action,
        stands=one.key in stood and one.lifted_at is None,
        appeared_at=one.appeared_at,
        lifted_at=one.lifted_at,
        lifted_by=one.lifted_by,
        reason=one.reason,
    )


def _now(key: str, one: Finding, names: Mapping[str, str], now: datetime) -> RiskView:
    """A finding made after the end: the correction and the print ledger keep what it comes from."""
    matter, basis = names.get(key.partition(".")[0], ""), risks.basis_of(key, one.rule.article)
    return RiskView(key, matter, one.effect, one.rule.text, basis, one.action, stands=True, appeared_at=now)


@on(DB)
def lift(desk: Desk, visit_id: str, key: str, approval_id: str, reason: str) -> str:
    """Lift a freeze with a supervisor's approval, also of a visit that was only received; return who did.

    When no freeze of a received visit is left it counts as done: the amendment says so, and the papers that
    were kept back can be printed. Raises FormProblem without a reason or a freeze that stands, NotApproved.
    """
    if not desk.store(_is_finished, visit_id):
        return freezing.lift(desk, key, approval_id, reason)
    return desk.store(_lift, desk, visit_id, key, approval_id, freezing.good_reason(reason))


def _lift(connection: Transaction, desk: Desk, visit_id: str, key: str, approval_id: str, why: str) -> str:
    now = desk.clock.now()
    event, body = amendments.standing(connection, visit_id)
    who = spend(connection, approval_id, Purpose.UNFREEZE, f"{visit_id}:{key}", now)
    done = key in _stood(connection, visit_id) and findings.lift(
        connection, visit_id, key, at=now, by=who, reason=why, approval_id=approval_id
    )
    if not done:
        raise FormProblem(_("这一条没有冻结，或已经解除。"), safe=_("什么都没有改动，核准没有用掉。"))
    trail.add(connection, Act.UNFROZEN, subject=visit_id, actor=who, at=now, finding=key)
    after, changed = _lifted(body, key, who, why, now)
    # What was frozen and why is between the window and its supervisor: no paper says it.
    amendments.put_in_place(connection, desk, event, after, changed, why, Told())
    return who


def _lifted(
    body: Mapping[str, Any], key: str, who: str, why: str, now: datetime
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the record with the freeze lifted, and what is different in it."""
    after = copy.deepcopy(dict(body))
    changed: list[dict[str, str]] = []
    for place, one in enumerate(after["findings"]):
        if f"{one['matter']}.{one['key']}" == key and one["effect"] == Effect.FREEZE:
            for name, text in (("lifted_at", stamp(now)), ("lifted_by", who), ("reason", why)):
                changed.append({"path": f"findings.{place}.{name}", "before": one[name], "after": text})
                one[name] = text
    left = (one for one in after["findings"] if one["stood"] and not one["lifted_at"])
    frozen = (one["effect"] == Effect.FREEZE for one in left)
    if after.get("disposal") == _RECEIVED and not any(frozen):
        changed.append({"path": "disposal", "before": _RECEIVED, "after": _DONE})
        after["disposal"] = _DONE
    return after, changed
