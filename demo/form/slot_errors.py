"""Why a picture wasn't taken, told at its slot until another one comes there: a toast is gone after a while."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import gradio as gr

from demo.browser.scripts import on_load
from demo.form.receiving import SLOTS


def build_slot_errors() -> gr.HTML:
    """Lay out what the sentences pass through: a script shows each in the slot that it is about."""
    return gr.HTML(js_on_load=on_load("show-slot-errors"), visible="hidden", elem_id="slot-errors")


def told(errors: Sequence[str | None]) -> str:
    """HTML: the sentence of each slot, "" for none, `data-place` the id of the slot."""
    both = zip(SLOTS, errors, strict=True)
    return "".join(f'<p data-place="{place}">{escape(error or "")}</p>' for place, error in both)
