"""The notice of what others made and this program carries: name, version, licence, source and licence texts.

Composed from ``requirements.lock``, from what the installed packages say of themselves and from the licence
files they bring, so that it is never older than the lock. The texts in this folder stand in where a package
brings none. ``python3 make.py licences`` writes it; ``build.spec`` puts it beside the frozen program.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
NAME: Final = "THIRD-PARTY.txt"
_APACHE: Final = ROOT / "LICENSE"
_LGPL: Final = (HERE / "LGPL-3.0.txt", HERE / "GPL-3.0.txt")
# What a package does not bring itself, or what lies inside it without a text.
_ADDED: Final = {
    "pyside6-essentials": _LGPL,
    "shiboken6": _LGPL,
    "psycopg": (HERE / "GPL-3.0.txt",),
    "psycopg-binary": (HERE / "GPL-3.0.txt", HERE / "libpq.txt", _APACHE),  # OpenSSL 3
    "pyserial": (HERE / "pyserial.txt",),
    "sqlcipher3": (HERE / "sqlcipher.txt", _APACHE),  # OpenSSL 3
    "flatbuffers": (_APACHE,),
}
_LOCKED: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==[^ ]+(?P<marker> ;)?", re.MULTILINE)
_LICENCE_FILE: Final = re.compile(r"licen[cs]e|copying|notice|authors|copyright", re.IGNORECASE)
_RULE: Final = "=" * 100
_HEAD: Final = """\
一窗 Yichuang: what others made / 第三方软件

