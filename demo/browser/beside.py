"""Two pictures beside each other: one looks closer at both at once, at the same place."""

from __future__ import annotations

from typing import Any

import gradio as gr
from PIL import Image

from demo.browser.comparison import BUTTONS, ZOOM, file_data
from demo.browser.scripts import on_load
from demo.words import Language, say

SIDES = ("left", "right")
TEMPLATE = (
    '{{#if value}}<div class="two">'
    + "".join(
        f"""<figure><div class="view"><div class="picture" style="--ratio: {{{{value.{side}_width}}}} /
{{{{value.{side}_height}}}}"><img src="{{{{value.{side}.url}}}}" alt="" draggable="false"></div></div>
<figcaption>{{{{value.{side}_words}}}}</figcaption></figure>"""
        for side in SIDES
    )
    + f"</div>{ZOOM}{{{{/if}}}}"
)


def beside(**options: Any) -> gr.HTML:
    """An element that shows two pictures beside each other, once it is updated to be `showing` them."""
    return gr.HTML(html_template=TEMPLATE, js_on_load=on_load("compare"), words=words("en"), visible=False, **options)


def showing(pictures: tuple[str, str], captions: tuple[str, str], speaks: Language) -> dict[str, Any]:
    """An update of the element to the pictures at two paths, of any sizes, with what is told below each.

    Raises `OSError` where a file is gone.
    """
    value: dict[str, Any] = {}
    for side, path, words_below in zip(SIDES, pictures, captions, strict=True):
        with Image.open(path) as image:
            value[f"{side}_width"], value[f"{side}_height"] = image.size
        value |= {side: file_data(path), f"{side}_words": words_below}
    return gr.update(value=value, visible=True, words=words(speaks))


def hidden() -> dict[str, Any]:
    """An update of the element to show nothing."""
    return gr.update(value=None, visible=False)


def words(speaks: Language) -> dict[str, str]:
    """What its buttons are called."""
    return {name: say(speaks, f"compare.{name}") for name in BUTTONS}
