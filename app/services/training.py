"""At a simulated counter: what its devices can be made to do, chosen on the window."""

from __future__ import annotations

from dataclasses import dataclass

from app import lanes
from app.errors import DeviceProblem
from app.lanes import on
from app.services.bench import TITLES
from app.services.desk import Desk
from app.simulation import ROLES, TRAINING, Counter
from app.texts import _


@dataclass(frozen=True)
class TrainingRow:
    """One scenario of one device; ``name`` is what ``--scenario`` takes, too."""

    name: str
    title: str
    device: str


def rows(desk: Desk) -> tuple[TrainingRow, ...]:
    """Return what can happen at this counter, device by device in the order of the status bar."""
    if desk.training is None:
        return ()
    order = list(TITLES)
    offered = (name for name in TRAINING if desk.training.offers(name))
    return tuple(map(_row, sorted(offered, key=lambda name: order.index(_role(name)))))


def _row(name: str) -> TrainingRow:
    return TrainingRow(name, _(TRAINING[name].title), _(TITLES[_role(name)]))


def _role(name: str) -> str:
    return ROLES[TRAINING[name].device]


@on(lanes.PROBE)
def begin(desk: Desk, name: str) -> TrainingRow:
    """Let it happen; return what happens now. Raises DeviceProblem when the simulated device is gone.

    Not on the device's lane, where somebody may wait for just this: a signature, a key of the keypad.
    """
    counter, role = _counter(desk), _role(name)
    url = counter.address(name)
    if desk.bench.urls[role] != url:
        desk.lanes.submit(role, _move, desk, name, url)
    else:
        _tell(counter, name)
    return _row(name)


def _move(desk: Desk, name: str, url: str) -> None:
    """The driver of before lets the device go first: it must not take the card that is laid down now."""
    desk.bench.reassign(_role(name), url)
    _tell(_counter(desk), name)


def _tell(counter: Counter, name: str) -> None:
    try:
        counter.begin(name)
    except OSError as error:
        raise DeviceProblem(
            _("模拟的设备已经结束，不能演练。"),
            safe=_("已填写和已扫描的内容都在。"),
            next_step=_("请关闭后再用 --simulate 打开。"),
            detail=type(error).__name__,
        ) from error


def _counter(desk: Desk) -> Counter:
    if desk.training is None:
        raise DeviceProblem(_("这是真的窗口，不能演练。"), next_step=_("请用 --simulate 打开。"))
    return desk.training
