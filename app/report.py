"""What ``check`` and ``verify`` print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from app import settings
from app.commands.terminal import ask_both
from app.errors import Expected, SettingsProblem, StorageProblem
from app.paths import Places
from app.services.checkup import check
from app.services.desk import Desk, open_desk
from app.services.enrolment import court_of
from app.services.verify import AtCourt, at_court, counts, findings
from app.services.views import Health
from app.settings import Settings
from app.texts import _

_MARKS = {
    Health.OK: "✓ 正常",
    Health.BUSY: "… 忙",
    Health.ATTENTION: "! 注意",
    Health.FAILED: "✗ 故障",
    Health.UNKNOWN: "? 未知",
    Health.ABSENT: "- 未配置",
}
_WRONG = (Health.FAILED, Health.ATTENTION)


def check_report(places: Places, settings_file: Path, *, as_json: bool) -> int:
    """Print one line a device and service; return 1 when one needs attention, 2 when the desk cannot open."""
    loaded, faults = settings.load(settings_file)
    desk = _open(loaded, places, faults)
    if desk is None:
        return 2
    try:
        lines = check(desk)
    finally:
        desk.close()
    if as_json:
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        for line in lines:
            print(f"{line.title}  {_MARKS[line.health]}  {line.text}".rstrip())
    for fault in faults:
        print(f"! {fault.where}: {fault.reason}")
    return int(bool(faults) or any(line.health in _WRONG for line in lines))


def verify_report(
    places: Places, settings_file: Path, court: str | None, token_file: Path | None, *, as_json: bool
) -> int:
    """Print every broken invariant; return 1 when there is one, 2 when store or court cannot be asked.

    Of the settings only the way to the court is used: no device is opened to check what is stored.
    """
    if not places.store.is_file():
        print(no_data(places))
        return 2
    loaded, faults = settings.load(settings_file)
    if court is not None:
        print("".join(f"! {fault.where}: {fault.reason}\n" for fault in faults), end="", file=sys.stderr)
    desk = _open(Settings(court=loaded.court), places, ())
    if desk is None:
        return 2
    try:
        with asking(desk, court, token_file) as ask:
            broken = findings(desk, ask)
        checked = counts(desk)
    except Expected as problem:
        print(problem)
        return 2
    finally:
        desk.close()
    if as_json:
        print(json.dumps({"checked": checked, "findings": broken}, ensure_ascii=False, indent=2))
    else:
        print("  ".join(f"{name} {count}" for name, count in checked.items()))
        print("\n".join(broken) if broken else "✓ 全部一致")
    return int(bool(broken))


def no_data(places: Places) -> StorageProblem:
    """A wrong folder must not become a new, empty store that is then found to be in order."""
    return StorageProblem(
        _("{folder} 里没有本机数据。").format(folder=places.data),
        safe=_("没有新建任何文件。"),
        next_step=_("请核对 --data 后再试。"),
    )


@contextmanager
def asking(desk: Desk, url: str | None, token_file: Path | None) -> Iterator[AtCourt | None]:
    """Give a question to the court, or None when ``url`` is None: nobody wants it asked.

    The way there is that of the desk, by its settings or its enrolment; a ``url`` that is not empty and a
    ``token_file``, which stands for the certificate too, take the place of theirs. Raises CourtProblem or
    SettingsProblem.
    """
    if url is None:
        yield None
        return
    court = court_of(desk.settings.court, desk.places)
    if url:
        court = replace(court, url=url)
    if token_file is not None:
        court = replace(court, token_file=str(token_file), certificate_file="")
    if not court.url:
        raise _unknown(
            _("本机没有法院的地址，没有核对。"), _("请写成 --court URL，或先登记：python -m app enrol。")
        )
    if not (court.token_file or court.certificate_file):
        raise _unknown(
            _("本机没有法院的通行凭证，没有核对。"),
            _("请用 --token-file 给出凭证文件，或先登记：python -m app enrol。"),
        )
    with at_court(court) as ask:
        yield ask


def _unknown(happened: str, next_step: str) -> SettingsProblem:
    return SettingsProblem(happened, safe=_("本机数据没有改动。"), next_step=next_step)


def _open(loaded: Settings, places: Places, faults: tuple[settings.Fault, ...]) -> Desk | None:
    try:
        return open_desk(loaded, places, faults=faults, ask=ask_both)
    except Expected as problem:
        print(problem)
        return None
