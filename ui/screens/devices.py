"""Devices and services line by line; for the one under the cursor its address, a try, and its wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.services.devices import Traffic
from app.services.views import DeviceView, Health
from app.texts import _
from ui.screens.status_bar import health_word
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.row_list import ListRow, RowList

_TONES: Final = {
    Health.OK: "ok",
    Health.BUSY: "brand",
    Health.ATTENTION: "warn",
    Health.FAILED: "bad",
    Health.UNKNOWN: "sub",
    Health.ABSENT: "sub",
}
_LIST_WIDTH: Final = 400


class DevicesPage(QWidget):
    """Emits what the technician wants of the device under the cursor, by its key."""

    selected = Signal(str)
    check_all = Signal()
    try_one = Signal(str)
    bypass = Signal(str)
    save = Signal(str)
    replay = Signal(str)
    cure = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._views: dict[str, DeviceView] = {}
        self._addresses: Mapping[str, str] = {}
        self._running: set[str] = set()
        self._bypassed: frozenset[str] = frozenset()
        self._sum = Label(bold=True)
        self.list = RowList(look, _("设备和服务"))
        self.list.moved.connect(self._turn)
        self.list.chosen.connect(self.try_one)
        again = KeyButton(look, "check_all", _("全部再查一遍"), kind="primary", icon="check", key="Ctrl+R")
        again.clicked.connect(self.check_all)
        left = column(row(self._sum, None, again), self.list, gap=look.grid(1))
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(look.px(_LIST_WIDTH))
        whole = row(side, gap=look.grid(2))
        whole.addWidget(self._detail(), 1)
        self.setLayout(whole)
        self._bind()

    def _detail(self) -> QFrame:
        look = self._look
        self._title = Label(bold=True, size="lead")
        self._said = Label(wrap=True)
        self._address = Label(tone="sub", size="small", wrap=True)
        self._buttons = {
            "try": self._button("try", _("测试"), "Ctrl+T", self.try_one),
            "cure": self._button("cure", _("去处理"), "Ctrl+K", self.cure),
            "bypass": self._button("bypass", _("今天不用"), "Ctrl+B", self.bypass),
            "save": self._button("save", _("存通信记录"), "Ctrl+E", self.save),
            "replay": self._button("replay", _("重放最近的故障"), "Ctrl+G", self.replay),
        }
        first, second = (
            row(*(self._buttons[name] for name in names), None, gap=look.grid(1))
            for names in (("try", "cure", "bypass"), ("save", "replay"))
        )
        self._faults = Label(tone="bad", size="small", wrap=True)
        self._wire = QPlainTextEdit()
        self._wire.setReadOnly(True)
        self._wire.setTabChangesFocus(True)
        self._wire.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._wire.setAccessibleName(_("通信记录，个人信息已遮盖"))
        self._wire.setPlaceholderText(_("还没有通信记录。"))
        words = Label(_("通信记录（个人信息已遮盖）"), tone="sub", size="small")
        inside = column(self._title, self._said, self._address, first, second, gap=look.grid(1))
        inside.addWidget(self._faults)
        inside.addWidget(words)
        inside.addWidget(self._wire, 1)
        inside.setContentsMargins(*margins(look, 1, 0))
        return surface("clear", inside)

    def _button(self, name: str, text: str, key: str, wanted: object) -> KeyButton:
        button = KeyButton(self._look, name, text, key=key)
        button.clicked.connect(lambda: wanted.emit(self.list.current()))  # type: ignore[attr-defined]
        return button

    def _bind(self) -> None:
        keys = {"Ctrl+R": self.check_all.emit}
        for button in self._buttons.values():
            keys[button.key] = button.click
        for key, slot in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    # ---- views ----------------------------------------------------------------------------------

    def show_lines(
        self, views: tuple[DeviceView, ...], addresses: Mapping[str, str], bypassed: frozenset[str]
    ) -> None:
        """Draw every line anew; nothing is being checked."""
        self._addresses = addresses
        self._views = {view.key: view for view in views}
        self._bypassed = bypassed
        self._running.clear()
        self._draw()
        self.list.setFocus()

    def show_running(self, key: str) -> None:
        """Say that the thing is being checked."""
        self._running.add(key)
        self._draw()

    def show_line(self, view: DeviceView) -> None:
        """Draw what a check found."""
        self._running.discard(view.key)
        self._views[view.key] = view
        self._draw()

    def show_live(self, views: tuple[DeviceView, ...]) -> None:
        """Draw what has become of devices since they were checked; one that is being checked waits."""
        new = {v.key: v for v in views if v.key not in self._running and self._views.get(v.key, v) != v}
        if new:
            self._views |= new
            self._draw()

    def show_bypassed(self, keys: frozenset[str]) -> None:
        self._bypassed = keys
        self._draw()

    def show_possible(self, *, test: bool, wire: bool, replay: bool, cure: bool) -> None:
        """Offer what can be done with the thing under the cursor."""
        for name, possible in (("try", test), ("save", wire), ("replay", replay), ("cure", cure)):
            self._buttons[name].setEnabled(possible)

    def show_traffic(self, traffic: Traffic) -> None:
        """Draw the wire of the thing under the cursor, newest at the bottom."""
        text = "\n".join(traffic.lines)
        if text != self._wire.toPlainText():
            self._wire.setPlainText(text)
            bar = self._wire.verticalScrollBar()
            bar.setValue(bar.maximum())
        self._faults.setVisible(bool(traffic.faults))
        newest = traffic.faults[-1] if traffic.faults else ""
        words = _("记下 {count} 次故障，最近一次：{fault}")
        self._faults.setText(words.format(count=len(traffic.faults), fault=newest))

    def say(self, text: str) -> None:
        """Show what came of a try."""
        self._said.setText(text)

    def _draw(self) -> None:
        self.list.show_rows(tuple(self._row(view) for view in self._views.values()))
        bad = [v for v in self._views.values() if self._is_open(v)]
        if self._running:
            self._sum.setText(_("正在检查，还有 {count} 项").format(count=len(self._running)))
        elif bad:
            self._sum.setText(_("{count} 项要处理").format(count=len(bad)))
        else:
            self._sum.setText(_("都好，可以开门"))
        self._turn(self.list.current(), tell=False)

    def _is_open(self, view: DeviceView) -> bool:
        return view.health in (Health.ATTENTION, Health.FAILED) and view.key not in self._bypassed

    def _row(self, view: DeviceView) -> ListRow:
        pill, tone = health_word(view.health), _TONES[view.health]
        if view.key in self._running:
            pill, tone = _("检查中"), "brand"
        elif view.key in self._bypassed:
            pill, tone = _("今天不用"), "sub"
        detail = view.text or self._addresses.get(view.key) or _("没有要处理的")
        return ListRow(view.key, view.title, detail, pill=pill, tone=tone)

    def _turn(self, key: str, *, tell: bool = True) -> None:
        view = self._views.get(key)
        if view is None:
            return
        self._title.setText(view.title)
        self._address.setText(self._addresses.get(key) or _("没有地址"))
        if tell:
            self._said.setText(view.text or health_word(view.health))
            self.selected.emit(key)
        self._buttons["bypass"].set_label(_("今天要用") if key in self._bypassed else _("今天不用"))
