"""What the program knows of the law: the catalogue, the code tables, the calendar and the fee figures.

A court puts its own version of a file under the same name into one folder. For a version that cannot be used
the last one that could be used stands in, else the shipped one, and the fault is told with file and line.
Whatever the files hold, the program starts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from itertools import chain, product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from app.domain.calendar import HolidayTable, parse_holidays
from app.domain.case_number import CaseType, Court, parse_case_types, parse_courts
from app.domain.catalogue import parse_materials, parse_matter
from app.domain.causes import CauseIndex, parse_causes, parse_marks, parse_templates
from app.domain.clock_rules import CLOCKS
from app.domain.fee_settings import parse_fee_settings
from app.domain.fees import DEFAULT_SETTINGS, FeeSettings
from app.domain.matter import Catalogue, Material, Matter
from app.domain.notice import CORRECTION
from app.domain.steps import StepKind, parse_step
from app.domain.toml_text import CatalogueError, TomlText
from app.errors import SettingsProblem
from app.notices import Level, Notice, Notices
from app.paths import Places, resources
from app.services.knowledge_files import STEP, Shelf, Source, Version
from app.texts import _

_FOLDER: Final = "knowledge"
MATERIALS: Final = "materials.toml"
HOLIDAYS: Final = "holidays.toml"
FEES: Final = "fees.toml"
CASE_TYPES: Final = "case_types.tsv"
COURTS: Final = "courts.tsv"
CAUSE_TABLE: Final = "causes_2025.tsv"
TEMPLATES: Final = "templates_67.tsv"
MARKS: Final = "cause_marks.toml"
# When these three do not fit together the last is doubted first.
CAUSES: Final = (CAUSE_TABLE, TEMPLATES, MARKS)
CODES: Final = (HOLIDAYS, FEES, CASE_TYPES, COURTS, *CAUSES)

_EPOCH: Final = date(1970, 1, 1)
_NO_HOLIDAYS: Final = HolidayTable(_EPOCH, _EPOCH, MappingProxyType({}), MappingProxyType({}))
# What a parser raises on a value of a shape it did not foresee; the file is no less unusable.
_SHAPELESS: Final = (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError)
_TOLD: Final = 5
_USED: Final = {
    Source.OWN: "没有使用，其他文件照用",
    Source.KEPT: "现用上一次能用的版本",
    Source.SHIPPED: "现用随程序发布的版本",
    Source.NOTHING: "没有能用的版本，这部分内容暂缺",
}
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Knowledge:
    """Everything the rules are fed with; immutable, so every lane may read it."""

    catalogue: Catalogue
    case_types: Mapping[str, CaseType]
    courts: Mapping[str, Court]
    holidays: HolidayTable
    fees: FeeSettings
    steps: Mapping[str, StepKind]
    find_causes: Callable[[], CauseIndex] = field(repr=False, compare=False)
    correction_days: int = CLOCKS[CORRECTION].length

    @property
    def lengths(self) -> Mapping[str, int]:
        """What the court sets in its settings, by the clock's id."""
        return {CORRECTION: self.correction_days}

    @property
    def matters(self) -> Mapping[str, Matter]:
        """The matters of the catalogue by code."""
        return self.catalogue.matters

    @property
    def causes(self) -> CauseIndex:
        """The index of causes, made when it is first asked for."""
        return self.find_causes()


@dataclass(frozen=True)
class KnowledgeFault:
    """A version of a file that is not used, why, and which one is used instead.

    ``line`` counts from 1; 0 means the file, or the folder, as a whole. ``used`` is OWN where nothing was
    replaced: the name is none of ours.
    """

    path: Path
    line: int
    reason: str
    used: Source

    @property
    def file(self) -> str:
        return self.path.name

    @property
    def text(self) -> str:
        place = _("{path} 第{line}行").format(path=self.path, line=self.line) if self.line else self.path
        return f"{place}：{self.reason}（{_(_USED[self.used])}）"


@dataclass(frozen=True)
class _Fit(Generic[_T]):
    """What was made of files, of which versions of them, and what was wrong with better ones."""

    value: _T | None
    used: tuple[Version, ...]
    faults: tuple[KnowledgeFault, ...]


# The administrator is told by ``check`` for two months; the clerk only when deadlines begin to lie beyond.
CLERK_TOLD_DAYS = 14


