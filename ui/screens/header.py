"""The top line: which court and window this is, who serves, what time it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.clock import Clock, local
from app.services.views import DeskView, StatusView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.layout import row


class Header(QFrame):
    """Court and centre on the left, clerk and clock on the right.

    ``more`` asks for the list of panels, ``alarm`` calls for help, ``come`` answers a window that does. The
    clerk's name is the button that locks the window and lets another clerk in: ``lock``.
    """

    more = Signal()
    alarm = Signal()
    come = Signal()
    lock = Signal()

    def __init__(self, look: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar-top")
        self.setFixedHeight(look.px(48))
        self._clock = clock
        self._court = ElidedLabel(bold=True, size="lead")
        self._window = Label(pill="solid", bold=True)
        self._clerk = KeyButton(look, "lock", "", kind="quiet", icon="person")
        self._clerk.clicked.connect(self.lock)
        self._offline = ElidedLabel(pill="warn", size="small")
        self._offline.hide()
        self._time = Label(bold=True, size="lead")
        self._time.setAccessibleName(_("现在时间"))
        more = KeyButton(look, "panel_palette", _("更多"), kind="quiet", icon="menu")
        more.clicked.connect(self.more)
        self.help = KeyButton(look, "alarm", _("求助"), kind="quiet", icon="alert")
        self.help.clicked.connect(self.alarm)
        self.answer = KeyButton(look, "come", _("马上来"), kind="primary", icon="people")
        self.answer.clicked.connect(self.come)
        self.answer.hide()
        for button in (self.help, self.answer):
            # By its key or the mouse only: Enter on an idle window must not alarm the hall.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line = row(
            self._court,
            self._window,
            self._offline,
            None,
            self.answer,
            self.help,
            more,
            self._clerk,
            self._time,
            gap=look.grid(2),
            margins=(look.grid(2), 0, look.grid(2), 0),
        )
        self.setLayout(line)
        self.tick()

    def show_desk(self, view: DeskView) -> None:
        self._court.setText(f"{view.court}　{view.centre}" if view.centre else view.court)
        self._window.setText(_("{window} 号窗口").format(window=view.window))
        self.answer.setVisible(view.queue.help_wanted)
        self._clerk.set_label(view.clerk)
        self._clerk.setAccessibleName(_("经办人 {clerk}，锁定或换人").format(clerk=view.clerk))

    def show_status(self, view: StatusView) -> None:
        """Say beside the window's number that it works on by itself while the court cannot be reached."""
        words = _("离线办理：收件编号、收据、文书照常当场给，连上后自动送法院")
        self._offline.setText(words if view.offline else "")
        self._offline.setVisible(view.offline)

    def tick(self) -> None:
        self._time.setText(local(self._clock.now()).strftime("%H:%M"))
