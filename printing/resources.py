"""Where the files beside the code are: fonts and document texts.

The path is relative to this package, so it is the same from a checkout and from a PyInstaller folder,
where the build puts ``resources`` beside ``printing``.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "resources"


def resource(*parts: str) -> Path:
    """Return the path of a shipped file, such as ``resource("fonts", "HanaMinB.ttf")``."""
    return ROOT.joinpath(*parts)
