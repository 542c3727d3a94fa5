from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.calendar import days_after
from app.domain.case_number import check_case_number
from app.domain.fee_schedule import FeeKind
from app.domain.fees import DEFAULT_SETTINGS
from app.notices import Notice, Notices
from app.paths import Places
from app.services import knowledge
from app.services.knowledge import (
    CAUSES,
    CODES,
    Knowledge,
    KnowledgeFault,
    load_knowledge,
    open_knowledge,
    problem,
)
from app.services.knowledge_files import STEP, Source
from tests.helpers.domain import RESOURCES, catalogue, holidays, steps

RENAMED = ('name = "民事一审立案"', 'name = "民商事一审立案"')


@dataclass
class Room:
    """A computer with shipped files, a court's own folder and the copies of what was used last."""

    shipped: Path
    own: Path
    kept: Path

    def load(self) -> tuple[Knowledge, tuple[KnowledgeFault, ...]]:
        return load_knowledge(self.shipped, self.own, self.kept)

    def shipped_file(self, name: str) -> Path:
        folder = "codes" if name in CODES else "steps" if name.startswith(STEP) else "catalogue"
        return self.shipped / folder / name

    def write_own(self, name: str, change: Callable[[str], str] = str) -> Path:
        """Put the shipped file, changed, into the court's folder."""
        self.own.mkdir(parents=True, exist_ok=True)
        path = self.own / name
        path.write_text(change(self.shipped_file(name).read_text("utf-8")), "utf-8")
        return path

    def written(self) -> dict[str, bytes]:
        found = [*self.shipped.rglob("*.*"), *self.own.rglob("*.*")]
        return {str(path): path.read_bytes() for path in found if path.is_file()}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    for folder in ("catalogue", "codes", "steps"):
        shutil.copytree(RESOURCES / folder, tmp_path / "shipped" / folder)
    return Room(tmp_path / "shipped", tmp_path / "config/knowledge", tmp_path / "data/knowledge")


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def line_of(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if words in line)


def test_the_shipped_files_are_read_without_a_fault(room: Room) -> None:
    known, faults = room.load()
    assert faults == ()
    assert known.catalogue == catalogue()
    assert known.matters is known.catalogue.matters
    assert known.holidays == holidays()
    assert known.fees == DEFAULT_SETTINGS
    assert len(known.causes) == 1043
    assert known.causes.search("mjjd")[0].name == "民间借贷纠纷"
    assert known.causes.search("mjjd")[0].templates
    assert known.courts["内0404"].name == "赤峰市松山区人民法院"
    assert not check_case_number("（2026）内0404民初123号", known.case_types, known.courts).warnings


def test_a_court_without_a_folder_of_its_own_has_the_shipped_files(room: Room) -> None:
    assert load_knowledge(room.shipped, None, room.kept)[1] == ()


