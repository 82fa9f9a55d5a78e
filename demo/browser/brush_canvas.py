"""A canvas of our own to brush on: Gradio's draws by a 3D engine, without a graphics card two frames a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demo.browser.scripts import on_load

TEMPLATE = '<div class="board"><img alt=""><canvas tabindex="0" role="application"></canvas><i class="tip"></i></div>'


def brush_canvas(over: str, colours: Sequence[str], opacity: float, side: int, **options: Any) -> gr.HTML:
    """A canvas over the picture that a CSS selector finds on the page, to brush on in colours ("#rrggbb" each).

    What is brushed is its value: a PNG as an address ("data:image/png;base64,..."), "" for a bare picture. The PNG, its
    long side of `side` pixels, has the colours alone, with the opacity; what isn't brushed is transparent.

    Its tools stand in the nearest element around it with the class "brushing": the buttons with `data-colour`,
    `data-undo`, `data-clear` or `data-select`, and the slider with `data-size`. With the last of the buttons pressed a
    click doesn't brush: the event "select" tells where it was, `at` = [x, y] from 0 to 1, and the number of the
    `colour`, 0 for the eraser; what is brushed then is for whoever hears it to say, by the value.
    """
    # A class of one's own would have Gradio write a file beside this one (`create_or_modify_pyi`), wherever that is.
    script = on_load("brush-canvas", over=over, colours=list(colours), opacity=opacity, side=side)
    return gr.HTML("", html_template=TEMPLATE, js_on_load=script, apply_default_css=False, **options)
