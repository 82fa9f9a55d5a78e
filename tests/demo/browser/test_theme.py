"""The theme's words can be read on its grounds, in both schemes, and nothing of it is fetched."""

from __future__ import annotations

import re

import pytest
from gradio.themes import Base

from demo.browser.theme import theme

READ = 4.5  # what WCAG asks of text
SEEN = 3.0  # and of what isn't text
TEXTS = ("body_text_color", "body_text_color_subdued", "block_info_text_color", "link_text_color")
GROUNDS = ("body_background_fill", "background_fill_primary", "block_background_fill")
BUTTONS = ("button_primary", "button_secondary", "button_cancel")


def colour(made: Base, name: str, scheme: str) -> str:
    """`#rrggbb` of a variable, which may name another."""
    value = str((scheme == "dark" and getattr(made, f"{name}_dark", None)) or getattr(made, name))
    return colour(made, value[1:], scheme) if value.startswith("*") else value


def luminance(colour: str) -> float:
    """Relative, as WCAG defines it."""
    shares = [int(pair, 16) / 255 for pair in re.findall("..", colour.removeprefix("#"))]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(scheme: str) -> None:
    made = theme()
    for ground in GROUNDS:
        for text in TEXTS:
            assert contrast(colour(made, text, scheme), colour(made, ground, scheme)) >= READ, (text, ground)
    for button in BUTTONS:
        for state in ("", "_hover"):
            text, ground = (
                colour(made, f"{button}_{part}{state}", scheme) for part in ("text_color", "background_fill")
            )
            assert contrast(text, ground) >= READ, (button, state)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sliders_can_be_seen(scheme: str) -> None:
    made = theme()
    assert contrast(colour(made, "slider_color", scheme), colour(made, "block_background_fill", scheme)) >= SEEN


def test_the_pictures_are_the_only_colour() -> None:
    """Warm greys: no channel stands out, as in a colour that one would name."""
    made = theme()
    for name in (
        *TEXTS,
        *GROUNDS,
        *(f"{button}_background_fill" for button in BUTTONS),
        "slider_color",
        "color_accent",
    ):
        channels = [int(pair, 16) for pair in re.findall("..", colour(made, name, "light")[1:])]
        assert max(channels) - min(channels) <= 24, name


def test_nothing_is_fetched_from_elsewhere() -> None:
    made = theme()
    assert not re.search(r"@import|url\(.?https?:", made._get_theme_css())
    assert not any("http" in (sheet or "") for sheet in made._stylesheets)
