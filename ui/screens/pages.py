"""The materials: choose what the next page is, scan or import it, see every page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from app.services.views import PageView, VisitView
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.combo import Combo
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
        self._combo = Combo(look)
        self._combo.setAccessibleName(_("下一页是什么材料 {key}").format(key=KEYS["material"]))
        self._empty = self._nothing()
        self._arrange()

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
        """Take the whole step, or lie as a low strip under a form with the acts at its left."""
        self.strip.show_as(wall=wall)
        for act in ("scan_feeder", "import_files", "remove_page"):
            self.buttons[act].setVisible(wall)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(down if wall else across)
        self._acts.setDirection(across if wall and not self._look.large else down)
        self._count.setVisible(wall or not self._look.large)

    def _refill(self, materials: tuple[tuple[str, str], ...]) -> None:
        kept = self.material
        self._materials = materials
        self._combo.clear()
        for code, name in materials:
            self._combo.addItem(name, code)
        self._combo.setCurrentIndex(max(self._combo.findData(kept), 0))

    def _arrange(self) -> None:
        look = self._look
        label = Label(_("下一页 {key}").format(key=KEYS["material"]), tone="sub", size="small")
        label.setBuddy(self._combo)
        scan = self._button("scan", _("扫描"), "scan")
        feeder = self._button("scan_feeder", _("进纸器"), "feeder")
        load = self._button("import_files", _("导入"), "import")
        out = self._button("remove_page", _("移出"), "trash")
        title = row(Label(_("材料"), bold=True), self._count, None, label)
        self._combo.setFixedWidth(look.px(152))
        choice = row(self._combo, scan) if look.large else None
        self._more = row(None, feeder, load, out)
        self._acts = column(title, gap=look.grid(0.75))
        if choice is not None:
            self._acts.addLayout(choice)
        else:
            self._acts.addWidget(self._combo)
            self._acts.addWidget(scan)
        self._box = column(self._acts, gap=look.grid(1.5), margins=margins(look, 2, 1))
        self._box.addLayout(self._more)
        self._box.addWidget(self._empty, 1)
        self._box.addWidget(self.strip, 1)
        self.setLayout(self._box)

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
