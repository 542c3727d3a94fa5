"""One field: label above, value with its source, and one sentence below.

A view that arrives while the clerk types must not take a keystroke away. So the field remembers what it has
sent and not yet seen again: a view that still holds the old value, or an earlier keystroke, is ignored. A
value the service has put right waits until the cursor leaves the box.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.views import FieldView
from app.texts import _
from ui.theme import Theme
from ui.widgets.boxes import make_input
from ui.widgets.inputs import LineInput, LongInput, source_words
from ui.widgets.label import ElidedLabel, Label, TwoLineLabel, plain_tip, repolish
from ui.widgets.layout import row
from ui.widgets.suggest import SuggestInput

_SHOWN: Final = 8
"""How much of what was typed is repeated under the box."""


def is_asked(view: FieldView) -> bool:
    """Say whether the law or a paper asks for it, or it is to be put to the party."""
    return view.required or bool(view.for_paper) or view.offered


class Field(QWidget):
    """Emits ``typed(path, text)`` for every keystroke and ``left`` when the focus goes.

    ``disliked(value)`` is a favourite of its type-ahead that is to be forgotten; ``entered(path)`` says
    that the clerk is done with the field and wants to go on.
    """

    entered = Signal(str)

    typed = Signal(str, str)
    left = Signal()
    disliked = Signal(str)

    def __init__(self, look: Theme, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = view.path
        self._look = look
        self.asked = False
        self._base = view.value
        self._sent: list[str] = []
        self._dirty = False
        self._put_right: str | None = None
        self._strange = ""
        self._view = view
        self.label = Label(view.label, tone="sub", size="small")
        self._need = Label(_("必填"), tone="brand", size="small")
        self._side = ElidedLabel("", tone="sub", size="small")
        self._side.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.input = make_input(look, view)
        self.input.setObjectName(view.path)
        self.label.setBuddy(self.input)
        self._below = TwoLineLabel(line=look.px(17), tone="sub", size="small")
        self._arrange()
        self.input.set_value(view.value)
        self.input.typed.connect(self._typed)
        self.input.left.connect(self._leave)
        self.input.entered.connect(lambda: self.entered.emit(self.path))
        if isinstance(self.input, SuggestInput):
            self.input.disliked.connect(self.disliked)
            self.input.unknown.connect(self._not_found)
        self.show_view(view)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        top = row(self.label, self._need, gap=self._look.grid(0.75))
        top.addWidget(self._side, 1)
        box.addLayout(top)
        box.addWidget(self.input)
        box.addWidget(self._below)
        box.addStretch(1)  # beside a field with a longer sentence the box stays in line with the other's

    def _typed(self, text: str) -> None:
        self._dirty = True
        self._put_right = None
        self.typed.emit(self.path, text)

    def _leave(self) -> None:
        self.left.emit()
        if self._put_right is not None:
            self._take(self._put_right)

    def _not_found(self, text: str) -> None:
        """Say under the box that nothing is called so; it stands until something else is typed."""
        if text != self._strange:
            self._strange = text
            self._show_words(self._view)

    def sent(self, text: str) -> None:
        """Remember what has been handed on."""
        self._sent.append(text)

    @property
    def touched(self) -> bool:
        """Whether the clerk has typed here what no view has shown again yet."""
        return self._dirty or bool(self._sent)

    def forget(self) -> None:
        """The next view is of another visit: nothing of this one may stay in the box, typed or not."""
        self._sent.clear()
        self._dirty = False
        self._put_right = None
        self._base = self._strange = ""
        self.input.set_value("")

    def show_view(self, view: FieldView) -> None:
        """Draw the view, except for a value older than what the clerk has typed."""
        if isinstance(self.input, SuggestInput) and view.suggest is not None:
            self.input.ask(view.suggest)
        if self._may_show(view.value):
            self._take(view.value)
        self._base = view.value
        self._show_words(view)

    def _take(self, value: str) -> None:
        self._dirty = False
        self._put_right = None
        self._sent.clear()
        self.input.set_value(value)

    def _may_show(self, value: str) -> bool:
        busy_here = self.input.hasFocus() and (self._dirty or self.input.composing())
        if value in self._sent:
            newest = len(self._sent) - 1 - self._sent[::-1].index(value)
            del self._sent[: newest + 1]
            return not self._sent and (not busy_here or value == self.input.value())
        if self._dirty and value == self._base:
            return False
        if busy_here and self._sent and self._sent[-1] == self.input.value():
            self._put_right = value  # all that was typed is handed on: this is what came of it
        return not busy_here

    def _show_words(self, view: FieldView) -> None:
        self._view = view
        self.label.setText(view.label)
        self.asked = is_asked(view)
        self._need.setVisible(self.asked and not view.value)
        self._need.setText(_("必填") if view.required else _("文书需要") if view.for_paper else _("要问"))
        self.input.show_source(view.source)
        self._side.setText(self._beside(view))
        if view.kind != "choice":
            self.input.setPlaceholderText(view.hint)
        below, tone = self._sentence(view)
        self._below.restyle(tone=tone)
        self._below.say(below, may_wrap=tone != "sub")
        self._tint("bad" if view.problem or self._strange else "")
        self._name(view, below)

    def _beside(self, view: FieldView) -> str:
        """Where the value came from, if no chip says it; and how a box that takes Enter itself is left."""
        if isinstance(self.input, LineInput):
            return ""
        leave = _("Ctrl+Enter 下一项") if isinstance(self.input, LongInput) else ""
        return "　".join(word for word in (source_words(view.source), leave) if word)

    def _sentence(self, view: FieldView) -> tuple[str, str]:
        if self._strange:
            return _("没有叫“{text}”的，按 ↓ 看全部").format(text=self._strange[:_SHOWN]), "bad"
        if view.problem:
            return view.problem, "bad"
        if view.read_value is not None and view.read_value != view.value:
            return _("读到的是：{value}").format(value=view.read_value), "warn"
        told = view.kind == "choice" and not view.value and view.hint != self.input.placeholderText()
        return (view.hint if told else ""), "sub"

    def _tint(self, tone: str) -> None:
        if self.input.property("tone") != tone:
            self.input.setProperty("tone", tone)
            repolish(self.input)

    def _name(self, view: FieldView, below: str) -> None:
        self.input.setAccessibleName(view.label)
        need = _("必填") if view.required else ""
        if view.for_paper:
            need = _("不是法律要求，{papers}需要").format(papers=view.for_paper)
        elif view.offered:
            need = _("问本人，愿不愿意都记下")
        words = (source_words(view.source), need, below or view.hint)
        self.input.setAccessibleDescription("，".join(word for word in words if word))
        tip = "，".join(word for word in (need if view.for_paper else "", view.hint) if word)
        self.input.setToolTip(plain_tip(tip) if tip else "")
