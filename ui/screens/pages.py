"""The materials: choose what the next page is, scan or import it, see every page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout, QWidget

from app.services.views import PageView, VisitView
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.page_strip import PageStrip


class PagesPanel(QFrame):
    """Emits ``pressed(act)`` for scan, feeder and import, ``remove(page_id)`` for a page."""

    pressed = Signal(str)
    remove = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._look = look
        self._materials: tuple[tuple[str, str], ...] = ()
        self.buttons: dict[str, KeyButton] = {}
        self.strip = PageStrip(look)
        self.strip.remove.connect(self.remove)
        self._count = Label(tone="sub", size="small")
        self._combo = QComboBox()
        self._combo.setAccessibleName(_("下一页是什么材料 {key}").format(key=KEYS["material"]))
        self._combo.setSizeAdjustPolicy(self._combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.setMinimumContentsLength(6)
        self._empty = self._nothing()
        box = column(self._head(), self._empty, gap=look.grid(), margins=margins(look, 2, 1.25))
        box.addWidget(self.strip, 1)
        self.setLayout(box)

    @property
    def material(self) -> str:
        """The catalogue code chosen for the next page."""
        data = self._combo.currentData()
        return data if isinstance(data, str) else ""

    def page(self, page_id: str) -> PageView | None:
        """Return the page as it is shown."""
        return next((page for page in self.strip.pages.all() if page.page_id == page_id), None)

    def open_materials(self) -> None:
        self._combo.setFocus()
        self._combo.showPopup()

    def show_visit(self, view: VisitView) -> None:
        if view.materials != self._materials:
            self._refill(view.materials)
        self.strip.pages.show_pages(view.pages)
        self.strip.setVisible(bool(view.pages))
        self._empty.setVisible(not view.pages)
        self._count.setText(_("{count} 页").format(count=len(view.pages)))
        for button in self.buttons.values():
            button.setEnabled(view.outcome is None)

    def show_as(self, *, wall: bool) -> None:
        self.strip.show_as(wall=wall)
        self._count.setVisible(wall or not self._look.large)
        self.buttons["scan_feeder"].setVisible(wall)
        self.buttons["import_files"].setVisible(wall)
        self.buttons["remove_page"].setVisible(wall)

    def _refill(self, materials: tuple[tuple[str, str], ...]) -> None:
        kept = self.material
        self._materials = materials
        self._combo.clear()
        for code, name in materials:
            self._combo.addItem(name, code)
        self._combo.setCurrentIndex(max(self._combo.findData(kept), 0))

    def _head(self) -> QVBoxLayout:
        look = self._look
        label = Label(_("下一页 {key}").format(key=KEYS["material"]), tone="sub", size="small")
        label.setBuddy(self._combo)
        scan = self._button("scan", _("扫描"), "scan")
        feeder = self._button("scan_feeder", _("进纸器"), "feeder")
        load = self._button("import_files", _("导入"), "import")
        out = self._button("remove_page", _("移出"), "trash")
        title = row(Label(_("材料"), bold=True), self._count)
        choice = row(label, self._combo, scan)
        if look.large:
            return column(row(title, None), row(choice), row(feeder, load, out, None))
        first = row(title, None, choice, gap=look.grid(1.5))
        return column(first, row(None, feeder, load, out), gap=look.grid())

    def _button(self, act: str, text: str, icon: str) -> KeyButton:
        button = KeyButton(self._look, act, text, icon=icon)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button

    def _nothing(self) -> QFrame:
        look = self._look
        icon = Icon("file", look.tokens.sub, look.px(24))
        words = Label(_("还没有页。先选材料，再按 F8 扫描，或按 Ctrl+O 导入。"), tone="sub", wrap=True)
        line = row(icon, gap=look.grid(1.5))
        line.addWidget(words, 1)
        return surface("clear", column(line, None, gap=0))
