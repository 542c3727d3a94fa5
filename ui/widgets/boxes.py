"""Which box a field gets, by its kind."""

from __future__ import annotations

from app.services.views import FieldView
from ui.theme import Theme
from ui.widgets.inputs import ChoiceInput, LineInput, LongInput, MoneyInput
from ui.widgets.suggest import SuggestInput


def make_input(look: Theme, view: FieldView) -> LineInput | LongInput | ChoiceInput:
    """Return the box that fits the kind of the field."""
    if view.kind == "long_text":
        return LongInput(look)
    if view.kind == "choice":
        return ChoiceInput(look, view)
    if view.kind == "money":
        return MoneyInput(look, view)
    if view.suggest is not None:
        return SuggestInput(look, view, view.suggest)
    return LineInput(look, view)
