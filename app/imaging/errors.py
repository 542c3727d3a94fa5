"""What can go wrong with a file somebody brought, one class a condition.

    ImportProblem
    ├── Unreadable      the file cannot be opened: gone, a folder, no permission, stick pulled out
    ├── EmptyFile       zero bytes
    ├── NotWhatItSays   the name promises a kind we take, the content is something else
    ├── Unsupported     an honest file of a kind we do not take
    ├── TooLarge        more bytes, pages, pixels or memory than allowed
    ├── Damaged         a kind we take, but it cannot be decoded to the end
    ├── Encrypted       needs a password
    ├── TooSlow         the worker was ended because a time limit passed
    ├── WorkerDied      the worker ended by itself, or spoke nonsense, and the file is not to blame
    └── Cancelled       the caller asked to stop

A message names kinds, numbers and limits, never a file name, a path or a person. ``diagnostics`` holds
what a log needs (exit code, last lines of the worker), under the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping

Diagnostics = Mapping[str, str | int]


class ImportProblem(Exception):
    """Base of everything ``app.imaging`` raises about the content of a file or picture."""

    def __init__(self, message: str = "", *, diagnostics: Diagnostics | None = None) -> None:
        super().__init__(message or type(self).__name__)
        self.diagnostics: dict[str, str | int] = dict(diagnostics or {})


class Unreadable(ImportProblem):
    """The file cannot be opened or read; ``diagnostics["errno"]`` says why."""


class EmptyFile(ImportProblem):
    """The file has no bytes."""


class NotWhatItSays(ImportProblem):
    """``claimed`` is the kind its name promises, ``found`` what the first bytes are."""

    def __init__(self, claimed: str, found: str, *, diagnostics: Diagnostics | None = None) -> None:
        super().__init__(f"the name says {claimed}, the content is {found}", diagnostics=diagnostics)
        self.claimed = claimed
        self.found = found


class Unsupported(ImportProblem):
    """``found`` is the kind of file or feature that is not taken."""

    def __init__(self, found: str, *, diagnostics: Diagnostics | None = None) -> None:
        super().__init__(f"{found} is not supported", diagnostics=diagnostics)
        self.found = found


class TooLarge(ImportProblem):
    """``what`` is bytes, pages, pixels or memory; ``value`` is None where only the limit is known."""

    def __init__(
        self, what: str, value: int | None, limit: int, *, diagnostics: Diagnostics | None = None
    ) -> None:
        shown = "more than the limit" if value is None else str(value)
        super().__init__(f"{what}: {shown}, limit {limit}", diagnostics=diagnostics)
        self.what = what
        self.value = value
        self.limit = limit


class Damaged(ImportProblem):
    """``page`` is the page that failed, from 1, or None when the file as a whole did."""

    def __init__(self, page: int | None = None, *, diagnostics: Diagnostics | None = None) -> None:
        super().__init__("damaged" if page is None else f"damaged at page {page}", diagnostics=diagnostics)
        self.page = page


class Encrypted(ImportProblem):
    """The file opens only with a password."""


class TooSlow(ImportProblem):
    """``what`` is page, total or cpu; ``limit`` is in seconds."""

    def __init__(self, what: str, limit: float, *, diagnostics: Diagnostics | None = None) -> None:
        super().__init__(f"{what}: more than {limit:g} s", diagnostics=diagnostics)
        self.what = what
        self.limit = limit


class WorkerDied(ImportProblem):
    """The worker ended before it was done; trying again may help."""


class Cancelled(ImportProblem):
    """The caller's ``cancelled()`` said so; pages handed out before are not the whole file."""
