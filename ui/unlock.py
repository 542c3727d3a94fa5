"""The window in which two custodians open the key of the store, each with a passphrase of their own."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout

from app.errors import Expected
from app.texts import _
from ui.widgets.label import Label


class UnlockDialog(QDialog):
    """Asks for both passphrases; neither is shown, kept or logged."""

    def __init__(self, problem: Expected) -> None:
        super().__init__()
        self.setWindowTitle(_("打开本机数据"))
        self._fields = (self._field("custodian_1"), self._field("custodian_2"))
        form = QFormLayout()
        for words, field in zip((_("第一位保管人(&1)"), _("第二位保管人(&2)")), self._fields, strict=True):
            form.addRow(words, field)
        buttons = QDialogButtonBox()
        self._open = buttons.addButton(_("打开(&O)"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_("退出(&Q)"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(Label(problem.happened, bold=True, wrap=True))
        box.addWidget(Label(f"{problem.safe}{problem.next_step}", size="small", wrap=True))
        box.addLayout(form)
        box.addWidget(buttons)
        self._ready()

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.textChanged.connect(self._ready)
        return field

    def _ready(self) -> None:
        if hasattr(self, "_open"):
            self._open.setEnabled(all(field.text() for field in self._fields))

    def passphrases(self) -> tuple[str, str]:
        return self._fields[0].text(), self._fields[1].text()


def ask_custodians(problem: Expected) -> tuple[str, str] | None:
    """Return both passphrases, None when the window was closed without them."""
    dialog = UnlockDialog(problem)
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    words = dialog.passphrases()
    dialog.deleteLater()
    return words if agreed else None
