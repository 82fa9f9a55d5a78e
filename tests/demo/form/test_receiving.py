"""Files that come to the page: the targets to drop them on, and what is said of those that weren't taken."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr
import pytest

from demo.form import receiving
from demo.words import LANGUAGES
from tests.support.pages import build_page
from tests.support.playback import SPANISH


class Told(gr.EventData):
    """What the browser tells of files that it doesn't take."""

    def __init__(self, **told: Any) -> None:
        super().__init__(None, {"name": "", "count": 0, "places": 0, "place": "", "megabytes": 50} | told)


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", said.append)
    return said


def test_there_is_a_target_for_each_place_of_the_page() -> None:
    ids = {getattr(block, "elem_id", None) for block in build_page().blocks.values()}
    places = re.findall('data-place="([^"]*)"', receiving.targets("en"))
    assert {"photo", "painting", "drop"} <= set(places) <= ids
    assert len(places) == 6


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_the_camera_has_a_button_that_waits_for_it(speaks: Any) -> None:
    assert receiving.camera(speaks).count("disabled") == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"about": "too_large", "name": "<b>.png"}, "&lt;b&gt;.png tiene más de 50 MB"),
        ({"about": "too_many", "count": 4, "places": 2}, "Llegaron 4 archivos y aquí hay sitio para 2"),
        ({"about": "folder", "name": "x" * 999}, f"{'x' * receiving.LONGEST} es una carpeta"),
        ({"about": "no_file"}, "No llegó ningún archivo"),
        ({"about": "nothing_copied"}, "No hay ninguna imagen en el portapapeles"),
        ({"about": "no_clipboard"}, "pulsa Ctrl+V"),
    ],
)
def test_what_was_not_taken_is_told_in_words(warned: list[str], told: dict[str, Any], words: str) -> None:
    assert receiving.refuse(SPANISH, Told(**told, place="photo"))[1] == "photo"
    (said,) = warned
    assert words in said


def test_nothing_else_is_told_that_a_program_may_ask_for(warned: list[str]) -> None:
    assert receiving.refuse(SPANISH, Told(about="recipe")) == ("", "")
    assert not warned
    assert receiving.refuse(SPANISH, Told(about="too_large", place="drop"))[1] == ""
