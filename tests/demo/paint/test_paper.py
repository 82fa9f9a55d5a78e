"""A picture on the visitor's paper."""

from __future__ import annotations

import pytest

from demo.form.request import LARGEST
from demo.paint.paper import NONE, OFFERED, dpi_on, told
from nst_core.printing import Paper, on_paper


@pytest.mark.parametrize("name", [each for each in OFFERED if each != NONE])
@pytest.mark.parametrize("size", [(1024, 683), (683, 1024), (128, 128), (1024, 128)])
def test_a_picture_is_as_large_as_fits(name: str, size: tuple[int, int]) -> None:
    dpi, paper = dpi_on(name, size), Paper.named(name)
    assert dpi is not None
    short, long = sorted(on_paper(size, dpi))
    assert (short <= paper.short, long <= paper.long) == (True, True)
    short, long = sorted(on_paper(size, dpi - 1))
    assert short > paper.short or long > paper.long


def test_without_a_paper_there_is_nothing_to_tell() -> None:
    assert dpi_on(NONE, (1024, 683)) is None
    assert told("en", NONE, (1024, 683)) == ""


def test_what_to_expect_and_the_ways_to_more() -> None:
    large, small = told("en", "A4", (LARGEST, 683)), told("en", "A4", (512, 342))
    assert "On A4 it will be 29.6 × 19.7 cm, at 88 dpi" in large
    assert "looks soft from nearby. This page goes up to 1024" in large
    assert "for 300 dpi (3508" in large
    assert "<code>python -m nst_core --recipe IN.png -o OUT.png --print A4</code>" in large
    assert "“Larger” paints it at 1024" in small
    assert "soft" not in told("en", "A6", (LARGEST, 683))
    assert "En carta (EE. UU.) medirá 27,7 × 18,5 cm, a 94 ppp" in told("es", "letter", (LARGEST, 683))
