"""Sizes on paper, against what everybody who prints knows by heart."""

from __future__ import annotations

from typing import Any

import pytest

from nst_core.printing import Fit, Paper, Print, check_dpi, cut, on_paper, sentence

A4 = Paper.named("A4")
SQRT_2 = (2970, 2100)  # a photo in the shape of A4, to the last pixel


@pytest.mark.parametrize(
    ("paper", "dpi", "long_side"),
    [("A4", 300, 3508), ("a4", 150, 1754), ("A3", 300, 4961), ("A5", 300, 2480), ("A2", 300, 7016), ("A6", 300, 1748)],
)
def test_the_pixels_of_a_paper(paper: str, dpi: int, long_side: int) -> None:
    made_for = Print(paper=Paper.named(paper), dpi=dpi)
    assert made_for.long_side((2, 1)) == long_side
    assert made_for.long_side((1, 2)) == long_side


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("letter", (215.9, 279.4)),
        ("Tabloid", (279.4, 431.8)),
        ("30x40cm", (300.0, 400.0)),
        ("40 x 30 CM", (300.0, 400.0)),
        ("105x148.5mm", (105.0, 148.5)),
        ("12x16in", (304.8, 406.4)),
    ],
)
def test_papers_by_name_and_by_measure(text: str, sides: tuple[float, float]) -> None:
    paper = Paper.named(text)
    assert (paper.short, paper.long) == pytest.approx(sides)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("B7", "'B7' isn't a paper: take one of A6, A5, A4, A3, A2, letter, tabloid, or a size such as 30x40cm"),
        ("30x40", "'30x40' isn't a paper"),
        ("-3x4cm", "isn't a paper"),
        ("", "'' isn't a paper"),
        ("0x40cm", "each side needs 1 to 500 cm"),
        ("1x9999cm", "each side needs 1 to 500 cm"),
    ],
)
def test_what_is_no_paper(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        Paper.named(text)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"dpi": 0}, "dpi must be between 1 and 2400, got 0"),
        ({"dpi": 300.0}, "dpi must be a whole number"),
        ({"bleed": -1.0}, "bleed must be between 0 and 100"),
        ({"fit": "stretch"}, "fit must be one of contain, cover"),
    ],
)
def test_what_cannot_be_printed(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(ValueError, match=part):
        Print(paper=A4, **changes)
    if "dpi" in changes:
        with pytest.raises(ValueError, match=part):
            check_dpi(changes["dpi"])


def test_the_shape_that_is_narrower_than_the_paper_decides() -> None:
    """A square photo is as wide as the paper's short side, and a panorama as long as its long one."""
    assert Print(paper=A4, dpi=254).long_side((500, 500)) == 2100
    assert Print(paper=A4, dpi=254).long_side((4000, 1000)) == 2970
    assert Print(paper=A4, dpi=254, bleed=3).long_side((500, 500)) == 2160


def test_what_is_cut_is_the_middle_and_lies_as_before() -> None:
    assert cut((300, 200), None) == (0, 0, 300, 200)
    assert cut((300, 200), 1.0) == (50, 0, 250, 200)
    assert cut((200, 300), 2.0) == (25, 0, 175, 300)
    assert cut((300, 100), 1.5) == (75, 0, 225, 100)
    assert cut((300, 200), 2.0) == (0, 25, 300, 175)
    assert Print(paper=A4).aspect is None
    assert Print(paper=A4, fit=Fit.COVER, bleed=3).aspect == 303 / 216


def test_pixels_become_millimetres_again() -> None:
    assert on_paper((3508, 2480), 300) == pytest.approx((297.0, 210.0), abs=0.05)


@pytest.mark.parametrize(
    ("photo", "changes", "told"),
    [
        (SQRT_2, {}, "on A4: 29.7 x 21.0 cm at 300 dpi"),
        ((1500, 1000), {}, "on A4: 29.7 x 19.8 cm at 300 dpi, with 0.6 cm of white above and below"),
        ((1000, 1500), {}, "on A4: 19.8 x 29.7 cm at 300 dpi, with 0.6 cm of white left and right"),
        ((1200, 1200), {}, "on A4: 21.0 x 21.0 cm at 300 dpi, with 4.4 cm of white left and right"),
        (
            (3030, 2160),
            {"bleed": 3.0, "dpi": 150},
            "on A4: 30.3 x 21.6 cm at 150 dpi, 0.3 cm to be cut off on every side",
        ),
        (
            (1500, 1000),
            {"bleed": 3.0},
            "on A4: 30.3 x 20.2 cm at 300 dpi, 0.3 cm to be cut off left and right, "
            "with 0.4 cm of white above and below",
        ),
    ],
)
def test_how_it_will_lie_on_the_paper(photo: tuple[int, int], changes: dict[str, Any], told: str) -> None:
    made_for = Print(paper=A4, **changes)
    scale = made_for.long_side(photo) / max(photo)
    size = (round(photo[0] * scale), round(photo[1] * scale))
    assert sentence(size, made_for.dpi, made_for) == told
    assert sentence(size, made_for.dpi) == "on paper" + told.split(",")[0].removeprefix("on A4")
