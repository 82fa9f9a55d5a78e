"""Pictures are tried as soon as they are chosen: one that can't be used makes way for the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser.toasts import warn
from demo.form.previews import SIDE, with_previews, write_preview
from demo.form.regions import RegionView
from demo.form.uploads import load, path_of, uploaded
from demo.form.values import MOST_PAINTINGS
from demo.words import Language, language

Pictures = tuple[FileDataDict | None, ...]

KINDS = ("photo", *["painting"] * MOST_PAINTINGS)


@dataclass(frozen=True)
class Checked:
    """What the page has: the photo and the paintings, and which file was just refused in the place of each."""

    pictures: Pictures = (None,) * len(KINDS)
    refused: tuple[str | None, ...] = (None,) * len(KINDS)


def check(
    request: gr.Request, kept: Checked | None, pictures: Pictures
) -> tuple[Checked, tuple[Any, ...], RegionView, list[str]]:
    """Any of the photo and the paintings was chosen or removed; `kept` is None as the page opens.

    Returns what the page has now, a value for each widget, what was brushed, which belongs to its photo, and the paths
    of the pictures that have a preview.
    """
    before = kept or Checked()
    chosen = zip(KINDS, pictures, before.pictures, before.refused, strict=True)
    now = tuple(_usable(*each, language(request)) for each in chosen)
    both = [(path_of(usable), path_of(picture)) for usable, picture in zip(now, pictures, strict=True)]
    widgets = tuple(gr.skip() if path == given else path for path, given in both)
    refused = tuple(None if path == given else given for path, given in both)
    is_another = kept is not None and path_of(now[0]) != path_of(kept.pictures[0])
    return Checked(now, refused), widgets, RegionView.bare() if is_another else RegionView(), with_previews(now)


def _usable(
    kind: str, picture: FileDataDict | None, before: FileDataDict | None, refused: str | None, speaks: Language
) -> FileDataDict | None:
    """The picture, or the one before it, and a word of why: one, though Gradio 6.31 tells of an upload twice."""
    if path_of(picture) in (None, path_of(before)):
        return picture
    try:
        image = load(kind, picture, speaks, SIDE // 2)
        write_preview(uploaded(kind, picture, speaks), image)
    except ValueError as error:
        if path_of(picture) != refused:
            warn(speaks, error)
        return before
    return picture
