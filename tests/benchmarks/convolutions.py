"""The two ways of convolving, for VGG-19's layers at several sizes: milliseconds of each, and their ratio.

`convolution.WORTHWHILE` is read off this table. Both are given float32, channels last; before each trial, caches are
filled with something else, as in a network other layers' weights are there.

    python -m tests.benchmarks.convolutions --threads 1 --sides 4,8,12,16,24,32,64
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch

from nst_core.cpu.convolution import Direct, Way, Winograd
from tests.support.layers import features, weights

CHANNELS = ((64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512))  # from, to
CACHES = 16_000_000  # floats that no processor's caches have room beside


def milliseconds(work: Callable[[], object], trials: int) -> float:
    """The shortest of some trials, after one to warm up."""
    work()
    times = []
    for _ in range(trials):
        torch.zeros(CACHES).add_(1)
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def compare(depth: int, made: int, side: int, backward: bool, trials: int) -> list[float]:
    """Of Winograd's way and of PyTorch's, with what goes along: a ReLU, or the gate of one."""
    weight, bias = weights(made, depth)
    ways: list[Way] = [kind(weight, None if backward else bias, backward=backward) for kind in (Winograd, Direct)]
    image = features(made if backward else depth, side, side)
    gate = image if backward else None
    return [milliseconds(lambda way=way: way(image, 1, relu=not backward, gate=gate), trials) for way in ways]  # type: ignore[misc]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch, which the compiled loops share")
    parser.add_argument("--sides", default="4,8,12,16,24,32,64", help="of square feature maps")
    parser.add_argument("--trials", type=int, default=5, help="of which the shortest counts")
    parser.add_argument("--channels", type=int, default=0, help="only layers that go to so many")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{'from':>5s}{'to':>5s}{'way':>9s}{'side':>6s}{'Winograd':>10s}{'PyTorch':>10s}{'ratio':>8s}")
    for depth, made in (each for each in CHANNELS if options.channels in (0, each[1])):
        for backward in (False, True):
            for side in map(int, options.sides.split(",")):
                fast, plain = compare(depth, made, side, backward, options.trials)
                name = "back" if backward else "there"
                print(f"{depth:5d}{made:5d}{name:>9s}{side:6d}{fast:10.3f}{plain:10.3f}{fast / plain:8.2f}", flush=True)


if __name__ == "__main__":
    main()
