"""Elements whose words the server writes, in the language of the browser that opens the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.browser.wiring import QUICK
from demo.words import Language, language


class Localized:
    """The elements of a page: English, until the page knows what the browser prefers."""

    def __init__(self) -> None:
        self._elements: list[gr.HTML] = []
        self._writers: list[Callable[[Language], str]] = []

    def html(self, write: Callable[[Language], str], **options: Any) -> gr.HTML:
        """An element with what `write` says."""
        element = gr.HTML(write("en"), **options)
        self._elements.append(element)
        self._writers.append(write)
        return element

    def translate(self, ui: gr.Blocks) -> None:
        """Whenever the page is opened."""

        def write(request: gr.Request) -> list[Any]:
            speaks = language(request)
            return [gr.skip() if speaks == "en" else write(speaks) for write in self._writers]

        ui.load(write, None, self._elements, **QUICK)
