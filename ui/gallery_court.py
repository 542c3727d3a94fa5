"""The panel of the way to the court in its states, with people and papers that do not exist."""

from __future__ import annotations

from datetime import timedelta

from app.services.additions import AddedView, AdditionsView, Material
from app.services.amend_fields import AmendView
from app.services.views import (
    AnsweredRow,
    AnswerView,
    ExplainView,
    FieldGroup,
    FieldView,
    Health,
    UnsentRow,
    UnsentView,
)
from ui.gallery_views import NOW, desk, visit
from ui.main_window import MainWindow
from ui.screens.additions import AdditionsPage
from ui.screens.unsent import UnsentPage

_ROWS = (
    UnsentRow("e1", "A009", "20261123-03-0009", "来访记录", "rejected", NOW - timedelta(minutes=64),
              "法院退回：当事人的内容不合规定。"),
    UnsentRow("e2", "A012", "20261123-03-0012", "来访记录", "conflict", NOW - timedelta(minutes=31),
              "法院那边同一编号已有一份不同的记录。"),
    UnsentRow("e3", "A016", "20261123-03-0016", "来访记录", "waiting", NOW - timedelta(minutes=3),
              "在等着发送。"),
    UnsentRow("e4", "A017", "20261123-03-0017", "更正", "waiting", NOW, "在等着发送。"),
)  # fmt: skip
_ANSWERS = (
    AnsweredRow("v1", "A003", "20261123-03-0003", AnswerView(
        "accepted", "立案", 0, "（2026）内0423民初1187号", "苏和", "", NOW), new=True),
    AnsweredRow("v2", "A005", "20261123-03-0005", AnswerView(
        "supplement", "补正", 0, "", "", "缺被告身份证明复印件，请于 12 月 1 日前补来。", NOW), new=True),
    AnsweredRow("v3", "A001", "20261123-03-0001", AnswerView(
        "not_mediated", "调解未成", 0, "", "萨仁", "双方各执一词", NOW), new=False),
)  # fmt: skip


def unsent(paused: bool = False) -> UnsentView:
    health, text = (
        (Health.ATTENTION, "已暂停发送，记录存在本机；在“送法院”里恢复") if paused else (Health.OK, "")
    )
    return UnsentView(_ROWS, 2, 2, 37, paused, health, text)


def explained() -> ExplainView:
    return ExplainView(
        event_id="e1",
        title="来访记录 20261123-03-0009",
        state="rejected",
        sent=(
            ("内容", "来访记录，第 2 版格式，4,812 字节"),
            ("形成", "2026-11-23 09:38:12"),
            ("编号", "019a9f0e-5f0a-7c41-9d2b-6a1f6c1b7e02"),
            ("校验", "SHA-256 5b7c1d0e9a4f2233…"),
            ("图像", "0 / 13 份已到法院"),
        ),
        answered=(("时间", "2026-11-23 09:38:14"), ("代码", "bad_value，在：当事人")),
        happened="法院退回：当事人的内容不合规定。",
        who="clerk",
        next_step="请按“更正后重送”改好再送；原来的记录原样保留。",
        amendable=True,
        amended=False,
    )


def form() -> AmendView:
    def field(path: str, label: str, value: str) -> FieldView:
        return FieldView(path, label, "text", value)

    parties = (
        FieldGroup("当事人 张𬭎", (
            field("parties.0.name", "姓名或名称", "张𬭎"),
            field("parties.0.id_number", "证件号码", "150402199003075517"),
            field("parties.0.phone", "电话", "13804761234"),
            field("parties.0.address", "住址", "内蒙古自治区赤峰市红山区钢铁街12号"),
        ), "parties.0"),
        FieldGroup("当事人 苏雅拉", (
            field("parties.1.name", "姓名或名称", "苏雅拉"),
            field("parties.1.address", "住址", "内蒙古自治区达拉特旗树林召镇"),
        ), "parties.1"),
    )  # fmt: skip
    return AmendView("e1", "20261123-03-0009", parties)


def _page(window: MainWindow) -> UnsentPage:
    window.show_desk(desk())
    page = UnsentPage(window.look)
    window.show_panel("send", "送法院", "没送到的、为什么、怎么办；后台今天的答复", page)
    return page


def show(window: MainWindow) -> UnsentPage:
    """Put the panel on the window, with a record that was turned down under the cursor."""
    page = _page(window)
    page.show_unsent(unsent())
    page.show_answers(_ANSWERS)
    page.show_explained(explained())
    return page


def show_sending(window: MainWindow) -> None:
    show(window)


def show_paused(window: MainWindow) -> None:
    show(window).show_unsent(unsent(paused=True))


def show_form(window: MainWindow) -> None:
    show(window).show_form(form())


def show_nothing(window: MainWindow) -> None:
    page = _page(window)
    page.show_unsent(UnsentView((), 0, 0, 0, paused=False, health=Health.OK, text=""))
    page.show_answers(())


def additions() -> AdditionsView:
    earlier = AddedView(
        "DS-20261123-03-0009-G1", "2026-11-23 16:20", "其木格", "当场漏扫", "身份证复印件 1 页"
    )
    return AdditionsView(
        "v9",
        receipt_no="DS-20261123-03-0009",
        person="张𬭎",
        matter="民商事一审立案",
        materials=(Material(1, "M09", "证据材料"), Material(1, "M99", "其他材料")),
        pages=visit().pages[4:7],
        added=(earlier,),
    )


def _additions(window: MainWindow) -> AdditionsPage:
    window.show_desk(desk())
    page = AdditionsPage(window.look)
    window.show_panel("import", "办结后补充材料", "漏扫的、后来送到或寄到的：加进已办结的记录，出回执", page)
    return page


def show_additions(window: MainWindow) -> None:
    """Put three pages that came later on the window, after others that were added before."""
    page = _additions(window)
    page.show_additions(additions())
    page.reason.setText("当事人次日送来借条原件")


def show_no_additions(window: MainWindow) -> None:
    _additions(window).take_focus()
