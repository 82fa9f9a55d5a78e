"""What it costs to show a run while it is under way: seconds of its steps by themselves, and on the page, in turn.

"On the page" is all that the server does for it: records, previews, moments on disk, plots; not the browser's part.

    python -m tests.benchmarks.streaming --sizes 256,512,1024 --seconds 20 --records 5 --rounds 3
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from demo.form.request import Selection, Submission
from demo.jobs import progress
from demo.jobs.local import LocalRunner
from demo.jobs.records import Job
from demo.paint.handlers import PaintHandlers
from demo.paint.session import Painted
from nst_core.config import TransferConfig
from nst_core.device.memory import keep_freed_memory
from nst_core.device.select import resolve_device
from nst_core.execution import Execution
from nst_core.forecast.machine import UNKNOWN, as_it_is
from nst_core.images import fit
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.transfer import Transfer
from tests.benchmarks.judge import Pair, load_pairs


def alone(pair: Pair, config: TransferConfig, network: VGG) -> float:
    """Seconds of a run that nobody watches, from its first step to its last, computed as the page does."""
    execution = Execution(precision=as_it_is(network, UNKNOWN).precision)
    run = iter(Transfer(pair.photo, pair.painting, config, extractor=network, execution=execution))
    last = next(run)
    _ = last.losses  # an accelerator has to be done then
    began = time.perf_counter()
    for last in run:  # noqa: B007 - a list of them would keep all their pictures on the device
        pass
    _ = last.losses
    return time.perf_counter() - began


def on_the_page(pair: Pair, config: TransferConfig, runner: LocalRunner) -> tuple[float, int]:
    """Seconds of the same steps of a run that is watched, and how many views there were."""
    job = Job(np.asarray(pair.photo), (np.asarray(pair.painting),), config)
    submission = Submission(Selection(None, (), config), job, fit(pair.photo.size, config.size))
    painted = (
        view
        for view in PaintHandlers(runner, config).show("en", submission, None, None)
        if isinstance(view.painted, Painted)
    )
    next(painted)
    began = time.perf_counter()
    views = len(list(painted))
    return time.perf_counter() - began, views


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="256,512,1024", help="long sides in pixels")
    parser.add_argument("--seconds", type=float, default=20, help="that a run takes about")
    parser.add_argument("--records", type=float, default=2, help="a second, at most")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    keep_freed_memory()  # as the page does
    (pair,), defaults, runner = load_pairs(1), TransferConfig(), LocalRunner()
    network = load_vgg19(defaults.weights, defaults.pooling).to(resolve_device(None))
    print(f"{'px':>6s}{'steps':>7s}{'alone s':>9s}{'watched s':>10s}{'views':>7s}{'ratio':>7s}")
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", folder)
        patch.setattr(progress, "RECORD_EVERY", 1 / options.records)
        for size in map(int, options.sizes.split(",")):
            config = TransferConfig(size=size, scales=1, steps=4)
            step = alone(pair, config, network) / 3
            config = TransferConfig(size=size, scales=1, steps=max(4, round(options.seconds / step)))
            bare, watched = [], []
            for _ in range(options.rounds):
                bare.append(alone(pair, config, network))
                taken, views = on_the_page(pair, config, runner)
                watched.append(taken)
            without, beside = median(bare), median(watched)
            print(
                f"{size:6d}{config.steps:7d}{without:9.2f}{beside:10.2f}{views:7d}{beside / without:7.3f}", flush=True
            )
    runner.close()


if __name__ == "__main__":
    main()
