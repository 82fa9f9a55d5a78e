"""The two rows of figure 1: what stands in them, what is stored of the example, and how it was made."""

from __future__ import annotations

import json
import re

import pytest

from demo.tabs.layer_rows import EXAMPLE, LAYERS, PLACES, STORED, Place, pane, rows, stored
from demo.words import LANGUAGES, Language
from nst_core.config import RECONSTRUCTION, Initial
from nst_core.recipe import Command, parse, sha256_of


def test_a_place_is_told_by_its_index() -> None:
    assert [place.index for place in PLACES] == list(range(10))
    assert (Place("content", 2).layers, Place("style", 2).layers) == (("relu3_1",), LAYERS[:3])


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.kind}-{place.depth}")
def test_what_is_stored_was_made_as_its_recipe_says(place: Place) -> None:
    of = json.loads((STORED / "layers.json").read_text(encoding="utf-8"))[f"{place.kind}-{place.depth + 1}"]
    recipe = parse(json.dumps(of["recipe"]), EXAMPLE[place.kind])
    assert recipe.command is Command.RECONSTRUCT
    assert [each.sha256 for each in recipe.ingredients] == [sha256_of(EXAMPLE[place.kind])]
    config = recipe.config
    assert (config.content_layers or config.style_layers) == place.layers
    assert bool(config.content_layers) == (place.kind == "content")
    assert (config.initial, config.tv_weight) == (Initial.NOISE, RECONSTRUCTION["tv_weight"])
    assert recipe.is_finished
    _, size, rebuilt = stored(place.kind)
    shown = rebuilt[place.depth]
    assert (shown.size, max(shown.size)) == (size, config.size)
    assert shown.step == config.steps
    assert tuple(shown.content_layers or shown.style_layers) == place.layers
    assert all(0 < loss < 1 for loss in (shown.content_layers or shown.style_layers).values())


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_a_row_is_one_stop_for_tab_and_each_button_has_a_name(speaks: Language) -> None:
    html = rows(speaks, [None, None], Place("style", 2))
    buttons = re.findall(r'data-index="(\d+)" aria-pressed="(\w+)" tabindex="(-?\d)" aria-label="([^"]+)"', html)
    assert [int(index) for index, *_ in buttons] == list(range(10))
    assert [index for index, pressed, *_ in buttons if pressed == "true"] == ["7"]
    assert [index for index, _, stop, _ in buttons if stop == "0"] == ["0", "7"]
    names = [name for *_, name in buttons]
    assert [len(set(row)) for row in (names[:5], names[5:])] == [5, 5]
    assert html.count('role="toolbar" aria-labelledby="row-') == 2
    assert "<img" not in html


def test_without_a_picture_the_pane_says_what_to_do() -> None:
    assert "choose one on the other tab" in pane("en", None, None, Place("content", 3))
