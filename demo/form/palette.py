"""The example photos and paintings by themselves, as buttons: those of the one kind never touch the other."""

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
from demo.browser.wiring import clicked
from demo.form.example_pairs import Pair
from demo.words import Language, say

SHOWN = (72, 54)  # (width, height) in pixels of the page
THUMBNAIL = (108, 81)  # likewise of the picture: all of them travel with the page


def photos(pairs: Sequence[Pair]) -> list[Pair]:
    """A pair for each photo that is in some."""
    return _first_with_each(lambda pair: pair.content, pairs)


def paintings(pairs: Sequence[Pair]) -> list[Pair]:
    """A pair for each painting that is in some."""
    return _first_with_each(lambda pair: pair.style, pairs)


def photo_buttons(pairs: Sequence[Pair], language: Language = "en") -> str:
    """HTML: one button for each of the `photos`, `data-index` its place among them."""
    named = [(pair.content, say(language, f"photo.{pair.content.stem}")) for pair in photos(pairs)]
    return _row("photos", named, language)


def buttons(pairs: Sequence[Pair], language: Language = "en") -> str:
    """HTML: one button for each of the `paintings`, `data-index` its place among them."""
    named = [(pair.style, _painting(pair, language)) for pair in paintings(pairs)]
    return _row("offered", named, language)


def taking_photo(pairs: Sequence[Pair]) -> Callable[..., str]:
    """A handler for a click: what the photo becomes."""

    def take(event: gr.EventData) -> str:
        return str(clicked(event, photos(pairs)).content)

    return take


def taking(pairs: Sequence[Pair]) -> Callable[..., tuple[Any, ...]]:
    """A handler for a click: the painting comes to the first of the places that is free, or to the last one."""

    def take(event: gr.EventData, shown: int, slots: Sequence[FileDataDict | None]) -> tuple[Any, ...]:
        free = next((place for place, painting in enumerate(slots[:shown]) if not painting), shown - 1)
        chosen = str(clicked(event, paintings(pairs)).style)
        return tuple(chosen if place == free else gr.skip() for place in range(len(slots)))

    return take


def _first_with_each(picture: Callable[[Pair], Path], pairs: Sequence[Pair]) -> list[Pair]:
    found: dict[Path, Pair] = {}
    for pair in pairs:
        found.setdefault(picture(pair), pair)
    return list(found.values())


def _painting(pair: Pair, language: Language) -> str:
    return say(language, "offered.painting", title=say(language, f"painting.{pair.style.stem}"), painter=pair.painter)


def _row(name: str, pictures: Sequence[tuple[Path, str]], language: Language) -> str:
    heading = escape(say(language, f"{name}.label"))
    inside = "".join(_button(index, *picture) for index, picture in enumerate(pictures))
    return f'<p id="{name}-label">{heading}</p><div role="toolbar" aria-labelledby="{name}-label">{inside}</div>'


def _button(index: int, path: Path, label: str) -> str:
    return (
        f'<button type="button" data-index="{index}" tabindex="{-1 if index else 0}" aria-label="{escape(label)}"'
        f' title="{escape(label)}">'
        f'<img src="{_thumbnail(path)}" width="{SHOWN[0]}" height="{SHOWN[1]}" alt="" loading="lazy"></button>'
    )


@cache
def _thumbnail(path: Path) -> str:
    with Image.open(path) as image:
        return thumbnails.address(ImageOps.fit(image.convert("RGB"), THUMBNAIL), quality=60)
