from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.catalogue import parse_catalogue, parse_condition, parse_copies, parse_materials, parse_matter
from app.domain.fee_schedule import FeeKind, FreeReason
from app.domain.matter import AgentKind, Catalogue, Condition, FieldKind, Group, Level, MediationMode
from app.domain.toml_text import CatalogueError

FOLDER = Path(__file__).parents[2] / "resources/catalogue"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.toml")}


@pytest.fixture(scope="module")
def catalogue(files: dict[str, str]) -> Catalogue:
    return parse_catalogue(files)


def test_there_are_thirteen_filing_and_twelve_service_matters(catalogue: Catalogue) -> None:
    codes = sorted(catalogue.matters)
    assert codes == [f"F{n:02d}" for n in range(1, 14)] + [f"S{n:02d}" for n in range(1, 13)]
    assert {m.group for c, m in catalogue.matters.items() if c.startswith("F")} == {Group.FILING}


def test_the_master_list_has_every_common_material(catalogue: Catalogue) -> None:
    assert {f"M{n:02d}" for n in range(1, 25)} <= set(catalogue.materials)
    practice = [m.code for m in catalogue.materials.values() if m.level is Level.PRACTICE]
    assert {"M05", "M14", "M23"} <= set(practice)
    assert all(material.basis for material in catalogue.materials.values() if material.level is Level.LAW)


def test_every_matter_has_a_form_a_guide_and_what_it_hands_back(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        assert matter.fields, matter.code
        assert matter.guide, matter.code
        assert matter.handed_back, matter.code
        assert matter.version == "2026.1"


def test_every_filing_matter_has_filers_and_something_that_is_never_left_out(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        if matter.group is Group.FILING:
            assert any(f.kind is FieldKind.PARTIES for f in matter.fields), matter.code
            assert any(r.main for r in matter.requirements), matter.code


def test_civil_filing_reads_as_the_court_wrote_it(catalogue: Catalogue) -> None:
    matter = catalogue.matters["F01"]
    assert matter.clocks_of() == ("civil",)
    assert matter.fee.by_cause
    assert matter.mediation.mode is MediationMode.OFFER
    assert matter.mediation.rule.article == "民事诉讼法第125条"
    assert [kind for kind, _ in matter.agent_materials] == list(AgentKind)
    statement = matter.requirements[0].material
    assert (statement.code, statement.copies(2)) == ("M01", 3)


def test_a_variant_brings_its_own_clock_fee_and_window(catalogue: Catalogue) -> None:
    keep = catalogue.matters["F06"]
    assert keep.clocks_of("before_suit") == ("preservation_before",)
    before = keep.variant("before_suit")
    assert before is not None
    assert before.reserved
    assert keep.fee_of("before_suit").kind is FeeKind.PRESERVATION
    assert catalogue.matters["F03"].fee_of("compensation").free is FreeReason.ADMIN_COMPENSATION
    security = catalogue.matters["F07"].fee_of("security")
    assert (security.kind, security.free, security.by_cause) == (None, None, False)


def test_quick_and_reserved_matters_are_marked(catalogue: Catalogue) -> None:
    assert {m.code for m in catalogue.matters.values() if m.quick} >= {"S01", "S03", "S10"}
    assert [m.code for m in catalogue.matters.values() if m.reserved] == ["S06"]


def test_an_unknown_material_code_keeps_its_name(catalogue: Catalogue) -> None:
    assert catalogue.name_of("M01") == "起诉状"
    assert catalogue.name_of("M99") == "M99"


def _line(text: str, part: str) -> int:
    return max(n for n, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "F01"', 'code = "X1"', "F01 或 S01"),
        ('group = "filing"', 'group = "service"', "F 开头"),
        ('group = "filing"', 'group = "other"', "filing、service"),
        ('clocks = ["civil"]', 'clocks = ["civil", "moon"]', "没有这样的期限：moon"),
        ('agents = ["lawyer",', 'agents = ["wizard", "lawyer",', "lawyer"),
        ('applicants = ["natural",', 'applicants = ["natural", "natural",', "重复"),
        ('{ code = "M12", main = true }', '{ code = "M98", main = true }', "没有 M98"),
        ('{ code = "M12", main = true }', '{ code = "M12", main = true, tolerable = true }', "不能容缺"),
        ('{ code = "M12", main = true }', '{ code = "M12", copies = "2N+", main = true }', "copies"),
        ('{ code = "M12", main = true }', '{ code = "M12", when = ["moonlight"] }', "没有这样的条件"),
        ('{ code = "M12", main = true }', '{ code = "M12", when = ["variant=x"] }', "没有这样的类别"),
        ('{ code = "M12", main = true }', '{ code = "M12", mian = true }', "不认识的项：mian"),
        ('{ key = "cause", label', '{ key = "Cause", label', "小写"),
        ('{ key = "facts", label', '{ key = "claims", label', "重复"),
        (
            '{ key = "cause", label = "案由", kind = "cause"',
            '{ key = "cause", label = "案由", kind = "guess"',
            "kind",
        ),
        ('starts = "labour_award"', 'starts = "moon"', "没有这样的期限"),
        ('starts = "labour_award"', 'starts = "protection"', "按小时的期限"),
        (
            'kind = "money", level = "practice", fee_amount',
            'kind = "text", level = "practice", fee_amount',
            "money",
        ),
        ('fee_kind = "by_cause"', 'fee_kind = "gold"', "fee_kind"),
        ("days = 7", "days = 700", "1至60"),
        ('mode = "offer"', "mode = 3", "文字"),
        ('name = "民事一审立案"', "", "缺少 name"),
        ('version = "2026.1"', 'version = " "', "不能为空"),
        ('version = "2026.1"', 'version = "2026.1"\ncolour = "red"', "不认识的项：colour"),
        ("schema = 1", "schema = 9", "schema"),
        ("[fee]", "[fee", "TOML"),
        ("allowed = true", "allowed = false", "allowed = true"),
        ("allowed = true", 'allowed = "yes"', "true 或 false"),
    ],
)
def test_a_mistake_names_file_line_and_reason(
    old: str, new: str, words: str, files: dict[str, str], catalogue: Catalogue
) -> None:
    text = files["F01.toml"]
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises(CatalogueError) as caught:
        parse_matter(broken, "F01.toml", catalogue.materials)
    assert words in caught.value.reason
    assert caught.value.file == "F01.toml"
    if new and "缺少" not in words and "allowed = true" not in words:
        marker = new.splitlines()[-1]
        assert abs(caught.value.line - _line(broken, marker)) <= (1 if words == "TOML" else 0)


def test_a_reserved_matter_needs_its_destination(files: dict[str, str], catalogue: Catalogue) -> None:
    text = files["S06.toml"].replace('destination = "诉讼费专窗"\n', "")
    with pytest.raises(CatalogueError, match="destination"):
        parse_matter(text, "S06.toml", catalogue.materials)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{ code = "M1", name = "x", level = "law", basis = "y" }', "M01"),
        ('{ code = "M01", name = "x", level = "law" }', "basis"),
        ('{ code = "M01", name = "x", level = "law", basis = "y", copies = "+" }', "copies"),
        ('{ code = "M01", name = "x", level = "practice", per = "dog" }', "natural"),
    ],
)
def test_a_wrong_master_row_names_its_line(row: str, words: str) -> None:
    text = f'schema = 1\nmaterial = [\n  {{ code = "M02", name = "好", level = "practice" }},\n  {row},\n]\n'
    with pytest.raises(CatalogueError) as caught:
        parse_materials(text, "materials.toml")
    assert caught.value.line == 4
    assert words in caught.value.reason


