"""The question for a second person: a supervisor's PIN at this window, or an answer from another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.domain.staff import Purpose
from app.errors import Expected
from app.services import approval, asking
from app.services.asking import Came, Outcome, Ways
from app.services.desk import Desk
from app.texts import _
from ui.act import Acts
from ui.main_window import MainWindow

_LOOK_MS: Final = 400


class SecondPerson(QObject):
    """One question at a time; whoever answers first, here or elsewhere, answers it."""

    def __init__(self, window: MainWindow, desk: Desk, acts: Acts) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._acts = acts
        self._approved: Callable[[str], None] | None = None
        self._purpose = Purpose.REPRINT
        self._about = self._reason = self._asked = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        window.messages.pin_given.connect(self._check)
        window.messages.pin_refused.connect(self.withdraw)
        window.messages.asked_elsewhere.connect(self._ask_elsewhere)

    def approve(
        self, purpose: Purpose, what: str, done: Callable[[str], None], about: str = "", reason: str = ""
    ) -> None:
        """Ask a supervisor to approve ``what``; ``done`` gets the approval's id, a refusal is shown."""
        self._end_asking()
        self._purpose, self._approved, self._about, self._reason = purpose, done, about, reason
        self._acts.run(self, asking.ways, done=partial(self._ask, what))

    def _ask(self, what: str, ways: Ways) -> None:
        if ways.names:
            self._window.messages.ask_pin(what, ways.names, can_ask=ways.elsewhere)
            return
        self._window.show_problem(
            Expected(
                _("名册里没有能核准的值班主任。"),
                safe=_("什么都没有改动。"),
                next_step=_("请管理员按 Ctrl+M 打开人员名册，登记一位。"),
            )
        )

    # ---- here ---------------------------------------------------------------------------------------

    def _check(self, name: str, pin: str) -> None:
        self._acts.run(
            self,
            approval.approve,
            name,
            pin,
            self._purpose,
            busy=_("正在核对口令"),
            done=self._given,
            problem=self._window.messages.refuse_pin,
        )

    def _given(self, approval_id: str) -> None:
        done, self._approved = self._approved, None
        self._end_asking()
        self._window.messages.ask_pin("", ())
        if done is not None:
            done(approval_id)

    def withdraw(self) -> None:
        """Take the question away, here and elsewhere; nobody answers it any more."""
        self._approved = None
        self._end_asking()
        self._window.messages.ask_pin("", ())

    # ---- elsewhere ----------------------------------------------------------------------------------

    def _ask_elsewhere(self) -> None:
        code = asking.reason_code(self._purpose, self._reason)
        self._acts.run(
            self,
            asking.ask,
            self._purpose,
            self._about,
            code,
            busy=_("正在请别的窗口核准"),
            done=self._waits,
            problem=self._window.messages.refuse_pin,
        )

    def _waits(self, asked: str) -> None:
        if self._approved is None or self._window.messages.pin is None:
            self._acts.run(self, asking.withdraw, asked, once=False)
            return
        self._asked = asked
        self._window.messages.pin.waits(
            _("已请别的窗口的值班主任核准，5 分钟内有效；在这里输口令也可以，按 Esc 撤回。")
        )
        self._timer.start()

    def _look(self) -> None:
        came = partial(self._came, self._asked)
        self._acts.run(self, asking.outcome, self._asked, name="asking.outcome", done=came)

    def _came(self, asked: str, outcome: Outcome) -> None:
        if asked != self._asked or outcome.came is Came.WAITING:
            return
        self._asked = ""
        self._timer.stop()
        if outcome.came is Came.APPROVED:
            self._window.flash(outcome.said)
            self._given(asked)
        elif self._window.messages.pin is not None:
            self._window.messages.pin.waits("")
            self._window.messages.refuse_pin(
                Expected(
                    outcome.said or _("请求已撤回。"),
                    next_step=_("可以再请一次，或请值班主任到本窗口输口令。"),
                )
            )

    def _end_asking(self) -> None:
        self._timer.stop()
        asked, self._asked = self._asked, ""
        if asked:
            self._acts.run(self, asking.withdraw, asked, once=False)
