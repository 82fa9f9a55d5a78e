"""What the page opens on: the first example's photo, and what becomes of it."""

from __future__ import annotations

from functools import cache
from html import escape

from PIL import Image

from demo.browser import thumbnails
from demo.form.example_pairs import EXAMPLES
from demo.words import Language, say

# The photo and the painting stand left, one above the other; the result, as high as both, fills the rest.
SHEET = EXAMPLES / "results/neuschwanstein_starry_night.jpg"
SHAPE = 1024 / 683  # of the photo
QUALITY = 80


def pane(speaks: Language) -> str:
    """HTML: the empty frame; the result lies over the photo while the first pair is in the form (see page.css)."""
    return (
        f'<div class="pane empty"><img class="sample" src="{result()}" alt="" fetchpriority="low">'
        f'<p class="yours">{escape(say(speaks, "picture.empty"))}</p>'
        f'<p class="sample">{escape(say(speaks, "picture.sample"))}</p></div>'
    )


@cache
def result() -> str:
    """The address of the picture, relative to the page."""
    with Image.open(SHEET) as sheet:
        width, height = sheet.size
        return thumbnails.address(sheet.crop((width - round(SHAPE * height), 0, width, height)), QUALITY)
