"""The centre zone, and with it the whole window, made from the store in one transaction."""

from __future__ import annotations

from app.domain.identity import mask_id
from app.lanes import HALL, on
from app.services import confirmation, form, print_out, queue
from app.services.advice import advise
from app.services.case import MATTER, Case
from app.services.desk import Desk
from app.services.finishing import read_case
from app.services.form import value
from app.services.papers import MATERIALS
from app.services.views import (
    AdviceView,
    ConfirmationView,
    DeskView,
    OutcomeView,
    PageView,
    StepState,
    StepView,
    VisitView,
)
from app.storage import intakes, print_jobs, visits
from app.storage.access import Transaction
from app.texts import _


@on(HALL)
def desk_view(desk: Desk, finished: str = "") -> DeskView:
    """Return everything on the window; ``finished`` keeps a visit in the centre after it was finished."""
    desk.hall.refresh(desk.today())
    return desk.store(_desk_view, desk, finished)


def _desk_view(connection: Transaction, desk: Desk, finished: str) -> DeskView:
    hall = desk.settings.hall
    shown = visits.open_at(connection, desk.window)
    visit_id = shown.id if shown else finished
    case = read_case(connection, visit_id) if visit_id else None
    doubts = print_jobs.in_state(connection, "unconfirmed")
    return DeskView(
        court=hall.court,
        centre=hall.centre,
        window=hall.window,
        clerk=hall.clerk,
        queue=queue.view(desk),
        visit=_visit(connection, case, hall.court) if case else None,
        advice=advise(case.draft, case.dossier, desk.today(), desk.holidays) if case else AdviceView(),
        doubts=tuple(print_out.job_view(job) for job in doubts),
    )


def _visit(connection: Transaction, case: Case, court: str) -> VisitView:
    draft = case.draft
    read = confirmation.view(case.visit, draft, case.dossier, case.signed, court)
    outcome = _outcome(connection, case.visit.id)
    number = value(draft, "identity.id_number")
    cause = value(draft, "matter.cause")
    return VisitView(
        visit_id=case.visit.id,
        ticket=case.visit.ticket,
        green=case.visit.green,
        opened_at=case.visit.opened_at,
        party_name=value(draft, "identity.name"),
        masked_number=mask_id(number) if number else "",
        matter_title=f"{_(MATTER[1])} · {cause}" if cause else _(MATTER[1]),
        steps=_steps(case, read, outcome),
        identity=form.groups(draft, "identity"),
        matter=form.groups(draft, "matter"),
        parties=form.groups(draft, "parties"),
        pages=tuple(_pages(case)),
        materials=tuple((code, _(name)) for code, name in MATERIALS.items()),
        confirmation=read,
        outcome=outcome,
    )


def _steps(case: Case, read: ConfirmationView, outcome: OutcomeView | None) -> tuple[StepView, ...]:
    def filled(key: str, title: str) -> StepView:
        lacking = form.missing(case.draft, key)
        return StepView(key, title, StepState.OPEN if lacking else StepState.DONE)

    count = len(case.dossier)
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


def _pages(case: Case) -> list[PageView]:
    return [
        PageView(
            page_id=record.page.page_id,
            position=number,
            material=record.page.material,
            material_name=_(MATERIALS.get(record.page.material, record.page.material)),
            sha256=record.page.sha256,
            source=record.page.source,
            thumbnail=record.thumbnail,
        )
        for number, record in enumerate(case.dossier, 1)
    ]


def _outcome(connection: Transaction, visit_id: str) -> OutcomeView | None:
    intake = intakes.get_intake(connection, visit_id)
    if intake is None:
        return None
    event = intakes.events_of(connection, visit_id)[0]
    return OutcomeView(
        receipt_no=intake.receipt_no,
        finished_at=intake.finished_at,
        jobs=tuple(print_out.job_view(job) for job in print_jobs.of_visit(connection, visit_id)),
        court_state=event.state,
        court_receipt_no=event.receipt_no or "",
    )
