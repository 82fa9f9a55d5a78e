"""The gallery's small pictures, each a button, and the words about one."""

from __future__ import annotations

from html import escape

from demo.browser import html
from demo.form.library import subject
from demo.form.recipes import described
from demo.form.request import Selection
from demo.tabs.entries import Entries, Entry
from demo.words import Language, say


def thumbnails(speaks: Language, entries: Entries) -> str:
    """HTML: a button a result, the newest first, `data-index` its place among the `entries`."""
    if not entries:
        return f'<p class="made">{escape(say(speaks, "gallery.empty"))}</p>'
    buttons = (_button(speaks, place, entry) for place, entry in reversed(list(enumerate(entries))))
    return f'<div class="results">{"".join(buttons)}</div>'


def _button(speaks: Language, place: int, entry: Entry) -> str:
    config = entry.selection.config
    label = say(speaks, "gallery.show", settings=caption(speaks, entry.selection))
    steps = html.steps(speaks, entry.made[1])
    short = say(speaks, "gallery.short", strength=config.strength, size=config.size, steps=steps)
    return (
        f'<button type="button" data-index="{place}" aria-label="{escape(label)}" title="{escape(label)}">'
        f'<img src="{entry.thumbnail}" alt=""><small>{escape(short)}</small></button>'
    )


def caption(speaks: Language, selection: Selection) -> str:
    """What a result was made of."""
    return described(subject(selection, speaks), selection.config, speaks)
