"""What the engine remarks about steps, in the language of the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from demo.words import WORDS, Language, rounded, say
from nst_core.notes import Note, in_english


def told(language: Language, notes: Iterable[Note]) -> str:
    """Notes in the page's words, "" for none; in English one of a kind that has no words here."""
    return "; ".join(_told(language, note) for note in notes)


def _told(language: Language, note: Note) -> str:
    key = f"note.{note.about}"
    if key not in WORDS:
        return in_english([note])
    return say(language, key, **{name: _written(language, value) for name, value in note.values.items()})


def _written(language: Language, value: Any) -> str:
    """A value of a note: a number, or several numbers or names."""
    if not isinstance(value, tuple):
        return rounded(language, value, 6)
    *first, last = map(str, value)
    if not first or isinstance(value[0], str):
        return ", ".join((*first, last))
    return f"{', '.join(first)} {say(language, 'note.and')} {last}"
