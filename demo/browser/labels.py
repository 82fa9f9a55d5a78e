"""The names that Gradio gives its buttons and the parts of its sliders, in the visitor's language."""

from __future__ import annotations

import json
from html import escape

from demo.words import Language, say

LABELS = {  # how each begins in Gradio 6.31
    "number": "number input for ",
    "slider": "range slider for ",
    "remove": "Remove Image",
    "upload": "Click to upload or drop files",
    "tabs": "More tabs",
    "footer": "Gradio footer navigation",
}


def labels(speaks: Language) -> str:
    """HTML that is never seen: `data-labels` has pairs of how a name begins, and what it begins with instead."""
    pairs = [] if speaks == "en" else [(english, say(speaks, f"labels.{name}")) for name, english in LABELS.items()]
    return f'<i data-labels="{escape(json.dumps(pairs, ensure_ascii=False))}"></i>'
