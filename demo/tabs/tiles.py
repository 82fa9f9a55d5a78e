"""The gallery's small pictures, what can be clicked on each, and the words about one."""

from __future__ import annotations

from html import escape

from demo.browser import html
from demo.form.library import subject
from demo.form.recipes import described
from demo.form.request import Selection
from demo.tabs.entries import Entries, Entry
from demo.words import Language, say

Compared = tuple[tuple[str, int], ...]  # `Entry.made` of those that were chosen to be compared


STAR = "M10 1.8l2.5 5.3 5.8.8-4.2 4.1 1 5.8-5.1-2.8-5.1 2.8 1-5.8L1.7 7.9l5.8-.8z"  # in a square of 20
TWO = "M2 4h7v12H2zM11 4h7v12h-7z"


def thumbnails(speaks: Language, entries: Entries, compared: Compared = ()) -> str:
    """HTML: a button a result, favourites first, then the newest first; `data-index` is its place among the `entries`.

    Beside each a box makes it a favourite, and another one of the two that are `compared`.
    """
    if not entries:
        return f'<p class="made">{escape(say(speaks, "gallery.empty"))}</p>'
    newest = reversed(list(enumerate(entries)))
    ordered = sorted(newest, key=lambda numbered: not numbered[1].is_favourite)
    return f'<div class="results">{"".join(_tile(speaks, place, entry, compared) for place, entry in ordered)}</div>'


def _tile(speaks: Language, place: int, entry: Entry, compared: Compared) -> str:
    settings = caption(speaks, entry.selection)
    label = escape(say(speaks, "gallery.show", settings=settings))
    words = escape(short(speaks, entry))
    star = _box(say(speaks, "gallery.star", settings=settings), place, "star", entry.is_favourite, STAR)
    two = _box(say(speaks, "gallery.compare", settings=settings), place, "compare", entry.made in compared, TWO)
    return (
        f'<div class="result"><button type="button" data-index="{place}" data-act="show" aria-label="{label}"'
        f' title="{label}"><img src="{entry.thumbnail}" alt=""><small>{words}</small></button>{star}{two}</div>'
    )


def _box(label: str, place: int, act: str, is_checked: bool, drawn: str) -> str:
    checked = " checked" if is_checked else ""
    return (
        f'<label class="mark {act}" title="{escape(label)}"><input type="checkbox" data-index="{place}"'
        f' data-act="{act}" aria-label="{escape(label)}"{checked}>'
        f'<svg viewBox="0 0 20 20" aria-hidden="true"><path d="{drawn}"/></svg></label>'
    )


def short(speaks: Language, entry: Entry) -> str:
    """What stands below a result: its strength, its size, its steps."""
    config = entry.selection.config
    steps = html.steps(speaks, entry.made[1])
    return say(speaks, "gallery.short", strength=config.strength, size=config.size, steps=steps)


def caption(speaks: Language, selection: Selection) -> str:
    """What a result was made of."""
    return described(subject(selection, speaks), selection.config, speaks)
