from __future__ import annotations

import pytest

from nst_core.notes import Note, in_english, later

MEMORY = Note("memory", {"block": 144})
SIZES = {"width": 285, "height": 214, "photo_width": 214, "photo_height": 285}
ASTRAY = Note("astray", {"times": 4.0})


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        ((), ""),
        ((MEMORY,), "out of memory; going on in blocks of 144 pixels"),
        ((ASTRAY,), "a step went astray: back to the best picture so far, with steps 4 times shorter"),
        (
            (Note("region", {"paintings": (2,), "layers": ("relu5_1",)}),),
            "the region of painting 2 is too small for relu5_1, which plays no part there",
        ),
        (
            (Note("region", {"paintings": (1, 3), "layers": ("relu4_1", "relu5_1")}),),
            "the region of painting 1 and 3 is too small for relu4_1, relu5_1, which play no part there",
        ),
        (
            (Note("mask_stretched", {**SIZES, "number": 2}), Note("within_stretched", SIZES)),
            "mask 2 is 285x214 and the photo 214x285: it is stretched to the photo's proportions; the mask of what to "
            "paint is 285x214 and the photo 214x285: it is stretched to the photo's proportions",
        ),
        (
            (Note("within_lying", SIZES),),
            "the mask of what to paint is 285x214 and the photo 214x285: it fits the photo as it is stored, on its "
            "side, and is stretched; turn it as the photo is shown",
        ),
        (
            (Note("map_stretched", SIZES),),
            "the strength map is 285x214 and the photo 214x285: it is stretched to the photo's proportions",
        ),
        (
            (Note("small_painting", {"number": 2, "width": 100, "height": 60, "largest": 150}),),
            "painting 2 has 100x60 pixels, and is enlarged: its strokes will be blurred; up to size 150 they aren't, "
            "or with a smaller style_scale",
        ),
        (
            (Note("even_painting", {"number": 1}),),
            "painting 1 is nearly one colour, so it has hardly any manner to give",
        ),
        ((Note("margin_photo"),), "the photo has a border of one colour, which is painted, too; crop it first"),
        (
            (Note("margin_painting", {"number": 1}),),
            "painting 1 has a border of one colour, which is taken for its manner, unless margins are cut",
        ),
        (
            (Note("cut_painting", {"number": 1, "width": 50, "height": 40}),),
            "the border of painting 1 is cut off: 50x40 pixels of it are left",
        ),
        (
            (Note("grey_painting", {"number": 2}),),
            "painting 2 is grey, and so will the result be; with colours 0 the photo keeps its own",
        ),
        ((Note("even_photo"),), "the photo is nearly one colour, so there is little to be seen of it"),
        (
            (Note("dark_photo"),),
            "the photo is nearly black, so there is little to be seen of it; brighten it first",
        ),
        ((Note("news", {"of": 3}),), "news of 3"),
    ],
)
def test_a_note_in_words(notes: tuple[Note, ...], words: str) -> None:
    assert in_english(notes) == words


def test_several_notes_are_one_line() -> None:
    assert in_english([MEMORY, MEMORY, ASTRAY]) == (
        "out of memory; going on in blocks of 144 pixels; out of memory; going on in blocks of 144 pixels; "
        "a step went astray: back to the best picture so far, with steps 4 times shorter"
    )


def test_what_only_the_run_shows_comes_later() -> None:
    known = (Note("mask_lying", {**SIZES, "number": 2}), Note("map_stretched", SIZES), Note("dark_photo"))
    assert later([MEMORY, *known, ASTRAY]) == (MEMORY, ASTRAY)
