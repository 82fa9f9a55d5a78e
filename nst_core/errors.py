"""Refusals that say what they are about as data, too, for a page that speaks another language."""

from __future__ import annotations

from typing import Any

LONGEST = 60  # characters of a value that are shown: it may be a number of a thousand digits, or a book


class InputError(ValueError):
    """What a person gave can't be used: one sentence for them, with the way out."""

    def __init__(self, sentence: str, about: str = "", **values: Any) -> None:
        """`about`: one word for what is wrong, the same in all sentences about it; `values`: the numbers in them."""
        super().__init__(sentence)
        self.about, self.values = about, values


def shown(value: Any) -> str:
    """A value as a sentence about it shows it: cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python writes out no number of more than 4300 digits
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
