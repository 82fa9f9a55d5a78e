"""What a narrow screen has no room for beside the picture: drawers above the bar, opened by buttons at the thumb."""

from __future__ import annotations

from html import escape

from demo.words import Language, say

DRAWERS = ("photo", "painting", "adjust", "mine")  # drawers.css says what is on each


def drawers(speaks: Language) -> str:
    """HTML: a button for each drawer; on wide screens, where all of it is there, they aren't seen."""
    inside = "".join(_button(name, say(speaks, f"drawers.{name}")) for name in DRAWERS)
    return f'<nav aria-label="{escape(say(speaks, "drawers.label"))}">{inside}</nav>'


def _button(name: str, words: str) -> str:
    return f'<button type="button" data-drawer="{name}" aria-expanded="false">{escape(words)}</button>'
