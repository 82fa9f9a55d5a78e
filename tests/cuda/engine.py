"""What a picture is made of must not depend on the device, nor on how the device computes it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import torch
from torch import Tensor

from nst_core.config import Optimizer, StyleLoss
from nst_core.execution import Execution, Precision
from nst_core.images import save_image
from nst_core.loss.objective import Objective
from nst_core.transfer import Step
from tests.benchmarks.judge import Pair
from tests.cuda.lab import Lab, NotOkError, apart, at_most, last

ROUNDING, AMPLIFIED = 1e-3, 1e-2  # of a gradient; of a loss after some steps, which carry roundings far
PRECISIONS = tuple(Precision)


def equality(lab: Lab) -> str:
    """An evaluation in float32 is that of the processor, and so is a short run."""
    execution, size = Execution(precision=Precision.FLOAT32), lab.sizes[0]
    (here, image), (there, _) = (lab.evaluation(size, execution, each) for each in (lab.network, lab.reference))
    losses, gradient = here(image)
    expected, its = there(image.cpu())
    here.release()
    return at_most(ROUNDING, loss=apart(losses.total, expected.total), gradient=apart(gradient, its))


def precision(lab: Lab, folder: Path | None = None) -> str:
    """The end loss in TF32 and bfloat16 beside float32's, of each pair at each size; asks float32 for all of them.

    It decides whether bfloat16 may be the default (`FASTEST` in nst_core/forecast/machine.py). With a `folder`,
    pictures to look at, the three of a pair beside each other.
    """
    worst = dict.fromkeys(PRECISIONS[1:], 0.0)
    for pair, size in product(lab.pairs, lab.sizes):
        images = [painted(lab, pair, size, each) for each in PRECISIONS]
        exact, *others = (end_loss(lab, pair, size, image) for image in images)
        for each, found in zip(worst, others, strict=True):
            worst[each] = max(worst[each], (found - exact) / exact)  # a lower one is no fault
        if folder is not None:
            save_image(torch.cat(images, -1), folder / f"{pair.name} {size}.png")
    return at_most(lab.alike, **{str(name): value for name, value in worst.items()})


def painted(lab: Lab, pair: Pair, size: int, kind: Precision) -> Tensor:
    """A run's picture (1, 3, H, W)."""
    return last(lab.transfer(pair, Execution(precision=kind), size=size, steps=lab.steps)).image


def end_loss(lab: Lab, pair: Pair, size: int, image: Tensor) -> float:
    """The total loss of a picture, in float32."""
    with torch.no_grad():
        return Objective(lab.network, lab.scene(pair, size, lab.network), lab.config)(image).values().total


def losses_and_optimisers(lab: Lab) -> str:
    """Each of them lowers the loss."""
    fallen = []
    for loss, optimizer in product(StyleLoss, Optimizer):
        first, *_, end = lab.transfer(style_loss=loss, optimizer=optimizer, steps=12)
        ratio = end.losses.total / first.losses.total
        if not ratio < 1:
            raise NotOkError(f"{loss} by {optimizer}: the loss became {ratio:.2g} of what it was")
        fallen.append(ratio)
    return f"{len(fallen)} pairs, each lower after 12 steps, at most {max(fallen):.2f} of the first loss"


def determinism(lab: Lab) -> str:
    """The same seed gives the same bytes, twice."""
    for kind in PRECISIONS:
        one, other = (last(lab.transfer(execution=Execution(precision=kind))) for _ in range(2))
        if not torch.equal(one.image, other.image):
            raise NotOkError(f"in {kind} pictures of two equal runs are {apart(one.image, other.image):.1e} apart")
    return "two runs, equal to the bit, in " + ", ".join(PRECISIONS)


def blocks(lab: Lab) -> str:
    """In blocks the loss and its gradient are the whole picture's."""
    size, found = lab.sizes[1], []
    for block in (0, max(16, size // 2 // 16 * 16)):
        evaluation, image = lab.evaluation(size, Execution(precision=Precision.FLOAT32, block=block))
        losses, gradient = evaluation(image)
        found.append((losses.total.clone(), gradient.clone()))
        evaluation.release()
    (loss, slope), (its, own) = found
    return at_most(ROUNDING, loss=apart(its, loss), gradient=apart(own, slope))


def steering(lab: Lab) -> str:
    """After a turn the run goes by the new config, and what is replayed is what is computed."""
    run, steps = lab.transfer(steps=10), list[Step]()
    for step in run:
        steps.append(step)
        if step.index == 5:
            run.steer(replace(run.config, strength=90.0))
    if [index for index, _ in run.steered] != [6]:
        raise NotOkError(f"it was steered at {run.steered}")
    before, after = steps[4].losses.style, steps[-1].losses.style
    if not (math.isfinite(after) and after < before):
        raise NotOkError(f"with more of the painting the style loss went from {before:.3g} to {after:.3g}")
    return f"style loss {before:.3g} before the turn, {after:.3g} five steps after it"


def going_on(lab: Lab) -> str:
    """A run that was stopped, and goes on from its state, ends as one that wasn't."""
    straight = last(lab.transfer())
    stopped = lab.transfer()
    next(step for step in stopped if step.index == 4)
    resumed = last(lab.transfer(state=stopped.state()))
    again = last(stopped)
    return at_most(
        AMPLIFIED,
        from_its_state=apart(resumed.losses.total, straight.losses.total),
        a_second_loop=apart(again.losses.total, straight.losses.total),
    )
