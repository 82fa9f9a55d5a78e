"""The example pairs of a photo and a painting, as buttons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from filecmp import cmp
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict
from PIL import Image, ImageOps

from demo.browser import thumbnails
from demo.form.uploads import uploaded
from demo.words import Language, say

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HALF = (112, 144)  # (width, height) of a thumbnail's photo and of its painting: twice what the page shows

# The prop `loaded` of the buttons' `gr.HTML` while no pair is in the form: of a prop that becomes None, Gradio doesn't
# tell the page.
NONE = -1
OWN = -2  # nor may one be put there: a picture is a visitor's own


@dataclass(frozen=True)
class Pair:
    """A line of `pairs.json`, its paths absolute."""

    content: Path
    style: Path
    photo: str  # what it shows
    title: str  # of the painting
    painter: str


def load_pairs(folder: Path = EXAMPLES) -> list[Pair]:
    """The pairs of `folder`/pairs.json."""
    lines = json.loads((folder / "pairs.json").read_text(encoding="utf-8"))
    return [Pair(**line | {kind: folder / line[kind] for kind in ("content", "style")}) for line in lines]


def buttons(pairs: Sequence[Pair], language: Language = "en") -> str:
    """HTML: one button a pair, `data-index` its place in `pairs`, with both pictures and their names."""
    group = escape(say(language, "examples.label"))
    inside = "".join(_button(index, pair, language) for index, pair in enumerate(pairs))
    return f'<div class="pairs" role="toolbar" aria-label="{group}">{inside}</div>'


def mark(pairs: Sequence[Pair], photo: FileDataDict | None, painting: FileDataDict | None) -> Any:
    """The element of the buttons: the pair that is in the form is pressed, and all go beside a picture of one's own.

    Pairs are an invitation to begin with: none takes the place of what a visitor brought.
    """
    paths = _path("photo", photo), _path("painting", painting)
    if any(path and not _is_example(path) for path in paths):
        return gr.update(loaded=OWN)
    place = loaded(pairs, *paths)
    return gr.update(loaded=NONE if place is None else place)


def _is_example(path: Path) -> bool:
    with suppress(OSError):  # uploads go after a day
        return any(cmp(example, path, shallow=False) for example in EXAMPLES.glob("*/*.jpg"))
    return True


def loaded(pairs: Sequence[Pair], photo: Path | None, painting: Path | None) -> int | None:
    """The place of the pair that these files are copies of; None for any others."""
    if photo is None or painting is None:
        return None
    with suppress(OSError):  # uploads go after a day
        for index, pair in enumerate(pairs):
            if cmp(pair.content, photo, shallow=False) and cmp(pair.style, painting, shallow=False):
                return index
    return None


def _path(kind: str, picture: FileDataDict | None) -> Path | None:
    """Where a picture lies that was uploaded."""
    try:
        return uploaded(kind, picture)
    except ValueError:
        return None


def _button(index: int, pair: Pair, language: Language) -> str:
    photo, title = say(language, f"photo.{pair.content.stem}"), say(language, f"painting.{pair.style.stem}")
    label = say(language, "examples.pair", photo=photo, title=title, painter=pair.painter)
    return (
        f'<button type="button" data-index="{index}" tabindex="{-1 if index else 0}" aria-pressed="false"'
        f' aria-label="{escape(label)}">'
        f'<img src="{_thumbnail(pair)}" width="{HALF[0]}" height="{HALF[1] // 2}" alt="" loading="lazy">'
        f"<span>{escape(title)}</span><small>{escape(photo)}</small></button>"
    )


@cache
def _thumbnail(pair: Pair) -> str:
    """The photo beside the painting."""
    width, height = HALF
    both = Image.new("RGB", (2 * width, height))
    for place, path in enumerate((pair.content, pair.style)):
        with Image.open(path) as image:
            both.paste(ImageOps.fit(image.convert("RGB"), HALF), (place * width, 0))
    return thumbnails.address(both, quality=80)
