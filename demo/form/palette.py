"""The example paintings as buttons, for those who want more than one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict
from PIL import Image, ImageOps

from demo.browser import thumbnails
from demo.form.example_pairs import Pair
from demo.words import Language, say

THUMBNAIL = (168, 128)  # (width, height) in pixels: twice what the page shows


def paintings(pairs: Sequence[Pair]) -> list[Pair]:
    """A pair for each painting that is in some."""
    found: dict[Path, Pair] = {}
    for pair in pairs:
        found.setdefault(pair.style, pair)
    return list(found.values())


def buttons(pairs: Sequence[Pair], language: Language = "en") -> str:
    """HTML: one button for each of the `paintings`, `data-index` its place among them."""
    heading = escape(say(language, "offered.label"))
    inside = "".join(_button(index, pair, language) for index, pair in enumerate(paintings(pairs)))
    return f'<p id="offered-label">{heading}</p><div role="group" aria-labelledby="offered-label">{inside}</div>'


def taking(pairs: Sequence[Pair]) -> Callable[..., tuple[Any, ...]]:
    """A handler for a click: the painting comes to the first of the places that is free, or to the last one."""

    def take(event: gr.EventData, shown: int, slots: Sequence[FileDataDict | None]) -> tuple[Any, ...]:
        free = next((place for place, painting in enumerate(slots[:shown]) if not painting), shown - 1)
        chosen = str(paintings(pairs)[event.index].style)
        return tuple(chosen if place == free else gr.skip() for place in range(len(slots)))

    return take


def _button(index: int, pair: Pair, language: Language) -> str:
    title = say(language, f"painting.{pair.style.stem}")
    label = say(language, "offered.painting", title=title, painter=pair.painter)
    return (
        f'<button type="button" data-index="{index}" aria-label="{escape(label)}" title="{escape(label)}">'
        f'<img src="{_thumbnail(pair.style)}" width="{THUMBNAIL[0] // 2}" height="{THUMBNAIL[1] // 2}" alt="">'
        f"<span>{escape(title)}</span></button>"
    )


@cache
def _thumbnail(path: Path) -> str:
    with Image.open(path) as image:
        return thumbnails.address(ImageOps.fit(image.convert("RGB"), THUMBNAIL), quality=60)
