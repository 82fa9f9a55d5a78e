"""What the engine remarks about a step, as data: whoever shows it finds the words, in any language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """One remark: `about` is a word for its kind, the same in all remarks of it, `values` what they differ by."""

    about: str
    values: Mapping[str, Any] = field(default_factory=dict)


# What is known before the first step, which tells it all the same: who has said it already needn't say it again.
BEFOREHAND = frozenset(
    {
        *("dark_photo", "even_photo", "margin_photo"),
        *("even_painting", "small_painting", "grey_painting", "margin_painting", "cut_painting"),
        *(f"{kind}_{about}" for kind in ("mask", "within", "map") for about in ("stretched", "lying")),
    }
)
MAPS = {"within": "the mask of what to paint", "map": "the strength map"}


def in_english(notes: Iterable[Note]) -> str:
    """All notes of a step as one line, for the terminal and for programs; of none, nothing."""
    return "; ".join(map(_sentence, notes))


def later(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes that nobody could know of before the run."""
    return tuple(note for note in notes if note.about not in BEFOREHAND)


def _sentence(note: Note) -> str:
    values = note.values
    match note.about:
        case "memory":
            return f"out of memory; going on in blocks of {values['block']} pixels"
        case "astray":
            times = f"{values['times']:g}"
            return f"a step went astray: back to the best picture so far, with steps {times} times shorter"
        case "region":
            paintings, layers = " and ".join(map(str, values["paintings"])), ", ".join(values["layers"])
            verb = "plays" if len(values["layers"]) == 1 else "play"
            return f"the region of painting {paintings} is too small for {layers}, which {verb} no part there"
        case "dark_photo":
            return "the photo is nearly black, so there is little to be seen of it; brighten it first"
        case "even_photo":
            return "the photo is nearly one colour, so there is little to be seen of it"
        case "even_painting":
            return f"painting {values['number']} is nearly one colour, so it has hardly any manner to give"
        case "grey_painting":
            painting = f"painting {values['number']}"
            return f"{painting} is grey, and so will the result be; with colours 0 the photo keeps its own"
        case "margin_photo":
            return "the photo has a border of one colour, which is painted, too; crop it first"
        case "margin_painting":
            painting = f"painting {values['number']}"
            return f"{painting} has a border of one colour, which is taken for its manner, unless margins are cut"
        case "cut_painting":
            return (
                f"the border of painting {values['number']} is cut off: "
                f"{values['width']}x{values['height']} pixels of it are left"
            )
        case "small_painting":
            return (
                f"painting {values['number']} has {values['width']}x{values['height']} pixels, and is enlarged: its "
                f"strokes will be blurred; up to size {values['largest']} they aren't, or with a smaller style_scale"
            )
        case "mask_stretched" | "within_stretched" | "map_stretched" | "mask_lying" | "within_lying" | "map_lying":
            return _of_mask(note)
    # A run shall not end for want of words.
    return " ".join([note.about, *(f"{name} {value}" for name, value in values.items())])


def _of_mask(note: Note) -> str:
    values, kind = note.values, note.about.partition("_")[0]
    mask = f"mask {values['number']}" if kind == "mask" else MAPS[kind]
    sizes = (
        f"{mask} is {values['width']}x{values['height']} and the photo {values['photo_width']}x{values['photo_height']}"
    )
    if note.about.endswith("lying"):
        return (
            f"{sizes}: it fits the photo as it is stored, on its side, and is stretched; turn it as the photo is shown"
        )
    return f"{sizes}: it is stretched to the photo's proportions"
