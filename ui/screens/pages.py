"""The materials: choose what the next page is, scan or import it, see every page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QLineEdit, QWidget

from app.services.views import FieldView, PageView, VisitView
from app.texts import _
from ui.keys import KEYS
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.icon import Icon
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label, plain_tip
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.page_strip import PageStrip

Place = tuple[int, int, int, int]
_WALL: Final[dict[str, Place]] = {
    "label": (0, 0, 1, 1),
    "combo": (0, 1, 1, 1),
    "scan": (0, 2, 1, 1),
    "feeder": (0, 3, 1, 1),
    "import": (0, 4, 1, 1),
    "camera": (3, 0, 1, 1),
    "title": (1, 0, 1, 1),
    "supply": (1, 1, 1, 1),
    "copies": (1, 2, 1, 2),
    "remove": (1, 4, 1, 1),
    "waive": (2, 0, 1, 5),
}
_WITH_CAMERA: Final[dict[str, Place]] = {
    "camera": (0, 3, 1, 1),
    "feeder": (0, 4, 1, 1),
    "import": (1, 4, 1, 1),
    "remove": (2, 4, 1, 1),
    "waive": (2, 0, 1, 4),
}
"""Where a counter has a document camera it stands beside the scan."""
_DOCKED: Final[dict[str, Place]] = {
    "title": (0, 0, 1, 1),
    "label": (0, 1, 1, 1),
    "combo": (1, 0, 1, 2),
    "scan": (2, 0, 1, 2),
}
_NARROW: Final[dict[str, Place]] = {
    "title": (0, 0, 1, 1),
    "label": (0, 1, 1, 1),
    "combo": (1, 0, 1, 1),
    "scan": (1, 1, 1, 1),
    "feeder": (2, 0, 1, 1),
    "import": (2, 1, 1, 1),
    "remove": (3, 0, 1, 1),
    "camera": (3, 1, 1, 1),
    "copies": (4, 0, 1, 2),
    "waive": (5, 0, 1, 2),
}


_COMBO: Final = 256
"""Wide enough for what tells one material from another: 14 characters."""


class PagesPanel(QFrame):
    """Emits ``pressed(act)`` for scan, feeder and import, ``remove(page_id)`` for a page.

    ``counted(path, text)`` says how many copies of the chosen material lie on the counter, whether they are
    originals, or why one that only custom asks for is not handed in.
    """

    pressed = Signal(str)
    remove = Signal(str)
    counted = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self._look = look
        self._materials: tuple[tuple[str, str], ...] = ()
        self.buttons: dict[str, KeyButton] = {}
        self._wall = False
        self._camera = False
        self._taking = False
        self.strip = PageStrip(look)
        self.strip.remove.connect(self.remove)
        self._views: dict[str, FieldView] = {}
        self._forms: dict[str, FieldView] = {}
        self._waivers: dict[str, FieldView | None] = {}
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

    @property
    def materials(self) -> tuple[tuple[str, str], ...]:
        """Code and name of what the next page can be."""
        return self._materials

    @property
    def open(self) -> bool:
        """Whether pages can be added: a visit is here and not finished."""
        return self._taking

    def choose(self, material: str) -> None:
        """Take the material for the next page."""
        self._combo.setCurrentIndex(max(self._combo.findData(material), 0))

    def show_camera(self, *, there: bool) -> None:
        """Offer the document camera where the counter has one."""
        if there != self._camera:
            self._camera = there
            self.show_as(wall=self._wall)

    def page(self, page_id: str) -> PageView | None:
        """Return the page as it is shown."""
        return next((page for page in self.strip.pages.all() if page.page_id == page_id), None)

    def take_focus(self) -> None:
        """Put the cursor on the pages, or on the scan while there are none."""
        (self.strip if self.strip.pages.all() else self.buttons["scan"]).setFocus()

    def open_materials(self) -> None:
        self._combo.setFocus()
        self._combo.showPopup()

    def show_visit(self, view: VisitView) -> None:
        self._views = {
            code: copies for (code, _name), copies in zip(view.materials, view.copies, strict=False)
        }
        self._forms = {
            code: known for (code, _name), known in zip(view.materials, view.paper_forms, strict=False)
        }
        self._waivers = {
            code: waiver for (code, _name), waiver in zip(view.materials, view.waivers, strict=False)
        }
        if view.materials != self._materials:
            self._refill(view.materials)
        self._taking = view.outcome is None
        self._show_copies()
        self.strip.pages.show_pages(view.pages)
        self.strip.setVisible(bool(view.pages))
        self._empty.setVisible(not view.pages)
        self._count.setText(_("{count} 页").format(count=len(view.pages)))
        for button in self.buttons.values():
            button.setEnabled(view.outcome is None)
        if not view.pages:
            self.buttons["remove_page"].setEnabled(False)

    def show_as(self, *, wall: bool) -> None:
        """Take the whole step, or lie as a low strip under a form with the acts at its left."""
        self.strip.show_as(wall=wall)
        roomy = _WALL | _WITH_CAMERA if self._camera else _WALL
        places = _NARROW if self._look.large else roomy if wall else _DOCKED
        for name, place in places.items():
            self._acts.addWidget(self._parts[name], *place)
        alone = wall and not self._look.large
        self._acts.setColumnStretch(0, 0 if alone else 1)
        self._acts.setColumnStretch(1, 1 if alone else 0)
        self._combo.setMinimumWidth(self._look.px(136 if wall or self._look.large else _COMBO))
        # Only once they have a parent: a widget shown before is a window of its own and takes the focus.
        for act in ("scan_feeder", "import_files", "remove_page"):
            self.buttons[act].setVisible(wall)
        self.buttons["panel_supply"].setVisible(wall and not self._look.large)
        self._parts["copies"].setVisible(wall)
        self._wall = wall
        self.buttons["panel_camera"].setVisible(wall and self._camera)
        self._show_waiver()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(down if wall else across)

    def _refill(self, materials: tuple[tuple[str, str], ...]) -> None:
        kept = self.material
        self._materials = materials
        self._combo.clear()
        for code, name in materials:
            self._combo.addItem(name, code)
        self._combo.setCurrentIndex(max(self._combo.findData(kept), 0))

    def focus_copies(self) -> None:
        self._copies.setFocus()
        self._copies.selectAll()

    def _show_copies(self) -> None:
        view = self._views.get(self.material)
        self._copies.setEnabled(view is not None)
        if view is not None and not self._copies.isModified():
            self._copies.setText(view.value)
        known = self._forms.get(self.material)
        self._form.setEnabled(known is not None and self._taking)
        self._form.set_label(dict(known.choices)[known.value] if known is not None else _("原件"))
        self._show_waiver()

    def turn_form(self) -> None:
        """The chosen material is no original but a copy, no copy but a file, no file but an original."""
        known = self._forms.get(self.material)
        if known is not None and self._taking:
            order = [word for word, _label in known.choices]
            self.counted.emit(known.path, order[(order.index(known.value) + 1) % len(order)])

    def _show_waiver(self) -> None:
        """Only an item of custom may be left out with a reason; for the law's the line says so."""
        view = self._waivers.get(self.material)
        self._parts["waive"].setVisible(self._wall)
        self._waive.setEnabled(view is not None)
        self._waive.setPlaceholderText(_("写明就不再列为缺项") if view else _("法定的材料，不能免"))
        if not self._waive.isModified():
            self._waive.setText(view.value if view is not None else "")

    def flush(self) -> None:
        """Hand on what has been typed: a shortcut leaves no box, and its key would be too late."""
        self._copies_typed()
        self._waiver_typed()

    def _waiver_typed(self) -> None:
        view = self._waivers.get(self.material)
        if view is not None and self._waive.isModified():
            self._waive.setModified(False)
            self.counted.emit(view.path, self._waive.text())

    def _copies_typed(self) -> None:
        view = self._views.get(self.material)
        if view is not None and self._copies.isModified():
            self._copies.setModified(False)
            self.counted.emit(view.path, self._copies.text())

    def _copies_box(self) -> QFrame:
        look = self._look
        self._copies = QLineEdit()
        self._copies.setObjectName("copies")
        self._copies.setValidator(QIntValidator(0, 999, self._copies))
        self._copies.setPlaceholderText("1")
        self._copies.setFixedWidth(look.px(56))
        self._copies.setAccessibleName(_("份数 {key}").format(key=KEYS["copies"]))
        self._copies.editingFinished.connect(self._copies_typed)
        self._combo.currentIndexChanged.connect(self._show_copies)
        label = Label(_("份数 {key}").format(key=KEYS["copies"]), tone="sub", size="small")
        label.setBuddy(self._copies)
        self._form = KeyButton(look, "paper_form", _("复印件"), parent=self)
        self._form.setAccessibleDescription(_("所选材料是原件、复印件还是电子件，印在收据上"))
        self._form.clicked.connect(self.turn_form)
        return surface("clear", row(label, self._copies, self._form, None), self)

    def _waive_box(self) -> QFrame:
        """Why the chosen item of custom is not handed in."""
        words = _("不交的原因 {key}").format(key=KEYS["waive"])
        self._waive = QLineEdit()
        self._waive.setObjectName("waive")
        self._waive.setMaxLength(200)
        self._waive.setAccessibleName(words)
        self._waive.editingFinished.connect(self._waiver_typed)
        label = Label(words, tone="sub", size="small")
        label.setBuddy(self._waive)
        line = row(label, gap=self._look.grid())
        line.addWidget(self._waive, 1)
        return surface("clear", line, self)

    def focus_waiver(self) -> bool:
        """Put the cursor into the reason; return whether the chosen material may be left out."""
        self._waive.setFocus()
        return self._waive.isEnabled()

    def _arrange(self) -> None:
        look = self._look
        label = Label(_("下一页 {key}").format(key=KEYS["material"]), tone="sub", size="small")
        label.setBuddy(self._combo)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._combo.currentTextChanged.connect(lambda name: self._combo.setToolTip(plain_tip(name)))
        title = surface("clear", row(Label(_("材料"), bold=True), self._count, None))
        self._parts: dict[str, QWidget] = {
            "label": label,
            "combo": self._combo,
            "scan": self._button("scan", _("扫描"), "scan"),
            "feeder": self._button("scan_feeder", _("进纸器"), "feeder"),
            "import": self._button("import_files", _("导入"), "import"),
            "camera": self._button("panel_camera", _("高拍"), "camera"),
            "title": title,
            "copies": self._copies_box(),
            "supply": self._button("panel_supply", _("补正"), "list"),
            "remove": self._button("remove_page", _("移出"), "trash"),
            "waive": self._waive_box(),
        }
        for name in ("title", "label", "copies", "waive"):  # else a short panel presses them flat
            self._parts[name].setMinimumHeight(self._parts[name].sizeHint().height())
        self._acts = QGridLayout()
        self._acts.setSpacing(look.grid())
        self._box = column(self._acts, gap=look.grid(), margins=margins(look, 2, 1))
        self._box.addWidget(self._empty, 1)
        self._box.addWidget(self.strip, 1)
        self.setLayout(self._box)

    def _button(self, act: str, text: str, icon: str) -> KeyButton:
        button = KeyButton(self._look, act, text, icon=icon, parent=self)
        button.clicked.connect(lambda: self.pressed.emit(act))
        self.buttons[act] = button
        return button

    def _nothing(self) -> QFrame:
        look = self._look
        icon = Icon("file", look.tokens.sub, look.px(24))
        words = Label(_("还没有页。先选材料，再按 F8 扫描，或按 Ctrl+O 导入。"), tone="sub", wrap=True)
        line = row(icon, gap=look.grid(1.5))
        line.addWidget(words, 1)
        return surface("clear", column(line, None, gap=0, margins=(0, look.grid(2), 0, 0)))
