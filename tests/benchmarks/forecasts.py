"""What was foretold against what it took, in seconds and bytes: `python -m tests.benchmarks.forecasts --sizes 256,512`.

Each case runs in a process of its own, at one scale. The first line says how fast the machine is believed to be.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from nst_core.config import Optimizer, TransferConfig
from nst_core.device.memory import keep_freed_memory
from nst_core.execution import Execution
from nst_core.forecast.forecast import forecast
from nst_core.forecast.measuring import probe
from nst_core.forecast.task import Task
from nst_core.transfer import Transfer
from tests.benchmarks.judge import load_pairs

PEAK = 1024 if sys.platform == "linux" else 1  # bytes in the unit that the system tells the peak in

WARM_UP = TransferConfig(size=64, steps=2)


@dataclass(frozen=True)
class Outcome:
    """Of one case, as foretold and as it was; seconds are the whole run's."""

    foretold: float
    seconds: float
    foretold_memory: float
    memory: float


def measure(config: TransferConfig, execution: Execution) -> Outcome:
    """Run the first pair, in a process that has run already, so that all is loaded."""
    keep_freed_memory()
    (pair,) = load_pairs(1)
    run = Transfer(pair.photo, pair.painting, config, execution=execution)
    machine = probe(run.network, config)
    predicted = forecast(machine, Task(run.network, config, run.plan, [pair.painting.size]), execution)
    list(Transfer(pair.photo, pair.painting, WARM_UP, extractor=run.network))
    began = time.perf_counter()
    for step in run:
        _ = step.losses
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK
    return Outcome(predicted.seconds, seconds, predicted.memory, peak)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="256,512,1024")
    parser.add_argument("--blocks", default="0", help="0 = the whole picture")
    parser.add_argument("--histories", default="20")
    parser.add_argument("--optimizer", choices=[*Optimizer], default=Optimizer.LBFGS)
    parser.add_argument("--steps", type=int, default=10)
    options = parser.parse_args(arguments)
    sizes, blocks, histories = (
        [int(part) for part in text.split(",")] for text in (options.sizes, options.blocks, options.histories)
    )
    print(f"{'size':>6} {'block':>6} {'history':>7} {'s':>8} {'foretold':>8}     {'GB':>6} {'foretold':>8}")
    for size, block, history in [(s, b, h) for s in sizes for b in blocks for h in histories]:
        config = TransferConfig(size=size, scales=1, steps=options.steps, optimizer=options.optimizer)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found = pool.submit(measure, config, Execution(block=block, history=history)).result()
        print(
            f"{size:6} {block:6} {history:7} {found.seconds:8.2f} {found.foretold / found.seconds:7.2f}x    "
            f"{found.memory / 1e9:6.2f} {found.foretold_memory / found.memory:7.2f}x",
            flush=True,
        )


if __name__ == "__main__":
    main()
