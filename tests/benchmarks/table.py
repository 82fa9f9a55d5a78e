"""What a race came to: rows of medians, as a table and as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import torch

from tests.benchmarks.contestants import PLAIN
from tests.benchmarks.race import Run

Round = Mapping[str, Run]  # by the contestant's name


@dataclass(frozen=True)
class Row:
    """A contestant at a size; None is what wasn't measured, or a loss that wasn't reached."""

    size: int  # the long side, in pixels
    name: str
    seconds: float  # an evaluation
    ratio: float | None  # of them to the plain loop's
    seconds_to_loss: float | None
    loss_ratio: float | None
    memory: float  # MB
    teraflops: float  # a second

    def cells(self, peak: float | None) -> list[str]:
        """In the order of `HEADS`; `peak` in TFLOP/s."""
        share = "" if peak is None else f" ({self.teraflops / peak:.0%})"
        return [
            f"{self.size} px",
            self.name,
            f"{self.seconds:.3g}",
            _number(self.ratio, ".2f"),
            _number(self.seconds_to_loss, ".3g"),
            _number(self.loss_ratio, ".2f"),
            f"{self.memory:.0f}",
            f"{self.teraflops:.3g}{share}",
        ]


HEADS = ["long side", "contestant", "s/evaluation", "/ plain", "s to the loss", "/ plain", "peak MB", "TFLOP/s"]


@dataclass(frozen=True)
class Report:
    """Everything that is printed; `facts` says what was run where."""

    facts: dict[str, str]
    rows: tuple[Row, ...]
    failures: tuple[str, ...]  # contestants that couldn't take part, and why
    peak: float | None = None  # TFLOP/s

    def text(self) -> str:
        """A Markdown table, the facts above it."""
        facts = "\n".join(f"{name}: {value}" for name, value in self.facts.items())
        table = markdown(HEADS, [row.cells(self.peak) for row in self.rows])
        return "\n".join([facts, "", table, *(f"failed: {failure}" for failure in self.failures)])

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, allow_nan=False) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Report:
        """What `write` wrote."""
        read = json.loads(path.read_text("utf-8"))
        return cls(read["facts"], tuple(Row(**row) for row in read["rows"]), tuple(read["failures"]), read["peak"])


def make_rows(size: int, rounds: Sequence[Round], flops: int) -> list[Row]:
    """One for each contestant, in the order of the first round. Ratios are medians of those within a round."""
    names = [name for name in rounds[0] if all(name in each for each in rounds)]
    plain = min((name for name in PLAIN if name in names), key=lambda name: _pace(name, rounds), default=None)
    return [_row(size, name, plain, rounds, flops) for name in names]


def loss_to_reach(done: Round) -> float | None:
    """What a round's first plain loop ended with."""
    runs = [done[name] for name in PLAIN if name in done]
    return runs[0].points[-1].loss if runs else None


def _row(size: int, name: str, plain: str | None, rounds: Sequence[Round], flops: int) -> Row:
    pace = _pace(name, rounds)
    ratio = seconds_to_loss = loss_ratio = None
    if plain is not None:
        ratio = median(each[name].seconds / each[plain].seconds for each in rounds)
        durations = [each[name].seconds_to(loss_to_reach(each) or 0.0) for each in rounds]
        seconds_to_loss = _finite(median(durations))
        of_plain = [each[plain].seconds_to(loss_to_reach(each) or 0.0) for each in rounds]
        loss_ratio = _finite(median(mine / its for mine, its in zip(durations, of_plain, strict=True)))
    memory = median(each[name].memory for each in rounds)
    return Row(size, name, pace, ratio, seconds_to_loss, loss_ratio, memory, flops / pace / 1e12)


def _pace(name: str, rounds: Sequence[Round]) -> float:
    return median(each[name].seconds for each in rounds)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in a README as in a terminal: names in the first two columns, numbers in the others."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        left = [cell.ljust(width) for cell, width in zip(cells[:2], widths, strict=False)]
        right = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
        return f"| {' | '.join(left + right)} |"

    rule = "|".join("-" * (width + 2) if n < 2 else "-" * (width + 1) + ":" for n, width in enumerate(widths))
    return "\n".join([line(heads), f"|{rule}|", *map(line, rows)])


def surroundings(device: str) -> dict[str, str]:
    """The machine, the day and the versions."""
    packages = ("torch", "pastiche", "pystiche")
    return {
        "date": date.today().isoformat(),
        "machine": torch.cuda.get_device_name(device) if device.startswith("cuda") else _processor(),
        "threads": f"{torch.get_num_threads()} of {os.cpu_count()} CPUs",
        "versions": ", ".join([f"Python {platform.python_version()}", *filter(None, map(_version, packages))]),
    }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""
