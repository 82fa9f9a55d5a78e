"""What was replaced among the pictures comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from demo.browser.toasts import warn
from demo.form.brushing import BrushedView
from demo.form.checks import Checked
from demo.form.recipes import still_there
from demo.form.uploads import path_of
from demo.words import language, say


def undo(
    request: gr.Request, kept: Checked | None
) -> tuple[Checked, tuple[Any, ...], BrushedView, BrushedView, dict[str, Any]]:
    """The pictures as they were before one was replaced last; the values are those of `checks.check`."""
    now = kept or Checked()
    if not now.earlier:
        return now, tuple(gr.skip() for _ in now.pictures), BrushedView(), BrushedView(), gr.update(interactive=False)
    *earlier, wanted = now.earlier
    found = tuple(picture if still_there(picture) else None for picture in wanted)
    if found != wanted:
        warn(language(request), say(language(request), "pictures.gone"))
    is_another = path_of(found[0]) != path_of(now.pictures[0])
    brushed = BrushedView.bare() if is_another else BrushedView()
    changed = zip(found, now.pictures, strict=True)
    widgets = tuple(gr.skip() if path_of(was) == path_of(now) else path_of(was) for was, now in changed)
    kept = replace(now, pictures=found, refused=(None,) * len(found), earlier=tuple(earlier))
    return kept, widgets, brushed, brushed, gr.update(interactive=bool(earlier))