def load_knowledge(
    shipped: Path, own: Path | None, last_good: Path, *, keep: bool = True
) -> tuple[Knowledge, tuple[KnowledgeFault, ...]]:
    """Read all files of the resources folder ``shipped``, each overridden by its namesake in ``own``.

    ``last_good`` holds copies of what was used last; they are renewed unless ``keep`` is False. Raises
    nothing: a version that cannot be used is a fault, and a file without any usable version leaves its part
    empty (no holidays: no certain due dates; no figures: legal ranges).
    """
    shelf = Shelf(shipped, own, last_good, CODES)
    catalogue = _catalogue(shelf)
    types = _fit(shelf, (CASE_TYPES,), _single(parse_case_types))
    courts = _fit(shelf, (COURTS,), _single(parse_courts))
    holidays = _fit(shelf, (HOLIDAYS,), _single(parse_holidays))
    fees = _fit(shelf, (FEES,), _single(parse_fee_settings))
    steps = [_fit(shelf, (name,), _step) for name in shelf.steps]
    fits: list[_Fit[Any]] = [catalogue, types, courts, holidays, fees, *steps]
    find_causes = cache(lambda: _value(_index(shelf), CauseIndex(())))
    if not all(shelf.is_settled(name) for name in CAUSES):  # else they were read before: no fault to find
        causes = _index(shelf)
        fits.append(causes)
        find_causes = cache(partial(_value, causes, CauseIndex(())))
    if keep:
        _keep(shelf, chain.from_iterable(fit.used for fit in fits))
    nothing = Catalogue(MappingProxyType({}), MappingProxyType({}))
    knowledge = Knowledge(
        catalogue=_value(catalogue, nothing),
        case_types=_value(types, MappingProxyType({})),
        courts=_value(courts, MappingProxyType({})),
        holidays=_value(holidays, _NO_HOLIDAYS),
        fees=_value(fees, DEFAULT_SETTINGS),
        steps=MappingProxyType({one.value.key: one.value for one in steps if one.value is not None}),
        find_causes=find_causes,
    )
    return knowledge, (*_folder_faults(shelf, own), *chain.from_iterable(fit.faults for fit in fits))


def read_knowledge(places: Places, *, keep: bool) -> tuple[Knowledge, tuple[KnowledgeFault, ...]]:
    """Load what this computer knows: the shipped files and those beside its settings."""
    return load_knowledge(resources(), places.config / _FOLDER, places.data / _FOLDER, keep=keep)


def open_knowledge(places: Places, today: date, notices: Notices) -> Knowledge:
    """Load what this desk knows; files that are wrong and a calendar about to end become notices."""
    knowledge, faults = read_knowledge(places, keep=True)
    if faults:
        notices.post(Notice.of("knowledge", problem(faults)))
    ending = knowledge.holidays.ends_soon(today, CLERK_TOLD_DAYS)
    if ending is not None:
        safe = _("期限照常计算；表外的日期只标明“无法确定”，不会算错。")
        path = places.config / _FOLDER / HOLIDAYS
        next_step = _("请管理员把补好的表放在 {path}，然后重新打开程序。").format(path=path)
        notices.post(Notice("holidays", Level.ATTENTION, ending, safe, next_step))
    return knowledge


def problem(faults: Sequence[KnowledgeFault]) -> SettingsProblem:
    """Put the faults into the three sentences a clerk reads."""
    listed = "；".join(fault.text for fault in faults[:_TOLD])
    more = _("；另有 {count} 处").format(count=len(faults) - _TOLD) if len(faults) > _TOLD else ""
    return SettingsProblem(
        _("事项、代码或收费文件有问题，没有采用。"),
        safe=_("程序照常办理，已保存的材料不受影响，有问题的文件没有改动。"),
        next_step=_("请管理员改正后重新打开程序：{faults}").format(faults=listed + more),
    )


def _value(fit: _Fit[_T], instead: _T) -> _T:
    return instead if fit.value is None else fit.value


def _single(parse: Callable[[str, str], _T]) -> Callable[[Mapping[str, str]], _T]:
    """Return a builder for one file: its only text goes to ``parse`` with its name."""

    def build(texts: Mapping[str, str]) -> _T:
        [(name, text)] = texts.items()
        return parse(text, name)

    return build


def _fit(shelf: Shelf, names: Sequence[str], build: Callable[[Mapping[str, str]], _T]) -> _Fit[_T]:
    """Build from the best versions that can be used together."""
    columns = [shelf.versions(name) for name in names]
    tried: list[tuple[tuple[Version, ...], CatalogueError]] = []
    for versions in product(*columns):
        try:
            value = build({version.name: version.text() for version in versions})
        except CatalogueError as error:
            tried.append((versions, error))
        except _SHAPELESS:
            file = names[0] if len(names) == 1 else ""
            tried.append((versions, CatalogueError(file, 0, _("内容的结构看不懂"))))
        else:
            better = [_before(column, version) for column, version in zip(columns, versions, strict=True)]
            faults = [
                _fault(rejected, tried, used.source)
                for column, used in zip(better, versions, strict=True)
                for rejected in column
            ]
            return _Fit(value, versions, tuple(faults))
    return _Fit(None, (), tuple(_hopeless(columns, tried)))


def _before(column: Sequence[Version], used: Version) -> list[Version]:
    """Return the versions that would have been better, without copies: those nobody can correct."""
    return [version for version in column[: column.index(used)] if version.source is not Source.KEPT]


_Tried = Sequence[tuple[tuple[Version, ...], CatalogueError]]


