"""The losses as a drawing that follows the page: its width and its light or dark colours."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from itertools import count
from operator import attrgetter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from demo.jobs.records import LossRecord, Progress
from demo.words import Language, say

SIZE = (4.5, 2.5)  # inches of 72 units, each about a pixel on a phone
AREA = (0.125, 0.185, 0.675, 0.725)  # of the lines in it: left, bottom, width, height
LETTERS = 10.0  # units
DECADES = 5  # how far below the highest loss the axis may reach
POINTS = 350  # of a line, at most: more can't be told apart
LEAST = 10  # steps of the axis, if there are as many: a power of ten
LABEL_GAP = 0.1  # of two names, in heights of the area
CURVES: dict[str, Callable[[LossRecord], float]] = {name: attrgetter(name) for name in ("total", "style", "content")}

# Matplotlib knows no colours that follow the page: it draws in stand-ins.
INK = "#010101"
STAND_INS = {"total": "#010102", "style": "#010103", "content": "#010104"}
COLOURS = {INK: "currentColor"} | {stand_in: f"var(--{name})" for name, stand_in in STAND_INS.items()}


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


def draw(language: Language, curves: Curves) -> str:
    """HTML: an SVG that scales to any width, and its words for those who can't see it. There must be losses."""
    svg = _svg(_plot(language, curves)).replace("</svg>", f"{_marker(reach(len(curves.losses), curves.total))}</svg>")
    return (
        f'<figure class="losses" role="img" aria-label="{escape(_summary(language, curves))}">'
        f"<figcaption>{escape(say(language, 'losses.caption'))}</figcaption>{svg}</figure>"
    )


def _marker(steps: int) -> str:
    """SVG: a line across the curves with a step's number below it, for the page to show and to move."""
    (width, height), (left, bottom, share, top) = ([72 * side for side in SIZE], AREA)
    column, foot = share * width / steps, (1 - bottom) * height
    start = left * width - column / 2  # of step 0
    return (
        f'<g class="moment" visibility="hidden" data-left="{left * width:.1f}" data-start="{start:.3f}"'
        f' data-column="{column:.5f}"><line y1="{foot - top * height:.1f}" y2="{foot:.1f}"/>'
        f'<g class="number"><rect y="{foot + 1:.1f}" height="14" rx="7"/>'
        f'<text y="{foot + 11.5:.1f}" text-anchor="middle" font-size="{LETTERS:g}"></text></g></g>'
    )


def _plot(language: Language, curves: Curves) -> Figure:
    figure = Figure(SIZE, frameon=False)
    axes = figure.add_axes(AREA, frameon=False)
    lines = {name: Line.of([curve(losses) for losses in curves.losses]) for name, curve in CURVES.items()}
    low, high = _limits(np.concatenate([line.values for line in lines.values()]))
    _set_up(axes, (low, high), reach(len(curves.losses), curves.total), say(language, "losses.step"))
    _mark_sizes(axes, curves)
    for name, line in lines.items():
        # Cut off by hand: matplotlib's way needs an id, a new one each time.
        axes.plot(line.steps, np.maximum(line.values, low), color=STAND_INS[name], linewidth=1.8, clip_on=False)
    _name_ends(axes, lines, low, {name: say(language, f"losses.{name}") for name in lines})
    return figure


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Whole decades, so that the axis seldom changes during a run; the highest `DECADES` at most, one at least."""
    if not len(values):
        return 0.01, 1.0
    high = math.ceil(math.log10(values.max()))
    low = math.floor(math.log10(values.min()))
    return 10.0 ** min(max(low, high - DECADES), high - 1), 10.0**high


def reach(done: int, total: int) -> int:
    """The last step of the axis, which seldom moves: the next of 10, 20, 50, 100 ... beyond those that are done."""
    ahead: Iterator[int] = (times * 10**power for power in count(int(math.log10(LEAST))) for times in (1, 2, 5))
    return min(total, next(step for step in ahead if step > done))


def _set_up(axes: Axes, limits: tuple[float, float], steps: int, step: str) -> None:
    axes.set_xlim(0.5, steps + 0.5)
    axes.set_yscale("log")
    axes.set_ylim(limits)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(LogLocator(numticks=DECADES + 2))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(length=0, labelsize=LETTERS, labelcolor=INK)
    axes.grid(axis="y", color=INK, alpha=0.22, linewidth=0.8, clip_on=False)
    axes.set_xlabel(step, size=LETTERS, color=INK)


def _mark_sizes(axes: Axes, curves: Curves) -> None:
    if len(curves.sizes) < 2:
        return
    for step, size in curves.sizes:
        axes.text(step, 1.03, f"{max(size)} px", transform=axes.get_xaxis_transform(), size=LETTERS, color=INK)
    for step, _ in curves.sizes[1:]:
        axes.axvline(step, color=INK, alpha=0.6, linestyle=":", linewidth=1, clip_on=False)


def _name_ends(axes: Axes, lines: dict[str, Line], low: float, words: dict[str, str]) -> None:
    """Write the names at the right ends of the lines, pushed apart where lines meet."""
    to_area = axes.transData + axes.transAxes.inverted()
    ends = {
        name: to_area.transform((line.steps[-1], max(line.values[-1], low)))
        for name, line in lines.items()
        if len(line.steps)
    }
    below = -LABEL_GAP / 2  # so that none hangs down to the numbers of the steps
    for above, name in zip(reversed(range(len(ends))), sorted(ends, key=lambda name: ends[name][1]), strict=True):
        x, y = ends[name]
        below = min(max(y, below + LABEL_GAP), 1 - LABEL_GAP * above)
        axes.text(
            x + 0.02,
            below,
            words[name],
            transform=axes.transAxes,
            verticalalignment="center",
            size=LETTERS,
            weight="bold",
            color=STAND_INS[name],
        )


def _svg(figure: Figure) -> str:
    """An element that can stand in a page of other drawings: no prolog, no style of everything, no clashing ids."""
    file = StringIO()
    figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # ids of letters remain: they are always of the same shapes
    for stand_in, colour in COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg


def _summary(language: Language, curves: Curves) -> str:
    last = curves.losses[-1]
    ends = ", ".join(f"{say(language, f'losses.{name}')} {curve(last):.3g}" for name, curve in CURVES.items())
    return say(language, "losses.summary", step=len(curves.losses), steps=curves.total, ends=ends)
