"""A quick look at what a run will come to: a small picture of a few steps, before the run's own are worth a look."""

from __future__ import annotations

from dataclasses import replace

from demo.jobs.records import Job, shows_as_much
from nst_core.config import Initial, Optimizer, TransferConfig
from nst_core.errors import InputError
from nst_core.forecast.forecast import Forecast, suggest
from nst_core.forecast.task import Task
from nst_core.scene.scales import scale_plan

SIDE = 160  # pixels of the long side
SCALES, STEPS = 2, 16  # large strokes and small ones, on two cores in two seconds
FEWEST = 8  # steps: with fewer it is still the photo
MOST = 0.05  # of the seconds of the run itself
SMALL = 256  # pixels of the long side: a run of fewer is small itself, and at full size soon
SOON = 3.0  # seconds: a run that is as far by then needs none


def quick_look(job: Job, run: Forecast, slowness: float | None) -> TransferConfig | None:
    """What the quick look at a job goes by, whose `run` is forecast; None where it isn't worth its time.

    `slowness`: what to multiply the forecast's seconds by; None = they are no seconds, and only compare.
    """
    config = run.task.config
    is_wanted = job.wants_quick_look and job.begin is None and config.size >= SMALL
    if not is_wanted or config.initial is not Initial.CONTENT:
        return None
    coarse = sum(stage.seconds for stage in run.stages if not shows_as_much(stage.size, SIDE))
    if not coarse or config.only_colours or (slowness is not None and slowness * coarse <= SOON):
        return None
    small = replace(config, size=SIDE, scales=SCALES, steps=STEPS, optimizer=Optimizer.LBFGS)
    try:
        plan = scale_plan(*job.sizes, small)
    except InputError:  # a narrow picture, which has to be larger to be seen by VGG-19
        return None
    cost = suggest(run.machine, Task(run.task.network, small, plan, job.sizes[1]), {}).seconds
    steps = min(STEPS, int(STEPS * MOST * run.seconds / cost))
    return replace(small, steps=steps) if steps >= FEWEST else None
