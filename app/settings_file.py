"""Changing one value of the settings file and nothing else: comments, order and unknown parts stay."""

from __future__ import annotations

import os
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from app.errors import SettingsProblem
from app.texts import _


def write_value(path: Path, section: str, key: str, value: str) -> None:
    """Set ``[section] key``; the file as it was stays beside it as ``.bak``. Raises SettingsProblem.

    The new file is complete on the disk before it takes the old one's place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        document = tomlkit.parse(text)
        document.setdefault(section, tomlkit.table())[key] = value
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.with_suffix(".toml.bak").write_text(text, encoding="utf-8")
        _replace(path, tomlkit.dumps(document))
    except (OSError, UnicodeDecodeError, TOMLKitError, TypeError, AttributeError) as error:
        raise SettingsProblem(
            _("设置文件没有改成：{path}").format(path=path),
            safe=_("文件还是原来的样子，设备照常使用。"),
            next_step=_("请管理员检查文件内容和权限后再试。"),
            detail=type(error).__name__,
        ) from error


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".toml.new")
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