Yichuang itself is under the Apache License 2.0 (LICENSE). It uses what is listed here, each under its own
licence; the texts follow the list. Qt for Python (PySide6, shiboken6 and the Qt libraries) and psycopg are
used under the GNU LGPL 3: they are unchanged and lie as files of their own in the program's folder, where
another build of the same interface may take their place; their source is at the addresses given here.
"""


class LicenceMissing(Exception):
    """A locked package is not installed, or brings no licence text and none stands in."""


@dataclass(frozen=True)
class _Part:
    """One thing somebody else made: ``inside`` names the libraries its wheel carries."""

    name: str
    version: str
    licence: str
    source: str
    texts: tuple[str, ...]
    inside: tuple[str, ...] = ()


def notice(lock: Path = ROOT / "requirements.lock", taken: Sequence[str] = ()) -> str:
    """Return the whole notice; ``taken`` are the libraries a build found on its system.

    Raises LicenceMissing.
    """
    parts = [_python(), *_resources(), *_packages(lock), *_of_debian(taken)]
    numbers: dict[str, int] = {}
    for part in parts:
        for text in part.texts:
            numbers.setdefault(text, len(numbers) + 1)
    listed = [_listed(part, [numbers[text] for text in part.texts]) for part in parts]
    texts = [f"{_RULE}\n[{number}]\n{_RULE}\n{text}" for text, number in numbers.items()]
    return "\n".join([_HEAD, *listed, "", *texts]) + "\n"


def _listed(part: _Part, numbers: list[int]) -> str:
    where = ", ".join(f"[{number}]" for number in sorted(set(numbers)))
    lines = [f"{part.name} {part.version}".rstrip(), f"    {part.licence}  {where}"]
    lines += [f"    {part.source}"] if part.source else []
    lines += [f"    with {' '.join(part.inside)}"] if part.inside else []
    return "\n".join(lines)


def locked(lock: Path) -> Iterator[tuple[str, bool]]:
    """Give each locked package and whether it is for some platforms or versions of Python only."""
    for found in _LOCKED.finditer(lock.read_text("utf-8")):
        yield found["name"], bool(found["marker"])


def modules_of_development(root: Path = ROOT) -> list[str]:
    """Return the modules of packages that the program does not lock, so that none is carried unnamed."""
    carried = {_plain(name) for name, _ in locked(root / "requirements.lock")}
    found = metadata.packages_distributions().items()
    return sorted(module for module, owners in found if not carried & {_plain(owner) for owner in owners})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _packages(lock: Path) -> Iterator[_Part]:
    yield _package("pyinstaller", "the loader of the frozen program; GPL 2 or later with an exception for it")
    for name, somewhere in dict(locked(lock)).items():
        try:
            yield _package(name)
        except metadata.PackageNotFoundError as error:
            if not somewhere:
                raise LicenceMissing(f"{name} is locked but not installed") from error


def _package(name: str, licence: str = "") -> _Part:
    found = metadata.distribution(name)
    texts = tuple(_texts_of(found)) + tuple(_read(file) for file in _ADDED.get(name, ()))
    if not texts:
        raise LicenceMissing(f"{name} brings no licence text: add one to {HERE.name} and to _ADDED")
    return _Part(
        found.metadata["Name"],
        found.version,
        licence or _licence(found.metadata),
        _source(found.metadata),
        texts,
        tuple(file.name for file in found.files or () if file.parts[0].endswith(".libs")),
    )


def _texts_of(found: metadata.Distribution) -> Iterator[str]:
    for file in found.files or ():
        own = ".dist-info" in file.parts[0]
        kept = (own and "licenses" in file.parts) or bool(_LICENCE_FILE.search(file.name))
        if kept and file.suffix not in {".py", ".pyc", ".pyi", ".so", ".h"}:
            yield _read(Path(str(file.locate())))


def _licence(told: metadata.PackageMetadata) -> str:
    expression = _said(told, "License-Expression")
    classified = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")
    ]
    first = _said(told, "License").strip().splitlines()[:1]
    return expression or "".join(first)[:120] or ", ".join(classified) or "see the text"


def _said(told: metadata.PackageMetadata, name: str) -> str:
    return str((told.get_all(name) or [""])[0])


def _source(told: metadata.PackageMetadata) -> str:
    addresses = dict(line.split(", ", 1) for line in told.get_all("Project-URL") or () if ", " in line)
    wanted = {"source", "repository", "source code", "homepage", "github", "code"}
    named = [url for label, url in addresses.items() if label.lower() in wanted]
    return next(filter(None, (*named, _said(told, "Home-page"), *addresses.values())), "")


def _python() -> _Part:
    places = (Path(sys.base_prefix), Path(sysconfig.get_path("stdlib")))
    found = next((_read(at / "LICENSE.txt") for at in places if (at / "LICENSE.txt").is_file()), "")
    texts = (found,) if found else ()
    return _Part("Python", sys.version.split()[0], "PSF-2.0", "https://docs.python.org/3/license.html", texts)


def _resources() -> Iterator[_Part]:
    """Fonts and tables: what lies in a folder of the resources under a licence file of that folder."""
    for file in sorted((ROOT / "resources").glob("*/LICENSE-*.txt")):
        name, licence = file.parent.name, file.stem.removeprefix("LICENSE-")
        yield _Part(f"resources/{name}", "", licence, f"resources/{name}/README.md", (_read(file),))


def _of_debian(taken: Sequence[str]) -> Iterator[_Part]:
    """Shared libraries of the system a frozen program was built on, by the Debian package that owns them."""
    if not taken or shutil.which("dpkg-query") is None:
        return
    owners: dict[str, list[str]] = {}
    real = {str(Path(file).resolve()) for file in taken if file.startswith(("/usr/lib/", "/lib/"))}
    # A package made before /lib became a link to /usr/lib still names its files there.
    asked = sorted(real | {file.removeprefix("/usr") for file in real})
    found = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, check=False)
    for line in found.stdout.splitlines():
        package, _, file = line.partition(": ")
        owners.setdefault(package, []).append(Path(file).name)
    for package, files in sorted(owners.items()):
        name = package.partition(":")[0]
        text = Path("/usr/share/doc", name, "copyright")
        texts = (_read(text),) if text.is_file() else ()
        source = f"https://packages.debian.org/{name}"
        yield _Part(f"Debian {name}", "", "see the text", source, texts, tuple(sorted(files)))


def _read(file: Path) -> str:
    return file.read_text("utf-8", "replace").strip()


def main(words: Sequence[str] | None = None) -> int:
    """Write the notice and return 0. Raises SystemExit with the reason when a licence is missing."""
    parser = argparse.ArgumentParser(prog="python -m resources.licences.notice")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    file: Path = parser.parse_args(words).out
    try:
        text = notice()
    except LicenceMissing as missing:
        raise SystemExit(str(missing)) from missing
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
