"""The settings file: what cannot be used keeps its default and is named; nothing else is touched."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import (
    CourtSettings,
    DeviceSettings,
    Fault,
    HallSettings,
    LookSettings,
    Settings,
    VoiceSettings,
    load,
    problem,
    shown,
)


def loaded(folder: Path, text: str) -> tuple[Settings, dict[str, str]]:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    settings, faults = load(file)
    assert file.read_text(encoding="utf-8") == text, "the file is never rewritten"
    return settings, {fault.where: fault.reason for fault in faults}


def test_no_file_gives_the_defaults_and_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (Settings(), ())


def test_an_empty_file_gives_the_defaults_and_no_fault(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == (Settings(), {})


def test_a_value_that_can_be_used_is_used(tmp_path: Path) -> None:
    settings, faults = loaded(
        tmp_path, '[hall]\nwindow = 12\ncourt = "东胜区人民法院"\n[look]\nscale = 150\n'
    )
    assert faults == {}
    assert settings.hall == replace(HallSettings(), window=12, court="东胜区人民法院")
    assert settings.look == replace(LookSettings(), scale=150)


@pytest.mark.parametrize("text", ["[hall\nwindow = 3", "window 3", '[hall]\nwindow = "3', "\x00"])
def test_a_broken_file_gives_the_defaults_and_one_fault_that_names_it(tmp_path: Path, text: str) -> None:
    settings, faults = loaded(tmp_path, text)
    assert settings == Settings()
    assert list(faults) == ["settings.toml"]
    assert faults["settings.toml"]


def test_a_file_in_another_encoding_is_a_fault_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes('[hall]\ncourt = "人民法院"\n'.encode("gbk"))
    settings, faults = load(file)
    assert settings == Settings()
    assert [fault.where for fault in faults] == ["settings.toml"]


def test_a_folder_in_its_place_is_a_fault(tmp_path: Path) -> None:
    settings, faults = load(tmp_path)
    assert settings == Settings()
    assert [fault.where for fault in faults] == [tmp_path.name]


def test_the_mark_that_notepad_writes_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbf[hall]\nwindow = 7\n")
    settings, faults = load(file)
    assert (settings.hall.window, faults) == (7, ())


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ('[hall]\nwindow = "3"', "hall.window", "整数"),
        ("[hall]\nwindow = true", "hall.window", "整数"),
        ("[hall]\nwindow = 3.5", "hall.window", "整数"),
        ("[hall]\ncourt = 3", "hall.court", "文字"),
        ("[hall]\nwindow = 0", "hall.window", "1 到 999"),
        ("[hall]\nwindow = 1000", "hall.window", "1 到 999"),
        ('[look]\ntheme = "pink"', "look.theme", "light"),
        ("[look]\nscale = 99", "look.scale", "100 到 200"),
        ("[look]\nscale = 201", "look.scale", "100 到 200"),
        ('[look]\nlanguage = "fr"', "look.language", "zh_CN"),
        ('[look]\nlanguage = "en"', "look.language", "只有中文"),
        ("[hall]\nwindows = 3", "hall.windows", "没有这一项"),
        ("[printer]\nurl = 3", "printer", "没有这一节"),
        ("hall = 3", "hall", "一节"),
    ],
)
def test_what_cannot_be_used_keeps_its_default_and_is_named(
    tmp_path: Path, text: str, where: str, reason: str
) -> None:
    settings, faults = loaded(tmp_path, text)
    assert settings == Settings()
    assert list(faults) == [where]
    assert reason in faults[where]


@pytest.mark.parametrize(("key", "good"), [("window", (1, 999)), ("scale", (100, 200))])
def test_the_limits_themselves_are_allowed(tmp_path: Path, key: str, good: tuple[int, int]) -> None:
    section = "hall" if key == "window" else "look"
    for value in good:
        settings, faults = loaded(tmp_path, f"[{section}]\n{key} = {value}")
        assert faults == {}
        assert getattr(getattr(settings, section), key) == value


def test_a_fault_does_not_take_its_neighbours_along(tmp_path: Path) -> None:
    text = '[hall]\nwindow = 0\nclerk = "其木格"\n[court]\nurl = "https://court"\n'
    text += '[look]\ntheme = "dark"\nscale = 5\n'
    settings, faults = loaded(tmp_path, text)
    assert set(faults) == {"hall.window", "look.scale"}
    assert (settings.hall.window, settings.hall.clerk) == (1, "其木格")
    assert (settings.court.url, settings.look.theme, settings.look.scale) == ("https://court", "dark", 100)


def test_the_problem_says_what_happened_what_is_safe_and_what_to_do(tmp_path: Path) -> None:
    told = problem(tmp_path / "settings.toml", (Fault("hall.window", "应为整数"), Fault("x", "没有这一节")))
    assert told.happened
    assert told.safe
    assert "settings.toml" in told.next_step
    assert "hall.window：应为整数；x：没有这一节" in told.next_step


def test_what_is_shown_names_every_setting() -> None:
    text = shown(Settings())
    for section in fields(Settings):
        assert f"[{section.name}]" in text
        for key in fields(getattr(Settings(), section.name)):
            assert f"\n{key.name} = " in text


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SETTINGS = st.builds(
    Settings,
    hall=st.builds(HallSettings, court=WORDS, centre=WORDS, window=st.integers(1, 999), clerk=WORDS),
    devices=st.builds(DeviceSettings, id_reader=WORDS, scanner=WORDS, a4_printer=WORDS),
    court=st.builds(CourtSettings, url=WORDS, token_file=WORDS),
    voice=st.builds(VoiceSettings, repeats=st.integers(1, 5), chime=st.booleans()),
    look=st.builds(
        LookSettings, theme=st.sampled_from(["light", "dark", "contrast"]), scale=st.integers(100, 200)
    ),
)


@given(settings=SETTINGS)
def test_what_is_shown_can_be_loaded_again(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "shown.toml"
    file.write_bytes(shown(settings).encode())
    assert load(file) == (settings, ())


def test_the_settings_the_documentation_shows_can_be_used_as_they_stand(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings, faults = loaded(tmp_path, "\n".join(blocks))
    assert faults == {}
    assert {field.name for field in fields(settings)} == set(tomllib.loads("\n".join(blocks)))


def test_what_is_installed_apart_is_named_in_the_very_version_of_the_project() -> None:
    root = Path(__file__).resolve().parents[2]
    extras = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    wanted = {one.partition(";")[0].strip() for named in extras.values() for one in named}
    assert all(re.fullmatch(r"\w+==[\d.]+", one) for one in wanted)
    told = re.findall(r"pip install (\S+)", (root / "docs" / "settings.md").read_text("utf-8"))
    assert set(told) == wanted
