"""The one settings file: which court and window this is, and the address of every part.

Every part is named by a URL, so that any of them can be replaced by a real one without code. A value that
cannot be used keeps its default and is reported as a fault; loading never writes.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from app.domain.issue_rules import parse_hours, parse_prefixes
from app.domain.voice import parse_spans
from app.errors import SettingsProblem
from app.texts import _


@dataclass(frozen=True)
class HallSettings:
    """``court`` is printed on paper, ``window`` is this counter (1–999), ``group`` what a ticket is for.

    ``url`` is where a hall of many windows takes in new ones, ``hall://host:port``; empty: this window alone.
    ``tags`` are what this window can do, apart by spaces: a ticket that needs one comes here. ``board`` is
    where people's phones reach the call board, for the code on a ticket; ``board_port`` opens one here, for a
    hall of one window. ``reception`` makes this desk the one that gives numbers and calls nobody.
    ``lock_after`` so many minutes without a key the window is locked, 0 for never.
    ``board_screen`` shows the board on that screen of this computer, counted from 1; 0 for none.
    """

    court: str = "巴林右旗人民法院"
    centre: str = "诉讼服务中心"
    window: int = 1
    clerk: str = "值班窗口"
    group: str = "立案"
    url: str = ""
    tags: str = ""
    board: str = ""
    board_port: int = 0
    reception: bool = False
    lock_after: int = 10
    board_screen: int = 0


@dataclass(frozen=True)
class QueueSettings:
    """What the hall promises: minutes a green ticket waits, times others are overtaken, and fair return.

    A missed number that comes back within ``grace`` minutes keeps its place. ``hours`` when numbers are
    given out, by season; ``cap`` how many a day, 0 for no limit, with a warning when ``cap_warning`` are
    left; ``prefixes`` the letter of a group's numbers (``app.domain.issue_rules``). ``elder`` is the age from
    which a card alone gives the green channel. ``auto_call`` are the seconds after which an idle window calls
    by itself, 0 for never, ``in_turn`` whether the one idle longest comes first. These and the promise are
    what the hall's first window of the day says for all; a supervisor may change them for the day.
    """

    green_wait: int = 10
    overtakes: int = 3
    grace: int = 10
    hours: str = ""
    cap: int = 0
    cap_warning: int = 20
    prefixes: str = ""
    elder: int = 60
    auto_call: int = 0
    in_turn: bool = True


@dataclass(frozen=True)
class DeviceSettings:
    """One URL a device; an empty one means this counter has none."""

    id_reader: str = ""
    scanner: str = ""
    ticket_printer: str = ""
    receipt_printer: str = ""
    a4_printer: str = ""
    scan_gun: str = ""
    rating_keypad: str = ""
    led_strip: str = ""
    speaker: str = ""
    camera: str = ""
    signature_pad: str = ""
    chip_reader: str = ""


@dataclass(frozen=True)
class PaperSettings:
    """What the court's papers say of the court: a paper that needs a value nobody set is not printed.

    ``pay_url`` and ``verify_url`` are addresses for codes, ``{number}`` in the first is what is paid for.
    ``mediation`` is the organisation mediations go to. ``court_mongolian`` is the court's name in the
    traditional script, for the head of tickets and notices; empty prints none.
    """

    phone: str = "12368"
    complaints: str = ""
    supervision: str = ""
    supervision_address: str = ""
    place: str = ""
    hours: str = ""
    account_holder: str = ""
    account_bank: str = ""
    account_number: str = ""
    pay_url: str = ""
    verify_url: str = ""
    mediation: str = ""
    evidence_days: int = 15
    court_mongolian: str = ""


@dataclass(frozen=True)
class FilingSettings:
    """What the law leaves to the court, and how much a clerk may look at.

    ``correction_days`` to supply what a notice lists (登记立案规定第7条 names no number; 3 days of an
    objection and 15 of a filing from abroad are fixed). ``id_views``: identity numbers a clerk may see in
    full on one day before a supervisor is asked.
    """

    correction_days: int = 7
    id_views: int = 200


@dataclass(frozen=True)
class CourtSettings:
    """Where the court gateway is, and what opens it: a token, or a certificate with its key in one PEM file.

    ``ca_file`` is whom to trust there, "" for the system's own. All empty: what ``enrol`` left is used.
    ``uploads`` pictures go at once, all of them together with ``upload_kib`` KiB a second, 0 for no bound.
    """

    url: str = ""
    token_file: str = ""
    certificate_file: str = ""
    ca_file: str = ""
    uploads: int = 3
    upload_kib: int = 0


@dataclass(frozen=True)
class BackupSettings:
    """``hours`` between two backups, ``second`` a folder on another disk, ``keep_days`` the oldest copy."""

    hours: int = 4
    second: str = ""
    keep_days: int = 60


@dataclass(frozen=True)
class KeepSettings:
    """Days after the court's acknowledgement: pictures for ``images_days``, records for ``records_days``."""

    images_days: int = 30
    records_days: int = 180


