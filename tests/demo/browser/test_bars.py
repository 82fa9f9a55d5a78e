"""The bars of the layers' losses: how long they are, what their words say, and that they can be read without eyes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from demo.browser.bars import draw

STYLE = {"relu1_1": 0.01, "relu5_1": 0.25}


def table(html: str) -> list[tuple[str, float, str]]:
    """Layer, width of the bar in percent, number: one a row."""
    rows = ElementTree.fromstring(html).findall("./table/tbody/tr")
    found = []
    for row in rows:
        name, bar, number = row
        (style,) = [span.get("style", "") for span in bar.iter("span")]
        width = re.fullmatch(r"width: (\d+\.\d)%", style)
        assert width is not None
        found.append(((name.text or "").strip(), float(width[1]), number.text or ""))
    return found


def caption(html: str) -> str:
    return ElementTree.fromstring(html).findtext("./figcaption") or ""


def test_a_bar_is_the_distance_in_percent() -> None:
    assert table(draw("en", {"relu4_2": 0.64}, STYLE)) == [
        ("relu1_1", 10.0, "10 %"),
        ("relu5_1", 50.0, "50 %"),
        ("relu4_2", 80.0, "80 %"),
    ]


def test_what_is_farther_than_nothing_fills_the_bar_and_keeps_its_number() -> None:
    assert table(draw("en", {}, {"relu1_1": 4.0})) == [("relu1_1", 100.0, "200 %")]


def test_losses_without_a_common_measure_are_shown_beside_the_farthest() -> None:
    html = draw("en", {"relu4_2": 90_000.0}, {"relu1_1": 100.0}, relative=False)
    assert table(html) == [("relu1_1", 3.3, "1e+02"), ("relu4_2", 100.0, "9e+04")]


@pytest.mark.parametrize("loss", [0.0, float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("relative", [True, False])
def test_what_has_no_length_is_empty(loss: float, relative: bool) -> None:
    ((_, width, _),) = table(draw("en", {}, {"relu1_1": loss}, relative))
    assert width == 0.0


def test_the_caption_names_the_layer_that_is_farthest_off() -> None:
    assert "relu5_1" in caption(draw("en", {"relu4_2": 0.2}, STYLE))
    assert "relu4_2" in caption(draw("en", {"relu4_2": 0.3}, STYLE))


def test_without_layers_there_is_nothing() -> None:
    assert draw("en", {}, {}) == ""


def test_content_and_style_have_the_colours_of_their_curves() -> None:
    figure = ElementTree.fromstring(draw("en", {"relu4_2": 0.64}, {"relu1_1": 0.1}))
    assert "losses" in (figure.get("class") or "").split()
    assert [row.get("class") for row in figure.findall("./table/tbody/tr")] == ["style", "content"]


def test_it_is_a_table_with_heads() -> None:
    figure = ElementTree.fromstring(draw("en", {"relu4_2": 0.64}, STYLE))
    assert [cell.get("scope") for cell in figure.findall("./table/thead/tr/th")] == ["col"] * 3
    assert all(row[0].get("scope") == "row" for row in figure.findall("./table/tbody/tr"))


def test_it_speaks_spanish() -> None:
    html = draw("es", {"relu4_2": 0.64}, STYLE)
    assert "¿Qué capa" in caption(html)
    assert "foto" in html
