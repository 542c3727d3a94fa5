"""The spreadsheet to fill in: headings of a matter's own short form, choices as lists, every cell text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.domain.matter import Matter
from app.errors import FormProblem
from app.lanes import PAPERS, on
from app.services.batch_rows import matter_headings, party_headings
from app.services.desk import Desk
from app.services.drafts import require_open
from app.services.sheet import current_number, matter_of
from app.services.spreadsheet import MOST_ROWS
from app.storage import visits
from app.texts import _

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_READY_ROWS: Final = 500
_WIDTHS: Final = (10, 42)
_LONGEST_CHOICES: Final = 255
"""Characters a list of choices may have, by the .xlsx format."""


@on(PAPERS)
def save_template(desk: Desk, path: Path, of_parties: bool) -> Path:
    """Write the template for the matter on the screen; return where. Raises FormProblem."""
    draft = desk.store(visits.fields, require_open(desk).id)
    return write_template(
        matter_of(draft, current_number(draft), desk.knowledge), path, of_parties=of_parties
    )


def write_template(matter: Matter, path: Path, *, of_parties: bool) -> Path:
    """Write an .xlsx with one row of headings and a sheet that explains it; raises FormProblem."""
    from openpyxl import Workbook

    path = path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx")
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = _("名单") if of_parties else _("一行一件")
    _head(sheet, party_headings(matter) if of_parties else matter_headings(matter))
    _explain(book.create_sheet(_("说明")), matter, of_parties=of_parties)
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FormProblem(
            _("模板没有存成。"),
            safe=_("已填的都在。"),
            next_step=_("请换一个文件夹；同名文件正打开着的，先关掉它。"),
        ) from error
    return path


def _head(sheet: Worksheet, headings: Sequence[tuple[str, str, tuple[str, ...]]]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for place, (heading, hint, choices) in enumerate(headings, 1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF6")
        if hint:
            cell.comment = Comment(hint, _("一窗"), height=60, width=240)
        sheet.column_dimensions[letter].width = min(max(len(heading) * 2 + 4, _WIDTHS[0]), _WIDTHS[1])
        sheet.column_dimensions[letter].number_format = "@"  # 18 digits stay what was typed
        listed = ",".join(choices)
        if choices and len(listed) < _LONGEST_CHOICES and '"' not in listed:
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}{_READY_ROWS + 1}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"


def _explain(sheet: Worksheet, matter: Matter, *, of_parties: bool) -> None:
    own = (
        (
            _("一行写一个人（单位），录入后加到屏幕上这一件的当事人里；同一个人不会加两次。"),
            _("“诉讼代表人”填“是”的，登记为推选的代表人（二至五人）。"),
        )
        if of_parties
        else (
            _("一行写一件。案由、请求等各件相同的列可以整列删掉，录入时照抄屏幕上这一件。"),
            _("有两个以上被告（原告）的，自己加列：被告2、被告2证件号码，以此类推。"),
        )
    )
    lines = (
        _("{code} {name}").format(code=matter.code, name=matter.name),
        *own,
        _("表头的字不要改，列的先后可以变；认不出的列不录入，会提示。"),
        _("证件号码按“文本”填写；日期写成 2026-01-31；金额写数字，可写 12.5万。"),
        _("一次最多 {most} 行。没录进去的行会说明原因，改好后把整个文件再导入一次，已录的不会重复。").format(
            most=f"{MOST_ROWS:,}"
        ),
        _("填好后回到窗口按 Ctrl+B 导入。不要用公式，不要加密码。"),
    )
    for row, line in enumerate(lines, 1):
        sheet.cell(row, 1, line)
    sheet.column_dimensions["A"].width = 100