def test_the_causes_wait_until_they_are_asked_for_once_they_are_known_to_be_good(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = knowledge.parse_causes

    def counted(*args: object) -> object:
        made.append(1)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(knowledge, "parse_causes", counted)
    room.load()
    assert len(made) == 1
    known, _ = room.load()
    assert len(made) == 1
    assert len(known.causes) == len(known.causes) == 1043
    assert len(made) == 2


def test_a_courts_file_takes_the_place_of_its_namesake_and_of_no_other(room: Room) -> None:
    room.write_own("F01.toml", swap(*RENAMED))
    room.write_own("fees.toml", swap("# divorce = 300", "divorce = 200"))
    room.write_own("courts.tsv", lambda text: text + "内0499\t某某县人民法院\t150499\t基层\n")
    known, faults = room.load()
    assert faults == ()
    assert known.matters["F01"].name == "民商事一审立案"
    assert {c: m for c, m in known.matters.items() if c != "F01"} == {
        c: m for c, m in catalogue().matters.items() if c != "F01"
    }
    assert known.fees.local == {FeeKind.DIVORCE: Decimal(200)}
    assert known.courts["内0499"].name == "某某县人民法院"


def test_a_courts_marks_reach_the_causes(room: Room) -> None:
    room.write_own("cause_marks.toml", swap('"205(5)", "214(2)"', '"205(5)", "214(2)", "108(3)"'))
    known, faults = room.load()
    assert faults == ()
    assert "wages" in known.causes.search("mjjd")[0].marks


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(room: Room) -> None:
    for name in ("F01.toml", "courts.tsv", "fees.toml"):
        path = room.write_own(name)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    known, faults = room.load()
    assert faults == ()
    assert known.catalogue == catalogue()


BROKEN = {
    "a wrong value in a matter": (
        "F01.toml",
        swap('group = "filing"', 'group = "弄错"'),
        'group = "',
        "group",
    ),
    "a matter that is no TOML": ("S03.toml", swap("version = ", "version "), "version ", "不是有效的TOML"),
    "an unknown material": ("F02.toml", swap('code = "M02"', 'code = "M99"'), '"M99"', "没有 M99"),
    "a matter under another code": (
        "F03.toml",
        swap('code = "F03"', 'code = "F04"'),
        '"F04"',
        "与文件名相同",
    ),
    "a wrong master list": ("materials.toml", swap('level = "law"', 'level = "x"'), '"x"', "level"),
    "a wrong calendar": ("holidays.toml", swap("to = 2025-02-04", "to = 2025-01-04"), "2025-01-04", "不早于"),
    "a figure outside the law": ("fees.toml", swap("# other = 100", "other = 1"), "other = 1", "50至100元"),
    "a row too wide": ("courts.tsv", lambda text: text + "a\tb\tc\td\te\n", "a\tb", "应有4列"),
    "a word twice": ("case_types.tsv", lambda text: text + text.splitlines()[1] + "\n", "", "重复"),
    "pinyin too short": ("causes_2025.tsv", swap("ge quan jiu fen", "ge"), "ren ge\n", "每字一个音节"),
    "a mark of an unknown cause": (
        "cause_marks.toml",
        swap('"205(5)", "214(2)"', '"9999"'),
        '"9999"',
        "没有序号 9999",
    ),
    "a step with an unknown clock": (
        "step_triage.toml",
        swap('id = "mediator"', 'id = "nothing"'),
        '"nothing"',
        "没有这样的期限",
    ),
    "a step under another key": ("step_assist.toml", swap('"assist"', '"other"'), '"other"', "与文件名相同"),
    "templates with other columns": ("templates_67.tsv", swap("no\tfield", "no\t类"), "no\t类", "首行应为"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_own_file_is_named_with_its_line_and_the_shipped_one_is_used(room: Room, case: str) -> None:
    name, change, words, reason = BROKEN[case]
    path = room.write_own(name, change)
    before = room.written()
    known, faults = room.load()
    [fault] = faults
    assert (fault.file, fault.path, fault.used) == (name, path, Source.SHIPPED)
    assert reason in fault.reason
    last = len(path.read_text("utf-8").splitlines())
    assert fault.line == (line_of(path, words.rstrip("\n")) if words else last)
    assert_complete(known)
    assert room.written() == before


def assert_complete(known: Knowledge) -> None:
    assert known.catalogue == catalogue()
    assert known.holidays == holidays()
    assert known.fees == DEFAULT_SETTINGS
    assert known.steps == steps()
    assert (len(known.causes), len(known.courts) > 5, len(known.case_types) > 5) == (1043, True, True)
    assert known.causes.search("mjjd")[0].templates


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_broken_after_it_was_good_leaves_the_last_good_version_in_use(room: Room, case: str) -> None:
    name, change, _, _ = BROKEN[case]
    good = room.write_own(
        name, lambda text: text.replace('version = "2026.1"', 'version = "2026.2"') + _more(name)
    )
    before, no_faults = room.load()
    assert no_faults == ()
    good.write_text(change(good.read_text("utf-8")), "utf-8")
    known, [fault] = room.load()
    assert (fault.file, fault.used) == (name, Source.KEPT)
    assert known == before
    assert known.causes.search("x" * 3) == before.causes.search("x" * 3)
    assert [c.marks for c in known.causes.search("fen")] == [c.marks for c in before.causes.search("fen")]


def _more(name: str) -> str:
    """Something harmless that makes a court's file another one than the shipped."""
    rows = {"courts.tsv": "内0499\t某某县人民法院\t150499\t基层\n", "case_types.tsv": "民试\t9999\t试行\tN\n"}
    return rows.get(name, "# 本院\n" if name.endswith(".toml") else "")


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        ("schema = 1\n# 本院\n".encode("gbk"), 2, "UTF-8"),
        ("schema = 1\n".encode("utf-16"), 1, "UTF-8"),
        (b"schema = 1\n\x00", 2, "TOML"),
        (b"", 1, "schema"),
        (b"schema = 1\nyear = [[1]]\n", 2, "至少要有一个"),
        (b"schema = 1\nyear = [{year = 2026, holiday = 5}]\n", 2, "每个节日写一段"),
        (b"schema = 1\nx = " + b"[" * 5000, 0, "看不懂"),
        (b"#" * (6 * 1024 * 1024), 0, "文件太大"),
    ],
)
def test_bytes_that_are_no_calendar_are_refused_with_a_reason(
    room: Room, data: bytes, line: int, reason: str
) -> None:
    room.write_own("holidays.toml").write_bytes(data)
    known, [fault] = room.load()
    assert (fault.line, fault.used) == (line, Source.SHIPPED)
    assert reason in fault.reason
    assert known.holidays == holidays()


def test_a_folder_in_the_place_of_a_file_is_refused(room: Room) -> None:
    (room.own / "fees.toml").mkdir(parents=True)
    known, [fault] = room.load()
    assert (fault.file, fault.line, fault.reason) == ("fees.toml", 0, "不是文件")
    assert_complete(known)


def test_a_file_that_another_program_holds_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    held = room.write_own("F01.toml", swap(*RENAMED))
    room.load()
    real = Path.open

    def refuse(self: Path, *args: object, **names: object) -> object:
        if self == held:
            raise PermissionError(13, "in use")
        return real(self, *args, **names)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    known, [fault] = room.load()
    assert (fault.file, fault.line, fault.used) == ("F01.toml", 0, Source.KEPT)
    assert "占用" in fault.reason
    assert known.matters["F01"].name == "民商事一审立案"


def test_a_broken_file_that_is_repaired_is_used_again_and_kept(room: Room) -> None:
    path = room.write_own("F01.toml", swap(*RENAMED))
    room.load()
    good = path.read_text("utf-8")
    path.write_text(good.replace("schema = 1", "schema = 2"), "utf-8")
    assert len(room.load()[1]) == 1
    path.write_text(good.replace("民商事一审立案", "一审民事立案"), "utf-8")
    known, faults = room.load()
    assert faults == ()
    assert known.matters["F01"].name == "一审民事立案"
    path.write_text("坏", "utf-8")
    assert room.load()[0].matters["F01"].name == "一审民事立案"


def test_a_file_that_is_taken_back_does_not_return_when_the_next_one_is_broken(room: Room) -> None:
    path = room.write_own("F01.toml", swap(*RENAMED))
    room.load()
    path.unlink()
    assert room.load()[0].matters["F01"].name == "民事一审立案"
    path.write_text("坏", "utf-8")
    known, [fault] = room.load()
    assert fault.used is Source.SHIPPED
    assert known.matters["F01"].name == "民事一审立案"


def test_an_own_folder_that_cannot_be_opened_leaves_the_courts_last_good_files_in_use(room: Room) -> None:
    room.write_own("F01.toml", swap(*RENAMED))
    room.load()
    shutil.rmtree(room.own)
    room.own.write_text("not a folder")
    for _ in range(2):
        known, [fault] = room.load()
        assert (fault.path, fault.line, fault.used) == (room.own, 0, Source.KEPT)
        assert "文件夹打不开" in fault.reason
        assert known.matters["F01"].name == "民商事一审立案"


@pytest.mark.parametrize(
    "name", ["holiday.toml", "F01 副本.toml", "holidays.toml.txt", "F99.toml", "catalogue"]
)
def test_a_misnamed_file_is_said_and_not_silently_ignored(room: Room, name: str) -> None:
    room.own.mkdir(parents=True)
    stray = room.own / name
    stray.mkdir() if "." not in name else stray.write_text("x")
    known, [fault] = room.load()
    assert (fault.path.name.lower(), fault.used) == (name.lower(), Source.OWN)
    assert "核对文件名" in fault.reason
    assert_complete(known)


def test_backups_and_notes_beside_the_files_are_left_alone(room: Room) -> None:
    room.own.mkdir(parents=True)
    for name in ("F01.toml~", "F01.toml.bak", ".F01.toml.swp", "README.md", "说明.txt", "desktop.ini"):
        (room.own / name).write_text("x")
    assert room.load()[1] == ()


def test_a_master_list_that_matters_need_more_of_is_blamed_and_not_the_matters(room: Room) -> None:
    path = room.write_own("materials.toml", swap('code = "M13"', 'code = "M90"'))
    known, faults = room.load()
    [fault] = faults
    assert (fault.path, fault.used) == (path, Source.SHIPPED)
    assert "没有 M13" in fault.reason
    assert ".toml 第" in fault.reason
    assert known.catalogue == catalogue()


def test_causes_that_marks_need_more_of_are_blamed(room: Room) -> None:
    path = room.write_own("causes_2025.tsv", swap("\n136\t", "\n9136\t"))
    known, [fault] = room.load()
    assert (fault.path, fault.used) == (path, Source.SHIPPED)
    assert "cause_marks.toml" in fault.reason
    assert known.causes.by_number("136") is not None


def test_two_broken_files_are_both_said(room: Room) -> None:
    room.write_own("cause_marks.toml", swap("schema = 1", "schema = 9"))
    room.write_own("causes_2025.tsv", swap("no\t", "号\t"))
    room.write_own("F01.toml", lambda _: "坏")
    known, faults = room.load()
    assert {fault.file for fault in faults} == {"cause_marks.toml", "causes_2025.tsv", "F01.toml"}
    assert_complete(known)


def test_a_shipped_file_that_was_damaged_is_replaced_by_its_last_good_version(room: Room) -> None:
    room.load()
    for name in ("F01.toml", "materials.toml", "holidays.toml", "causes_2025.tsv"):
        room.shipped_file(name).write_bytes(b"\xff")
    room.shipped_file("courts.tsv").unlink()
    known, faults = room.load()
    assert {fault.file: fault.used for fault in faults} == dict.fromkeys(
        ("F01.toml", "materials.toml", "holidays.toml", "causes_2025.tsv", "courts.tsv"), Source.KEPT
    )
    assert_complete(known)


def test_a_broken_own_file_falls_back_on_the_shipped_one_of_today_and_not_of_last_year(room: Room) -> None:
    room.load()
    newer = room.shipped_file("F01.toml")
    newer.write_text(newer.read_text("utf-8").replace(*RENAMED), "utf-8")
    room.write_own("F01.toml", lambda _: "坏")
    known, [fault] = room.load()
    assert fault.used is Source.SHIPPED
    assert known.matters["F01"].name == "民商事一审立案"


def test_without_any_usable_version_the_program_starts_with_that_part_empty(room: Room) -> None:
    for path in (*room.shipped.glob("codes/*.t*"), room.shipped_file("F01.toml")):
        path.write_text("坏", "utf-8")
    known, faults = room.load()
    assert {fault.file for fault in faults} == {*CODES, "F01.toml"}
    assert {fault.used for fault in faults} == {Source.NOTHING}
    assert (len(known.matters), len(known.causes), dict(known.courts)) == (24, 0, {})
    assert known.fees == DEFAULT_SETTINGS
    due = days_after(date(2026, 1, 5), 7, known.holidays)
    assert due.due is None
    assert "无法确定" in (due.problem or "")
    assert known.holidays.ends_soon(date(2026, 1, 5))


def test_causes_are_found_even_when_no_version_of_their_marks_can_be_used(room: Room) -> None:
    room.shipped_file("cause_marks.toml").write_text("坏", "utf-8")
    known, [fault] = room.load()
    assert (fault.file, fault.used) == ("cause_marks.toml", Source.NOTHING)
    assert known.causes.search("mjjd")[0].name == "民间借贷纠纷"


def test_without_the_shipped_folder_the_last_good_files_are_all_there(room: Room) -> None:
    room.load()
    shutil.rmtree(room.shipped)
    known, faults = room.load()
    assert len(faults) == 26 + len(known.steps) + len(CODES)
    assert_complete(known)


def test_without_any_file_at_all_the_program_still_starts(tmp_path: Path) -> None:
    known, faults = load_knowledge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert (dict(known.matters), len(known.causes)) == ({}, 0)
    assert {fault.used for fault in faults} == {Source.NOTHING}


@pytest.mark.logs("app.services.knowledge")
def test_a_disk_that_takes_no_copies_does_not_keep_the_program_from_starting(room: Room) -> None:
    room.kept.parent.mkdir(parents=True)
    room.kept.write_text("in the way")
    known, faults = room.load()
    assert faults == ()
    assert_complete(known)


def test_a_copy_is_whole_or_not_there(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    path = room.write_own("F01.toml", swap(*RENAMED))
    room.load()
    kept = room.kept / "own" / "F01.toml"
    good = kept.read_bytes()
    assert good == path.read_bytes()
    path.write_text(path.read_text("utf-8").replace("民商事", "民事商事"), "utf-8")

    def pulled(_handle: int) -> None:
        raise SystemExit

    monkeypatch.setattr(os, "fsync", pulled)
    with pytest.raises(SystemExit):
        room.load()
    assert kept.read_bytes() == good


def test_damaged_copies_are_never_used_and_never_reported_while_the_files_are_good(room: Room) -> None:
    room.load()
    for copy in room.kept.rglob("*.t*"):
        copy.write_bytes(b"\xff")
    known, faults = room.load()
    assert faults == ()
    assert_complete(known)
    assert (room.kept / "shipped/F01.toml").read_bytes() == room.shipped_file("F01.toml").read_bytes()


def test_nothing_is_written_when_asked_not_to(room: Room) -> None:
    load_knowledge(room.shipped, room.own, room.kept, keep=False)
    assert not room.kept.exists()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_to_the_files_the_program_starts_with_everything(room: Room, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chosen damage, not a secret
    names = [path.name for path in (*room.shipped.glob("*/*.toml"), *room.shipped.glob("codes/*.tsv"))]
    for name in chance.sample(sorted(names), 6):
        path = room.write_own(name)
        data = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 40))] = chance.choice(
                (b"", b"\n", b"[", b'"', b"\xff", b"\t9")
            )
        path.write_bytes(data)
    known, faults = room.load()
    assert len(known.matters) == 25
    assert len(known.causes) >= 1042
    assert known.holidays.covers(date(2026, 6, 1))
    assert all(fault.reason and fault.line >= 0 and fault.used is Source.SHIPPED for fault in faults)
    assert set(CAUSES) <= set(names)


