"""Ctrl+F: what was done at this window, found by whatever one remembers of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from app.services import search
from app.services.search import Found
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.search import SearchPage


class SearchPanel(Panel):
    """Enter shows the record on the window, Ctrl+P its papers in the ledger."""

    key = "search"
    icon = "search"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._made: SearchPage | None = None

    @property
    def title(self) -> str:
        return _("查找")

    @property
    def purpose(self) -> str:
        return _("找回本窗口办过的任何一件：姓名、拼音、尾号、案号、电话")

    def make(self) -> QWidget:
        page = self._made = SearchPage(self.controls.look)
        page.searched.connect(self._search)
        page.looked.connect(self._look)
        page.papers.connect(self._papers)
        page.added_to.connect(partial(self.controls.open_with, "additions"))
        return page

    @property
    def _shown(self) -> SearchPage:
        assert self._made is not None  # noqa: S101 - the page is made before anything is shown on it
        return self._made

    def opened(self) -> None:
        self._shown.box.selectAll()
        self._shown.box.setFocus()
        self._search(self._shown.box.text())

    def seek(self, text: str) -> None:
        self._shown.box.setText(text)

    def _search(self, text: str) -> None:
        self.controls.acts.run(
            self._shown, search.search, text, once=False, name="search", done=partial(self._found, text)
        )

    def _found(self, text: str, found: Found) -> None:
        """Draw the answer to the newest question only."""
        if text == self._shown.box.text():
            self._shown.show_found(found)

    def _look(self, visit_id: str) -> None:
        self.controls.close()
        self.controls.show(visit_id)

    def _papers(self, visit_id: str) -> None:
        self.controls.open_with("ledger", self._shown.receipt_of(visit_id))
