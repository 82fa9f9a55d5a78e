"""Where each painting belongs: the colours of the brush are those of the paintings."""

from __future__ import annotations

from html import escape

from demo.form.brushing import tools
from demo.words import Language, say

COLOURS = ("#e11d48", "#2563eb", "#f59e0b", "#059669")  # of the first painting, the second, ...


def legend(speaks: Language) -> str:
    """HTML: which colour of the brush is which painting's, and the brush's other tools."""
    places = range(1, len(COLOURS) + 1)
    return tools(speaks, [(f"brush-{place}", _entry(speaks, place)) for place in places])


def _entry(speaks: Language, place: int) -> str:
    """The number of a painting, itself (the page puts it there), and the name of its colour."""
    text = say(speaks, "regions.painting", place=place, colour=say(speaks, f"regions.colour_{place}"))
    return f'<b aria-hidden="true">{place}</b><i></i><span>{escape(text)}</span>'
