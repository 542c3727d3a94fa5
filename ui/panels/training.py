"""Only at a simulated counter: what its devices can be made to do, by name."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget

from app.services import training
from app.services.desk import Desk
from app.services.training import TrainingRow
from app.texts import _
from ui.panels.panel import Panel
from ui.screens.palette import PalettePage
from ui.widgets.row_list import ListRow


class TrainingPanel(Panel):
    """Lets happen what was chosen and gives the place back: it is met where the clerk works."""

    key = "training"
    icon = "device"

    @classmethod
    def offered(cls, desk: Desk) -> bool:
        return desk.training is not None

    @property
    def title(self) -> str:
        return _("演练")

    @property
    def purpose(self) -> str:
        return _("设备都是模拟的：选一种情形，回车就发生")

    def make(self) -> QWidget:
        page = PalettePage(self.controls.look, asks=_("哪台设备，发生什么？"), named=_("可以演练的情形"))
        page.chosen.connect(self._begin)
        self._going: dict[str, str] = {}
        return page

    def opened(self) -> None:
        self._mine.show_rows(self._rows())

    @property
    def _mine(self) -> PalettePage:
        return cast(PalettePage, self.page)

    def _rows(self) -> tuple[ListRow, ...]:
        return tuple(self._row(row) for row in training.rows(self.controls.desk))

    def _row(self, row: TrainingRow) -> ListRow:
        pill = _("正在演练") if self._going.get(row.device) == row.name else ""
        return ListRow(row.name, row.title, row.device, icon="device", pill=pill, tone="brand")

    def _begin(self, name: str) -> None:
        def begun(row: TrainingRow) -> None:
            self._going[row.device] = row.name
            self.controls.flash(_("演练：{what}").format(what=row.title))

        self.controls.close()
        self.controls.acts.run(self.page, training.begin, name, name="training", done=begun)
