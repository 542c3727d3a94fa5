"""The causes a clerk files most, offered first; counted when a visit is finished, forgotten by a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from app.lanes import DB, on
from app.services.desk import Desk
from app.services.form import suggest_causes
from app.services.knowledge import Knowledge
from app.services.sheet import Sheet
from app.services.views import FieldGroup, FieldView
from app.storage import favourites
from app.storage.access import Transaction

CAUSE: Final = "cause"
MOST: Final = 6


def of_clerk(connection: Transaction, clerk: str) -> tuple[str, ...]:
    """Numbers of the clerk's favourite causes, most used first, never more than a handful."""
    return favourites.most_used(connection, clerk, CAUSE, MOST)


def count(connection: Transaction, clerk: str, made: Iterable[Sheet], at: datetime) -> None:
    """Count the causes of a finished visit: of forty alike in one visit, one use."""
    for number in dict.fromkeys(shown.cause.no for shown in made if shown.cause is not None):
        favourites.count(connection, clerk, CAUSE, number, at)


@on(DB)
def forget(desk: Desk, name: str) -> None:
    """Take the cause of this name off the clerk's favourites."""
    cause = desk.knowledge.causes.named(name)
    if cause is not None:
        desk.store(favourites.forget, desk.settings.hall.clerk, CAUSE, cause.no)


def offered(
    groups: tuple[FieldGroup, ...], liked: tuple[str, ...], knowledge: Knowledge
) -> tuple[FieldGroup, ...]:
    """The groups with the favourites in the type-ahead of their causes."""
    suggest = partial(suggest_causes, knowledge, liked=liked)

    def own(view: FieldView) -> FieldView:
        return replace(view, suggest=suggest) if view.kind == CAUSE else view

    return tuple(replace(group, fields=tuple(own(view) for view in group.fields)) for group in groups)
