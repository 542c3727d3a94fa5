"""The backups there are: when, why, how much, where, and whether each was found good."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.clock import local
from app.services.backups import REASONS, BackupsView
from app.texts import _
from ui.theme import Theme
from ui.widgets.key_button import KeyButton
from ui.widgets.label import Label
from ui.widgets.layout import column, row, rule
from ui.widgets.row_list import ListRow, RowList


class BackupsPage(QWidget):
    """Emits ``wanted`` for a backup now and ``asked(path)`` for proving one."""

    wanted = Signal()
    asked = Signal(str)

    def __init__(self, look: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._good: dict[str, bool] = {}
        self._view = BackupsView((), (), 0)
        self.places = Label(tone="sub", size="small", wrap=True)
        self.alone = Label(
            _("备份只在本机这块盘上：盘坏了备份也没了。请管理员设置 backup.second（另一块盘）。"),
            tone="warn",
            wrap=True,
        )
        self.list = RowList(look, _("已有的备份"), empty=_("还没有备份。按 Ctrl+R 现在做一份。"))
        self.list.chosen.connect(self.asked)
        self.list.moved.connect(self._explain)
        self.how = Label(tone="sub", wrap=True)
        self.how.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.now = KeyButton(look, "back_up", _("立即备份"), kind="primary", icon="disk", key="Ctrl+R")
        self.prove = KeyButton(look, "prove", _("核对这一份"), icon="check", key="Enter")
        self.now.clicked.connect(self.wanted)
        self.prove.clicked.connect(self._ask)
        QShortcut(QKeySequence("Ctrl+R"), self).activated.connect(self.now.click)
        whole = column(self.places, self.alone, gap=look.grid(1))
        whole.addWidget(self.list, 1)
        whole.addWidget(rule())
        whole.addWidget(Label(_("怎么恢复"), bold=True))
        whole.addWidget(self.how)
        whole.addLayout(row(None, self.prove, self.now, gap=look.grid(1.5)))
        self.setLayout(whole)
        self.show_view(self._view)

    def show_view(self, view: BackupsView) -> None:
        """Draw the list; the cursor stays on its backup."""
        self._view = view
        places = "　".join(str(place) for place in view.places)
        words = _("每 {hours} 小时自动备份一次，做完逐页核对。位置：{places}")
        self.places.setText(words.format(hours=view.hours, places=places) if view.places else "")
        self.alone.setVisible(len(view.places) == 1)
        self._draw()

    def mark(self, path: str, *, good: bool) -> None:
        """Note what proving a backup has shown."""
        self._good[path] = good
        self._draw()

    def _draw(self) -> None:
        rows = []
        for one in self._view.backups:
            path = str(one.path)
            held = _("登记 {count} 件　{size:.1f} MB").format(count=one.contents.intakes, size=one.size / 1e6)
            where = _("第二处，连同图像") if self._view.is_second(one) else _("本机")
            pill, tone = {True: (_("完好"), "ok"), False: (_("损坏"), "bad"), None: ("", "sub")}[
                self._good.get(path)
            ]
            title = f"{local(one.made_at):%Y-%m-%d %H:%M:%S}"
            detail = f"{_(REASONS.get(one.reason, one.reason))}　{held}"
            rows.append(ListRow(path, title, detail, icon="disk", right=where, pill=pill, tone=tone))
        self.list.show_rows(tuple(rows))
        self.prove.setEnabled(bool(rows))
        self._explain(self.list.current())

    def _explain(self, path: str) -> None:
        words = _("数据打不开时，程序开机会自己问要不要恢复。要换回某一份：关闭本窗口，运行 {command} 。")
        after = _("现在的数据会另外保存，不会删除；之后的号码从新的一段接着编，不会重号。")
        command = f'python -m app restore "{path}"' if path else "python -m app restore"
        self.how.setText(words.format(command=command) + after)

    def _ask(self) -> None:
        if self.list.current():
            self.asked.emit(self.list.current())
