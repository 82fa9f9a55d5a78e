"""The engine beside a plain PyTorch loop and other programs, on the same pictures and the same loss, in one table.

    python -m tests.benchmarks --sizes 256,512,1024 --rounds 3 --steps 50 --json table.json

Every contestant runs in a process of its own, one after the other, as many rounds as asked for; numbers are medians,
and ratios are to the faster of the two plain loops in the same round.

- s/evaluation: of the loss and its gradient, the optimiser's share included.
- s to the loss: from the end of the first evaluation, before which everybody may get ready, until the picture, clipped
  to [0, 1], has as low a loss as the plain loop's has after --steps evaluations; a dash where it hasn't within three
  times as many. A judge looks at it every --every steps while the clock stands still. The loss is the engine's default
  one without total variation, with zeros around the picture as a plain loop has them. With its default border, the
  mirrored one, the engine lowers another loss and is judged by this one all the same.
- peak MB: the most memory that the process ever had; on a graphics card, of the card's.
- TFLOP/s: the arithmetic of direct convolutions and Gram matrices at the picture's own size, by the time that it took.

Other programs are those of `peers.py`: `pip install -r tests/benchmarks/requirements.txt`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from nst_core.config import Normalization, Preset, TransferConfig
from nst_core.network.vgg import VGG, load_vgg19
from tests.benchmarks.contestants import contestants
from tests.benchmarks.judge import load_pairs
from tests.benchmarks.plain_loop import PlainLoss, allow_tf32
from tests.benchmarks.race import Run, race
from tests.benchmarks.table import Report, Row, loss_to_reach, make_rows, surroundings
from tests.benchmarks.task import Task, make_task
from tests.benchmarks.work import evaluation_flops


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_numbers, default=[256, 512, 1024], help="long sides in pixels")
    parser.add_argument("--rounds", type=int, default=3, help="times that each runs, in turn")
    parser.add_argument("--steps", type=int, default=50, help="evaluations of the plain loop")
    parser.add_argument("--every", type=int, default=5, help="evaluations between two looks of the judge")
    parser.add_argument("--only", type=_names, help="contestants, all by default; without a plain loop, no ratios")
    parser.add_argument("--pair", type=int, default=1, help="which of the examples")
    parser.add_argument("--normalization", type=Normalization, default=TransferConfig.normalization)
    parser.add_argument("--device", default="cpu", help="cpu or cuda, where there are more contestants")
    parser.add_argument("--peak", type=float, help="TFLOP/s that the device is able to, to show the share")
    parser.add_argument("--json", type=Path, help="a file for the numbers: `python -m tests.benchmarks.draw` reads it")
    options = parser.parse_args(arguments)
    unknown = set(options.only or ()) - contestants(options.device).keys()
    if unknown:
        parser.error(f"no contestant {', '.join(unknown)}; there are {', '.join(contestants(options.device))}")
    return options


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _names(text: str) -> list[str]:
    return text.split(",")


def compare(options: argparse.Namespace, config: TransferConfig, load: Callable[[], VGG]) -> Report:
    """All the races, with the losses of `config` in the network that `load` brings."""
    if options.device.startswith("cuda"):
        allow_tf32(False)  # the judge's arithmetic
    pair = load_pairs(options.pair)[-1]
    rows: list[Row] = []
    failures: list[str] = []
    for size in options.sizes:
        task = make_task(pair, replace(config, size=size), load, options.steps, options.device)
        rounds, failed = compare_at(task, options)
        rows += make_rows(size, rounds, evaluation_flops(load(), task.photo.size, task.config))
        failures += [f"{name} at {size} px: {reason}" for name, reason in failed.items()]
    facts = surroundings(options.device) | {
        "pictures": pair.name,
        "the loss": f"by {config.normalization}, as low as the plain loop's after {options.steps} evaluations",
        "rounds": str(options.rounds),
    }
    return Report(facts, tuple(rows), tuple(failures), options.peak)


def compare_at(task: Task, options: argparse.Namespace) -> tuple[list[dict[str, Run]], dict[str, str]]:
    """The rounds at one size, and the contestants that couldn't take part with the reason."""
    judge = partial(_loss_of, PlainLoss(task), task.device)
    names = [name for name in contestants(task.device) if name in (options.only or contestants(task.device))]
    rounds: list[dict[str, Run]] = []
    failed: dict[str, str] = {}
    for number in range(1, options.rounds + 1):
        done: dict[str, Run] = {}
        for name in (name for name in names if name not in failed):
            print(f"{task.config.size} px, round {number}: {name}", file=sys.stderr, flush=True)
            try:
                done[name] = race(name, task, options.every, judge, loss_to_reach(done))
            except RuntimeError as error:
                failed[name] = str(error)
        rounds.append(done)
    return rounds, failed


def _loss_of(loss: PlainLoss, device: str, image: Tensor) -> float:
    with torch.no_grad():
        return loss(image.to(device).clamp(0, 1)).item()


def main(arguments: Sequence[str] | None = None) -> None:
    options = read_options(arguments)
    papers = TransferConfig.preset(Preset.PAPER).content_layers
    config = TransferConfig(normalization=options.normalization, content_layers=papers)
    report = compare(options, config, partial(load_vgg19, config.weights, config.pooling))
    print(report.text())
    if options.json:
        report.write(options.json)


if __name__ == "__main__":
    main()
