"""What is asked about mediation in a matter, and what was answered: one answer a matter, never demanded."""

from __future__ import annotations

from app.domain.matter import AGREE, DECLINE, MEDIATION, Mediation, MediationMode
from app.domain.mediation import mediation_for
from app.domain.steps import Mark
from app.services.fields import Draft, FieldSpec, value
from app.services.sheet import Sheet


def offer(shown: Sheet) -> Mediation:
    """What the catalogue says of mediation for the matter as its form stands now."""
    return mediation_for(shown.matter, shown.answers)


def question(shown: Sheet) -> FieldSpec | None:
    """The question, None where nobody is asked.

    It is asked where the catalogue offers mediation, and where a matter is sent to mediation that is only
    possible there: nobody is sent without an answer.
    """
    said = offer(shown)
    sent = said.mode is MediationMode.POSSIBLE and Mark.MEDIATION in shown.marks
    if said.mode is not MediationMode.OFFER and not sent:
        return None
    return FieldSpec(
        shown.path(MEDIATION),
        "先行调解",
        "choice",
        hint=said.rule.why,
        choices=((AGREE, "愿意"), (DECLINE, "不愿意")),
        offered=True,
    )


def answered(draft: Draft, shown: Sheet) -> str:
    """``AGREE``, ``DECLINE``, or "" while nothing is answered or nobody is asked."""
    spec = question(shown)
    return value(draft, spec.path) if spec is not None else ""


def agreed(draft: Draft, shown: Sheet) -> bool | None:
    """Whether the filing side agrees to mediation, None while that was not said.

    A matter about nothing but mediation asks each side in its own short form.
    """
    own = shown.answers.text("consent_filer")
    if own:
        return shown.answers.said("consent_filer")
    return {AGREE: True, DECLINE: False}.get(answered(draft, shown))
