"""The list of all panels: type a part of the name, Enter opens."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.palette import PalettePage
from ui.widgets.row_list import ListRow


class PalettePanel(Panel):
    """Opens the others."""

    key = "palette"
    icon = "menu"

    def __init__(self, controls: Controls, panels: tuple[Panel, ...]) -> None:
        super().__init__(controls)
        self._panels = panels

    @property
    def title(self) -> str:
        return _("更多")

    @property
    def purpose(self) -> str:
        return _("输入名称的一部分，回车打开")

    def make(self) -> QWidget:
        page = PalettePage(self.controls.look)
        page.chosen.connect(self.controls.open)
        return page

    def opened(self) -> None:
        page = self.page
        if isinstance(page, PalettePage):
            page.show_rows(tuple(_row(panel) for panel in self._panels))


def _row(panel: Panel) -> ListRow:
    return ListRow(panel.key, panel.title, panel.purpose, icon=panel.icon, cap=panel.shortcut)
