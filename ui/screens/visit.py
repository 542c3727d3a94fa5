"""The centre zone while a visit is open: who it is, the steps, and the form of the step."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QWidget

from app.clock import Clock
from app.services.batch_view import BatchView
from app.services.views import FieldView, StepState, VisitView
from app.texts import _
from ui.keys import KEYS, step_key
from ui.screens.bars import MatterBar, PartyBar
from ui.screens.batch import BatchResults
from ui.screens.confirmation import ConfirmationStep
from ui.screens.identity import IdentityPage
from ui.screens.outcome import OutcomeStep
from ui.screens.pages import PagesPanel
from ui.theme import Theme
from ui.widgets.form import Form
from ui.widgets.icon import Icon
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.layout import column, row, scrolled, surface
from ui.widgets.steps import STEPS, StepTabs

PROMISE_MINUTES: Final = 30
_SOON_MINUTES: Final = 25
_DOCKED: Final = ("matter", "parties")


class VisitZone(QWidget):
    """Emits ``edited(path, text)`` for fields, ``stepped(key)`` when another step is chosen.

    ``passed_over(words)`` says what Enter has passed and is still empty, and what comes next;
    ``told_anew(before, words)`` that this has changed, "" for nothing to say any more.
    """

    edited = Signal(str, str)
    stepped = Signal(str)
    passed_over = Signal(str)
    told_anew = Signal(str, str)

    def __init__(self, look: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._clock = clock
        self._view: VisitView | None = None
        self.step = STEPS[0]
        self.tabs = StepTabs(look)
        self.tabs.chosen.connect(self.choose)
        self.forms = {key: Form(look) for key in ("identity", "matter", "parties")}
        for key, form in self.forms.items():
            form.edited.connect(self.edited)
            form.done.connect(partial(self._go_on, key))
        self.identity = IdentityPage(look, self.forms["identity"])
        self.matters = MatterBar(look)
        self.people = PartyBar(look)
        self._wanted = ""
        self._room_left = False
        self._lead = ""
        self._left: dict[str, None] = {}
        self._told, self._next = "", ""
        self.confirmation = ConfirmationStep(look)
        self.outcome = OutcomeStep(look)
        self.pages = PagesPanel(look)
        self._papers: QWidget = scrolled(self.pages) if look.large else self.pages
        self._body = self._make_body()
        self.batch = BatchResults(look)
        self._corrected = Label(tone="warn", wrap=True)
        self._corrected.hide()
        box = column(self._head(), self.tabs, self._corrected, self.batch, gap=look.grid(1.5))
        box.addWidget(self._body, 1)
        box.addWidget(self._papers)
        self._body.setMinimumHeight(look.px(110) if look.large else 0)
        self._papers.setMinimumHeight(look.px(110) if look.large else 0)
        self._box = box
        self.setLayout(box)
        self._turn_to(self.step)

    def show_visit(self, view: VisitView) -> None:
        known, self._view = self._view, view
        if known is None or _about(known) != _about(view):
            self._tell_again(over=True)
        self._show_head(view)
        self.tabs.show_steps(view.steps)
        for key, groups in (("identity", view.identity), ("matter", view.matter), ("parties", view.parties)):
            self.forms[key].show_groups(view.visit_id, groups)
        self.matters.show_visit(view)
        self.people.show_visit(view)
        self.pages.show_visit(view)
        self.confirmation.show_confirmation(view.confirmation)
        self.outcome.show_outcome(view.outcome)
        self._tell_corrected()
        self.tick()
        if known is None or known.visit_id != view.visit_id:
            self.hide_result()
            self.choose("outcome" if view.outcome else STEPS[0])
        elif view.outcome is not None and known.outcome is None:
            self.choose("outcome")
        self._follow(known, view)
        if self.step in self.forms:
            self.forms[self.step].land_again()
        self._tell_again()

    def _tell_corrected(self) -> None:
        """A finished visit shows what was signed: say beside it that it was corrected since, and where."""
        outcome = self._view.outcome if self._view is not None else None
        made = outcome.corrected if outcome is not None and self.step != "outcome" else ()
        if not made:
            self._corrected.hide()
            return
        words = _("这里是签字时的内容；后来更正过 {count} 次，改了什么在出件（{key}）。最近：{last}")
        key = step_key(STEPS.index("outcome"))
        self._corrected.show_or_hide(words.format(count=len(made), key=key, last=made[-1].text))

    def expect(self, what: str) -> None:
        """Put the cursor on the "party" or "matter" that the next view brings."""
        self._wanted = what

    def lead_to(self, path: str) -> None:
        """Put the cursor into a field, of another matter as soon as that one is shown; "" to the parties.

        The name of the step of the papers leads there.
        """
        self._lead = ""
        if path == "materials":
            self.choose(path)
            return
        room = path.partition(".")[0]
        step = {"matter": "matter", "identity": "identity", "agent": "identity"}.get(room, "parties")
        form = self.forms[step]
        if path and not form.has(path):
            self._lead = path
            return
        self.choose(step)
        form.focus_on(path)

    def _follow(self, known: VisitView | None, view: VisitView) -> None:
        if self._wanted == "matter" and known is not None and known.current != view.current:
            self._wanted = ""
            self.choose("matter")
        if known is None or _about(known) != _about(view):
            self._left.clear()
            self.forms["matter"].walk_again()
            self.forms["parties"].walk_again()
        if known is None or (_about(known), _variant(known)) != (_about(view), _variant(view)):
            self.pages.choose("")
        if known is not None and known.visit_id != view.visit_id:
            self._lead = ""
        if self._lead:
            self.lead_to(self._lead)
        before = {group.key for group in known.parties} if known else set()
        new = [group.key for group in view.parties if group.key not in before]
        if self._wanted == "party" and new:
            self._wanted = ""
            self.choose("parties")
            self.forms["parties"].focus_on(f"party.{new[0]}.name")

    def choose(self, key: str) -> None:
        """Turn to the step and put the cursor where the work is."""
        self.flush()
        self._turn_to(key)
        self._left.pop(key, None)
        if key in self.forms:
            self.forms[key].walk_again()
        if key in self.forms and self._told and self.forms[key].ahead():  # the line named them with this key
            self.forms[key].focus_first_asked()
        elif key == "matter":
            self.forms[key].focus_first()
        elif key in self.forms:
            self.forms[key].focus_first_open()
        elif key == "materials":
            self.pages.take_focus()
        self.stepped.emit(key)

    def take_cursor(self) -> None:
        """Put the cursor where the work of the step is; where nothing can be entered the tabs have it."""
        if self.step in self.forms:
            self.forms[self.step].focus_first_open()
        elif self.step == "materials":
            self.pages.take_focus()
        else:
            self.tabs.take_cursor()

    def _go_on(self, key: str) -> None:
        """Turn to the next step in which something is open, or back to where something is asked since."""
        self._left[key] = None
        if not self._go_back():
            steps = self._view.steps if self._view is not None else ()
            later = [step.key for step in steps[STEPS.index(key) + 1 :] if step.state is not StepState.DONE]
            self.choose(later[0] if later else "confirmation")
            if self.step in self.forms:
                if not self._matter_is_open():
                    self.forms[self.step].focus_first_asked()
            else:
                self._say_what_is_empty()

    def _go_back(self) -> bool:
        """The last answer can ask for more in a step that Enter has left: then the cursor goes there."""
        for key in self._left:
            ahead = self.forms[key].ahead()
            if ahead:
                self._turn_to(key)
                self.forms[key].focus_on(ahead[0])
                return True
        return False

    def _say_what_is_empty(self) -> None:
        """Enter has led through everything: name what was passed, where it is, and what comes now."""
        key = {"materials": "scan", "confirmation": "show_confirmation"}.get(self.step, "finish")
        self._next = KEYS[key]
        self._told = self._still_empty()
        if self._told:
            self.passed_over.emit(self._told)

    def _tell_again(self, *, over: bool = False) -> None:
        """What was named and is answered since is named no more; ``over``: it was of another matter."""
        words = "" if over or not self._told else self._still_empty()
        if words != self._told:
            before, self._told = self._told, words
            self.told_anew.emit(before, words)

    def _still_empty(self) -> str:
        """Name what is asked and empty, each with the key of its step, after the key that comes next."""
        empty = [
            _("{labels}（{key}）").format(labels="、".join(labels), key=step_key(STEPS.index(step)))
            for step, form in self.forms.items()
            if (labels := form.left_empty())
        ]
        view = self._view
        others = [tab.number for tab in view.tabs if tab.state is StepState.OPEN] if view else []
        others = [number for number in others if view is not None and number != view.current]
        if others:
            empty.append(_("另有 {count} 件没填完（Alt+PgDown）").format(count=len(others)))
        words = _("下一步 {key}；还空着：{empty}")
        return words.format(key=self._next, empty="；".join(empty)) if empty else ""

    @property
    def begun_matter(self) -> FieldView | None:
        """The field that says which matter it is, once something of its form is filled."""
        fields = [field for group in self._view.matter for field in group.fields] if self._view else []
        return fields[0] if any(field.source is not None for field in fields[1:]) else None

    def _matter_is_open(self) -> bool:
        """Say whether nobody has said yet which matter it is: then Enter stops there before it goes on."""
        fields = self._view.matter[0].fields if self.step == "matter" and self._view is not None else ()
        return bool(fields) and fields[0].source is None

    def show_result(self, view: BatchView) -> None:
        """Show what became of a table above the form; the strip of pages gives it its room."""
        self.batch.show_result(view)
        self._turn_to(self.step)

    def hide_result(self) -> None:
        """Take the result away; the cursor goes back to the form."""
        had_cursor = self.batch.isAncestorOf(QApplication.focusWidget() or self)
        self.batch.close_result()
        self._turn_to(self.step)
        if had_cursor and self.step in self.forms:
            self.forms[self.step].focus_first_open()

    def leave_room(self, wanted: bool) -> None:
        """Take the strip of pages from under the form while a list of what is open needs the room."""
        self._room_left = wanted
        self._turn_to(self.step)

    def flush(self) -> None:
        """Hand on what is half typed anywhere in the visit."""
        for form in self.forms.values():
            form.flush()
        self.pages.flush()

    def tick(self) -> None:
        """Draw how long the visit has lasted."""
        if self._view is None:
            return
        until = self._view.outcome.finished_at if self._view.outcome else self._clock.now()
        seconds = max(int((until - self._view.opened_at).total_seconds()), 0)
        minutes = seconds // 60
        self._elapsed.setText(f"{minutes:02d}:{seconds % 60:02d} / {PROMISE_MINUTES}:00")
        late, soon = minutes >= PROMISE_MINUTES, minutes >= _SOON_MINUTES
        self._elapsed.restyle(tone="bad" if late else "warn" if soon else "sub")

    def _turn_to(self, key: str) -> None:
        self.step = key
        self.tabs.choose(key)
        wall = key == "materials"
        self._body.setCurrentIndex(STEPS.index(key))
        self._body.setVisible(not wall)
        docked = key in _DOCKED and not self._look.large and self.batch.isHidden() and not self._room_left
        self._papers.setVisible(wall or docked)
        self.pages.show_as(wall=wall)
        self._box.setStretchFactor(self._papers, 1 if wall else 0)
        self._tell_corrected()

    def _make_body(self) -> QStackedWidget:
        body = QStackedWidget()
        for key in STEPS:
            if key in self.forms:
                body.addWidget(self._form_page(key))
            elif key == "confirmation":
                body.addWidget(self.confirmation)
            elif key == "outcome":
                body.addWidget(scrolled(self.outcome))
            else:
                body.addWidget(QWidget())
        return body

    def _form_page(self, key: str) -> QWidget:
        """The form of a step, with its line of acts above it; the tabs of the matters never scroll away."""
        bar = {"matter": self.matters, "parties": self.people}.get(key)
        if bar is None:
            return scrolled(self.identity)
        if bar is self.people and self._look.large:
            return scrolled(surface("clear", column(bar, self.forms[key], gap=self._look.grid())))
        box = column(bar, gap=self._look.grid())
        box.addWidget(scrolled(self.forms[key]), 1)
        return surface("clear", box)

    def _head(self) -> QFrame:
        look = self._look
        self._ticket = Label(size="ticket", bold=True)
        self._green = surface(
            "clear",
            row(
                Icon("leaf", look.tokens.ok, look.px(18)),
                Label(_("绿色通道"), tone="ok", size="small"),
                gap=look.grid(0.5),
            ),
        )
        self._name = ElidedLabel(size="person", bold=True)
        self._number = Label(pill="plain", tone="sub")
        self._matter = ElidedLabel(pill="plain")
        self._elapsed = Label(tone="sub")
        self._elapsed.setAccessibleName(_("本次用时"))
        clock = Icon("clock", look.tokens.sub, look.px(18))
        time = row(clock, self._elapsed, gap=look.grid(0.75))
        who = row(self._ticket, self._green, self._name, gap=look.grid(1.5))
        what = row(self._number, self._matter, None, gap=look.grid(1))
        gap = look.grid(1.5)
        if look.large:
            who.addStretch(1)
            who.addLayout(time)
            return surface("clear", column(who, what, gap=look.grid(0.5)))
        frame = surface("clear", row(who, what, time, gap=gap))
        frame.setFixedHeight(look.px(40))
        return frame

    def _show_head(self, view: VisitView) -> None:
        self._ticket.setText(view.ticket)
        self._green.setVisible(view.green)
        self._name.setText(view.party_name or _("未读证件"))
        self._name.restyle(tone="ink" if view.party_name else "sub")
        self._number.show_or_hide(view.masked_number)
        self._matter.show_or_hide(view.matter_title)


def _about(view: VisitView) -> tuple[str, int, str]:
    """The visit and its matter on the screen."""
    code = view.matter[0].fields[0].value if view.matter else ""
    return view.visit_id, view.current, code


def _variant(view: VisitView) -> str:
    fields = (field for group in view.matter for field in group.fields)
    return next((field.value for field in fields if field.path.endswith(".variant")), "")
