"""Records travel on a stick, and so does the answer; with the network at once, each is stored once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import cli
from app.court.courier import CourierRefusal, take
from app.court.main import main as court_main
from app.court.settings import Settings as CourtFolder
from app.errors import CourtProblem
from app.paths import Places
from app.services import amendments, answers, courier, status, unsent
from app.services.desk import Desk
from app.services.verify import findings
from app.settings import CourtSettings, Settings
from app.storage import intakes, meta
from app.storage.records import CourtWord, OutboxRecord
from tests.helpers.court import Gateway, command
from tests.helpers.desks import HALL, desk_in, do, file_devices
from tests.helpers.office import Office
from tests.helpers.visits import finish, ready, shown

NUMBER = "（2026）内0423民初12号"


@dataclass
class Post:
    """A court and a stick."""

    data: Path
    stick: Path

    def trust(self, desk: Desk) -> None:
        """The operator lets the device in, the desk learns the court's keys; no network is needed."""
        told = do(desk, courier.identity)
        place = Gateway(self.data)
        command(place, "courier", "allow", "--device", told["device"], "--key", told["key"])
        desk.places.court_courier.write_text(command(place, "courier", "key"), "ascii")

    def take(self, file: Path) -> Path:
        return take(CourtFolder(self.data), file, self.stick).answer


@pytest.fixture
def post(tmp_path: Path) -> Post:
    stick = tmp_path / "stick"
    stick.mkdir()
    return Post(tmp_path / "court", stick)


@pytest.fixture
def desk(tmp_path: Path, post: Post) -> Iterator[Desk]:
    settings = Settings(hall=HALL, devices=file_devices(tmp_path))
    with desk_in(tmp_path / "desk", settings) as opened:
        post.trust(opened)
        yield opened


def visit(desk: Desk, folder: Path) -> OutboxRecord:
    visit_id = ready(desk, folder)
    finish(desk)
    return desk.store(intakes.events_of, visit_id)[0]


def pack(desk: Desk, post: Post, most: int = 0) -> courier.Packed:
    made: courier.Packed = do(desk, courier.pack, post.stick, most)
    return made


def refused(desk: Desk, file: Path) -> str:
    with pytest.raises(CourtProblem) as told:
        do(desk, courier.unpack, file)
    assert all((told.value.happened, told.value.safe, told.value.next_step))
    return told.value.detail