def test_the_notice_says_what_happened_what_is_safe_and_which_line_to_correct(room: Room) -> None:
    path = room.write_own("fees.toml", swap("# divorce = 300", "divorce = 301"))
    _, faults = room.load()
    told = problem(faults)
    assert "没有采用" in told.happened
    assert "不受影响" in told.safe
    assert f"{path} 第{line_of(path, 'divorce = 301')}行" in told.next_step
    assert "应在50至300元之间" in told.next_step
    assert "现用随程序发布的版本" in told.next_step


def test_a_long_list_of_faults_is_cut_and_counted(room: Room) -> None:
    faults = [KnowledgeFault(room.own / f"F{n:02d}.toml", 1, "坏", Source.SHIPPED) for n in range(1, 9)]
    told = problem(faults).next_step
    assert told.count("第1行") == 5
    assert "另有 3 处" in told


def opened(folder: Path, today: date) -> tuple[Knowledge, dict[str, Notice]]:
    notices = Notices()
    known = open_knowledge(Places.under(folder), today, notices)
    return known, {notice.key: notice for notice in notices.standing()}


def test_a_desk_with_good_files_and_a_long_calendar_has_nothing_to_say(tmp_path: Path) -> None:
    known, told = opened(tmp_path, date(2026, 11, 1))
    assert told == {}
    assert known.catalogue == catalogue()


