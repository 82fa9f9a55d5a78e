"""What the engine remarks about a step, in the language of the person."""

from __future__ import annotations

import re
from functools import partial

from demo.words import Language, say

NO_PART = r"is too small for (?P<layers>.+?), which plays? no part there"
# Of the engine's English sentences, several of which may stand in a row.
REMARKS = {
    "note.memory": r"out of memory; going on in blocks of (?P<block>\d+) pixels",
    "note.astray": r"a step went astray: back to the best picture so far, with steps (?P<times>\S+) times shorter",
    "note.region": rf"the region of painting (?P<painting>\d+(?: and \d+)*) {NO_PART}",
}


def retold(language: Language, note: str) -> str:
    """A step's note in the page's words; what isn't known stays as it is."""
    for key, pattern in REMARKS.items():
        note = re.sub(pattern, partial(_said, language, key), note)
    return note


def _said(language: Language, key: str, found: re.Match[str]) -> str:
    return say(language, key, **found.groupdict())
