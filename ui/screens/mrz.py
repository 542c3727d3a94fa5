"""Machine-readable lines: the pages, the place that was read, its lines to put right, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontDatabase, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.services.mrz import Judged
from app.services.views import PageView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.live_picture import LivePicture
from ui.widgets.row_list import ListRow, RowList

_LIST_WIDTH: Final = 260
_LINES: Final = 3
_PICTURE_HEIGHT: Final = 190


class MrzPage(QWidget):
    """Emits ``read(page id)``, ``changed`` when a line is put right, and ``take``."""

    read = Signal(str)
    changed = Signal()
    take = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.list = RowList(
            look, _("证件在哪一页"), empty=_("还没有页。先按 F8 扫描或 Ctrl+F8 高拍证件的资料页。")
        )
        self.list.setFixedWidth(look.px(_LIST_WIDTH))
        self.list.chosen.connect(self.read)
        whole = row(self.list, gap=look.grid(2))
        whole.addWidget(self._detail(), 1)
        self.setLayout(whole)

    def _detail(self) -> QFrame:
        look = self._look
        self.picture = LivePicture(look, _("读到的地方"))
        self.picture.setFixedHeight(look.px(_PICTURE_HEIGHT))
        self.boxes = tuple(self._box(number) for number in range(1, _LINES + 1))
        self._verdict = Label(bold=True, wrap=True)
        self._told = Label(tone="sub", wrap=True)
        self._fields = Label(size="lead", wrap=True)
        self.button = KeyButton(look, "take_mrz", _("核对无误，采用"), kind="primary", key="Ctrl+Enter")
        self.button.clicked.connect(self.take)
        again = KeyButton(look, "read_mrz", _("读这一页"), icon="scan", key="Ctrl+R")
        again.clicked.connect(lambda: self.read.emit(self.list.current()))
        for key, button in (("Ctrl+Return", self.button), ("Ctrl+Enter", self.button), ("Ctrl+R", again)):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        inside = column(
            self.picture, *self.boxes, self._verdict, self._fields, self._told,
            row(self.button, again, None, gap=look.grid(1)), None, gap=look.grid(1),
        )  # fmt: skip
        inside.setContentsMargins(*margins(look, 1, 0))
        return surface("clear", inside)

    def _box(self, number: int) -> QLineEdit:
        box = QLineEdit()
        box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        box.setMaxLength(60)
        box.setAccessibleName(_("机读码第 {number} 行").format(number=number))
        box.textEdited.connect(lambda _text: self.changed.emit())
        return box

    @property
    def room(self) -> QSize:
        """How large the picture of the place may be."""
        return self.picture.size()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as they stand in the boxes."""
        return tuple(box.text() for box in self.boxes if not box.isHidden())

    # ---- views ----------------------------------------------------------------------------------

    def begin(self, pages: Sequence[PageView], current: str) -> None:
        """Show the pages, the cursor on the current one; nothing is read yet."""
        rows = tuple(
            ListRow(page.page_id, _("第 {number} 页").format(number=page.position), page.material_name)
            for page in pages
        )
        self.list.show_rows(rows)
        for place, page in enumerate(pages):
            if page.page_id == current:
                self.list.setCurrentIndex(self.list.model().index(place, 0))
        self.show_nothing(_("选一页，按回车读。") if pages else _("还没有可读的页。"))
        self.list.setFocus()

    def show_nothing(self, words: str, tone: str = "sub") -> None:
        """Say why there are no lines."""
        self.picture.show_words(words)
        for box in self.boxes:
            box.hide()
        self.button.setEnabled(False)
        self._verdict.restyle(tone=tone)
        self._verdict.setText(words)
        self._fields.setText("")
        self._told.setText("")

    def show_lines(self, picture: QImage, lines: Sequence[str]) -> None:
        """Show the place and its lines."""
        self.picture.show_picture(picture)
        for place, box in enumerate(self.boxes):
            box.setVisible(place < len(lines))
            box.setText(lines[place] if place < len(lines) else "")

    def show_judged(self, judged: Judged) -> None:
        """Show what the lines say and whether they agree."""
        self.button.setEnabled(not judged.problem)
        self._verdict.restyle(tone="bad" if judged.problem else "ok")
        self._verdict.setText(judged.problem or _("校验位全部相符，请对照证件核对。"))
        self._fields.setText("　".join(f"{label} {value}" for _path, label, value in judged.fields))
        self._told.setText(judged.told)
        if judged.problem:
            self.boxes[0].setFocus()
        else:
            self.button.setFocus()
