"""What is asked about mediation in a matter, and what was answered: one answer a matter, never demanded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.domain.matter import AGREE, DECLINE, MEDIATION, Group, Mediation, MediationMode
from app.domain.mediation import (
    CONSENTS,
    EARLIER,
    REFUSED,
    SIDE_NAMES,
    mediation_for,
    refusing,
    silent,
)
from app.domain.steps import Mark
from app.services.fields import Draft, FieldSpec, value
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet
from app.services.views import Remark
from app.texts import _

FILING: Final = "F01"
"""Where somebody goes whose other side does not want to mediate: a suit."""
_YES: Final = "是"


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


def refused(shown: Sheet) -> bool:
    """Whether a matter about nothing but mediation has come to its end: a side does not agree."""
    return bool(refusing(shown.matter, shown.answers))


def kept_by_suit(shown: Sheet) -> dict[str, str]:
    """Return what a suit keeps of the mediation it was before: whether a side has refused it."""
    if all(shown.matter.field(key) is None for key in CONSENTS.values()):
        return {}
    return {shown.path(EARLIER): _YES if refused(shown) else ""}


def refusals(made: Sequence[Sheet], knowledge: Knowledge) -> tuple[Remark, ...]:
    """Return the lines of a finished visit; none where a filing of the same visit was the way on."""
    if any(shown.matter.group is Group.FILING for shown in made):
        return ()
    found = (refusal(shown, knowledge, over=True) or _unasked(shown, knowledge) for shown in made)
    return tuple(one for one in found if one is not None)


def _unasked(shown: Sheet, knowledge: Knowledge) -> Remark | None:
    """Return what stays open of a finished visit in which a side did not say whether it agrees."""
    sides = silent(shown.matter, shown.answers)
    if not sides:
        return None
    who = "、".join(SIDE_NAMES[side] for side in sides)
    words = _("{who}同不同意调解没有填：不委派，不起算调解期限")
    way = _("问过再办：Shift+F9 里按 Ctrl+T 取号，填过的都在；要起诉的，叫到后在 Alt+2 改选 {matter}")
    told = way.format(matter=_named(knowledge, FILING))
    return Remark(words.format(who=who), REFUSED, told, grave=True)


def _named(knowledge: Knowledge, code: str) -> str:
    matter = knowledge.matters.get(code)
    return f"{matter.code} {matter.name}" if matter is not None else _("立案")


def refusal(shown: Sheet, knowledge: Knowledge, *, over: bool) -> Remark | None:
    """Return what follows where a side has refused, and how to go on to a suit; None where nobody has.

    ``over``: the visit is finished, so that another one goes on with what was entered.
    """
    if not refused(shown):
        return None
    who = "、".join(SIDE_NAMES[side] for side in refusing(shown.matter, shown.answers))
    if over:
        way = _("要起诉的转立案：Shift+F9 里按 Ctrl+T 取号，叫到时就是 {matter}，当事人和填过的都在")
    else:
        way = _("要起诉的转立案：Alt+C 照抄一件，再选 {matter}，当事人和填过的都带过去")
    return Remark(
        _("{who}不同意调解：不委派，不起算调解期限").format(who=who),
        REFUSED,
        way.format(matter=_named(knowledge, FILING)),
        grave=True,
    )
