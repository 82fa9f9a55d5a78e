"""The photo and the picture in one frame: what the browser gets of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from demo.browser.comparison import TEMPLATE, showing, words
from demo.words import LANGUAGES, Language


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[str, str]:
    paths = str(tmp_path / "before.jpg"), str(tmp_path / "after.jpg")
    for path in paths:
        Image.new("RGB", (30, 20)).save(path)
    return paths


def test_the_browser_gets_both_files_and_the_shape_to_show_them_in(pictures: tuple[str, str]) -> None:
    value = showing(*pictures, "en")["value"]
    assert (value["before"]["path"], value["after"]["path"]) == pictures
    assert value["width"] / value["height"] == 1.5


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_all_words_of_the_template_come_with_the_pictures(speaks: Language, pictures: tuple[str, str]) -> None:
    update = showing(*pictures, speaks)
    assert update["visible"]
    assert update["words"] == words(speaks)
    assert set(re.findall(r"\{\{words\.(\w+)\}\}", TEMPLATE)) == words(speaks).keys()
