"""A picture on paper: how many pixels it needs there, and how large it will be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from nst_core.fields import check_number, member, option

Size = tuple[int, int]  # (width, height) in pixels

INCH = 25.4  # millimetres
# Millimetres of the short and the long side (ISO 216; ANSI/ASME Y14.1, A and B).
PAPERS = {
    "A6": (105.0, 148.0),
    "A5": (148.0, 210.0),
    "A4": (210.0, 297.0),
    "A3": (297.0, 420.0),
    "A2": (420.0, 594.0),
    "letter": (215.9, 279.4),
    "tabloid": (279.4, 431.8),
}
UNITS = {"mm": 1.0, "cm": 10.0, "in": INCH}  # millimetres
SIDES = (10.0, 5000.0)  # millimetres: the shortest side of a paper, and the longest
LEAST_SEEN = 1.0  # millimetres of white that a person would notice
_MEASURES = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|cm|in)")


class Fit(StrEnum):
    """How a photo comes onto a paper of another shape."""

    CONTAIN = "contain"
    COVER = "cover"


@dataclass(frozen=True)
class Paper:
    """A sheet, which is turned as the picture lies: what it is called, and its sides in millimetres."""

    name: str
    short: float
    long: float

    @classmethod
    def named(cls, text: str) -> Self:
        """`A4`, `letter`, `30x40cm`, `12x16in`; `ValueError` for what is no paper."""
        typed = text.lower().replace(" ", "")
        for name, sides in PAPERS.items():
            if name.lower() == typed:
                return cls(name, *sides)
        found = _MEASURES.fullmatch(typed)
        if found is None:
            raise ValueError(
                f"{text!r} isn't a paper: take one of {', '.join(PAPERS)}, or a size such as 30x40cm or 12x16in"
            )
        short, long = sorted(float(side) * UNITS[found[3]] for side in found.group(1, 2))
        if not SIDES[0] <= short <= long <= SIDES[1]:
            low, high = (side / 10 for side in SIDES)
            raise ValueError(f"a paper of {text} can't be printed on: each side needs {low:g} to {high:g} cm")
        return cls(typed, short, long)


@dataclass(frozen=True, kw_only=True)
class Print:
    """What a picture is painted for; raises `ValueError` for a value out of range."""

    paper: Paper
    dpi: int = option(300, "pixels an inch of paper, which is written into the file", 1, 2400)
    fit: Fit = option(
        Fit.CONTAIN, "keep the photo's shape, with white beside it on the paper, or cut the photo to the paper's shape"
    )
    bleed: float = option(0.0, "millimetres of picture beyond each edge of the paper, to be cut off", 0, 100)

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.metadata:
                check_number(each, getattr(self, each.name))
        object.__setattr__(self, "fit", member(Fit, "fit", self.fit))

    @property
    def sides(self) -> tuple[float, float]:
        """Millimetres (short, long) of the paper with its bleed."""
        return self.paper.short + 2 * self.bleed, self.paper.long + 2 * self.bleed

    @property
    def aspect(self) -> float | None:
        """What the photo is cut to, its long side over its short one; None = it isn't."""
        short, long = self.sides
        return long / short if self.fit is Fit.COVER else None

    def long_side(self, photo: Size) -> int:
        """Pixels of the long side of a picture in the shape of `photo` that is as large as fits the paper."""
        return round(_longest(photo, *self.sides) / INCH * self.dpi)


def fitting_dpi(size: Size, paper: Paper) -> int:
    """The least resolution with which a picture of so many pixels is no larger than the paper."""
    return math.ceil(max(size) / _longest(size, paper.short, paper.long) * INCH)


def _longest(shape: Size, short: float, long: float) -> float:
    """The long side of what has that shape and fits into a sheet, in the sheet's unit."""
    return min(long, short * max(shape) / min(shape))


def check_dpi(value: Any) -> None:
    """Raise `ValueError` for what can't be written into a file as its resolution."""
    (field,) = (each for each in fields(Print) if each.name == "dpi")
    check_number(field, value)


def cut(size: Size, aspect: float | None) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) of the middle of a picture whose long side is `aspect` times its short one.

    The picture lies as it did before; None keeps all of it.
    """
    width, height = size
    if aspect is None:
        return 0, 0, width, height
    wide = aspect if width >= height else 1 / aspect
    kept = (min(width, round(height * wide)), min(height, round(width / wide)))
    left, top = ((side - part) // 2 for side, part in zip(size, kept, strict=True))
    return left, top, left + kept[0], top + kept[1]


def on_paper(size: Size, dpi: float) -> tuple[float, float]:
    """Millimetres (width, height) of a picture of so many pixels."""
    width, height = (side / dpi * INCH for side in size)
    return width, height


def sentence(size: Size, dpi: int, made_for: Print | None = None) -> str:
    """`on A4: 29.7 x 19.8 cm at 300 dpi, with 0.6 cm of white above and below`."""
    width, height = on_paper(size, dpi)
    what = f"{width / 10:.1f} x {height / 10:.1f} cm at {dpi} dpi"
    if made_for is None:
        return f"on paper: {what}"
    return ", ".join([f"on {made_for.paper.name}: {what}", *_edges((width, height), made_for)])


def _edges(picture: tuple[float, float], made_for: Print) -> list[str]:
    """What is cut off or left white, in words."""
    lies = picture[0] >= picture[1]
    sides = (made_for.paper.long, made_for.paper.short) if lies else (made_for.paper.short, made_for.paper.long)
    spare = [(paper - side) / 2 for paper, side in zip(sides, picture, strict=True)]
    if abs(spare[0] - spare[1]) < LEAST_SEEN:
        return _edge(min(spare), "on every side")
    return [*_edge(spare[0], "left and right"), *_edge(spare[1], "above and below")]


def _edge(spare: float, where: str) -> list[str]:
    if abs(spare) < LEAST_SEEN:
        return []
    what = "with {:.1f} cm of white" if spare > 0 else "{:.1f} cm to be cut off"
    return [f"{what.format(abs(spare) / 10)} {where}"]
