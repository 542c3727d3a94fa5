"""Notices stand until they are cleared; a newer one about the same matter takes the place of the older."""

from __future__ import annotations

import threading

from app.errors import PrinterProblem
from app.notices import Level, Notice, Notices


def notice(key: str, happened: str = "缺纸") -> Notice:
    return Notice(key, Level.INFO, happened)


def test_nothing_stands_at_first() -> None:
    assert Notices().standing() == ()


def test_notices_stand_in_the_order_they_were_posted() -> None:
    notices = Notices()
    for key in "abc":
        notices.post(notice(key))
    assert [n.key for n in notices.standing()] == ["a", "b", "c"]


def test_a_newer_notice_about_the_same_matter_replaces_the_older_and_comes_last() -> None:
    notices = Notices()
    notices.post(notice("a", "缺纸"))
    notices.post(notice("b"))
    notices.post(notice("a", "盖子没有合上"))
    assert [(n.key, n.happened) for n in notices.standing()] == [("b", "缺纸"), ("a", "盖子没有合上")]


def test_the_same_notice_again_tells_nobody_and_keeps_its_place() -> None:
    notices, told = Notices(), []
    notices.post(notice("a"))
    notices.post(notice("b"))
    notices.subscribe(lambda: told.append(1))
    notices.post(notice("a"))
    assert told == []
    assert [n.key for n in notices.standing()] == ["a", "b"]


def test_subscribers_are_told_of_a_post_and_of_a_clearing_but_not_of_nothing() -> None:
    notices, told = Notices(), []
    notices.subscribe(lambda: told.append(len(notices.standing())))
    notices.clear("a")
    notices.post(notice("a"))
    notices.clear("a")
    notices.clear("a")
    assert told == [1, 0]


def test_a_subscriber_may_post_without_a_deadlock() -> None:
    notices = Notices()
    notices.subscribe(lambda: notices.post(notice("second")))
    notices.post(notice("first"))
    assert [n.key for n in notices.standing()] == ["first", "second"]


def test_threads_may_post_at_the_same_time() -> None:
    notices = Notices()
    together = threading.Barrier(8)

    def post(key: str) -> None:
        together.wait(10)
        for number in range(100):
            notices.post(notice(f"{key}{number % 5}", str(number)))

    threads = [threading.Thread(target=post, args=(key,)) for key in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notices.standing()) == 40


def test_a_problem_becomes_a_notice_with_its_three_sentences() -> None:
    made = Notice.of("printer", PrinterProblem("缺纸。", safe="不会丢。", next_step="请添纸。"))
    assert (made.key, made.level) == ("printer", Level.ATTENTION)
    assert (made.happened, made.safe, made.next_step) == ("缺纸。", "不会丢。", "请添纸。")