def _fault(rejected: Version, tried: _Tried, used: Source) -> KnowledgeFault:
    errors = [error for versions, error in tried if rejected in versions]
    own = next((error for error in errors if error.file == rejected.name), None)
    if own is not None:
        return KnowledgeFault(rejected.path, own.line, own.reason, used)
    return KnowledgeFault(rejected.path, 0, _("与别的文件不合：{error}").format(error=errors[0]), used)


def _hopeless(columns: Iterable[Sequence[Version]], tried: _Tried) -> Iterator[KnowledgeFault]:
    """Tell the faults of files that leave nothing to use; files beside them are not blamed."""
    for version in chain.from_iterable(columns):
        blamed = any(version in versions and error.file in (version.name, "") for versions, error in tried)
        if blamed and version.source is not Source.KEPT:
            yield _fault(version, tried, Source.NOTHING)


def _catalogue(shelf: Shelf) -> _Fit[Catalogue]:
    """Read the master list and every matter; the master list that loses fewest matters is used."""
    names = [name for name in shelf.catalogue if name != MATERIALS]
    fit: _Fit[_Whole] = _Fit(None, (), ())
    for lost in range(len(names) + 1):
        fit = _fit(shelf, (MATERIALS,), partial(_whole, shelf, names, lost))
        if fit.value is not None:
            break
    if fit.value is None:
        return _Fit(None, (), fit.faults)
    materials, read = fit.value
    matters = {matter.code: matter for one in read if (matter := one.value) is not None}
    return _Fit(
        Catalogue(MappingProxyType(matters), materials),
        (*fit.used, *chain.from_iterable(one.used for one in read)),
        (*fit.faults, *chain.from_iterable(one.faults for one in read)),
    )


_Whole = tuple[Mapping[str, Material], list[_Fit[Matter]]]


def _whole(shelf: Shelf, names: Sequence[str], lost: int, texts: Mapping[str, str]) -> _Whole:
    """Read all matters with one master list; CatalogueError if more than ``lost`` of them do not fit it."""
    materials = parse_materials(texts[MATERIALS], MATERIALS)
    read = [_fit(shelf, (name,), partial(_matter, materials)) for name in names]
    missing = [one.faults[-1] for one in read if one.value is None]
    if len(missing) > lost:
        raise CatalogueError(missing[0].file, missing[0].line, missing[0].reason)
    return materials, read


def _matter(materials: Mapping[str, Material], texts: Mapping[str, str]) -> Matter:
    [(name, text)] = texts.items()
    matter = parse_matter(text, name, materials)
    if f"{matter.code}.toml" != name:
        raise TomlText(text, name).error(
            _("code 应与文件名相同，现为 {code}").format(code=matter.code), "code"
        )
    return matter


def _step(texts: Mapping[str, str]) -> StepKind:
    [(name, text)] = texts.items()
    kind = parse_step(text, name)
    if f"{STEP}{kind.key}.toml" != name:
        raise TomlText(text, name).error(_("key 应与文件名相同，现为 {key}").format(key=kind.key), "key")
    return kind


def _causes(texts: Mapping[str, str]) -> CauseIndex:
    marks = parse_marks(texts[MARKS], MARKS)
    templates = parse_templates(texts[TEMPLATES], TEMPLATES)
    numbers = {row.partition("\t")[0] for row in texts[CAUSE_TABLE].splitlines()}
    for unknown in sorted(frozenset().union(*(mark.causes for mark in marks)) - numbers):
        reason = _("案由表中没有序号 {number}").format(number=unknown)
        raise CatalogueError(MARKS, _line_with(f'"{unknown}"', texts[MARKS]), reason)
    return parse_causes(texts[CAUSE_TABLE], CAUSE_TABLE, marks, templates)


def _line_with(words: str, text: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if words in line), 1)


def _index(shelf: Shelf) -> _Fit[CauseIndex]:
    """Read the three files of causes; if they cannot be had together, the causes without marks."""
    fit = _fit(shelf, CAUSES, _causes)
    if fit.value is not None:
        return fit
    causes = _fit(shelf, (CAUSE_TABLE,), _single(parse_causes))
    templates = _fit(shelf, (TEMPLATES,), _single(parse_templates))
    marks = _fit(shelf, (MARKS,), _single(parse_marks))
    return _Fit(causes.value, causes.used, (*causes.faults, *templates.faults, *marks.faults))


def _folder_faults(shelf: Shelf, own: Path | None) -> Iterator[KnowledgeFault]:
    if own is not None and shelf.own_problem:
        reason = _("文件夹打不开，{reason}").format(reason=shelf.own_problem)
        yield KnowledgeFault(own, 0, reason, Source.KEPT)
    for path in shelf.strays():
        yield KnowledgeFault(path, 0, _("程序没有这个名字的文件，请核对文件名"), Source.OWN)


def _keep(shelf: Shelf, used: Iterable[Version]) -> None:
    """Renew the copies; a disk that refuses must not keep the desk from opening."""
    try:
        for version in used:
            if version.source is not Source.KEPT:
                shelf.keep(version)
        shelf.forget_withdrawn()
    except OSError as error:
        _log.warning("the last good files could not be copied: %s", type(error).__name__)
