"""Where this window sits: in its own queue, or in a hall of many windows that it joined with a code.

The credentials lie in ``Places.hall``, readable by this user only. A window that is set to a hall but has not
joined it, or whose credentials are of another window, neither issues nor calls: it could do both twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.clock import Clock
from app.domain.hall import Promise
from app.errors import HallProblem
from app.hall.address import FILE, PERSON_KEY, HallAddress
from app.hall.join import join
from app.hall.journal import StoreJournal
from app.hall.seat import Seat, Standing, Terms
from app.hall.speech import HallTurn
from app.hall.sqlite_log import SqliteLog
from app.hall.wire import Names
from app.notices import Notice, Notices
from app.paths import Places
from app.services.views import DeviceView, Health
from app.settings import QueueSettings, Settings
from app.storage.access import StoreAccess
from app.texts import _

if TYPE_CHECKING:
    from app.hall.board.server import BoardServer
    from app.hall.nats_log import NatsLog
    from app.hall.roll import Roll

KEY = "hall"


def open_seat(settings: Settings, places: Places, store: StoreAccess, clock: Clock) -> Seat:
    """Return the seat; what keeps the window out of its hall is said by every act on the queue."""
    local = SqliteLog(store)
    terms = Terms(
        settings.hall.window,
        frozenset(settings.hall.tags.split()),
        promise_of(settings.queue),
        bool(settings.devices.ticket_printer),
    )
    own_journal = StoreJournal(store, is_log=True)
    if not settings.hall.url:
        return Seat(local, own_journal, terms, clock)
    try:
        from app.hall.giving_line import NatsGiving  # a window alone starts without them
        from app.hall.nats_log import NatsLog
        from app.hall.parcels import NatsParcels

        address = credentials(settings, places)
        log = NatsLog(address)
    except HallProblem as problem:
        return Seat(local, own_journal, terms, clock, outside=problem)
    parcels = NatsParcels(log, address)
    names, window = Names(address.hall), settings.hall.window
    speech = HallTurn(log, names.speech(window))
    return Seat(
        log,
        StoreJournal(store),
        terms,
        clock,
        shared=log,
        local=local,
        parcels=parcels,
        speech=speech,
        roll=_roll(log, address),
        giving=NatsGiving(log, names, window),
        admitted_until=address.ends,
    )


def _roll(log: NatsLog, address: HallAddress) -> Roll | None:
    """Return the hall's list of staff; None where joining left no key for it: this window keeps its own."""
    from app.hall.roll import Sealed
    from app.hall.roll_log import NatsRoll

    try:
        secret = bytes.fromhex((address.folder / PERSON_KEY).read_text("ascii"))
    except (OSError, ValueError):
        return None
    return NatsRoll(log, Names(address.hall), Sealed(address.hall, secret))


def promise_of(queue: QueueSettings) -> Promise:
    """Return the promise as set; the hall's own of the day goes before it."""
    return Promise(
        timedelta(minutes=queue.green_wait),
        queue.overtakes,
        timedelta(minutes=queue.grace),
        timedelta(seconds=queue.auto_call),
        queue.in_turn,
    )


def credentials(settings: Settings, places: Places) -> HallAddress:
    """Return what joining left. Raises HallProblem: not joined, damaged, or another window's."""
    if not (places.hall / FILE).exists():
        raise HallProblem(
            _("本窗口还没有加入大厅。"),
            safe=_("没有发出任何号，已保存的材料不受影响。"),
            next_step=_("请在大厅主机上取一个加入码，在本机运行 python -m app join 加入码，再打开窗口。"),
        )
    address = HallAddress.read(places.hall)
    if address.member != f"window-{settings.hall.window}":
        raise HallProblem(
            _("本机的大厅凭证是 {member} 的，窗口号却设为 {window}。").format(
                member=address.member, window=settings.hall.window
            ),
            safe=_("没有发出任何号。"),
            next_step=_("请改正设置里的窗口号，或用本窗口的加入码重新加入。"),
        )
    return address


def join_hall(settings: Settings, places: Places, code: str) -> HallAddress:
    """Join the hall of the settings with a one-time code. Raises HallProblem with what to do."""
    where = urlsplit(settings.hall.url)
    try:
        host, port = where.hostname, where.port
    except ValueError:
        host, port = None, None
    if where.scheme != "hall" or not host or not port:
        raise HallProblem(
            _("设置里还没有大厅主机的地址。"),
            safe=_("加入码没有用掉。"),
            next_step=_('请在设置文件的 [hall] 一节写 url = "hall://主机:端口"。'),
        )
    places.make()
    return join(host, port, code, places.hall)


def open_board(settings: Settings, notices: Notices) -> BoardServer | None:
    """Open the call board of a window alone; a port that is taken keeps nobody from working."""
    hall = settings.hall
    if not hall.board_port:
        return None
    from app.hall.board.server import BoardServer  # a web server; most windows start without it

    try:
        name, mongolian = f"{hall.court}{hall.centre}", settings.papers.court_mongolian
        return BoardServer("0.0.0.0", hall.board_port, name, mongolian=mongolian)  # noqa: S104
    except HallProblem as problem:
        notices.post(Notice.of("board", problem))
        return None


def view(seat: Seat) -> DeviceView | None:
    """Return the hall for the status bar, with what to do; None for a window alone."""
    standing = seat.standing()
    if standing is Standing.OWN:
        return None
    health, text = _words(seat, standing)
    return DeviceView(KEY, _("大厅"), health, text)


def _words(seat: Seat, standing: Standing) -> tuple[Health, str]:
    if standing is Standing.OUTSIDE and seat.outside is not None:
        return Health.FAILED, f"{seat.outside.happened}{seat.outside.next_step}"
    if standing is Standing.MERGING:
        return Health.BUSY, _("已连上，正在合并本机的号")
    if standing is Standing.ALONE:
        words = _("断开，本机单独叫号：可叫 {count} 人，恢复后自动合并")
        return Health.ATTENTION, words.format(count=seat.held)
    owed = seat.state.owed
    if owed:
        listed = "、".join(map(str, sorted(owed)))
        return Health.ATTENTION, _("记录刚从备份恢复，等 {windows} 号窗口补报").format(windows=listed)
    if seat.conflicts:
        words = _("{count} 步与大厅不一致，请值班主管核对")
        return Health.ATTENTION, words.format(count=seat.conflicts)
    if seat.leaves_on is not None:
        words = _("已连接；本窗口的大厅凭证 {day} 到期，请在大厅主机上取加入码再加入一次")
        return Health.ATTENTION, words.format(day=seat.leaves_on)
    return Health.OK, _("已连接")
