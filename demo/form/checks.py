"""Pictures are tried as soon as they are chosen: one that can't be used makes way for the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser.toasts import message_of, warn
from demo.form import receiving, slot_errors
from demo.form.brushing import BrushedView
from demo.form.previews import SIDE, with_previews, write_preview
from demo.form.uploads import load, path_of, size_of, uploaded
from demo.form.values import MOST_PAINTINGS
from demo.jobs.records import Mask
from demo.words import Language, language
from nst_core.images import to_rgb
from nst_core.scene.remarks import Impression, impression

Pictures = tuple[FileDataDict | None, ...]

MOST_UNDONE = 20
KINDS = ("photo", *["painting"] * MOST_PAINTINGS)


@dataclass(frozen=True, eq=False)
class Earlier:
    """What there was before a picture was replaced: the pictures, and what was brushed on the photo, a map a canvas."""

    pictures: Pictures
    brushed: tuple[Mask | None, ...]


@dataclass(frozen=True)
class Checked:
    """What the page has: the photo and the paintings, and which file was just refused in the place of each, and why."""

    pictures: Pictures = (None,) * len(KINDS)
    refused: tuple[str | None, ...] = (None,) * len(KINDS)
    errors: tuple[str | None, ...] = (None,) * len(KINDS)  # told at a place until another picture comes there
    impressions: Mapping[str, Impression] = field(default_factory=dict)  # of the pictures, by the paths of their files
    earlier: tuple[Earlier, ...] = ()  # before each time that some of the pictures were replaced, the last last

    def impression_of(self, picture: FileDataDict | None) -> Impression | None:
        """What was seen of a chosen picture; None of one that isn't checked yet."""
        return self.impressions.get(path_of(picture) or "")


def check(
    request: gr.Request, kept: Checked | None, pictures: Pictures, brushed: tuple[Mask | None, ...]
) -> tuple[Checked, tuple[Any, ...], BrushedView, BrushedView, list[str], dict[str, Any], str]:
    """Any of the photo and the paintings was chosen or removed; `kept` is None as the page opens.

    `brushed`: what there is on the canvas of the regions, and on that of the strengths.

    Returns what the page has now, a value for each widget, what was brushed on either canvas: it belongs to its photo;
    the paths of the pictures that have a preview; an update of the button that undoes; and what is told at the slots.
    """
    before = kept or Checked()
    chosen = zip(KINDS, pictures, before.pictures, before.refused, before.errors, strict=True)
    seen = dict(before.impressions)
    now, errors = zip(*(_usable(*each, seen, language(request)) for each in chosen), strict=True)
    earlier = _earlier(before, now, brushed)
    known = {path_of(each) for pictures in (now, *(each.pictures for each in earlier)) for each in pictures}
    impressions = {path: each for path, each in seen.items() if path in known}
    both = [(path_of(usable), path_of(picture)) for usable, picture in zip(now, pictures, strict=True)]
    widgets = tuple(gr.skip() if path == given else path for path, given in both)
    refused = tuple(None if path == given else given for path, given in both)
    is_another = kept is not None and path_of(now[0]) != path_of(kept.pictures[0])
    canvas = BrushedView.bare() if is_another else BrushedView()
    kept = Checked(now, refused, errors, impressions, earlier)
    undo = gr.update(interactive=bool(earlier))
    return kept, widgets, canvas, canvas, with_previews(now), undo, slot_errors.told(errors)


def refuse(request: gr.Request, event: gr.EventData, kept: Checked | None) -> tuple[Checked, str]:
    """The browser didn't take files: the page as it was, and what is told at the slots."""
    now = kept or Checked()
    error, place = receiving.refuse(request, event)
    if place:
        errors = zip(receiving.SLOTS, now.errors, strict=True)
        now = replace(now, errors=tuple(error if each == place else before for each, before in errors))
    return now, slot_errors.told(now.errors)


def _earlier(before: Checked, now: Pictures, brushed: tuple[Mask | None, ...]) -> tuple[Earlier, ...]:
    """What can be undone: one more, if a picture went or another took its place."""
    both = [(path_of(was), path_of(is_)) for was, is_ in zip(before.pictures, now, strict=True)]
    is_replaced = any(was and was != is_ for was, is_ in both)
    if not is_replaced:
        return before.earlier
    return (*before.earlier, Earlier(before.pictures, brushed))[-MOST_UNDONE:]


def _usable(
    kind: str,
    picture: FileDataDict | None,
    before: FileDataDict | None,
    refused: str | None,
    error: str | None,
    seen: dict[str, Impression],
    speaks: Language,
) -> tuple[FileDataDict | None, str | None]:
    """The picture, or the one before it and why: said once, though Gradio 6.31 tells of an upload twice.

    What a new one looks like goes to `seen`, by its path.
    """
    if path_of(picture) == path_of(before):
        return picture, error
    if path_of(picture) is None:
        return picture, None
    try:
        image = load(kind, picture, speaks, SIDE // 2)
        write_preview(uploaded(kind, picture, speaks), image)
        seen[str(path_of(picture))] = impression(to_rgb(image)).of_size(size_of(kind, picture, speaks))
    except ValueError as problem:
        if path_of(picture) != refused:
            warn(speaks, problem)
        return before, message_of(speaks, problem)
    return picture, None
