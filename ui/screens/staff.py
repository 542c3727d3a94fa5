"""The list of staff: who is on it on the left; on the right what an administrator wants to change."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.domain.staff import Role
from app.errors import Expected
from app.services.staff_list import (
    ADD,
    ADOPT,
    FOUND,
    LONGEST_NAME,
    PIN,
    REMOVE,
    ROLE,
    TITLES,
    Edit,
    StaffRow,
    StaffView,
)
from app.texts import _
from ui.theme import Theme
from ui.widgets.combo import Combo
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, margins, row, surface
from ui.widgets.pin_box import pin_box
from ui.widgets.row_list import ListRow, RowList

_KEYS: Final = {
    ADD: "Ctrl+N",
    ROLE: "Ctrl+R",
    PIN: "Ctrl+P",
    REMOVE: "Ctrl+Del",
    FOUND: "Ctrl+H",
    ADOPT: "Ctrl+H",
}
_ICONS: Final = {ADD: "person", ROLE: "swap", PIN: "key", REMOVE: "trash", FOUND: "people", ADOPT: "people"}
_FIELDS: Final = {ADD: ("name", "role", "pin"), ROLE: ("role",), PIN: ("pin",)}
_ABOUT_ONE: Final = (ROLE, PIN, REMOVE)


class StaffPage(QWidget):
    """Emits ``wanted(administrator, PIN, edit)`` and, on an empty list, ``first()``."""

    wanted = Signal(str, str, object)
    first = Signal()

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view = StaffView((), (), "own")
        self._rows: dict[str, StaffRow] = {}
        self.kind = ""
        self.list = RowList(look, _("人员名册"), empty=_("名册是空的。请先登记管理员。"))
        self.list.moved.connect(lambda _key: self._show())
        self.list.chosen.connect(lambda _key: self.begin(PIN))
        self.whose = Label(tone="sub", size="small", wrap=True)
        self.buttons = {kind: self._button(kind, words) for kind, words in _words().items()}
        self.make_first = KeyButton(
            look, "first", _("登记第一位管理员"), kind="primary", icon="key", key="Enter"
        )
        self.make_first.clicked.connect(self.first)
        whole = row(self._people(), self._change(), gap=look.grid(2))
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def _people(self) -> QFrame:
        look, button = self._look, self.buttons
        inside = column(self.whose, self.list, gap=look.grid(1), margins=margins(look, 2, 2))
        inside.setStretch(1, 1)
        inside.addLayout(
            row(button[ADD], button[ROLE], button[PIN], button[REMOVE], None, gap=look.grid(0.75))
        )
        inside.addLayout(row(button[FOUND], button[ADOPT], self.make_first, None, gap=look.grid(0.75)))
        return surface("card", inside)

    def _change(self) -> QFrame:
        look = self._look
        self.title = Label(bold=True, size="lead", wrap=True)
        self.hint = Label(tone="sub", size="small", wrap=True)
        self.name = self._box(_("姓名"), LONGEST_NAME)
        self.role = Combo(look)
        for role in Role:
            self.role.addItem(_(TITLES[role]), role)
        self.role.setAccessibleName(_("角色"))
        self.pin, self.again = self._secret(_("本人的口令")), self._secret(_("本人的口令再输一次"))
        self.keeper = Combo(look)
        self.keeper.setAccessibleName(_("管理员"))
        self.keeper_pin = self._secret(_("管理员口令"))
        self.said = Label(tone="bad", wrap=True)
        self.confirm = KeyButton(look, "confirm_staff", _("确认"), kind="primary", key="Enter")
        self.confirm.clicked.connect(self._next)
        boxes = column(self.name, self.role, self.pin, self.again, gap=look.grid(1))
        by = row(Label(_("由"), tone="sub"), self.keeper, self.keeper_pin, gap=look.grid(1))
        inside = column(
            self.title, self.hint, boxes, by, self.said, row(None, self.confirm), None,
            gap=look.grid(1.5), margins=margins(look, 2, 2),
        )  # fmt: skip
        self.card = surface("card", inside)
        self.card.setFixedWidth(look.px(380))
        return self.card

    def _button(self, kind: str, words: str) -> KeyButton:
        button = KeyButton(
            self._look, f"staff_{kind}", words, kind="quiet", icon=_ICONS[kind], key=_KEYS[kind]
        )
        button.clicked.connect(lambda: self.begin(kind))
        if kind != ADOPT:  # never shown beside the one with the same key
            shortcut = QShortcut(QKeySequence(_KEYS[kind]), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda: self._pressed(kind))
        return button

    def _pressed(self, kind: str) -> None:
        kind = ADOPT if kind == FOUND and self._view.whose == "other" else kind
        self.buttons[kind].click()

    def _box(self, words: str, longest: int) -> QLineEdit:
        box = QLineEdit()
        box.setMaxLength(longest)
        box.setPlaceholderText(words)
        box.setAccessibleName(words)
        box.returnPressed.connect(self._next)
        return box

    def _secret(self, words: str) -> QLineEdit:
        box = pin_box(words)
        box.returnPressed.connect(self._next)
        return box

    # ---- what is shown ------------------------------------------------------------------------------

    def show_view(self, view: StaffView) -> None:
        """Draw the list; a change that was begun is left."""
        self._view = view
        self._rows = {one.id: one for one in view.rows}
        self.whose.setText(_whose(view.whose))
        self.list.show_rows(tuple(map(_row, view.rows)))
        self.keeper.clear()
        self.keeper.addItems(list(view.administrators))
        self.make_first.setVisible(not view.rows)
        for kind in (ADD, *_ABOUT_ONE):
            self.buttons[kind].setVisible(bool(view.rows))
        self.buttons[FOUND].setVisible(view.whose == "window" and bool(view.administrators))
        self.buttons[ADOPT].setVisible(view.whose == "other")
        self.begin("")
        (self.list if view.rows else self.make_first).setFocus()

    def begin(self, kind: str) -> None:
        """Ask for what this change needs; "" for none yet."""
        self.kind = kind
        fields = _FIELDS.get(kind, ())
        for box in (self.name, self.pin, self.again, self.keeper_pin):
            box.clear()
        self.name.setVisible("name" in fields)
        self.role.setVisible("role" in fields)
        for box in (self.pin, self.again):
            box.setVisible("pin" in fields)
        self.said.show_or_hide("")
        self.card.setVisible(bool(kind))
        self._show()
        if kind:
            first = {"name": self.name, "role": self.role, "pin": self.pin}
            (first[fields[0]] if fields else self.keeper_pin).setFocus()

    def _show(self) -> None:
        one = self._rows.get(self.list.current())
        usable = one is not None and one.active and bool(self._view.administrators)
        for kind in _ABOUT_ONE:
            self.buttons[kind].setEnabled(usable)
        self.buttons[ADD].setEnabled(bool(self._view.administrators))
        if self.kind in _ABOUT_ONE and not usable:
            self.begin("")
        elif self.kind:
            words, hint = _asked(self.kind)
            self.title.setText(words.format(name=one.name if one else ""))
            self.hint.setText(hint)
            if one is not None and self.kind == ROLE:
                self.role.setCurrentIndex(self.role.findData(one.role))

    def say(self, problem: Expected) -> None:
        """Show why nothing was changed; what was typed beside the PINs stays."""
        self.said.show_or_hide(f"{problem.happened}{problem.next_step}")
        for box in (self.pin, self.again, self.keeper_pin):
            box.clear()
        (self.pin if self.pin.isVisible() else self.keeper_pin).setFocus()

    # ---- keys ---------------------------------------------------------------------------------------

    def _next(self) -> None:
        """Enter goes to the first empty box; with none left it gives what was typed."""
        for box in (self.name, self.pin, self.again, self.keeper_pin):
            if box.isVisible() and not box.text().strip():
                box.setFocus()
                return
        if not self.kind:
            return
        person = self.list.current() if self.kind in _ABOUT_ONE else ""
        edit = Edit(
            self.kind,
            person,
            self.name.text(),
            Role(self.role.currentData()),
            self.pin.text(),
            self.again.text(),
        )
        self.wanted.emit(self.keeper.currentText(), self.keeper_pin.text(), edit)


def _words() -> dict[str, str]:
    return {
        ADD: _("登记"),
        ROLE: _("改角色"),
        PIN: _("换口令"),
        REMOVE: _("停用"),
        FOUND: _("作为全大厅的名册"),
        ADOPT: _("采用大厅的名册"),
    }


def _asked(kind: str) -> tuple[str, str]:
    return {
        ADD: (_("登记一位"), _("姓名、角色，再由本人输两次至少 6 位数字的口令。")),
        ROLE: (_("{name}：改角色"), _("口令不变，从现在起按新的角色。")),
        PIN: (_("{name}：换口令"), _("由本人输两次；锁定随之解除，90 天内有效。")),
        REMOVE: (_("停用 {name}"), _("不能再登录和核准；以前的记录都保留。")),
        FOUND: (
            _("把这份名册作为全大厅的名册"),
            _("每个窗口都改用它，以后在任一窗口改，处处生效；别的窗口自己登记的人会停用。"),
        ),
        ADOPT: (_("采用大厅的名册"), _("本窗口改用大厅现在的名册，原来登记的人会停用。")),
    }[kind]


def _whose(whose: str) -> str:
    return {
        "own": _("本窗口的名册。"),
        "window": _("大厅还没有统一的名册：这是本窗口自己的一份。"),
        "hall": _("全大厅的名册：在任一窗口改，处处生效，锁定也是。"),
        "other": _("大厅现在的名册不是本窗口原来的那一份；这里仍是原来的。"),
    }[whose]


def _row(one: StaffRow) -> ListRow:
    tone = {Role.SUPERVISOR: "brand", Role.ADMINISTRATOR: "ok"}.get(one.role, "sub")
    icon = "person" if one.active else "absent"
    return ListRow(one.id, one.name, one.standing, icon=icon, pill=_(TITLES[one.role]), tone=tone)
