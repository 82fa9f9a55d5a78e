"""What the engine remarks is told in the page's words: here are the engine's own notes, not copies of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from demo.browser.notes import told
from demo.words import WORDS
from nst_core.config import Optimizer
from nst_core.notes import BEFOREHAND, Note
from nst_core.optim.adam import ADAM_STEP
from nst_core.optim.descent import RUNAWAY
from nst_core.transfer import stylize
from tests.support.networks import tiny_network
from tests.support.paths import ROOT
from tests.support.pictures import smooth_picture
from tests.support.runs import TINY, Cramped, paint

Notes = tuple[Note, ...]


def out_of_memory() -> Notes:
    return paint(Cramped(20_000))[1][0].notes


def astray() -> Notes:
    config = replace(TINY, optimizer=Optimizer.ADAM, learning_rate=1.1 * RUNAWAY / ADAM_STEP)
    first, *_ = stylize(smooth_picture(64, 48, 1), smooth_picture(50, 60, 2), config, extractor=tiny_network())
    return first.notes


def too_small() -> Notes:
    dot = np.zeros((48, 64), np.uint8)
    dot[10, 10] = 255
    pictures = smooth_picture(64, 48, 1), smooth_picture(50, 60, 2)
    config = replace(TINY, style_layers=("relu1_1", "relu3_1"))
    first, *_ = stylize(*pictures, config, masks=[Image.fromarray(dot)], extractor=tiny_network())
    return first.notes[:1]  # it may go astray, too


def stretched() -> Notes:
    masks = [Image.new("L", size, 255) for size in ((64, 64), (48, 64))]
    pictures = smooth_picture(64, 48, 1), [smooth_picture(50, 60, 2)] * 2
    config = replace(TINY, style_layers=("relu1_1",))
    first, second, *_ = stylize(*pictures, config, masks=masks, within=masks[1], extractor=tiny_network())
    assert not second.notes
    return first.notes


def meagre() -> Notes:
    """Pictures that have little to give; the first painting is small."""
    small, grey = smooth_picture(40, 30, 2), Image.new("RGB", (64, 64), (90, 90, 90))
    config = replace(TINY, style_layers=("relu1_1",))
    first, *_ = stylize(grey, [small, grey], config, extractor=tiny_network())
    return first.notes


@pytest.mark.parametrize(
    ("remark", "english", "spanish"),
    [
        (
            out_of_memory,
            "memory ran out: it goes on in blocks of 144 pixels, which takes a little longer; memory ran out: it goes"
            " on in blocks of 128 pixels, which takes a little longer",
            "se acabó la memoria: sigue en bloques de 144 píxeles, lo que tarda un poco más; se acabó la memoria: sigue"
            " en bloques de 128 píxeles, lo que tarda un poco más",
        ),
        (
            astray,
            "a step went astray: back to the best picture so far, with steps 4 times shorter",
            "un paso se desvió: vuelve a la mejor imagen hasta ahora, con pasos 4 veces más cortos",
        ),
        (
            too_small,
            "the region of painting 1 is too small for relu3_1: not counted there",
            "la región del cuadro 1 es demasiado pequeña para relu3_1: ahí no cuenta",
        ),
        (
            stretched,
            "mask 1 is 64 × 64 px and the photo 64 × 48: it is stretched; mask 2 is 48 × 64 px and the photo 64 × 48:"
            " it fits the photo as it is stored, on its side; turn it; the mask of what to paint is 48 × 64 px and the"
            " photo 64 × 48: it fits the photo as it is stored, on its side; turn it",
            "la máscara 1 tiene 64 × 64 px y la foto 64 × 48: se estira; la máscara 2 tiene 48 × 64 px y la foto"
            " 64 × 48: encaja con la foto tal como está guardada, de lado; gírala; la máscara de lo que se pinta tiene"
            " 48 × 64 px y la foto 64 × 48: encaja con la foto tal como está guardada, de lado; gírala",
        ),
        (
            meagre,
            "the photo is nearly one colour, so there is little to be seen of it; painting 1 has 40 × 30 px and is"
            " enlarged, which blurs its strokes; up to 60 px, or with smaller strokes, it isn't; painting 2 is nearly"
            " one colour, so it has hardly any manner to give",
            "la foto es casi de un solo color y se verá poco de ella; el cuadro 1 tiene 40 × 30 px y se amplía, lo que"
            " difumina sus pinceladas; hasta 60 px, o con pinceladas más pequeñas, no pasa; el cuadro 2 es casi de un"
            " solo color y apenas puede dar estilo",
        ),
    ],
    ids=["out of memory", "astray", "too small", "stretched", "meagre"],
)
def test_a_remark_is_told_in_the_pages_words(remark: Callable[[], Notes], english: str, spanish: str) -> None:
    notes = remark()
    assert (told("en", notes), told("es", notes)) == (english, spanish)


def test_regions_of_several_paintings() -> None:
    notes = [Note("region", {"paintings": (1, 2, 3), "layers": ("relu4_1", "relu5_1")})]
    assert told("en", notes) == "the region of painting 1, 2 and 3 is too small for relu4_1, relu5_1: not counted there"
    assert told("es", notes).startswith("la región del cuadro 1, 2 y 3 es demasiado pequeña para relu4_1, relu5_1")


def test_what_is_not_known_is_told_in_english() -> None:
    assert told("es", ()) == ""
    assert told("es", [Note("something new", {"by": 4})]) == "something new by 4"


def kinds() -> Iterator[str]:
    """What the notes are about that are written out in the engine."""
    for path in ROOT.glob("nst_core/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                yield from (str(each.value) for each in node.args[:1] if isinstance(each, ast.Constant))


def test_there_are_words_for_whatever_is_remarked() -> None:
    found = set(kinds())
    shapes = {f"{mask}_{about}" for mask in ("mask", "within", "map") for about in ("lying", "stretched")}
    assert found | shapes == {"memory", "astray", "region", *BEFOREHAND}
    assert {f"note.{kind}" for kind in found | shapes} <= set(WORDS)