def test_a_code_used_twice_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="F01 重复"):
        parse_catalogue({**files, "F99.toml": files["F01.toml"]})
    with pytest.raises(CatalogueError, match="材料总表"):
        parse_catalogue({"F01.toml": files["F01.toml"]})
    row = '{ code = "M02", name = "好", level = "practice" }'
    with pytest.raises(CatalogueError, match="M02 重复"):
        parse_materials(f"schema = 1\nmaterial = [\n{row},\n{row},\n]\n", "materials.toml")


def test_conditions_and_copies_have_a_small_grammar() -> None:
    assert parse_condition("!variant=a|b") == Condition("variant", ("a", "b"), True)
    assert parse_condition("foreign") == Condition("foreign")
    assert parse_copies("1+N") == (1, True)
    assert parse_copies("N") == (0, True)
    assert parse_copies("2") == (2, False)
    for wrong in ("", "+", "1+", "+N", "1N", "NN"):
        assert parse_copies(wrong) is None, wrong


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('text = "申请执行{opponent}"', 'text = "申请执行{debtor}"', "{opponent}"),
        ('text = "申请执行{opponent}"', 'text = "申请执行{opponent"', "{opponent}"),
        ('text = "申请执行{opponent}", alone = "申请执行"', 'text = "申请执行{opponent}"', "alone"),
        ('procedure = "enforcement", when = ["variant=first"]', 'procedure = "shouting"', "procedure"),
        ('at = "accepted" },', 'at = "accepted", needs = ["nothing"] },', "nothing"),
    ],
)
def test_a_wrong_name_of_a_case_or_a_field_no_form_has_is_named(
    files: dict[str, str], catalogue: Catalogue, old: str, new: str, words: str
) -> None:
    assert old in files["F04.toml"]
    broken = files["F04.toml"].replace(old, new, 1)
    with pytest.raises(CatalogueError) as caught:
        parse_matter(broken, "F04.toml", catalogue.materials)
    assert words in str(caught.value)
    assert new.split(",")[0] in broken.splitlines()[caught.value.line - 1]
