"""The example paintings that can be taken as further ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from demo.form import palette
from demo.form.example_pairs import EXAMPLES, load_pairs
from tests.support.playback import clicked, shown

PAIRS = load_pairs()
SOME: Any = {"path": "/a/painting.jpg"}


def test_each_painting_is_offered_once() -> None:
    paths = [pair.style for pair in palette.paintings(PAIRS)]
    assert sorted(paths) == sorted((EXAMPLES / "style").glob("*.jpg"))
    assert paths[0] == PAIRS[0].style  # in the order of the pairs


def test_each_photo_is_offered_once_and_touches_no_painting() -> None:
    html = palette.photo_buttons(PAIRS, "es")
    assert 'aria-label="Castillo de Neuschwanstein"' in html
    assert 'aria-label="Neuschwanstein Castle"' in palette.photo_buttons(PAIRS)
    taken = [Path(palette.taking_photo(PAIRS)(clicked(place))) for place in range(html.count("<button"))]
    assert sorted(taken) == sorted((EXAMPLES / "content").glob("*.jpg"))


def test_each_is_a_button_with_a_name_in_both_languages() -> None:
    html = palette.buttons(PAIRS)
    assert html.count('tabindex="0"') == 1  # a row is one stop for Tab
    count = len(palette.paintings(PAIRS))
    assert re.findall(r'data-index="(\d+)"', html) == [str(index) for index in range(count)]
    assert 'aria-label="The Starry Night by Vincent van Gogh"' in html
    assert 'aria-label="La noche estrellada, de Vincent van Gogh"' in palette.buttons(PAIRS, "es")
    assert len(html) < 100_000  # all of them travel with the page


@pytest.mark.parametrize(
    ("places", "slots", "place"),
    [
        (2, (SOME, None, None, None), 1),
        (2, (SOME, SOME, None, None), 1),  # there is no more room: the last one goes
        (3, (SOME, SOME, None, None), 2),
        (3, (None, SOME, SOME, None), 0),
    ],
)
def test_a_click_fills_the_first_free_place(places: int, slots: tuple[Any, ...], place: int) -> None:
    values = palette.taking(PAIRS)(clicked(1), places, slots)
    assert [shown(value) for value in values] == [each == place for each in range(4)]
    assert Path(values[place]) == palette.paintings(PAIRS)[1].style
