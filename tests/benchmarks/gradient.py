"""What loss and gradient cost and where it goes: each convolution by itself, in several ways in turn, then the whole.

Milliseconds are of a convolution with its ReLU, forward + backward to the input, medians of all rounds; `n` says how
many layers are alike. The whole is one evaluation with zeros around the picture, L-BFGS not included; what it takes
beside its convolutions is pooling, Gram matrices and memory.

    python -m tests.benchmarks.gradient --sizes 256,512,1024 --rounds 5
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from statistics import median
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.cpu.convolution import Convolution
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.scene.scene import build_scene, gather
from tests.benchmarks.judge import load_pairs
from tests.benchmarks.plain_loop import PlainLoss
from tests.benchmarks.table import markdown
from tests.benchmarks.task import Task, make_task
from tests.benchmarks.work import Shape, convolutions

Layer = Callable[[Tensor], Tensor]  # (1, I, H, W) -> (1, O, H, W), zeros around it, differentiable


class Candidate(NamedTuple):
    """A way to compute a convolution and its ReLU; `prepare` gets the weight (O, I, 3, 3) and the bias (O,)."""

    prepare: Callable[[Tensor, Tensor], Layer]
    layout: torch.memory_format


class Milliseconds(NamedTuple):
    """Of a pass forward and one backward."""

    forward: float
    backward: float


def direct(weight: Tensor, bias: Tensor, layout: torch.memory_format) -> Layer:
    weight = weight.contiguous(memory_format=layout)
    return lambda features: F.conv2d(features, weight, bias, padding=1).relu_()


NCHW, NHWC = torch.contiguous_format, torch.channels_last
DIRECT = {
    "NCHW": Candidate(partial(direct, layout=NCHW), NCHW),
    "channels-last": Candidate(partial(direct, layout=NHWC), NHWC),
}
CANDIDATES = DIRECT | {"engine": Candidate(Convolution, NHWC)}


def time_layer(shape: Shape, candidates: Mapping[str, Candidate], rounds: int) -> dict[str, Milliseconds]:
    """Each candidate's time for one layer, the candidates in turn."""
    passes = {name: _passes(shape, candidate) for name, candidate in candidates.items()}
    times: dict[str, list[Milliseconds]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, one_pass in passes.items():
            taken = one_pass()
            if number:  # the round before warms up
                times[name].append(taken)
    return {name: Milliseconds(*map(median, zip(*taken, strict=True))) for name, taken in times.items()}


def _passes(shape: Shape, candidate: Candidate) -> Callable[[], Milliseconds]:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(shape.outputs, shape.inputs, 3, 3, generator=generator) / math.sqrt(9 * shape.inputs)
    layer = candidate.prepare(weight, torch.zeros(shape.outputs))
    features = torch.rand(1, shape.inputs, shape.height, shape.width, generator=generator)
    features = features.contiguous(memory_format=candidate.layout).requires_grad_()

    def one_pass() -> Milliseconds:
        began = time.perf_counter()
        result = layer(features)
        between = time.perf_counter()
        torch.autograd.grad(result, features, result.detach())
        return Milliseconds(1000 * (between - began), 1000 * (time.perf_counter() - between))

    return one_pass


def time_evaluation(task: Task, network: VGG, rounds: int) -> dict[str, float]:
    """Milliseconds of loss and gradient as a whole, by those who compute it, in turn."""
    scene = build_scene(
        gather(task.photo, task.painting, (), None, task.config), task.photo.size, task.config, network.device
    )
    works: dict[str, Callable[[Tensor], object]] = {
        "NCHW": partial(_differentiate, PlainLoss(task, NCHW)),
        "channels-last": partial(_differentiate, PlainLoss(task, NHWC)),
        "engine": Objective(network, scene, task.config).evaluate,
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work(scene.photo)
            if number:
                times[name].append(1000 * (time.perf_counter() - began))
    return {name: median(taken) for name, taken in times.items()}


def _differentiate(loss: PlainLoss, image: Tensor) -> Tensor:
    leaf = image.detach().requires_grad_()
    return torch.autograd.grad(loss(leaf), leaf)[0]


def make_table(task: Task, network: VGG, rounds: int, candidates: Mapping[str, Candidate] = CANDIDATES) -> str:
    """Where the time goes at one size, layers that are alike in one row; ratios are to the faster direct way."""
    groups: dict[Shape, list[str]] = {}
    for name, shape in convolutions(network, task.photo.size, task.config).items():
        groups.setdefault(shape, []).append(name)
    rows, sums = [], dict.fromkeys(candidates, 0.0)
    for shape, names in groups.items():
        taken = time_layer(shape, candidates, rounds)
        sums = {name: total + len(names) * sum(taken[name]) for name, total in sums.items()}
        rows.append(_layer_row(shape, names, taken))
    whole = time_evaluation(task, network, rounds)
    rows.append(_sum_row("all of them", sums, candidates))
    rows.append(_sum_row("the whole", whole, candidates))
    return markdown(
        ["layer", "channels", "positions", "n", *chain.from_iterable((name, "ratio") for name in candidates)], rows
    )


def _layer_row(shape: Shape, names: Sequence[str], taken: Mapping[str, Milliseconds]) -> list[str]:
    least = min(sum(taken[name]) for name in DIRECT)
    cells = ((f"{one.forward:.1f} + {one.backward:.1f}", f"{sum(one) / least:.2f}") for one in taken.values())
    channels, positions = f"{shape.inputs} -> {shape.outputs}", f"{shape.width}x{shape.height}"
    return [names[0], channels, positions, str(len(names)), *chain.from_iterable(cells)]


def _sum_row(name: str, totals: Mapping[str, float], columns: Iterable[str]) -> list[str]:
    """A dash for a candidate that nothing was measured of."""
    least = min(totals[way] for way in DIRECT)
    known = {way: (f"{total:.0f}", f"{total / least:.2f}") for way, total in totals.items()}
    return [name, "", "", "", *chain.from_iterable(known.get(column, ("–", "–")) for column in columns)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="256,512,1024", help="long sides in pixels")
    parser.add_argument("--rounds", type=int, default=5, help="times that each runs, in turn")
    options = parser.parse_args()
    config = TransferConfig()
    network = load_vgg19(config.weights, config.pooling)
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, ms")
    for size in map(int, options.sizes.split(",")):
        task = make_task(load_pairs(1)[0], replace(config, size=size), lambda: network, steps=1)
        print(f"\n{size} px\n\n{make_table(task, network, options.rounds)}", flush=True)


if __name__ == "__main__":
    main()
