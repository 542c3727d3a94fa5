"""From the hands for many to the services: which act follows, what is shown meanwhile and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.errors import Expected
from app.services import batch, batch_template, favourites, groups, matters
from app.services.batch_view import BatchView
from app.texts import _
from ui.act import Acts
from ui.bridge import Bridge
from ui.main_window import MainWindow

_TOLD_EVERY = 5


class ManyActs(QObject):
    """Runs the acts off the GUI thread; a table is entered row by row and says how far it is."""

    def __init__(self, window: MainWindow, acts: Acts, bridge: Bridge, refresh: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._acts = acts
        self._bridge = bridge
        self._refresh = refresh
        self._asked = ""
        many = window.many
        many.import_table.connect(self._import)
        many.save_template.connect(self._save_template)
        many.join_party.connect(self._join)
        many.represent.connect(self._represent)
        many.forget_cause.connect(self._forget_cause)

    def _import(self, path: str) -> None:
        again, self._asked = path == self._asked, ""
        self._acts.run(
            self,
            batch.import_table,
            Path(path),
            again,
            self._tell,
            busy=_("正在读表格（Esc 停止）"),
            done=self._imported,
            problem=partial(self._not_taken, path),
        )

    def _tell(self, done: int, every: int) -> None:
        """Called on the lane of the act."""
        if done % _TOLD_EVERY == 0:
            words = _("正在录入 {done} / {every} 行（Esc 停止）").format(done=done, every=every)
            self._bridge.deliver(partial(self._window.tell_busy, "import_table", words))

    def _imported(self, view: BatchView) -> None:
        self._window.many.show_result(view)
        self._refresh()

    def _not_taken(self, path: str, problem: Expected) -> None:
        if isinstance(problem, batch.ImportedBefore):
            self._asked = path
        self._window.show_problem(problem)
        self._refresh()

    def _save_template(self, path: str, of_parties: bool) -> None:
        self._acts.run(
            self,
            batch_template.save_template,
            Path(path),
            of_parties,
            busy=_("正在存模板"),
            done=lambda made: self._window.flash(_("模板已存：{name}").format(name=made.name)),
        )

    def _join(self, list_key: str, party_key: str) -> None:
        self._acts.run(self, matters.join_party, list_key, party_key, done=lambda _none: self._refresh())

    def _represent(self, key: str) -> None:
        self._acts.run(self, groups.represent, key, done=self._represented)

    def _forget_cause(self, name: str) -> None:
        def forgotten(_none: None) -> None:
            self._window.flash(_("{name} 不再排在前面").format(name=name))
            self._refresh()

        self._acts.run(self, favourites.forget, name, once=False, done=forgotten)

    def _represented(self, now: bool) -> None:
        self._window.flash(_("已推选为诉讼代表人") if now else _("不再是诉讼代表人"))
        self._refresh()
