"""One table from SQLite's result codes and the disk's error numbers to sentences."""

from __future__ import annotations

import errno
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from app.errors import StorageProblem, StoreDamaged
from app.texts import _

_FULL: Final = "SQLITE_FULL"
_READONLY: Final = "SQLITE_READONLY"
_IOERR: Final = "SQLITE_IOERR"
_BUSY: Final = "SQLITE_BUSY"
_LOCKED: Final = "SQLITE_LOCKED"
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_FROZEN: Final = ("SQLITE_CONSTRAINT", "a finished visit is frozen")
_UNOPENED: Final = "SQLITE_CANTOPEN"


def storage_problem(error: DBAPIError | OSError | dbapi2.Error) -> StorageProblem | Exception:
    """Return the sentences for a failed statement or file operation, or the error itself if it is a bug."""
    code = _code(error)
    detail = code or type(error).__name__
    if code.startswith(_FULL):
        return StorageProblem(
            _("磁盘已满，刚才这一步没有存上。"),
            safe=_("之前已存的内容都在。"),
            next_step=_("请清理磁盘后再按一次。"),
            detail=detail,
        )
    if code.startswith(_READONLY):
        return StorageProblem(
            _("磁盘只能读不能写，刚才这一步没有存上。"),
            safe=_("之前已存的内容都在。"),
            next_step=_("请管理员检查磁盘和文件夹权限。"),
            detail=detail,
        )
    if code.startswith(_DAMAGED):
        return StoreDamaged(
            _("本机数据打不开：文件已损坏，或密钥不对。"),
            safe=_("程序没有改动文件，也不会新建空库。"),
            next_step=_("请从备份恢复（python -m app restore），或找回密钥文件。"),
            detail=detail,
        )
    if code.startswith((_BUSY, _LOCKED)):
        return StorageProblem(
            _("本机数据正被另一个程序占用。"),
            safe=_("之前已存的内容都在。"),
            next_step=_("请关闭另一个窗口程序后再试。"),
            detail=detail,
        )
    if code == _FROZEN[0] and _FROZEN[1] in str(error):
        return StorageProblem(
            _("这次办理已经办结，刚才这一步没有加进去。"),
            safe=_("已办结的记录没有变动。"),
            next_step=_("需要补充的，请重新取号登记。"),
            detail=detail,
        )
    if code.startswith((_IOERR, _UNOPENED)) or isinstance(error, OSError):
        return StorageProblem(
            _("磁盘读写出错，刚才这一步没有存上。"),
            safe=_("之前已存的内容都在。"),
            next_step=_("请再按一次；仍不行请换机并通知管理员检查磁盘。"),
            detail=detail,
        )
    return error


def _code(error: DBAPIError | OSError | dbapi2.Error) -> str:
    if not isinstance(error, OSError):
        driver = error.orig if isinstance(error, DBAPIError) else error
        return str(getattr(driver, "sqlite_errorname", ""))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return _READONLY
    return ""
