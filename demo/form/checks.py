"""Pictures are tried as soon as they are chosen: one that can't be used makes way for the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser.toasts import warn
from demo.form.brushing import BrushedView
from demo.form.previews import SIDE, with_previews, write_preview
from demo.form.uploads import load, path_of, size_of, uploaded
from demo.form.values import MOST_PAINTINGS
from demo.words import Language, language
from nst_core.images import to_rgb
from nst_core.scene.remarks import Impression, impression

Pictures = tuple[FileDataDict | None, ...]

MOST_UNDONE = 20
KINDS = ("photo", *["painting"] * MOST_PAINTINGS)


@dataclass(frozen=True)
class Checked:
    """What the page has: the photo and the paintings, and which file was just refused in the place of each."""

    pictures: Pictures = (None,) * len(KINDS)
    refused: tuple[str | None, ...] = (None,) * len(KINDS)
    impressions: Mapping[str, Impression] = field(default_factory=dict)  # of the pictures, by the paths of their files
    earlier: tuple[Pictures, ...] = ()  # the pictures before each time that some of them were replaced, the last last

    def impression_of(self, picture: FileDataDict | None) -> Impression | None:
        """What was seen of a chosen picture; None of one that isn't checked yet."""
        return self.impressions.get(path_of(picture) or "")


def check(
    request: gr.Request, kept: Checked | None, pictures: Pictures
) -> tuple[Checked, tuple[Any, ...], BrushedView, BrushedView, list[str], dict[str, Any]]:
    """Any of the photo and the paintings was chosen or removed; `kept` is None as the page opens.

    Returns what the page has now, a value for each widget, what was brushed on either canvas: it belongs to its photo;
    the paths of the pictures that have a preview; and an update of the button that undoes.
    """
    before = kept or Checked()
    chosen = zip(KINDS, pictures, before.pictures, before.refused, strict=True)
    seen = dict(before.impressions)
    now = tuple(_usable(*each, seen, language(request)) for each in chosen)
    earlier = _earlier(before, now)
    known = {path_of(each) for pictures in (now, *earlier) for each in pictures}
    impressions = {path: each for path, each in seen.items() if path in known}
    both = [(path_of(usable), path_of(picture)) for usable, picture in zip(now, pictures, strict=True)]
    widgets = tuple(gr.skip() if path == given else path for path, given in both)
    refused = tuple(None if path == given else given for path, given in both)
    is_another = kept is not None and path_of(now[0]) != path_of(kept.pictures[0])
    brushed = BrushedView.bare() if is_another else BrushedView()
    kept = Checked(now, refused, impressions, earlier)
    return kept, widgets, brushed, brushed, with_previews(now), gr.update(interactive=bool(earlier))


def _earlier(before: Checked, now: Pictures) -> tuple[Pictures, ...]:
    """What can be undone: one more, if a picture went or another took its place."""
    both = [(path_of(was), path_of(is_)) for was, is_ in zip(before.pictures, now, strict=True)]
    is_replaced = any(was and was != is_ for was, is_ in both)
    return (*before.earlier, before.pictures)[-MOST_UNDONE:] if is_replaced else before.earlier


def _usable(
    kind: str,
    picture: FileDataDict | None,
    before: FileDataDict | None,
    refused: str | None,
    seen: dict[str, Impression],
    speaks: Language,
) -> FileDataDict | None:
    """The picture, or the one before it, and a word of why: one, though Gradio 6.31 tells of an upload twice.

    What a new one looks like goes to `seen`, by its path.
    """
    if path_of(picture) in (None, path_of(before)):
        return picture
    try:
        image = load(kind, picture, speaks, SIDE // 2)
        write_preview(uploaded(kind, picture, speaks), image)
        seen[str(path_of(picture))] = impression(to_rgb(image)).of_size(size_of(kind, picture, speaks))
    except ValueError as error:
        if path_of(picture) != refused:
            warn(speaks, error)
        return before
    return picture
