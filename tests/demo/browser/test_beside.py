"""Two pictures beside each other: what the browser gets of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from demo.browser.beside import TEMPLATE, hidden, showing, words
from demo.words import LANGUAGES, Language


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_the_template_has_all_that_it_names(speaks: Language, tmp_path: Path) -> None:
    paths = str(tmp_path / "one.png"), str(tmp_path / "other.png")
    for path, size in zip(paths, ((30, 20), (20, 30)), strict=True):
        Image.new("RGB", size).save(path)
    update = showing(paths, ("10 %", "20 %"), speaks)
    assert update["visible"]
    assert set(re.findall(r"\{\{words\.(\w+)\}\}", TEMPLATE)) == update["words"].keys() == words(speaks).keys()
    assert {name.partition(".")[0] for name in re.findall(r"\{\{value\.([\w.]+)\}\}", TEMPLATE)} == update[
        "value"
    ].keys()
    assert (update["value"]["left_width"], update["value"]["right_height"]) == (30, 30)


def test_it_can_show_nothing() -> None:
    assert (hidden()["value"], hidden()["visible"]) == (None, False)
