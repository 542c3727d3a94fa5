"""A court looks at an edited text before it prints it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from printing.preview import main
from printing.resources import resource
from tests.helpers.printing import pdf_texts


def test_a_page_becomes_a_pdf_or_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, picture = tmp_path / "fee.pdf", tmp_path / "fee.png"
    assert main(["fee_notice", "--out", str(page)]) == 0
    assert main(["fee_notice", "--large", "--out", str(picture)]) == 0
    assert "交纳诉讼费用通知书" in "".join(pdf_texts(page.read_bytes()))
    with Image.open(picture) as image:
        assert image.size == (1191, 1684)
    assert capsys.readouterr().out.splitlines() == [str(page), str(picture)]


@pytest.mark.parametrize(("paper", "width"), [("80", 576), ("58", 384)])
def test_a_roll_becomes_a_picture_dot_for_dot(tmp_path: Path, paper: str, width: int) -> None:
    out = tmp_path / "slip.png"
    assert main(["payment_slip", "--paper", paper, "--out", str(out)]) == 0
    with Image.open(out) as image:
        assert image.width == width
    assert main(["payment_slip", "--paper", paper, "--out", str(tmp_path / "slip.pdf")]) == 0
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")


def test_an_edited_text_is_shown_and_a_wrong_one_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in resource("documents").glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert main(["--check", "--texts", str(tmp_path)]) == 0
    notice = tmp_path / "fee_notice.toml"
    notice.write_text(notice.read_text("utf-8").replace("特此通知。", "请按时交纳。"), "utf-8")
    edited = tmp_path / "edited"
    edited.mkdir()
    for file in tmp_path.glob("*.toml"):
        (edited / file.name).write_bytes(file.read_bytes())
    out = tmp_path / "fee.pdf"
    assert main(["fee_notice", "--texts", str(edited), "--out", str(out)]) == 0
    assert "请按时交纳。" in "".join(pdf_texts(out.read_bytes()))
    broken = tmp_path / "broken"
    broken.mkdir()
    capsys.readouterr()
    assert main(["fee_notice", "--texts", str(broken), "--out", str(out)]) == 1
    assert "fee_notice.toml" in capsys.readouterr().err


def test_a_paper_it_is_not_made_for_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fee_notice", "--paper", "58", "--out", str(tmp_path / "x.png")]) == 1
    assert "a4" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["fee_notice", "--out", "x.doc"]])
def test_a_wrong_command_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert capsys.readouterr().err
