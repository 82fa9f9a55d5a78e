"""Whether all is well on this graphics card, in at most four minutes: `python -m tests.cuda [--only WORD]`.

A line for each check: ok or not, what was found, and how long it took; the exit code is 1 if one isn't ok. Without a
card it says so, and there is nothing to fail.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch

from nst_core.config import TransferConfig
from nst_core.network.vgg import load_vgg19
from tests.benchmarks.judge import load_pairs
from tests.cuda import engine, kernels, page, recordings, speed
from tests.cuda.lab import Lab

Check = Callable[[Lab], str]

LIMIT = 240.0  # seconds, after which no other check is begun

CHECKS: Mapping[str, Check] = {
    "float32 equals the processor's": engine.equality,
    "each of our kernels": kernels.each_kernel,
    "products by strides": kernels.products,
    "blocks equal the whole": engine.blocks,
    "two runs are equal to the bit": engine.determinism,
    "recordings equal what they record": recordings.recording,
    "recordings that fail": recordings.failing_recordings,
    "several runs in a process": recordings.several_runs,
    "steering": engine.steering,
    "stop and go on": engine.going_on,
    "out of memory on the way": recordings.out_of_memory,
    "every loss and optimiser": engine.losses_and_optimisers,
    "an evaluation by our kernels": kernels.gain,
    "milliseconds of an evaluation and a move": speed.milliseconds,
    "the end loss in other precisions": engine.precision,
    "what watching costs": page.watched,
    "the command line": speed.command_line,
    "the page": page.a_program_asks,
}


def main(arguments: Sequence[str]) -> int:
    """1 if a check isn't ok, else 0."""
    parser = ArgumentParser(prog="python -m tests.cuda", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", default="", help="the checks in whose name this stands")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of each precision side by side, to look at")
    options = parser.parse_args(arguments)
    if not torch.cuda.is_available():
        print("There is no graphics card that PyTorch could use, so there is nothing to check.")
        return 0
    checks = {**CHECKS, "the end loss in other precisions": partial(engine.precision, folder=options.pictures)}
    chosen = {name: check for name, check in checks.items() if options.only in name}
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}", flush=True)
    return 0 if all_are_ok(chosen, the_lab()) else 1


def the_lab() -> Lab:
    """The real network on the first card."""
    config = TransferConfig(scales=1)
    network, reference = (load_vgg19(config.weights, config.pooling) for _ in range(2))
    device = torch.device("cuda")
    return Lab(
        device=device,
        network=network.to(device),
        reference=reference,
        pairs=load_pairs(4),
        config=config,
        sizes=(256, 512, 1024),
        steps=80,
        rounds=30,
    )


def all_are_ok(checks: Mapping[str, Check], lab: Lab, limit: float = LIMIT) -> bool:
    """Make the checks one after the other, and say of each what came out."""
    began, found = time.perf_counter(), list[bool]()
    for name, check in checks.items():
        start = time.perf_counter()
        if start - began > limit:
            is_ok, told = False, f"left out: {limit:.0f} s are over"
        else:
            is_ok, told = outcome(check, lab)
        found.append(is_ok)
        print(f"{'ok' if is_ok else 'NOT OK':7s}{name}: {told} ({time.perf_counter() - start:.1f} s)", flush=True)
    return all(found)


def outcome(check: Check, lab: Lab) -> tuple[bool, str]:
    """Whether it is ok, and what was found or what went wrong."""
    try:
        return True, check(lab)
    except Exception as error:  # one that fails shall not keep the others from being made
        return False, f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
