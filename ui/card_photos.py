"""The face on the card that was read: asked for once for each card, gone with the visit."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.services import card_photo
from app.services.card_photo import CardPhoto
from app.services.views import DeskView
from ui.act import Acts
from ui.main_window import MainWindow


class CardPhotos(QObject):
    """Asks the reader's lane for the photo of the visitor on the window and hands it to the step."""

    def __init__(self, window: MainWindow, acts: Acts) -> None:
        super().__init__(window)
        self._face = window.visit.identity.face
        self._acts = acts
        self._wanted = ("", "")

    def show_view(self, view: DeskView) -> None:
        """Take note of the newest view; the face of another visitor goes at once."""
        visit = view.visit
        newest = (visit.visit_id, visit.card) if visit is not None else ("", "")
        if newest == self._wanted:
            return
        self._wanted = newest
        self._face.forget()
        if newest[1]:
            self._acts.run(
                self, card_photo.photo, newest[0], name="card_photo", once=False, done=self._show,
                problem=lambda _problem: self._show(card_photo.failed(*newest)),
            )  # fmt: skip

    def _show(self, found: CardPhoto) -> None:
        if (found.visit_id, found.card) == self._wanted and not self._face.show_photo(found.png, found.text):
            self._face.show_photo(b"", card_photo.failed(found.visit_id, found.card).text)
