"""The bottom line: each device with a shape and a word, what is saved, what has not gone out yet."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.services.views import DeviceView, Health, StatusView
from app.texts import _
from ui.theme import Theme
from ui.widgets.badge import Badge, Shape
from ui.widgets.icon import Icon
from ui.widgets.label import ElidedLabel, Label, plain_tip
from ui.widgets.layout import row

_SHAPES: Final = {
    Health.OK: Shape.DOT,
    Health.BUSY: Shape.HALF,
    Health.ATTENTION: Shape.ALERT,
    Health.FAILED: Shape.STOP,
    Health.UNKNOWN: Shape.RING,
    Health.ABSENT: Shape.DASH,
}
_LOUD: Final = {Health.ATTENTION: "warn", Health.FAILED: "bad"}


def health_word(health: Health) -> str:
    """Return the word that stands beside the shape."""
    return {
        Health.OK: _("正常"),
        Health.BUSY: _("工作中"),
        Health.ATTENTION: _("要处理"),
        Health.FAILED: _("不可用"),
        Health.UNKNOWN: _("未知"),
        Health.ABSENT: _("未配"),
    }[health]


class _Device(QWidget):
    def __init__(self, look: Theme) -> None:
        super().__init__()
        self._look = look
        self._badge = Badge(look, Shape.RING, 14)
        self._title = Label(size="small")
        self._word = ElidedLabel(size="small", tone="sub")
        line = row(self._badge, self._title, gap=look.grid(0.5))
        line.addWidget(self._word, 1)
        self.setLayout(line)

    def show_device(self, view: DeviceView) -> None:
        loud = _LOUD.get(view.health)
        self._badge.show_shape(_SHAPES[view.health])
        self._title.setText(view.title)
        self._word.setVisible(bool(loud) or not self._look.large)
        word = view.text if loud and view.text else health_word(view.health)
        self._word.setText(word)
        self._word.restyle(tone=loud or "sub")
        self.setToolTip(plain_tip(f"{view.title}：{view.text or health_word(view.health)}"))
        self.setAccessibleName(f"{view.title}，{health_word(view.health)} {view.text}".strip())


class StatusBar(QFrame):
    """Devices on the left; saved, unsent and court on the right."""

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar-bottom")
        self.setFixedHeight(look.px(32))
        self._look = look
        self._devices: dict[str, _Device] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(look.grid(2))
        self._saved = Label(_("内容已存本机"), size="small", tone="sub")
        self._unsent = Label(size="small", tone="sub")
        self._court_badge = Badge(look, Shape.RING, 14)
        self._court = Label(size="small", tone="sub")
        disk = Icon("disk", look.tokens.sub, look.px(16))
        court = row(self._court_badge, self._court, gap=look.grid(0.5))
        line = row(gap=look.grid(2), margins=(look.grid(2), 0, look.grid(2), 0))
        line.addLayout(self._row, 1)
        if not look.large:
            line.addLayout(row(disk, self._saved, gap=look.grid(0.5)))
        line.addWidget(self._unsent)
        line.addLayout(court)
        self.setLayout(line)

    def show_status(self, view: StatusView) -> None:
        if list(self._devices) != [device.key for device in view.devices]:
            self._build(view)
        for device in view.devices:
            self._devices[device.key].show_device(device)
        self._unsent.setText(unsent_words(view))
        self._unsent.restyle(tone="warn" if view.attention else "sub")
        self._court_badge.show_shape(_SHAPES[view.court])
        self._court.setText(view.court_text or health_word(view.court))
        self._court.setAccessibleName(_("法院连接：{text}").format(text=self._court.text()))

    def _build(self, view: StatusView) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._devices = {device.key: _Device(self._look) for device in view.devices}
        for widget in self._devices.values():
            self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addStretch(1)


def unsent_words(view: StatusView) -> str:
    """Return how much has not reached the court, and how old the oldest is."""
    if not view.unsent:
        return _("全部已送达")
    words = _("待送 {count} 件 · 最早 {age}").format(count=view.unsent, age=age_words(view.oldest_minutes))
    return words + _(" · {count} 件要处理").format(count=view.attention) if view.attention else words


def age_words(minutes: int) -> str:
    """Return an age in the largest unit that says enough."""
    if minutes < 1:
        return _("刚刚")
    if minutes < 60:
        return _("{minutes} 分钟前").format(minutes=minutes)
    if minutes < 60 * 24:
        return _("{hours} 小时前").format(hours=minutes // 60)
    return _("{days} 天前").format(days=minutes // (60 * 24))
