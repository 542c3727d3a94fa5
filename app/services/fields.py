"""One field of the window's form: its path in the draft, what it accepts, how it is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from app.clock import local
from app.domain.checked import Checked, failed, passed
from app.domain.identity import check_id_number
from app.domain.names import check_name
from app.domain.phone import check_phone
from app.services.views import FieldView, Source, Suggestion
from app.storage.records import DraftField
from app.texts import _
from printing.fonts import Style, missing
from printing.text import printable

LONGEST_TEXT: Final = 4000
ORIGINAL: Final = "identity.chip"
"""Where a draft keeps the original of a card, as JSON: it stays in the encrypted store and is not sent."""
SPELLING: Final = "\u200c\u200d\u180e"
"""Format characters that belong to the spelling, as in ``app.domain.names``."""
_OWN_SPELLING: Final = frozenset({"name", "id_number", "phone"})

LARGE_AGE: Final = 60
"""From this age on papers are in large print unless the clerk says otherwise."""

Draft = Mapping[str, DraftField]
Check = Callable[[str], Checked]
Suggest = Callable[[str], tuple[Suggestion, ...]]


@dataclass(frozen=True)
class FieldSpec:
    """One field. ``rule`` checks what is typed; ``default`` stands while nothing is entered.

    ``required`` marks what the law asks for; it never keeps anything from being received. ``offered`` is a
    choice of the party's: it is asked, and either answer will do.
    """

    path: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    wide: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    rule: Check | None = None
    suggest: Suggest | None = None
    offered: bool = False


@dataclass(frozen=True)
class GroupSpec:
    """Fields that stand together; ``key`` names the party they belong to, if any."""

    title: str
    fields: tuple[FieldSpec, ...]
    key: str = ""


def check(spec: FieldSpec, text: str) -> Checked:
    """Check and normalise what was entered for a field; an empty value always passes."""
    if not text.strip():
        return passed("")
    if len(text) > LONGEST_TEXT:
        return failed(text[:LONGEST_TEXT], _("太长了，最多 {limit} 个字。").format(limit=LONGEST_TEXT))
    if spec.kind == "choice":
        known = {value for value, _label in spec.choices}
        return passed(text) if text in known else failed(text, _("没有这个选项。"))
    if spec.rule is not None:
        return spec.rule(text if spec.kind in _OWN_SPELLING else clean(text, spec.kind))
    if spec.kind == "phone":
        return check_phone(text)
    return check_name(text) if spec.kind == "name" else passed(clean(text, spec.kind))


def clean(text: str, kind: str) -> str:
    """Strip control characters; only a long text keeps its line breaks.

    Characters this Python does not know yet, private-use ones and those Mongolian spelling needs are kept.
    """
    spaced = text.replace("\t", " ")
    if kind != "long_text":
        spaced = spaced.replace("\n", " ")
    return "".join(c for c in spaced if c == "\n" or not _is_control(c)).strip()


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and character not in SPELLING)


_FROM_VISITOR: Final = {
    "name": "identity.name",
    "id_number": "identity.id_number",
    "phone": "identity.phone",
    "address": "identity.address",
    "nation": "identity.nation",
}
_FOR_A_BODY: Final = {"legal_representative": "identity.name", "phone": "identity.phone"}
FIRST: Final = "p1"


def is_agent(draft: Draft) -> bool:
    """Say whether the visitor acts for another."""
    role = draft.get("identity.role")
    return role is not None and role.value == "agent"


def copied_from(draft: Draft, path: str) -> str:
    """Return the path whose value stands here until something else is entered, "" for none.

    Nothing is typed twice: the visitor is the first filing party, or the head of that body, unless the
    visitor is an agent.
    """
    prefix = f"party.{FIRST}."
    if not path.startswith(prefix) or is_agent(draft):
        return ""
    form = draft.get(f"{prefix}form")
    body = form is not None and form.value not in ("", "natural")
    return (_FOR_A_BODY if body else _FROM_VISITOR).get(path.removeprefix(prefix), "")


def value(draft: Draft, path: str) -> str:
    """Return a field's value, or that of the field it copies."""
    own = entry(draft, path)
    return own.value if own is not None else ""


def card_of(draft: Draft) -> str:
    """Name the reading whose original the draft holds, "" for none; another reading has another name."""
    kept = draft.get(ORIGINAL)
    return sha256(kept.value.encode()).hexdigest()[:16] if kept is not None else ""


def entry(draft: Draft, path: str) -> DraftField | None:
    """Return what stands at the path: entered there, or copied."""
    own = draft.get(path)
    return own if own is not None else draft.get(copied_from(draft, path))


def undrawable(text: str) -> str:
    """Return the characters no font of the printers has, with their codes; paper shows only the code."""
    return " ".join(f"{char} U+{ord(char):04X}" for char in missing(printable(text), Style.SERIF))


def _warnings(shown: str, checked: Checked) -> str:
    lost = undrawable(shown)
    said = (_("打印不出来，纸上会印成代码：{lost}").format(lost=lost),) if lost else ()
    return "；".join((*checked.warnings, *said))


def field_view(draft: Draft, spec: FieldSpec) -> FieldView:
    """Return the field as it is shown."""
    own = entry(draft, spec.path)
    shown = own.value if own is not None else ""
    checked = check(spec, shown)
    return FieldView(
        path=spec.path,
        label=_(spec.label),
        kind=spec.kind,
        value=shown or spec.default,
        source=Source(own.source) if own is not None and shown else None,
        read_value=own.read_value if own is not None else None,
        problem=checked.problem or _warnings(shown, checked),
        hint=_(spec.hint) if spec.hint else "",
        required=spec.required,
        wide=spec.wide,
        choices=tuple((code, _(label)) for code, label in spec.choices),
        suggest=spec.suggest,
        offered=spec.offered,
    )


def lacking(draft: Draft, specs: tuple[FieldSpec, ...]) -> tuple[str, ...]:
    """Return the labels of fields that are empty and asked by law or as an offer."""
    asked = (spec for spec in specs if spec.required or spec.offered)
    return tuple(_(spec.label) for spec in asked if not (value(draft, spec.path) or spec.default))


def wrong(draft: Draft, specs: tuple[FieldSpec, ...]) -> tuple[str, ...]:
    """Return the labels of fields whose value cannot stand."""
    return tuple(_(spec.label) for spec in specs if not check(spec, value(draft, spec.path)).ok)


def refused(draft: Draft, specs: tuple[FieldSpec, ...]) -> tuple[tuple[FieldSpec, str], ...]:
    """Return the fields whose value is no answer, each with the reason: it cannot stand, or is in no list.

    What is in no list keeps nobody from signing, as ``wrong`` does.
    """
    found = ((spec, _refusal(spec, value(draft, spec.path))) for spec in specs)
    return tuple((spec, why) for spec, why in found if why)


def _refusal(spec: FieldSpec, text: str) -> str:
    checked = check(spec, text)
    if spec.kind == "cause" and checked.warnings:
        return checked.warnings[0]
    return "" if checked.ok else checked.problem or ""


def large_print(id_number: str, now: datetime) -> bool:
    """Say whether somebody with this number is of an age for large print."""
    facts = check_id_number(id_number).facts
    if facts is None or facts.birth is None:
        return False
    day, birth = local(now).date(), facts.birth
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)) >= LARGE_AGE
