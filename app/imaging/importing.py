"""Bring a file somebody brought into pages, without decoding a byte of it in our own process."""

from __future__ import annotations

import stat
from collections.abc import Callable, Generator
from pathlib import Path

from app.imaging.errors import Cancelled, EmptyFile, TooLarge, Unreadable
from app.imaging.kinds import HEAD_BYTES, Kind, recognise
from app.imaging.limits import DEFAULT_LIMITS, Limits
from app.imaging.page import Page
from app.imaging.process import DecodingWorker
from app.imaging.wire import Garbled, Message, number, page_from, problem_from


def _never() -> bool:
    return False


def import_file(
    path: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    cancelled: Callable[[], bool] = _never,
    on_count: Callable[[int], None] | None = None,
) -> Generator[Page, None, None]:
    """Yield the pages of a PDF, JPEG, PNG or TIFF in order, recognised by content, not by name.

    Nothing happens before the first ``next()``; ``close()`` ends the worker at once. ``on_count`` is
    told the number of pages before the first. ``cancelled`` is asked about twenty times a second, on the
    calling thread. Blocks: run it on a lane. A problem may come after some pages: what was handed out is
    then not the whole file, so the caller keeps all pages or none.

    Raises a subclass of ImportProblem and nothing else.
    """
    kind = _checked(path, limits)
    if cancelled():
        raise Cancelled
    with DecodingWorker(path.absolute(), kind, limits) as worker:
        yield from _pages(worker, limits, cancelled, on_count)


def _checked(path: Path, limits: Limits) -> Kind:
    """Return the kind of a file by its first bytes, refusing what needs no decoder to be refused."""
    try:
        status = path.stat()
        # Opening a named pipe or a device could block for ever.
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a file", diagnostics={"mode": stat.S_IFMT(status.st_mode)})
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(diagnostics={"errno": error.errno or 0}) from None
    except ValueError:  # a NUL character in the path
        raise Unreadable("no such path") from None
    if not head:
        raise EmptyFile
    kind = recognise(head, path.name)
    if status.st_size > limits.max_bytes:
        raise TooLarge("bytes", status.st_size, limits.max_bytes)
    return kind


def _pages(
    worker: DecodingWorker,
    limits: Limits,
    cancelled: Callable[[], bool],
    on_count: Callable[[int], None] | None,
) -> Generator[Page, None, None]:
    promised: int | None = None
    received = 0
    while True:
        message = worker.receive(cancelled)
        if message is None:
            raise worker.ended(None if promised is None else received + 1)
        try:
            if message.type == "count" and promised is None:
                promised = number(message.head, "pages", limits.max_pages)
                step: Page | int = promised
            else:
                step = _step(message, promised, received)
        except Garbled as problem:
            raise worker.died(str(problem)) from None
        if isinstance(step, Page):
            received += 1
            yield step
        elif message.type == "end":
            return
        elif on_count is not None:
            on_count(step)


def _step(message: Message, promised: int | None, received: int) -> Page | int:
    """Return the page, or the number of pages at the end. Raises Garbled, or the problem reported."""
    if message.type == "problem":
        raise problem_from(message)
    if promised is None:
        raise Garbled("no count")
    if message.type == "page" and received < promised:
        return page_from(message)
    if message.type == "end" and received == promised:
        return number(message.head, "pages", promised)
    raise Garbled("order")
