"""The table as a picture: what each contestant takes, as a multiple of what the plain loop takes, at each size.

python -m tests.benchmarks --json table.json
python -m tests.benchmarks.draw table.json -o table.svg
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.contestants import PLAIN
from tests.benchmarks.table import Report, Row

WIDTH, MARGINS, BAR = 9.5, 1.0, 0.14  # inches: of the whole, above and below the bars, of one bar
ROOM = 0.8  # of a contestant's share of the height that its bars fill
LETTERS = 9.0
INK, COLOURS = "#808080", ("#9ecae1", "#4292c6", "#2166ac")  # to be seen on white as on black

Measure = Callable[[Row, Row], float | None]  # of a contestant's row and the plain loop's

MEASURES: dict[str, Measure] = {
    "time of an evaluation": lambda row, plain: row.ratio,
    "time to the same loss": lambda row, plain: row.loss_ratio,
    "peak memory": lambda row, plain: row.memory / plain.memory,
}


def draw(report: Report) -> Figure:
    """Panels of bars; one that isn't there stands for a loss that wasn't reached. There must be a plain loop."""
    names = list(dict.fromkeys(row.name for row in report.rows))
    sizes = list(dict.fromkeys(row.size for row in report.rows))
    figure = Figure((WIDTH, MARGINS + BAR / ROOM * len(names) * len(sizes)), layout="constrained")
    panels = figure.subplots(1, len(MEASURES), sharey=True)
    for axes, (title, measure) in zip(panels, MEASURES.items(), strict=True):
        _set_up(axes, f"{title}, plain loop = 1")
        for place, size in enumerate(sizes):
            rows = [row for row in report.rows if row.size == size]
            heights = [names.index(row.name) + ROOM * ((place + 0.5) / len(sizes) - 0.5) for row in rows]
            plain = min((row for row in rows if row.name in PLAIN), key=lambda row: row.seconds)
            values = [measure(row, plain) for row in rows]
            _bars(axes, heights, values, ROOM / len(sizes), COLOURS[place % len(COLOURS)], f"{size} px")
        axes.margins(x=0.14)  # room for the numbers
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    labelled = panels[0].get_legend_handles_labels()
    figure.legend(*labelled, loc="outside lower center", ncols=len(sizes), frameon=False, labelcolor=INK)
    return figure


def _set_up(axes: Axes, title: str) -> None:
    axes.set_title(title, size=LETTERS, color=INK)
    axes.set_frame_on(False)
    axes.tick_params(length=0, labelsize=LETTERS, colors=INK)
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")


def _bars(
    axes: Axes, heights: Sequence[float], values: Sequence[float | None], thickness: float, colour: str, label: str
) -> None:
    bars = axes.barh(heights, [value or 0.0 for value in values], thickness, color=colour, label=label)
    numbers = ["–" if value is None else f"{value:.2f}" for value in values]
    axes.bar_label(bars, numbers, padding=2, size=LETTERS - 2, color=INK)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="what --json wrote")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a picture: .svg or .png")
    options = parser.parse_args(arguments)
    with matplotlib.rc_context({"svg.hashsalt": "benchmarks"}):  # the same table gives the same file
        metadata = {"Date": None} if options.output.suffix == ".svg" else None
        draw(Report.read(options.table)).savefig(options.output, dpi=150, transparent=True, metadata=metadata)


if __name__ == "__main__":
    main()