def test_a_desk_tells_of_a_wrong_file_and_of_a_calendar_about_to_end(tmp_path: Path) -> None:
    own = tmp_path / "config" / "knowledge"
    own.mkdir(parents=True)
    (own / "courts.tsv").write_text("坏", "utf-8")
    known, told = opened(tmp_path, date(2026, 12, 18))
    assert set(told) == {"knowledge", "holidays"}
    assert f"{own / 'courts.tsv'} 第1行" in told["knowledge"].next_step
    assert "还有13天到期" in told["holidays"].happened
    assert str(own / "holidays.toml") in told["holidays"].next_step
    assert known.courts


def test_a_clerk_is_not_told_of_a_calendar_that_lasts_for_weeks(tmp_path: Path) -> None:
    _, told = opened(tmp_path, date(2026, 12, 17))
    assert told == {}


def test_a_calendar_for_the_next_year_ends_the_notice(tmp_path: Path) -> None:
    own = tmp_path / "config" / "knowledge"
    own.mkdir(parents=True)
    text = (RESOURCES / "codes/holidays.toml").read_text("utf-8")
    new = '\n[[year]]\nyear = 2027\n[[year.holiday]]\nname = "元旦"\nfrom = 2027-01-01\nto = 2027-01-03\n'
    (own / "holidays.toml").write_text(text + new, "utf-8")
    known, told = opened(tmp_path, date(2026, 12, 20))
    assert told == {}
    assert known.holidays.covers(date(2027, 6, 1))
