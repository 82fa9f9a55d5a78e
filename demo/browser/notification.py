"""The button by which a browser may tell that a run is over, for whoever looks at another tab meanwhile."""

from __future__ import annotations

from html import escape

from demo.words import Language, say


def button(speaks: Language) -> str:
    """HTML, hidden until a script knows that this browser can; `data-title` is what it will say first."""
    title, words = escape(say(speaks, "notify.title")), escape(say(speaks, "notify.button"))
    return f'<button type="button" class="notify" aria-pressed="false" data-title="{title}" hidden>{words}</button>'
