"""The photo and the picture in one frame, with a handle between them; one can look closer, and at the whole screen.

Gradio's own (6.31) keeps the wheel and all swipes for itself, so that the page doesn't scroll over it. No class is
made, because Gradio writes a file beside the module of each class of components.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from PIL import Image

from demo.browser.scripts import on_load
from demo.words import Language, say

BUTTONS = {  # what each is drawn with, in a square of 20
    "farther": "M4 10h12",
    "closer": "M4 10h12M10 4v12",
    "fullscreen": "M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5",
}
ZOOM = (
    '<div class="zoom">'
    + "".join(
        f'<button type="button" data-do="{name}" aria-label="{{{{words.{name}}}}}" title="{{{{words.{name}}}}}">'
        f'<svg viewBox="0 0 20 20" aria-hidden="true"><path d="{drawn}"/></svg></button>'
        for name, drawn in BUTTONS.items()
    )
    + "</div>"
)
TEMPLATE = (
    """{{#if value}}<div class="view"><div class="picture" style="--ratio: {{value.width}} / {{value.height}}">
<img src="{{value.before.url}}" alt="{{words.before}}" draggable="false">
<img src="{{value.after.url}}" alt="{{words.after}}" draggable="false">
<div class="handle" role="slider" tabindex="0" aria-label="{{words.compare}}" aria-valuemin="0" aria-valuemax="100"
aria-valuenow="50"><i></i></div></div></div>"""
    + ZOOM
    + "{{/if}}"
)


def comparison(**options: Any) -> gr.HTML:
    """An element that compares two pictures, once it is updated to be `showing` them."""
    return gr.HTML(html_template=TEMPLATE, js_on_load=on_load("compare"), words=words("en"), **options)


def showing(before: str, after: str, speaks: Language) -> dict[str, Any]:
    """An update of the element to pictures of one size, by their paths: left of the handle and right of it."""
    with Image.open(after) as image:
        width, height = image.size
    value = {"before": file_data(before), "after": file_data(after), "width": width, "height": height}
    # In Gradio 6.31 an element that wasn't visible so far has no other properties than those that come with it.
    return gr.update(value=value, visible=True, words=words(speaks))


def words(speaks: Language) -> dict[str, str]:
    """What the parts of a comparison are called."""
    return {name: say(speaks, f"compare.{name}") for name in ("before", "after", "compare", *BUTTONS)}


def file_data(path: str) -> dict[str, Any]:
    """Gradio gives it an address, where it may be served."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
