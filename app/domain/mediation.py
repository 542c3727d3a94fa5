"""Whether mediation is offered for a matter with this cause; both answers are recorded, none is demanded."""

from __future__ import annotations

from typing import Final

from app.domain.matter import Matter, Mediation, MediationMode, Side
from app.domain.party import Parties
from app.domain.short_form import Answers, all_hold

CLOCK: Final = "mediation"
"""The clock of mediation before suit; where each side is asked it runs once both have agreed."""
CONSENTS: Final = {Side.FILER: "consent_filer", Side.OTHER: "consent_other"}
"""The fields in which a matter about nothing but mediation asks each side."""
SIDE_NAMES: Final = {Side.FILER: "申请方", Side.OTHER: "对方"}
REFUSED: Final = "民事诉讼法第125条、登记立案规定第15条"
_NOTHING_SAID = Mediation(MediationMode.NONE)
NOT_MEDIABLE = Mediation(
    MediationMode.NONE, "身份关系确认、特别程序、督促程序、公示催告程序案件不适用调解", "民诉法解释第143条"
)
EARLIER: Final = "mediation_refused"
"""The answer that tells of a suit that a side refused to mediate the same dispute before it."""
REFUSED_BEFORE = Mediation(MediationMode.NONE, "先行调解已有一方不同意，不再问，直接立案", REFUSED)
MEDIATE_FIRST = Mediation(
    MediationMode.OFFER,
    "这类案件宜先行调解；当事人不同意的，立即转立案",
    "简易程序规定第14条、民事诉讼法第125条",
)


def mediation_for(matter: Matter, answers: Answers) -> Mediation:
    """The matter's own rule, sharpened by the marks of the cause; nothing where it has no place."""
    marks = answers.marks
    if not all_hold(matter.mediation.when, matter, Parties(), answers):
        return _NOTHING_SAID
    if matter.mediation.mode is not MediationMode.OFFER:
        return matter.mediation
    if answers.text(EARLIER):
        return REFUSED_BEFORE
    if "no_mediation" in marks:
        return NOT_MEDIABLE
    return MEDIATE_FIRST if "mediate_first" in marks else matter.mediation


def refusing(matter: Matter, answers: Answers) -> tuple[Side, ...]:
    """The sides that do not agree where each is asked: nobody is sent to mediation, no clock of it runs."""
    asked = ((side, key) for side, key in CONSENTS.items() if matter.field(key) is not None)
    return tuple(side for side, key in asked if answers.text(key).strip() and not answers.said(key))


def silent(matter: Matter, answers: Answers) -> tuple[Side, ...]:
    """The sides that said nothing yet where each is asked; none once a side has refused."""
    if refusing(matter, answers):
        return ()
    asked = ((side, key) for side, key in CONSENTS.items() if matter.field(key) is not None)
    return tuple(side for side, key in asked if not answers.text(key).strip())
