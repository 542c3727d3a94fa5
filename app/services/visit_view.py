"""The centre zone, and with it the whole window, made from the store in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.clock import local
from app.domain.identity import mask_id
from app.domain.matter import FieldKind
from app.domain.short_form import lying_ahead
from app.lanes import HALL, on
from app.services import (
    answers,
    before_end,
    coming_back,
    confirmation,
    corrected_since,
    corrections,
    form,
    freezing,
    mediation,
    print_out,
    queue,
    risks,
    step_view,
    still_missing,
)
from app.services.advice import advise
from app.services.afterwards import added_to_steps
from app.services.amendments import AMENDABLE
from app.services.case import Case, read_case, with_added
from app.services.desk import Desk
from app.services.favourites import of_clerk, offered
from app.services.fields import Draft, card_of, value
from app.services.knowledge import Knowledge
from app.services.matters import joinable
from app.services.numbers import masked_groups, masked_text, shows_identity
from app.services.paper_needs import Need, ground_of, marked, needs_of
from app.services.papers import page_view
from app.services.sheet import (
    Sheet,
    current,
    material_name,
    materials,
    paper_form,
    sheets,
)
from app.services.steps import Step, recorded
from app.services.views import (
    AdviceView,
    ConfirmationView,
    DeskView,
    FieldGroup,
    FieldView,
    MatterTab,
    OutcomeView,
    PageView,
    StepState,
    StepView,
    VisitView,
)
from app.storage import findings, intakes, print_jobs, visits
from app.storage.access import Transaction
from app.texts import _


@on(HALL)
def desk_view(desk: Desk, finished: str = "") -> DeskView:
    """Return everything on the window; ``finished`` keeps a visit in the centre after it was finished."""
    queue.look(desk)
    return desk.store(_desk_view, desk, finished)


def _desk_view(connection: Transaction, desk: Desk, finished: str) -> DeskView:
    hall = desk.settings.hall
    shown = visits.open_at(connection, desk.window)
    visit_id = shown.id if shown else finished
    case = read_case(connection, visit_id) if visit_id else None
    doubts = print_jobs.in_state(connection, "unconfirmed")
    needs = _needs(case, desk) if case else ()
    stands = _as_it_stands(connection, case) if case else None
    advice = _advice(connection, stands, desk, needs) if stands else AdviceView()
    return DeskView(
        court=hall.court,
        centre=hall.centre,
        window=hall.window,
        clerk=hall.clerk,
        queue=queue.view(desk),
        visit=_visit(connection, case, stands, desk, needs) if case and stands else None,
        advice=advice,
        doubts=tuple(print_out.job_view(job) for job in doubts),
    )


def _needs(case: Case, desk: Desk) -> tuple[Need, ...]:
    """What the papers of the matter on the screen lack, as long as it can still be answered."""
    if case.visit.state != "open":
        return ()
    return needs_of(ground_of(desk, case, current(case.draft, desk.knowledge)))


def _advice(connection: Transaction, case: Case, desk: Desk, needs: Sequence[Need]) -> AdviceView:
    """The right zone; what the clerk is shown to be at risk is put on record as it is shown.

    Of a finished visit it goes by the record that stands, as its papers do.
    """
    now, back = desk.clock.now(), None
    if case.visit.state == "open":
        back = coming_back.waiting(connection, case)
        holds = risks.on_screen(case.draft, desk.knowledge, now, case.visit.opened_at)
        known = freezing.note(connection, case.visit.id, holds, now)
    else:
        known = findings.of_visit(connection, case.visit.id)
    ticket = desk.hall.state.tickets.get(case.visit.ticket)
    marked = ticket is not None and ticket.urgent
    until = case.visit.closed_at or now
    since = case.visit.opened_at
    made = advise(
        case.draft,
        case.dossier,
        desk.knowledge,
        until,
        known,
        since,
        marked=marked,
        needs=needs,
        missing=still_missing.remark(case, current(case.draft, desk.knowledge), desk.knowledge),
        over=case.visit.state != "open",
    )
    if case.visit.state != "open":
        return replace(made, urgent="", mediation=None)  # nobody waits any more, nobody can be asked
    return replace(made, remarks=(back, *made.remarks)) if back else made


def _as_it_stands(connection: Transaction, case: Case) -> Case:
    """Return a finished visit with what was corrected since; any other as it is."""
    if case.visit.state != "finished":
        return case
    return replace(case, draft=corrections.corrected(connection, case.visit.id, case.draft))


def _visit(connection: Transaction, case: Case, stands: Case, desk: Desk, needs: Sequence[Need]) -> VisitView:
    """The visit as it was signed; what it lacks goes by how it ``stands`` now."""
    draft, knowledge = case.draft, desk.knowledge
    shown = current(draft, knowledge)
    liked = of_clerk(connection, desk.settings.hall.clerk)
    read = confirmation.view(case, desk.settings.hall.court, knowledge)
    outcome = _outcome(connection, case, stands, desk)
    refused = {} if outcome else form.refusals(draft, shown, knowledge)
    if not outcome:
        read = replace(read, unasked=before_end.before_signing(case, shown, needs, refused))
    left = [need for need in needs if need.path not in refused]
    number = value(draft, "identity.id_number")
    until = case.visit.closed_at or desk.clock.now()
    asked = form.groups(draft, "matter", knowledge)
    handed_in = tuple(materials(draft, shown, case.dossier).items())
    hidden: Callable[[Iterable[FieldGroup]], tuple[FieldGroup, ...]] = masked_groups if outcome else tuple
    if outcome:
        read = replace(read, text=masked_text(read.text, draft))
    return VisitView(
        visit_id=case.visit.id,
        ticket=case.visit.ticket,
        green=case.visit.green,
        opened_at=case.visit.opened_at,
        party_name=value(draft, "identity.name"),
        masked_number=mask_id(number) if number else "",
        matter_title=" · ".join([form.fitting(shown.matter), *([shown.cause.name] if shown.cause else [])]),
        steps=_steps(stands, current(stands.draft, knowledge), knowledge, read, outcome, left),
        identity=hidden(form.groups(draft, "identity", knowledge)),
        matter=hidden(marked(_dated(offered(asked, liked, knowledge), shown, until), needs)),
        parties=hidden(marked(form.groups(draft, "parties", knowledge), needs)),
        pages=tuple(_pages(with_added(connection, case), shown, knowledge, over=outcome is not None)),
        materials=handed_in,
        confirmation=read,
        outcome=outcome,
        party_lists=tuple(
            (field.key, _(field.label)) for field in shown.fields if field.kind is FieldKind.PARTIES
        ),
        copies=tuple(form.field_view(draft, form.copies_spec(shown, code)) for code, _name in handed_in),
        paper_forms=tuple(_paper_form(draft, shown, code, knowledge) for code, _name in handed_in),
        waivers=tuple(_waiver(draft, shown, code) for code, _name in handed_in),
        tabs=_tabs(case, knowledge),
        current=shown.number,
        filers=len(shown.parties.filers),
        joinable=joinable(draft, shown, knowledge),
        card="" if outcome else card_of(draft),
    )


def _dated(groups: tuple[FieldGroup, ...], shown: Sheet, now: datetime) -> tuple[FieldGroup, ...]:
    """The form with what is to be said of dates that lie ahead."""
    wall = local(now).replace(tzinfo=None)
    ahead = lying_ahead(shown.matter, shown.parties, shown.answers, wall)
    if not ahead:
        return groups
    said = {shown.path(key): rule.why for key, rule in ahead.items()}

    def marked(field: FieldView) -> FieldView:
        words = said.get(field.path)
        if words is None:
            return field
        return replace(field, problem="；".join(one for one in (field.problem, words) if one))

    return tuple(replace(group, fields=tuple(map(marked, group.fields))) for group in groups)


def _paper_form(draft: Draft, shown: Sheet, code: str, knowledge: Knowledge) -> FieldView:
    path = shown.path(f"form.{code}")
    known = paper_form(draft, shown.number, code, knowledge)
    return replace(form.field_view(draft, form.paper_form_spec(path)), value=known)


def _waiver(draft: Draft, shown: Sheet, code: str) -> FieldView | None:
    spec = form.waiver_spec(shown.path(f"waived.{code}"), code, shown.matter)
    return form.field_view(draft, spec) if spec is not None else None


def _tabs(case: Case, knowledge: Knowledge) -> tuple[MatterTab, ...]:
    made = sheets(case.draft, knowledge)
    return tuple(
        MatterTab(shown.number, f"{place} {shown.matter.short}", _filled(case, shown, knowledge))
        for place, shown in enumerate(made, 1)
    )


def _filled(case: Case, shown: Sheet, knowledge: Knowledge) -> StepState:
    lacking = any(form.missing(case.draft, step, shown, knowledge) for step in ("matter", "parties"))
    return StepState.OPEN if lacking else StepState.DONE


def _steps(
    case: Case,
    shown: Sheet,
    knowledge: Knowledge,
    read: ConfirmationView,
    outcome: OutcomeView | None,
    needs: Sequence[Need],
) -> tuple[StepView, ...]:
    def filled(key: str, title: str) -> StepView:
        lacking = form.missing(case.draft, key, shown, knowledge)
        count = len(lacking) + sum(need.step == key and need.asked for need in needs)
        if not count:
            return StepView(key, title, StepState.DONE)
        return StepView(key, title, StepState.OPEN, _("差 {count} 项").format(count=count))

    count = sum(record.page.matter == shown.number for record in case.dossier)
    pages = _("{count} 页").format(count=count) if count else ""
    signed = StepState.DONE if read.signed_at else StepState.ATTENTION if read.outdated else StepState.OPEN
    return (
        filled("identity", _("身份")),
        filled("matter", _("事项")),
        filled("parties", _("当事人")),
        StepView("materials", _("材料"), StepState.DONE if count else StepState.OPEN, pages),
        StepView("confirmation", _("确认签字"), signed),
        StepView("outcome", _("出件"), StepState.DONE if outcome else StepState.OPEN),
    )


def _pages(case: Case, shown: Sheet, knowledge: Knowledge, *, over: bool) -> list[PageView]:
    """The pages of a matter; when the visit is ``over`` those of identity documents are covered."""
    mine = (record for record in case.dossier if record.page.matter == shown.number)
    return [
        page_view(
            record,
            number,
            material_name(record.page.material, knowledge, shown),
            covered=over and shows_identity(record.page.material, knowledge),
        )
        for number, record in enumerate(mine, 1)
    ]


def _steps_now(connection: Transaction, case: Case, knowledge: Knowledge) -> tuple[Step, ...]:
    added = added_to_steps(connection, case.visit.id, case.draft, knowledge)
    return recorded({**case.draft, **{field.path: field for field in added}}, knowledge)


def _received_only(body: bytes) -> bool:
    """Whether the record that stands says that something frozen was only received.

    The record is canonical JSON, in which quotes of a text are escaped: nothing else reads like this.
    """
    return b'"disposal":"received"' in body


def _outcome(connection: Transaction, case: Case, stands: Case, desk: Desk) -> OutcomeView | None:
    visit_id, knowledge = case.visit.id, desk.knowledge
    intake = intakes.get_intake(connection, visit_id)
    if intake is None:
        return None
    event = [one for one in intakes.events_of(connection, visit_id) if one.kind in AMENDABLE][-1]
    return OutcomeView(
        receipt_no=intake.receipt_no,
        finished_at=intake.finished_at,
        jobs=tuple(print_out.job_view(job) for job in print_jobs.of_visit(connection, visit_id)),
        court_state=event.state,
        court_receipt_no=event.receipt_no or "",
        event_id=event.id,
        answers=answers.of_visit(connection, visit_id),
        steps=step_view.told(_steps_now(connection, case, knowledge), knowledge, intake.finished_at),
        received_only=_received_only(event.body),
        lacking=(
            *mediation.refusals(stands.sheets(knowledge), knowledge),
            *still_missing.of_visit(stands, knowledge),
        ),
        corrected=corrected_since.of_visit(connection, desk, visit_id),
    )