@dataclass(frozen=True)
class KeySettings:
    """``escrow`` the court's public key (PEM file); ``seal``: auto, or file to seal nothing by itself."""

    escrow: str = ""
    seal: str = "auto"


@dataclass(frozen=True)
class VoiceSettings:
    """How calls are said. ``quiet``: spans such as ``12:00-13:30`` in which nothing is said aloud.

    ``engine`` is the address of a program that says what has no recording; empty: the board shows it.
    """

    repeats: int = 2
    chime: bool = True
    quiet: str = ""
    engine: str = ""


@dataclass(frozen=True)
class LookSettings:
    """``theme``: light, dark or contrast. ``scale``: type size in percent, 100–200.

    ``language``: zh_CN, as there is no translation.
    """

    theme: str = "light"
    scale: int = 100
    language: str = "zh_CN"


@dataclass(frozen=True)
class Settings:
    """Everything a court sets."""

    hall: HallSettings = field(default_factory=HallSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    court: CourtSettings = field(default_factory=CourtSettings)
    papers: PaperSettings = field(default_factory=PaperSettings)
    filing: FilingSettings = field(default_factory=FilingSettings)
    look: LookSettings = field(default_factory=LookSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    key: KeySettings = field(default_factory=KeySettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    keep: KeepSettings = field(default_factory=KeepSettings)


@dataclass(frozen=True)
class Fault:
    """A value that was not used: ``where`` is the section and key, ``reason`` a sentence."""

    where: str
    reason: str


def _reads(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


# Letters and signs of the block, the joiners, and the narrow blank before a suffix (Unicode 16.0, 13.5).
_MONGOLIAN = re.compile("[\u1800-\u18aa\u200c\u200d\u202f ]*")
_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hall.window": (lambda v: 1 <= v <= 999, "应为 1 到 999 的整数"),
    "hall.url": (lambda v: not v or v.startswith("hall://"), "应为 hall://主机:端口，或留空"),
    "hall.board": (lambda v: not v or v.startswith(("http://", "https://")), "应为 http://主机:端口，或留空"),
    "hall.board_screen": (lambda v: 0 <= v <= 8, "应为 0 到 8"),
    "hall.board_port": (lambda v: v == 0 or 1024 <= v <= 65535, "应为 1024 到 65535，0 为不开"),
    "hall.lock_after": (lambda v: 0 <= v <= 240, "应为 0 到 240 分钟，0 为不锁"),
    "queue.green_wait": (lambda v: 1 <= v <= 240, "应为 1 到 240 分钟"),
    "queue.overtakes": (lambda v: 0 <= v <= 50, "应为 0 到 50 次"),
    "queue.hours": (lambda v: _reads(parse_hours, v), "应为 05-01~09-30 08:30-12:00 14:30-17:30; … 这样"),
    "queue.prefixes": (lambda v: _reads(parse_prefixes, v), "应为 立案=A 执行=B 这样，G、P、Z 留作他用"),
    "queue.auto_call": (lambda v: 0 <= v <= 600, "应为 0 到 600 秒"),
    "queue.elder": (lambda v: 50 <= v <= 100, "应为 50 到 100 岁"),
    "queue.cap": (lambda v: 0 <= v <= 9000, "应为 0 到 9000"),
    "queue.grace": (lambda v: 0 <= v <= 240, "应为 0 到 240 分钟"),
    "court.uploads": (lambda v: 1 <= v <= 8, "应为 1 到 8 的整数"),
    "court.upload_kib": (lambda v: v == 0 or 64 <= v <= 1 << 20, "应为 64 到 1048576（KiB/秒），0 为不限"),
    "keep.images_days": (lambda v: 1 <= v <= 3660, "应为 1 到 3660 的整数（天）"),
    "keep.records_days": (lambda v: 30 <= v <= 3660, "应为 30 到 3660 的整数（天）"),
    "key.seal": (lambda v: v in {"auto", "file"}, "应为 auto 或 file"),
    "backup.hours": (lambda v: 1 <= v <= 168, "应为 1 到 168 的整数（小时）"),
    "backup.keep_days": (lambda v: 7 <= v <= 3660, "应为 7 到 3660 的整数（天）"),
    "voice.repeats": (lambda v: 1 <= v <= 5, "应为 1 到 5 的整数"),
    "voice.quiet": (lambda v: _reads(parse_spans, v), "应写成 12:00-13:30，多段用逗号隔开"),
    "filing.correction_days": (lambda v: 1 <= v <= 60, "应为 1 到 60 的整数（日）"),
    "filing.id_views": (lambda v: 1 <= v <= 10_000, "应为 1 到 10000 的整数（次）"),
    "papers.court_mongolian": (lambda v: bool(_MONGOLIAN.fullmatch(v)), "应为传统蒙古文"),
    "papers.evidence_days": (lambda v: 1 <= v <= 180, "应为 1 到 180 的整数（日）"),
    "look.theme": (lambda v: v in {"light", "dark", "contrast"}, "应为 light、dark 或 contrast"),
    "look.scale": (lambda v: 100 <= v <= 200, "应为 100 到 200 的整数"),
    "look.language": (lambda v: v == "zh_CN", "应为 zh_CN：目前只有中文界面"),
}


def load(path: Path) -> tuple[Settings, tuple[Fault, ...]]:
    """Read the file; a missing one gives the defaults without a fault, a broken one the defaults with one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad puts a mark before the text
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Settings(), (Fault(path.name, str(error)),)
    faults: list[Fault] = []
    sections = {}
    for section in fields(Settings):
        default = getattr(Settings(), section.name)
        sections[section.name] = _section(section.name, default, raw.pop(section.name, {}), faults)
    faults += [Fault(name, "没有这一节") for name in raw]
    return Settings(**sections), tuple(faults)


def _section(name: str, default: Any, raw: object, faults: list[Fault]) -> Any:
    if not isinstance(raw, dict):
        faults.append(Fault(name, "应为一节 [section]"))
        return default
    known = {f.name for f in fields(default)}
    good: dict[str, object] = {}
    for key, value in raw.items():
        where = f"{name}.{key}"
        reason = "没有这一项" if key not in known else _fault(where, getattr(default, key), value)
        if reason:
            faults.append(Fault(where, reason))
        else:
            good[key] = value
    return replace(default, **good)


_KINDS: dict[type, str] = {bool: "应为 true 或 false", int: "应为整数", str: "应为带引号的文字"}


def _fault(where: str, default: object, value: object) -> str:
    if type(value) is not type(default):
        return _KINDS[type(default)]
    check, reason = _ALLOWED.get(where, (lambda _value: True, ""))
    return "" if check(value) else reason


def problem(path: Path, faults: tuple[Fault, ...]) -> SettingsProblem:
    """Put the faults into the three sentences a clerk reads."""
    listed = "；".join(f"{fault.where}：{fault.reason}" for fault in faults)
    return SettingsProblem(
        _("设置文件有问题，有问题的项目用了默认值。"),
        safe=_("已保存的材料不受影响，设置文件没有改动。"),
        next_step=_("请管理员改正 {path}：{faults}").format(path=path, faults=listed),
    )


def shown(settings: Settings) -> str:
    """Return the settings as the TOML a court may copy and edit."""
    lines: list[str] = []
    for section in fields(Settings):
        lines.append(f"[{section.name}]")
        part = getattr(settings, section.name)
        for key in fields(part):
            value = getattr(part, key.name)
            lines.append(f"{key.name} = {_written(value)}")
        lines.append("")
    return "\n".join(lines)


def _written(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    """A TOML basic string is a JSON string, but for U+007F (toml.io v1.0.0, Strings)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
