"""Refusals that say what they are about as data, too, for a page that speaks another language."""

from __future__ import annotations

from typing import Any


class InputError(ValueError):
    """What a person gave can't be used: one sentence for them, with the way out."""

    def __init__(self, sentence: str, about: str = "", **values: Any) -> None:
        """`about`: one word for what is wrong, the same in all sentences about it; `values`: the numbers in them."""
        super().__init__(sentence)
        self.about, self.values = about, values
