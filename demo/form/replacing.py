"""What was replaced among the pictures comes back, with what was brushed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from demo.browser.toasts import warn
from demo.form import brushing, regions, strength_map
from demo.form.brushing import BrushedView
from demo.form.checks import Checked
from demo.form.recipes import still_there
from demo.form.uploads import path_of
from demo.jobs.records import Mask
from demo.words import language, say

PALETTES = (regions.COLOURS, tuple(strength_map.COLOURS.values()))  # of the two canvases


def undo(
    request: gr.Request, kept: Checked | None
) -> tuple[Checked, tuple[Any, ...], BrushedView, BrushedView, dict[str, Any]]:
    """The pictures as they were before one was replaced last; the values are those of `checks.check`."""
    now = kept or Checked()
    if not now.earlier:
        return now, tuple(gr.skip() for _ in now.pictures), BrushedView(), BrushedView(), gr.update(interactive=False)
    *earlier, wanted = now.earlier
    found = tuple(picture if still_there(picture) else None for picture in wanted.pictures)
    if found != wanted.pictures:
        warn(language(request), say(language(request), "pictures.gone"))
    is_another = path_of(found[0]) != path_of(now.pictures[0])
    canvases = zip(wanted.brushed, PALETTES, strict=True)
    on_regions, on_strengths = (_again(*each) if is_another else BrushedView() for each in canvases)
    changed = zip(found, now.pictures, strict=True)
    widgets = tuple(gr.skip() if path_of(was) == path_of(now) else path_of(was) for was, now in changed)
    nothing = (None,) * len(found)
    kept = replace(now, pictures=found, refused=nothing, errors=nothing, earlier=tuple(earlier))
    return kept, widgets, on_regions, on_strengths, gr.update(interactive=bool(earlier))


def _again(brushed: Mask | None, palette: Sequence[str]) -> BrushedView:
    """What was brushed on a canvas with these colours; nothing is opened or closed."""
    if brushed is None:
        return BrushedView.bare()
    return BrushedView(brushed=brushed, canvas=brushing.redrawing(palette)(brushed))
