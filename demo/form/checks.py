"""Pictures are tried as soon as they are chosen: one that can't be used makes way for the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser.toasts import warn
from demo.form import regions
from demo.form.request import MOST_PAINTINGS, load, path_of
from demo.words import Language, language

Pictures = tuple[FileDataDict | None, ...]

KINDS = ("photo", *["painting"] * MOST_PAINTINGS)


@dataclass(frozen=True)
class Kept:
    """What the page has: the photo and the paintings, and which file was just refused in the place of each."""

    pictures: Pictures = (None,) * len(KINDS)
    refused: tuple[str | None, ...] = (None,) * len(KINDS)


def check(request: gr.Request, kept: Kept | None, *pictures: FileDataDict | None) -> list[Any]:
    """Any of the photo and the paintings was chosen or removed; `kept` is None as the page opens.

    Returns what it has now, a value for each widget, and one for the regions, their canvas and what that stands in,
    which belong to the photo that they were brushed on.
    """
    before = kept or Kept()
    chosen = zip(KINDS, pictures, before.pictures, before.refused, strict=True)
    now = tuple(_usable(*each, language(request)) for each in chosen)
    paths, wished = ([path_of(picture) for picture in each] for each in (now, pictures))
    widgets = [gr.skip() if path == selection else path for path, selection in zip(paths, wished, strict=True)]
    refused = tuple(None if path == selection else selection for path, selection in zip(paths, wished, strict=True))
    is_another = kept is not None and paths[0] != path_of(kept.pictures[0])
    return [Kept(now, refused), *widgets, *(regions.bare() if is_another else [gr.skip()] * 3)]


def _usable(
    kind: str, picture: FileDataDict | None, before: FileDataDict | None, refused: str | None, speaks: Language
) -> FileDataDict | None:
    """The picture, or the one before it, and a word of why: one, though Gradio 6.31 tells of an upload twice."""
    if path_of(picture) in (None, path_of(before)):
        return picture
    try:
        load(kind, picture, speaks)
    except ValueError as error:
        if path_of(picture) != refused:
            warn(speaks, error)
        return before
    return picture
