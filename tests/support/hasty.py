"""A page whose one click is answered several times in a row: `python -m tests.support.hasty PORT`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import gradio as gr

from demo.browser.blocks import Page


def answers() -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """A part of the page comes into sight, which keeps the browser busy; then a button does, and then not again."""
    yield gr.update(visible=True), gr.update(), "first"
    yield gr.update(), gr.update(visible=True), "second"
    yield gr.update(), gr.update(value="Leave the line"), "third"


if __name__ == "__main__":
    with Page(analytics_enabled=False) as page:
        begin, text = gr.Button("Begin"), gr.Textbox(elem_id="text")
        with gr.Column(visible=False) as part:
            gr.Dataframe()
        late = gr.Button("Stop", visible=False, elem_id="late")
        begin.click(answers, None, [part, late, text])
    page.launch(server_port=int(sys.argv[1]), quiet=True)