def test_visits_reach_the_court_and_the_answer_comes_back_without_a_network(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    first, second = visit(desk, tmp_path), visit(desk, tmp_path)
    made = pack(desk, post)
    assert (made.records, made.left) == (2, 0)
    assert made.pictures > 2
    told = (HALL.court, "张𬭎", first.id, first.visit_id, "A001")
    assert not any(word.encode() in made.file.read_bytes() for word in told), "nothing can be read on the way"
    assert not any(word in made.file.name for word in told)
    came = do(desk, courier.unpack, post.take(made.file))
    assert (came.stored, came.attention, came.pictures) == (2, 0, made.pictures)
    for event in (first, second):
        kept = desk.store(intakes.get_event, event.id)
        assert (kept.state, bool(kept.receipt_no)) == ("stored", True)
    assert desk.store(intakes.backlog)[:2] == (0, 0)
    with Gateway(post.data) as court:
        assert court.visit(first.visit_id)["complete"] is True
        assert [e["sha256"] for e in court.visit(second.visit_id)["events"]] == [second.sha256]
    assert findings(desk) == []
    assert pack(desk, post).records == 0, "nothing is left to carry"


def test_with_the_network_at_once_nothing_is_doubled_whoever_comes_first(tmp_path: Path, post: Post) -> None:
    with Gateway(post.data) as court:
        address = CourtSettings(court.url, str(court.data / "window.token"))
        settings = Settings(hall=HALL, devices=file_devices(tmp_path), court=address)
        with desk_in(tmp_path / "desk", settings) as desk:
            post.trust(desk)
            first = visit(desk, tmp_path)
            made = pack(desk, post)
            second = visit(desk, tmp_path)
            do(desk, unsent.try_now)
            receipt = desk.store(intakes.get_event, first.id).receipt_no
            came = do(desk, courier.unpack, post.take(made.file))
            assert came.stored == 0, "the network was faster"
            assert desk.store(intakes.get_event, first.id).receipt_no == receipt
            third = visit(desk, tmp_path)
            answer = post.take(pack(desk, post).file)
            assert do(desk, courier.unpack, answer).stored == 1
            do(desk, status.send)
            for event in (first, second, third):
                events = court.visit(event.visit_id)["events"]
                assert [one["id"] for one in events] == [event.id]
            assert findings(desk) == []


def test_a_bundle_taken_twice_is_stored_once_and_its_answer_counts_once(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    event = visit(desk, tmp_path)
    made = pack(desk, post)
    first = post.take(made.file).read_bytes()
    second = post.take(made.file)
    assert do(desk, courier.unpack, second).stored == 1
    assert refused(desk, second) == "replayed"
    (post.stick / "old.ack").write_bytes(first)
    assert refused(desk, post.stick / "old.ack") == "replayed"
    with Gateway(post.data) as court:
        assert len(court.visit(event.visit_id)["events"]) == 1


def test_several_answers_are_taken_as_one_and_a_bad_one_keeps_none_of_the_others(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    given = []
    for _visit in range(2):
        visit(desk, tmp_path)
        given.append(post.take(pack(desk, post).file))
    bad = post.stick / "bad.ack"
    bad.write_bytes(b"nothing of the court")
    collected = do(desk, courier.unpack_all, (given[0], bad, given[1]))
    assert collected.applied.stored == 2
    assert [name for name, _why in collected.refused] == ["bad.ack"]


def test_the_back_offices_answers_come_along(desk: Desk, post: Post, tmp_path: Path) -> None:
    event = visit(desk, tmp_path)
    do(desk, courier.unpack, post.take(pack(desk, post).file))
    with Gateway(post.data) as court, Office(court) as office:
        office.answer(event.visit_id, "accepted", case_number=NUMBER)
    came = do(desk, courier.unpack, post.take(pack(desk, post).file))
    assert came.answers == 1
    outcome = shown(desk, event.visit_id).outcome
    assert outcome is not None
    assert outcome.answers[0].case_number == NUMBER
    assert [one.key for one in desk.notices.standing() if one.key == answers.NOTICE]
    assert do(desk, courier.unpack, post.take(pack(desk, post).file)).answers == 0


def test_an_altered_cut_or_foreign_file_is_refused_at_both_ends_and_changes_nothing(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    visit(desk, tmp_path)
    made = pack(desk, post).file
    whole = made.read_bytes()
    bad = post.stick / "bad.bundle"
    for content, told in spoiled(whole):
        bad.write_bytes(content)
        with pytest.raises(CourierRefusal) as caught:
            post.take(bad)
        assert told in caught.value.sentence, told
    answer = post.take(made)
    good = answer.read_bytes()
    for content, _told in spoiled(good):
        bad.write_bytes(content)
        assert refused(desk, bad) in {"not_ours", "truncated", "altered", "nonsense"}
    assert refused(desk, made) == "not_ours", "a bundle is no answer"
    with pytest.raises(CourierRefusal):
        post.take(answer)
    assert desk.store(intakes.backlog)[0] == 1
    assert do(desk, courier.unpack, answer).stored == 1


def spoiled(whole: bytes) -> Iterator[tuple[bytes, str]]:
    middle = len(whole) // 2
    yield b"", "不是一窗"
    yield b"PK\x03\x04" + whole, "不是一窗"
    for cut in (25, 400, middle, len(whole) - 70, len(whole) - 1):
        yield whole[:cut], "完整"
    yield whole + b"x", "改动过"
    for place in (60, 500, middle, len(whole) - 30):
        flipped = bytes([whole[place] ^ 1])
        yield whole[:place] + flipped + whole[place + 1 :], ""


def test_a_device_nobody_let_in_another_court_and_another_desk_are_refused(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    visit(desk, tmp_path)
    made = pack(desk, post).file
    with pytest.raises(CourierRefusal) as told:
        take(CourtFolder(tmp_path / "other court"), made, post.stick)
    assert "没有登记过这台设备" in told.value.sentence
    device = do(desk, courier.identity)
    other = Gateway(tmp_path / "other court")
    command(other, "courier", "allow", "--device", device["device"], "--key", device["key"])
    with pytest.raises(CourierRefusal) as told:
        take(CourtFolder(other.data), made, post.stick)
    assert "别的法院" in told.value.sentence
    answer = post.take(made)
    with desk_in(tmp_path / "desk 2", Settings(hall=HALL, devices=file_devices(tmp_path))) as stranger:
        shutil.copy(desk.places.court_courier, stranger.places.court_courier)
        assert refused(stranger, answer) == "foreign"
    with desk_in(tmp_path / "desk 3", Settings(hall=HALL, devices=file_devices(tmp_path))) as alone:
        with pytest.raises(CourtProblem) as problem:
            do(alone, courier.pack, post.stick, 0)
        assert "信使公钥" in problem.value.happened


def test_an_answer_from_before_the_court_was_restored_counts_for_nothing(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    event = visit(desk, tmp_path)
    early = post.take(pack(desk, post).file)
    desk.store(intakes.offer_again, "another-epoch")
    assert refused(desk, early) == "stale"
    assert desk.store(intakes.get_event, event.id).state == "waiting"
    came = do(desk, courier.unpack, post.take(pack(desk, post).file))
    assert came.stored == 1
    assert desk.store(meta.read, meta.EPOCH) != "another-epoch"


def test_poison_comes_back_with_its_reason_and_its_correction_goes_with_the_next_stick(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    poison, good = visit(desk, tmp_path), visit(desk, tmp_path)
    desk.store(
        intakes.answer,
        [CourtWord(poison.id, "rejected", code="missing", field="parties")],
        desk.clock.now(),
    )
    assert pack(desk, post).records == 1, "a record that waits for a person stays here"
    made = do(desk, amendments.amend, poison.id, {}, "补上当事人")
    came = do(desk, courier.unpack, post.take(pack(desk, post).file))
    assert came.stored == 2
    states = [desk.store(intakes.get_event, one).state for one in (poison.id, good.id, made)]
    assert states == ["rejected", "stored", "stored"]


def test_a_small_stick_takes_the_records_and_the_pictures_go_later(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    event = visit(desk, tmp_path)
    made = pack(desk, post, 1)
    assert (made.records, made.pictures) == (1, 0)
    assert made.left > 0
    do(desk, courier.unpack, post.take(made.file))
    rest = pack(desk, post)
    assert (rest.records, rest.pictures) == (0, made.left)
    do(desk, courier.unpack, post.take(rest.file))
    assert desk.store(intakes.owed, event.visit_id) == (made.left, made.left)


def test_both_commands_work_from_a_terminal(
    tmp_path: Path, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    desk_folder, settings = tmp_path / "desk", Settings(hall=HALL, devices=file_devices(tmp_path))
    with desk_in(desk_folder, settings) as desk:
        visit(desk, tmp_path)
    here = ["courier", "--data", str(desk_folder)]
    there = ["courier", "--data", str(post.data)]
    capsys.readouterr()
    assert cli.main([*here, "pack", str(post.stick)]) == 2
    assert "信使公钥" in capsys.readouterr().err
    assert cli.main([*here, "key"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert court_main([*there, "allow", "--device", told["device"], "--key", told["key"]]) == 0
    capsys.readouterr()
    assert court_main([*there, "key"]) == 0
    (tmp_path / "court.json").write_text(capsys.readouterr().out, "ascii")
    assert cli.main([*here, "trust", str(tmp_path / "court.json")]) == 0
    assert cli.main([*here, "pack", str(post.stick)]) == 0
    assert "记录 1 件" in capsys.readouterr().out
    assert court_main([*there, "unpack", str(post.stick)]) == 0
    assert json.loads(capsys.readouterr().out)["stored"] == 1
    assert cli.main([*here, "unpack", str(post.stick)]) == 0
    assert "法院收到记录 1 件" in capsys.readouterr().out
    assert cli.main([*here, "unpack", str(post.stick)]) == 1
    assert "已经用过" in capsys.readouterr().err
    (post.stick / "x.bundle").write_bytes(b"x")
    assert court_main([*there, "unpack", str(post.stick / "x.bundle")]) == 2
    assert "不是一窗" in capsys.readouterr().err


def test_an_enrolled_window_needs_no_keys_by_hand(tmp_path: Path, post: Post) -> None:
    with Gateway(post.data) as court:
        code = json.loads(command(court, "enrol", "--name", "3号"))["code"]
        place = ["enrol", "--data", str(tmp_path / "desk"), "--court", court.url]
        assert cli.main([*place, "--", code]) == 0
    assert Places.under(tmp_path / "desk").court_courier.exists()
    with desk_in(tmp_path / "desk", Settings(hall=HALL, devices=file_devices(tmp_path))) as desk:
        visit(desk, tmp_path)
        assert do(desk, courier.unpack, post.take(pack(desk, post).file)).stored == 1
