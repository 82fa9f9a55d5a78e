"""What the engine remarks is told in the page's words: here are the engine's own sentences, not copies of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from demo.browser.notes import retold
from nst_core.cli.notes import in_english
from nst_core.config import Optimizer
from nst_core.optim.adam import ADAM_STEP
from nst_core.optim.descent import RUNAWAY
from nst_core.transfer import stylize
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.runs import TINY, Cramped, paint


def out_of_memory() -> str:
    return in_english(paint(Cramped(20_000))[1][0].notes)


def astray() -> str:
    config = replace(TINY, optimizer=Optimizer.ADAM, learning_rate=1.1 * RUNAWAY / ADAM_STEP)
    first, *_ = stylize(smooth_picture(64, 48, 1), smooth_picture(50, 60, 2), config, extractor=tiny_network())
    return in_english(first.notes)


def too_small() -> str:
    dot = np.zeros((48, 64), np.uint8)
    dot[10, 10] = 255
    pictures = smooth_picture(64, 48, 1), smooth_picture(50, 60, 2)
    config = replace(TINY, style_layers=("relu1_1", "relu3_1"))
    first, *_ = stylize(*pictures, config, masks=[Image.fromarray(dot)], extractor=tiny_network())
    return in_english(first.notes[:1])  # it may go astray, too


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
    ],
    ids=["out of memory", "astray", "too small"],
)
def test_a_remark_is_told_in_the_pages_words(remark: Callable[[], str], english: str, spanish: str) -> None:
    note = remark()
    assert (retold("en", note), retold("es", note)) == (english, spanish)


def test_regions_of_several_paintings() -> None:
    note = "the region of painting 1 and 2 is too small for relu4_1, relu5_1, which play no part there"
    assert retold("en", note) == "the region of painting 1 and 2 is too small for relu4_1, relu5_1: not counted there"


def test_what_is_not_known_stays() -> None:
    assert retold("es", "") == ""
    assert retold("es", "something new") == "something new"
