"""What all drivers share of being opened and closed."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Lifecycle:
    """A context manager from ``open`` and ``close``."""

    def open(self) -> None:
        """See :meth:`devices.base.Device.open`."""
        raise NotImplementedError

    def close(self) -> None:
        """See :meth:`devices.base.Device.close`."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Open unless it is open."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
