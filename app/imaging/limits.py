"""How much of a foreign file is taken before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
DEFAULT_DPI = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file; every field is a positive number.

    ``max_pixels`` counts pixels held in memory at once (four bytes each). A baseline JPEG is decoded at
    1/2, 1/4 or 1/8, so its own size may go up to ``max_jpeg_pixels``; a progressive one keeps all its
    coefficients while decoding and gets half of ``max_pixels``. The seconds count only while somebody
    waits for the worker, so a slow caller is never punished. ``cpu_seconds`` and ``memory_bytes`` are
    enforced where the platform has resource limits.
    """

    max_bytes: int = 200 * MIB
    max_pages: int = 500
    max_pixels: int = 100_000_000
    max_jpeg_pixels: int = 500_000_000
    page_seconds: float = 15.0
    total_seconds: float = 300.0
    memory_bytes: int = 700 * MIB
    dpi: int = DEFAULT_DPI

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive")


DEFAULT_LIMITS = Limits()
