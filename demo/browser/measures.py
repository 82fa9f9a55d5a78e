"""What the network measures, losses and bars, is shown to whoever asks for it, on all the page at once."""

from __future__ import annotations

from html import escape

import gradio as gr

from demo.browser.localized import Localized
from demo.browser.scripts import on_load
from demo.words import Language, say


def build_switch(localized: Localized) -> gr.HTML:
    """Lay out a button that shows them; the browser remembers whether they are (see measures.css for which)."""
    return localized.html(_button, js_on_load=on_load("show-measures"), elem_classes="measures-switch")


def _button(speaks: Language) -> str:
    return f'<button type="button" aria-expanded="false">{escape(say(speaks, "measures.show"))}</button>'
