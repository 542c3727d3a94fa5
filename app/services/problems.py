"""What a leaf's exception means to a clerk: one table, three sentences a condition."""

from __future__ import annotations

from typing import Final, TypeVar

from app.errors import Cancelled, DeviceProblem, Expected, FormProblem, PrinterProblem
from app.imaging import errors as pages
from app.texts import _
from devices import errors as devices
from printing import errors as printing

E = TypeVar("E", bound=Exception)

Sentences = tuple[str, str]
"""What happened (with ``{device}``), and what to do next."""

_DEVICES: Final[dict[type[devices.DeviceError], Sentences]] = {
    devices.BadAddress: ("{device}的地址写错了。", "请管理员在设置文件里改正。"),
    devices.BadTable: ("{device}的说明表缺失或有错。", "请管理员改正说明表。"),
    devices.LibraryMissing: ("{device}缺少驱动程序。", "请管理员安装后再试。"),
    devices.Unplugged: ("{device}没有连上：线松了、断了电，或被别的程序占用。", "请插好后再按一次。"),
    devices.InUse: ("{device}正被另一个程序占用。", "请关闭那个程序后再试。"),
    devices.NoPermission: ("系统不允许打开{device}。", "请管理员开通权限。"),
    devices.NotAnswering: ("{device}没有回应。", "请检查电源，拔插一次后再试。"),
    devices.Frozen: ("{device}的画面停住了。", "正在重新打开；反复出现请拔插一次。"),
    devices.Garbled: ("{device}传来的数据有误，没有采用。", "请再试一次；反复出现请换线。"),
    devices.NotSupported: ("{device}不支持这样的操作。", "请换一种方式。"),
    devices.NoCard: ("没有读到身份证。", "请把证件平放在读卡区后再按一次。"),
    devices.CardNotLifted: ("这张证刚读过，还在读卡器上。", "请移开后重新放置。"),
    devices.ReadFailed: ("身份证没有读出来。", "请移开后重新放平；仍不行可手工输入。"),
    devices.NotAuthorised: ("读卡器的安全模块未获授权。", "请手工输入，并通知管理员换读卡器。"),
    devices.ReaderDefective: ("读卡器自检没有通过。", "请手工输入，并通知管理员更换。"),
    devices.FeederEmpty: ("送纸器里没有纸。", "请放好纸后再扫。"),
    devices.FeederJam: ("扫描仪卡纸了。", "请取出卡住的纸，从这一页起再扫。"),
    devices.ScannerCoverOpen: ("扫描仪的盖子没有合上。", "请合上后再扫。"),
    devices.ScannerBusy: ("扫描仪正在忙。", "请稍等再按一次。"),
    devices.TransferCut: ("这一页传到一半断了，没有采用。", "请从这一页起再扫。"),
    devices.DriverDied: (
        "{device}的驱动程序崩溃了。",
        "会自动重新启动；反复出现请换驱动版本，并把通信记录交给厂商。",
    ),
    devices.InternalFault: ("{device}报告自身出错。", "请关机再开；仍不行请报修。"),
    devices.DriverFault: ("{device}出了未知的故障。", "请拔插一次后再试，并告诉技术人员。"),
}

_PRINTERS: Final[dict[type[printing.PrintingError], Sentences]] = {
    printing.BadAddress: ("{device}的地址写错了。", "请管理员在设置文件里改正。"),
    printing.TextFileInvalid: ("文书模板有错，不能打印。", "请管理员改正模板。"),
    printing.BadImage: ("签名图片打不开，不能打印。", "请让当事人重新签字。"),
    printing.PrinterOff: ("{device}没有连上。", "请打开电源、插好线，之后会自动接着打。"),
    printing.PaperOut: ("{device}缺纸。", "请添纸，之后会自动接着打。"),
    printing.CoverOpen: ("{device}的盖子没有合上。", "请合上，之后会自动接着打。"),
    printing.PrinterFault: ("{device}报告故障。", "请关机再开，之后会自动接着打。"),
    printing.NotAnswering: ("{device}没有回应。", "请检查电源，之后会自动接着打。"),
    printing.ConnectionCut: ("{device}打到一半断了。", "请看纸有没有出来，再回答提示。"),
    printing.FolderUnwritable: ("存放打印文件的文件夹不能写。", "请管理员检查文件夹权限。"),
    printing.DiskFull: ("磁盘已满，打印文件存不下。", "请清理磁盘，之后会自动接着打。"),
}

_PAGES: Final[dict[type[pages.ImportProblem], Sentences]] = {
    pages.Unreadable: ("文件打不开：可能已移走，或没有权限。", "请重新选择文件。"),
    pages.EmptyFile: ("文件是空的（0 字节）。", "请让当事人重新提供。"),
    pages.NotWhatItSays: ("文件内容与扩展名不符，没有导入。", "请让当事人提供 PDF 或照片。"),
    pages.Unsupported: ("不支持这种文件。", "请提供 PDF、JPEG、PNG 或 TIFF。"),
    pages.TooLarge: ("文件太大，没有导入。", "请分成几份，或降低清晰度后再导入。"),
    pages.Damaged: ("文件已损坏，读到的页不完整。", "请重新提供，或改为扫描。"),
    pages.Encrypted: ("文件加了密码。", "请当事人去掉密码后再提供，或改为扫描。"),
    pages.TooSlow: ("文件处理超时，已停止。", "请改为扫描。"),
    pages.WorkerDied: ("处理文件的程序意外结束。", "请再试一次；仍不行请改为扫描。"),
}


def device_problem(error: devices.DeviceError, title: str) -> Expected | Cancelled:
    """Return the sentences for a device called ``title``."""
    if isinstance(error, devices.Cancelled):
        return Cancelled()
    happened, step = _find(_DEVICES, error, devices.DriverFault)
    safe = _("已填写和已扫描的内容都在。")
    return DeviceProblem(happened.format(device=title), safe=safe, next_step=step, detail=error.diagnostics)


def printer_problem(error: printing.PrintingError, title: str) -> PrinterProblem:
    """Return the sentences for a printer called ``title``."""
    happened, step = _find(_PRINTERS, error, printing.PrinterFault)
    safe = _("内容已存好，不会丢，也不会重复打印。")
    return PrinterProblem(happened.format(device=title), safe=safe, next_step=step, detail=str(error))


def page_problem(error: pages.ImportProblem) -> Expected | Cancelled:
    """Return the sentences for a file that could not be taken in."""
    if isinstance(error, pages.Cancelled):
        return Cancelled()
    happened, step = _find(_PAGES, error, pages.Damaged)
    detail = f"{error} {error.diagnostics}"
    return FormProblem(happened, safe=_("此前的页都在。"), next_step=step, detail=detail)


def _find(table: dict[type[E], Sentences], error: E, other: type[E]) -> Sentences:
    known = next((kind for kind in type(error).__mro__ if kind in table), other)
    happened, step = table[known]
    return _(happened), _(step)
