"""Hands for many matters and many parties: rows from a file, people who join, those who represent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.services.batch_view import BatchView
from app.texts import _
from ui.screens.visit import VisitZone

TABLES: Final = "*.xlsx *.csv"


class Many(QObject):
    """Emits intents; ``acts`` are its keys. The step on the screen says which rows are meant."""

    import_table = Signal(str)
    save_template = Signal(str, bool)
    join_party = Signal(str, str)
    represent = Signal(str)
    forget_cause = Signal(str)

    def __init__(
        self,
        window: QWidget,
        visit: VisitZone,
        flash: Callable[[str], None],
        offer_back: Callable[[str, str, str], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._visit = visit
        self._flash = flash
        self._offer_back = offer_back
        visit.edited.connect(self._matter_changed)
        visit.people.joined.connect(self._joined)
        visit.forms["matter"].disliked.connect(self.forget_cause)
        visit.batch.closed.connect(visit.hide_result)

    def acts(self) -> dict[str, Callable[[], None]]:
        return {
            "import_table": self._ask_for_table,
            "save_template": self._ask_for_place,
            "join_party": self._offer_known,
            "represent": self._represent,
            "waive": self._give_reason,
        }

    def _matter_changed(self, path: str, code: str) -> None:
        """A matter whose form is begun does not become another one unsaid: Ctrl+Z takes that back."""
        was = self._visit.begun_matter
        if was is None or was.path != path or was.value == code:
            return
        words = _("事项 {was} 改成了 {now}，填过的都留着")
        self._offer_back(words.format(was=was.value, now=code), path, was.value)

    def show_result(self, view: BatchView) -> None:
        """Show what became of the rows, on the step they belong to."""
        self._visit.choose("parties" if view.of_parties else "matter")
        self._visit.show_result(view)

    @property
    def _of_parties(self) -> bool:
        return self._visit.step == "parties"

    def _ask_for_table(self) -> None:
        dialog = self._dialog(_("批量录入的表格"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("表格 ({kinds})").format(kinds=TABLES))
        dialog.fileSelected.connect(self.import_table)
        dialog.open()

    def _ask_for_place(self) -> None:
        dialog = self._dialog(_("模板存到哪里"))
        of_parties = self._of_parties
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.setNameFilter(_("表格 ({kinds})").format(kinds="*.xlsx"))
        dialog.selectFile(str(Path(_("名单模板.xlsx") if of_parties else _("批量录入模板.xlsx"))))
        dialog.fileSelected.connect(lambda path: self.save_template.emit(path, of_parties))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _offer_known(self) -> None:
        self._visit.choose("parties")
        if not self._visit.people.offer_known():
            self._flash(_("这次来访没有别的人可以选。"))

    def _joined(self, list_key: str, party_key: str) -> None:
        self._visit.expect("party")
        self.join_party.emit(list_key, party_key)

    def _give_reason(self) -> None:
        self._visit.choose("materials")
        if not self._visit.pages.focus_waiver():
            self._flash(_("先选一种习惯上要的材料；法定的不能免。"))

    def _represent(self) -> None:
        key = self._visit.forms["parties"].focused_key()
        if key:
            self.represent.emit(key)
        else:
            self._flash(_("先把光标放到要推选的人里。"))
