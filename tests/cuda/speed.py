"""How fast it is: the table that one number of each release is compared by."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import product
from tempfile import TemporaryDirectory

from nst_core.execution import Execution, Precision
from nst_core.optim.descent import Descent
from tests.benchmarks.judge import EXAMPLES
from tests.cuda.lab import Lab, NotOkError
from tests.support.paths import ROOT

TIMED = (Precision.TF32, Precision.BFLOAT16)


def milliseconds(lab: Lab) -> str:
    """Of an evaluation and of a move, replayed."""
    cells = []
    for size, kind in product(lab.sizes[1:], TIMED):
        evaluation, image = lab.evaluation(size, Execution(precision=kind))
        evaluate = lab.milliseconds(lambda: evaluation(image))  # noqa: B023 - called at once
        losses, gradient = evaluation(image)
        descent = Descent(image, lab.config, do=evaluation.do)
        move = lab.milliseconds(lambda: descent.move(losses.total, gradient))  # noqa: B023
        evaluation.release()
        cells.append(f"{size} px {kind} {evaluate:.2f} + {move:.2f} ms")
    return "; ".join(cells)


def command_line(lab: Lab) -> str:
    """Seconds from the start of `python -m nst_core` to its end, by the defaults at the second size."""
    with TemporaryDirectory() as folder:
        pictures = (str(EXAMPLES / "content" / "cat.jpg"), str(EXAMPLES / "style" / "poppies.jpg"))
        options = ("-o", f"{folder}/out.png", "--size", str(lab.sizes[1]), "--device", str(lab.device))
        began = time.perf_counter()
        run = subprocess.run(
            (sys.executable, "-m", "nst_core", *pictures, *options), cwd=ROOT, capture_output=True, text=True
        )
        if run.returncode:
            raise NotOkError(f"it ended with {run.returncode}: {run.stderr.strip()[-200:]}")
        return f"{time.perf_counter() - began:.1f} s at {lab.sizes[1]} px"
