"""The losses as a drawing that follows the page: its width and its light or dark colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from demo.jobs.records import LossRecord, Progress
from demo.words import Language, rounded, say

WIDTH, HEIGHT = 324, 180  # units, each about a pixel on a phone
LEFT, RIGHT, TOP, BOTTOM = 40.5, 259.2, 16.2, 146.7  # of the lines' area, y pointing down
LETTERS = 10  # units
MIDDLE = 3.5  # from the middle of a line of letters down to where it stands
DECADES = 5  # how far below the highest loss the axis may reach
POINTS = 350  # of a line, at most: more can't be told apart
LEAST = 10  # steps of the axis, if there are as many: a power of ten
NUMBERS = 5  # spaces between numbers below the axis, at most
LABEL_GAP = 0.1 * (BOTTOM - TOP)  # of two names
CURVES: dict[str, Callable[[LossRecord], float]] = {name: attrgetter(name) for name in ("total", "style", "content")}
INK = "currentColor"


@dataclass(frozen=True)
class Curves:
    """The losses of the first steps of `total`, and where a new size began: (step, (width, height))."""

    total: int = 1
    losses: tuple[LossRecord, ...] = ()
    sizes: tuple[tuple[int, tuple[int, int]], ...] = ()

    def extended(self, progress: Progress) -> Curves:
        """These curves with the steps of one more record."""
        known = self.sizes and self.sizes[-1][1] == progress.size
        sizes = self.sizes if known else (*self.sizes, (progress.index, progress.size))
        return Curves(progress.total, self.losses + progress.trail, sizes)

    def until(self, step: int) -> Curves:
        """Only the first steps, up to `step`."""
        sizes = tuple((begin, size) for begin, size in self.sizes if begin <= step)
        return Curves(self.total, self.losses[:step], sizes)


@dataclass(frozen=True, eq=False)
class Line:
    """What can be drawn of a curve on a logarithmic axis: losses above 0, at the steps 1 .. where they are finite."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, values: Sequence[float]) -> Line:
        """The curve of the losses of all steps, thinned out but for the last."""
        losses = np.array(values)
        drawable = np.flatnonzero(np.isfinite(losses) & (losses > 0))
        stride = math.ceil(len(drawable) / POINTS) or 1
        kept = drawable[::-stride][::-1]
        return cls(kept + 1, losses[kept])


@dataclass(frozen=True)
class Axes:
    """Where steps and losses are in the drawing."""

    steps: int  # of the axis
    low: float  # the lowest loss and the highest, both powers of ten
    high: float

    @property
    def column(self) -> float:
        """How wide a step is."""
        return (RIGHT - LEFT) / self.steps

    def x(self, step: float) -> float:
        """The middle of a step's column."""
        return LEFT + (step - 0.5) * self.column

    def y(self, loss: float) -> float:
        """What is below the lowest loss lies on it."""
        share = math.log10(max(loss, self.low) / self.low) / math.log10(self.high / self.low)
        return BOTTOM - share * (BOTTOM - TOP)


def draw(language: Language, curves: Curves) -> str:
    """HTML: an SVG that scales to any width, and its words for those who can't see it. There must be losses."""
    lines = {name: Line.of([curve(losses) for losses in curves.losses]) for name, curve in CURVES.items()}
    low, high = _limits(np.concatenate([line.values for line in lines.values()]))
    axes = Axes(reach(len(curves.losses), curves.total), low, high)
    names = {name: say(language, f"losses.{name}") for name in lines}
    parts = [
        *_decades(language, axes),
        *_numbers(axes),
        _text((LEFT + RIGHT) / 2, HEIGHT - 7, say(language, "losses.step"), "middle"),
        *_sizes(axes, curves),
        *(_curve(axes, name, line) for name, line in lines.items() if len(line.steps)),
        *_names(axes, lines, names),
        _marker(axes),
    ]
    return (
        f'<figure class="losses" role="img" aria-label="{escape(_summary(language, curves))}">'
        f"<figcaption>{escape(say(language, 'losses.caption'))}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="{LETTERS}">{"".join(parts)}</svg></figure>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", look: str = f"fill: {INK}") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" style="{look}">{escape(words)}</text>'


def _path(corners: Sequence[tuple[float, float]], colour: str, width: float, look: str = "") -> str:
    """A line through (x, y)."""
    along = " ".join(f"{'L' if place else 'M'} {x:.2f} {y:.2f}" for place, (x, y) in enumerate(corners))
    return f'<path d="{along}" style="fill: none; stroke: {colour}; stroke-width: {width}{look}"/>'


