"""Tab-separated code tables given as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.domain.toml_text import CatalogueError


def read_rows(text: str, source_name: str, columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each row with its 1-based line; raise CatalogueError for other columns or a row of another width."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n").split("\n")
    if lines[0].split("\t") != list(columns):
        raise CatalogueError(source_name, 1, f"首行应为：{'、'.join(columns)}")
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise CatalogueError(source_name, number, f"应有{len(columns)}列，现有{len(cells)}列")
        yield number, dict(zip(columns, cells, strict=True))
