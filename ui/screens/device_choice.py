"""Which device does what: the roles on the left, for one of them what is plugged in and a line to type."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.services.device_choice import Choice
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.row_list import ListRow, RowList

_LIST_WIDTH: Final = 360
_EXAMPLES: Final = {
    "id_reader": "sdt+serial://COM3?baud=115200",
    "scanner": "escl+http://192.168.1.30/eSCL",
    "ticket_printer": "escpos+tcp://192.168.1.40:9100?width=576",
    "receipt_printer": "escpos+tcp://192.168.1.40:9100?width=576",
    "a4_printer": "cups://office",
    "scan_gun": "gun+keyboard:",
    "rating_keypad": "keypad+serial://COM6?table=sample-a",
    "led_strip": "led+serial://COM7?table=sample-sum",
    "speaker": "speaker:",
    "camera": "camera:0",
    "signature_pad": "signature+worker:///C:/pad/worker.exe",
    "chip_reader": "pcsc:",
}


class DeviceChoicePage(QWidget):
    """Emits ``selected(role)``, ``look(role)``, ``test(role, url)`` and ``use(role, url)``."""

    selected = Signal(str)
    look = Signal(str)
    test = Signal(str, str)
    use = Signal(str, str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._titles: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self.roles = RowList(look, _("本窗口的设备"))
        self.roles.moved.connect(self._turn)
        self.roles.chosen.connect(lambda _role: self.box.setFocus())
        self.roles.setFixedWidth(look.px(_LIST_WIDTH))
        whole = row(self.roles, gap=look.grid(2))
        whole.addWidget(self._detail(), 1)
        self.setLayout(whole)

    def _detail(self) -> QFrame:
        look = self._look
        self._title = Label(bold=True, size="lead")
        self.box = QLineEdit()
        self.box.setAccessibleName(_("设备地址"))
        self.box.returnPressed.connect(self._test)
        test = self._button("test", _("试一下"), "Ctrl+T", self._test, kind="primary")
        use = self._button("use", _("就用这个"), "Ctrl+U", self._use)
        drop = self._button("drop", _("这里没有"), "Ctrl+D", lambda: self.use.emit(self.roles.current(), ""))
        find = self._button("find", _("再找一遍"), "Ctrl+R", lambda: self.look.emit(self.roles.current()))
        self._said = Label(wrap=True)
        self._found_words = Label(tone="sub", size="small")
        self.found = RowList(look, _("找到的设备"), empty=_("没有找到。接好线再找一遍，或把地址写在上面。"))
        self.found.moved.connect(self._take)
        self.found.chosen.connect(lambda _url: self._test())
        line = row(self._found_words, None, find)
        inside = column(self._title, self.box, row(test, use, drop, None), self._said, gap=look.grid(1))
        inside.addLayout(line)
        inside.addWidget(self.found, 1)
        inside.setContentsMargins(*margins(look, 1, 0))
        return surface("clear", inside)

    def _button(self, name: str, text: str, key: str, slot: object, kind: str = "plain") -> KeyButton:
        button = KeyButton(self._look, name, text, key=key, kind=kind)
        button.clicked.connect(slot)
        QShortcut(QKeySequence(key), self).activated.connect(button.click)
        return button

    # ---- views ----------------------------------------------------------------------------------

    def show_roles(self, titles: dict[str, str], urls: dict[str, str]) -> None:
        """Draw every role with its present address; the cursor stays."""
        self._titles, self._urls = titles, urls
        self.roles.show_rows(
            tuple(ListRow(role, title, urls.get(role) or _("没有")) for role, title in titles.items())
        )
        if not self.box.hasFocus():
            self.roles.setFocus()

    def go_to(self, role: str) -> None:
        """Put the cursor on a role."""
        if role in self._titles:
            place = list(self._titles).index(role)
            self.roles.setCurrentIndex(self.roles.model().index(place, 0))

    def show_looking(self) -> None:
        self._found_words.setText(_("正在找…"))
        self.found.show_rows(())

    def show_found(self, choices: tuple[Choice, ...]) -> None:
        """Draw what was found; the address in the box stays until one is chosen."""
        self._found_words.setText(_("找到 {count} 个").format(count=len(choices)))
        typed = self.box.text()
        self.found.show_rows(tuple(ListRow(one.url, one.title, one.url) for one in choices))
        self.box.setText(typed)

    def say(self, text: str) -> None:
        """Show what came of a try or a choice."""
        self._said.setText(text)

    def _turn(self, role: str) -> None:
        self._title.setText(self._titles.get(role, ""))
        self.box.setText(self._urls.get(role, ""))
        self.box.setPlaceholderText(_EXAMPLES.get(role, ""))
        self._said.setText("")
        self.selected.emit(role)

    def _take(self, url: str) -> None:
        if self.found.hasFocus():
            self.box.setText(url)

    def _test(self) -> None:
        url = self.box.text().strip()
        if url:
            self.test.emit(self.roles.current(), url)

    def _use(self) -> None:
        url = self.box.text().strip()
        if url:
            self.use.emit(self.roles.current(), url)