def _decades(language: Language, axes: Axes) -> Iterator[str]:
    """A line across for each power of ten, and its number."""
    for power in range(round(math.log10(axes.low)), round(math.log10(axes.high)) + 1):
        y = axes.y(10.0**power)
        yield _path([(LEFT, y), (RIGHT, y)], INK, 0.8, "; stroke-opacity: 0.22")
        yield _text(LEFT - MIDDLE, y + MIDDLE, rounded(language, 10.0**power, 6).replace("-", "\N{MINUS SIGN}"), "end")


def _numbers(axes: Axes) -> Iterator[str]:
    """Of steps, below the axis."""
    stride = next(stride for stride in _round_numbers() if stride * NUMBERS >= axes.steps)
    for step in range(stride, axes.steps + 1, stride):
        yield _text(axes.x(step), BOTTOM + LETTERS + 1.5, str(step), "middle")


def _sizes(axes: Axes, curves: Curves) -> Iterator[str]:
    """Where a new size began, if there is more than one."""
    if len(curves.sizes) < 2:
        return
    for step, size in curves.sizes:
        yield _text(axes.x(step), TOP - 4, f"{max(size)} px")
    for step, _ in curves.sizes[1:]:
        ends = [(axes.x(step), BOTTOM), (axes.x(step), TOP)]
        yield _path(ends, INK, 1, "; stroke-opacity: 0.6; stroke-dasharray: 1, 1.65")


def _curve(axes: Axes, name: str, line: Line) -> str:
    corners = [
        (axes.x(step), axes.y(loss)) for step, loss in zip(line.steps.tolist(), line.values.tolist(), strict=True)
    ]
    return _path(corners, f"var(--{name})", 1.8, "; stroke-linecap: square")


def _names(axes: Axes, lines: Mapping[str, Line], words: Mapping[str, str]) -> Iterator[str]:
    """The names at the right ends of the lines, pushed apart where lines meet."""
    ends = {name: (axes.x(line.steps[-1]), axes.y(line.values[-1])) for name, line in lines.items() if len(line.steps)}
    below = BOTTOM + LABEL_GAP / 2  # so that none hangs down to the numbers of the steps
    for above, name in zip(reversed(range(len(ends))), sorted(ends, key=lambda name: -ends[name][1]), strict=True):
        x, y = ends[name]
        below = max(min(y, below - LABEL_GAP), TOP + LABEL_GAP * above)
        yield _text(x + MIDDLE, below + MIDDLE, words[name], look=f"fill: var(--{name}); font-weight: 700")


def _marker(axes: Axes) -> str:
    """A line across the curves with a step's number below it, for the page to show and to move."""
    return (
        f'<g class="moment" visibility="hidden" data-left="{LEFT:.1f}" data-start="{axes.x(0):.3f}"'
        f' data-column="{axes.column:.5f}"><line y1="{TOP:.1f}" y2="{BOTTOM:.1f}"/>'
        f'<g class="number"><rect y="{BOTTOM + 1:.1f}" height="14" rx="7"/>'
        f'<text y="{BOTTOM + 11.5:.1f}" text-anchor="middle" font-size="{LETTERS}"></text></g></g>'
    )


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Whole decades, so that the axis seldom changes during a run; the highest `DECADES` at most, one at least."""
    if not len(values):
        return 0.01, 1.0
    high = math.ceil(math.log10(values.max()))
    low = math.floor(math.log10(values.min()))
    return 10.0 ** min(max(low, high - DECADES), high - 1), 10.0**high


def reach(done: int, total: int) -> int:
    """The last step of the axis, which seldom moves: the next of 10, 20, 50, 100 ... beyond those that are done."""
    return min(total, next(step for step in _round_numbers() if step >= LEAST and step > done))


def _round_numbers() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 ..."""
    return (times * 10**power for power in count() for times in (1, 2, 5))


def _summary(language: Language, curves: Curves) -> str:
    last = curves.losses[-1]
    ends = ", ".join(
        f"{say(language, f'losses.{name}')} {rounded(language, curve(last), 3)}" for name, curve in CURVES.items()
    )
    return say(language, "losses.summary", step=len(curves.losses), steps=curves.total, ends=ends)
