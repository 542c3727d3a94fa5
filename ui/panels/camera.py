"""The document camera at the window: looks again and again while its page is open, and never waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app import lanes
from app.errors import Expected
from app.lanes import Act
from app.services import camera, papers
from app.services.camera import Look, Taken
from app.services.desk import Desk
from app.texts import _
from ui.panels.panel import Controls, Panel
from ui.screens.camera import CameraPage

_AGAIN_MS: Final = 25
_AFTER_TROUBLE_MS: Final = 1_000
_AFTER_A_PAGE_MS: Final = 500


@dataclass(frozen=True)
class _Seen:
    """A look with its pictures decoded and scaled, ready to be painted."""

    look: Look
    image: QImage
    taken: QImage


def _decoded(jpeg: bytes, room: QSize) -> QImage:
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    image = QImage.fromData(jpeg)
    return image.scaled(room, keep, smooth) if not image.isNull() else image


def _look(desk: Desk, material: str, auto: bool, room: QSize) -> _Seen:
    """Look on the camera's lane and decode there: the GUI thread only copies pictures."""
    seen = camera.look(desk, material, auto)
    taken = QImage.fromData(seen.taken.picture) if seen.taken else QImage()
    return _Seen(seen, _decoded(seen.jpeg, room), taken)


_LOOK: Final[Act[Desk, [str, bool, QSize], _Seen]] = Act(lanes.CAMERA, _look)


class CameraPanel(Panel):
    """One look follows the other; a camera that failed is tried again every second, also when it is back."""

    key = "camera"
    icon = "camera"

    def __init__(self, controls: Controls) -> None:
        super().__init__(controls)
        self._again = QTimer()
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._ask)
        self._open = False
        self._last = ""
        self._jpeg: tuple[QImage, tuple[tuple[float, float], ...]] = (QImage(), ())

    @property
    def title(self) -> str:
        return _("高拍仪")

    @property
    def purpose(self) -> str:
        return _("把纸放在镜头下，放稳就收进材料；也可按空格拍")

    def make(self) -> QWidget:
        page = CameraPage(self.controls.look)
        page.take.connect(self._take)
        page.undo.connect(self._undo)
        page.chosen.connect(self.controls.papers.choose)
        self._again.setParent(page)
        return page

    @property
    def _mine(self) -> CameraPage:
        return cast(CameraPage, self.page)

    def opened(self) -> None:
        self._open = True
        self._last = ""
        where = self.controls.papers
        self._mine.begin(where.materials, where.material, possible=where.open)
        if not self.controls.desk.bench.has(lanes.CAMERA):
            words = _("没有配置高拍仪。")
            self._mine.show_trouble(words, _("按 Ctrl+, 选择设备；也可以用 F8 扫描或 Ctrl+O 导入。"))
            return
        self._mine.show_waiting(_("正在打开高拍仪…"))
        self._ask()

    def left(self) -> None:
        self._open = False
        self._again.stop()
        flag = self.controls.desk.cancelled.get(lanes.CAMERA)
        if flag is not None:
            flag.set()
        if self.controls.desk.bench.has(lanes.CAMERA):
            self.controls.acts.run(self.page, camera.let_go, name="camera.let_go")
        self.controls.refresh()

    # ---- looking --------------------------------------------------------------------------------

    def _ask(self) -> None:
        auto = self._mine.auto and self.controls.papers.open
        self.controls.acts.run(
            self.page,
            _LOOK,
            self.controls.papers.material,
            auto,
            self._mine.room,
            name="camera.look",
            flag=lanes.CAMERA,
            done=self._seen,
            problem=self._trouble,
        )

    def _seen(self, seen: _Seen) -> None:
        if not self._open:
            return
        self._jpeg = (seen.image, seen.look.page or ())
        if seen.look.taken is not None:
            self._show_taken(seen.look.taken, seen.taken)
            self._again.start(_AFTER_A_PAGE_MS)
            return
        if not self.controls.acts.running("camera.take"):
            self._mine.show_look(*self._jpeg)
        self._again.start(_AGAIN_MS)

    def _trouble(self, problem: Expected) -> None:
        """Said on the page itself: nobody has to take a sentence away when the camera is back."""
        if self._open:
            self._mine.show_trouble(problem.happened, problem.next_step + _("恢复后画面自己回来。"))
            self._again.start(_AFTER_TROUBLE_MS)

    # ---- taking ---------------------------------------------------------------------------------

    def _take(self) -> None:
        if not self.controls.papers.open:
            return
        started = self.controls.acts.run(
            self.page,
            camera.take,
            self.controls.papers.material,
            name="camera.take",
            done=self._taken,
            problem=self._not_taken,
        )
        if started:
            self._mine.show_busy(busy=True)

    def _taken(self, taken: Taken) -> None:
        self._mine.show_busy(busy=False)
        self._show_taken(taken, QImage.fromData(taken.picture))

    def _not_taken(self, problem: Expected) -> None:
        self._mine.show_busy(busy=False)
        self.controls.problem(problem)

    def _show_taken(self, taken: Taken, image: QImage) -> None:
        self._last = taken.page_id
        self._mine.show_taken(image, *self._jpeg)
        self.controls.refresh()

    def _undo(self) -> None:
        page_id, self._last = self._last, ""
        if page_id:
            self.controls.acts.run(
                self.page, papers.remove_page, page_id, name="camera.undo", done=self._undone
            )

    def _undone(self, _none: object) -> None:
        self._mine.show_undone()
        self.controls.refresh()
