"""What was corrected after the end of a visit, as its outcome says it: the form shows what was signed."""

from __future__ import annotations

import json
from typing import Any, Final

from app.clock import local, moment
from app.services.amend_fields import label_of, word_of
from app.services.amendment_paper import shown
from app.services.amendments import KIND
from app.services.desk import Desk
from app.services.views import Remark
from app.storage import intakes
from app.storage.access import Transaction
from app.texts import _

_MOST: Final = 6
_LONGEST: Final = 60


def of_visit(connection: Transaction, desk: Desk, visit_id: str) -> tuple[Remark, ...]:
    """Return a line for each correction in order: when, by whom, and each value before and after."""
    made = [one for one in intakes.events_of(connection, visit_id) if one.kind == KIND and one.body]
    bodies = [json.loads(one.body) for one in made]
    return tuple(_line(desk, body) for body in bodies if body["changes"])


def _line(desk: Desk, body: dict[str, Any]) -> Remark:
    at = local(moment(body["amended_at"]))
    said = [_change(desk, body, **one) for one in body["changes"][:_MOST]]
    more = len(body["changes"]) - _MOST
    said += [_("另有 {count} 处").format(count=more)] if more > 0 else []
    words = _("{at} 更正（{clerk}，{number}）").format(
        at=f"{at:%Y-%m-%d %H:%M}", clerk=body["amended_by"], number=body["amendment_no"]
    )
    return Remark(words, _("更正回执在 Ctrl+P"), "；".join(said))


def _change(desk: Desk, body: dict[str, Any], path: str, before: str, after: str) -> str:
    words = (word_of(desk.knowledge, body, path, text) for text in (before, after))
    was, now = (_short(shown(path, text)) or _("（空）") for text in words)
    return _("{label}：{was} → {now}").format(label=label_of(desk.knowledge, body, path), was=was, now=now)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
