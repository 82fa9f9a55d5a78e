"""Which sizes a run works at, for how many steps, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from nst_core.config import Border, TransferConfig
from nst_core.errors import InputError
from nst_core.images.sizes import MIN_SIDE, fit

Size = tuple[int, int]  # (width, height), as in Pillow
Plan = list[tuple[Size, int]]  # the size and the steps of each scale, coarse to fine

COARSEST = 64  # pixels: there the largest strokes are made, those that a person sees in the picture as a whole
THINNING = 2**-0.5  # steps of a scale beside those of the next coarser one
TILE = 16  # pixels: VGG-19 halves four times before its last block, so the sides of a seamless picture are multiples


def scale_plan(content_size: Size, style_sizes: Sequence[Size], config: TransferConfig) -> Plan:
    """The sizes to optimise at and the steps of each, coarse to fine: [((width, height), steps), ...].

    Fewer scales than the config asks for where the coarsest would be smaller than VGG-19 can see, or where there are
    fewer steps than scales. Raises `ValueError` when a picture is too narrow for even the full size.
    """
    fit(content_size, config.size, "the photo")
    narrowest = min(content_size) / max(content_size)
    for size, scale in zip(style_sizes, config.style_scales(len(style_sizes)), strict=True):
        painting_size(size, config.size, scale)
        narrowest = min(narrowest, scale * min(size) / max(size))
    if config.only_colours:
        return [(fit(content_size, config.size), 1)]
    scales = min(config.scales or max(1, 1 + int(math.log2(config.size / COARSEST))), config.steps)
    while scales > 1 and round(config.size / 2 ** (scales - 1)) * narrowest < MIN_SIDE:
        scales -= 1
    sizes = [fit(content_size, round(config.size / 2**k)) for k in reversed(range(scales))]
    if config.border is Border.CIRCULAR:
        sizes = [_tiled(size) for size in sizes]
    # The coarse scales decide about what is seen from afar. Far fewer steps at the finer ones, however, leave the noise
    # of the coarse ones in the picture, enlarged to a weave.
    return list(zip(sizes, _share(config.steps, [THINNING**scale for scale in range(scales)]), strict=True))


def painting_size(size: Size, long_side: int, scale: float) -> Size:
    """How large a painting of `size` (width, height) is seen beside a photo's `long_side`, at its style scale.

    Raises `ValueError` when it gets too narrow.
    """
    narrow = min(size) / max(size)
    if scale != 1 and round(round(long_side * scale) * narrow) < MIN_SIDE:
        enough = math.ceil(100 * MIN_SIDE / (long_side * narrow)) / 100
        raise InputError(
            f"a painting of {size[0]}x{size[1]} pixels gets too small at size {long_side} and a style_scale of "
            f"{scale:g}; choose a style_scale of at least {enough:g}, or a larger size",
            "too_fine",
            width=size[0],
            height=size[1],
            enough=enough,
        )
    return fit(size, round(long_side * scale), "a painting")


def extended(plan: Plan, fresh: Plan, config: TransferConfig) -> Plan:
    """`plan`, of an earlier run, with as many steps as the config says: the last scale gets what is added.

    Raises `ValueError` for fewer steps, or where the same config would now make `fresh`, with other sizes.
    """
    planned = sum(steps for _, steps in plan)
    if [size for size, _ in plan] != [size for size, _ in fresh]:
        raise ValueError("the state belongs to a run with other pictures or sizes; give those it was made with")
    if config.steps < planned:
        raise ValueError(f"the run was planned with {planned} steps, got steps {config.steps}; give at least {planned}")
    *coarse, (size, steps) = plan
    return [*coarse, (size, steps + config.steps - planned)]


def replanned(plan: Plan, scale: int, done: int, steps: int) -> Plan:
    """`plan` of a run that is under way, with so many `steps` in all: `done` of those at index `scale` are behind it.

    The last scale gets what is added. Where there are fewer, each scale that is left has its share of them; where not
    even one each is left, the finest have none. A run that isn't over takes one more step in any case.
    """
    *past, (size, count) = plan[: scale + 1]
    ahead = [(size, count - done), *plan[scale + 1 :]]
    left = sum(count for _, count in ahead)
    wanted = max(min(1, left), steps - sum(count for _, count in past) - done)
    if wanted >= left:
        *ahead, (last, count) = ahead
        ahead = [*ahead, (last, count + wanted - left)]
    else:
        ahead = _fewer(ahead, wanted)
    (size, count), *rest = ahead
    return [*past, (size, count + done), *rest]


def _fewer(plan: Plan, steps: int) -> Plan:
    """`plan` with so many `steps` in all, fewer than it has and at least one."""
    served = [index for index, (_, count) in enumerate(plan) if count][:steps]
    shares = dict(zip(served, _share(steps, [plan[index][1] for index in served]), strict=True))
    return [(size, shares.get(index, 0)) for index, (size, _) in enumerate(plan)]


def step_cost(size: Size, config: TransferConfig) -> int:
    """What a step at `size` (width, height) costs: in pixels that VGG-19 sees, the mirrored margin among them."""
    from nst_core.network.vgg import MARGIN  # here: sizes are checked before torch is imported

    margin = 2 * MARGIN if config.border is Border.MIRROR else 0
    return (size[0] + margin) * (size[1] + margin)


def step_costs(plan: Plan, config: TransferConfig) -> list[float]:
    """What each step of a plan costs, in the unit of `step_cost`."""
    return [float(step_cost(size, config)) for size, steps in plan for _ in range(steps)]


def _share(steps: int, weights: Sequence[float]) -> list[int]:
    """Split `steps` by `weights`, at least one each."""
    spare, total = steps - len(weights), sum(weights)
    ends = [round(spare * sum(weights[: scale + 1]) / total) for scale in range(len(weights))]
    return [1 + end - begin for begin, end in pairwise([0, *ends])]


def _tiled(size: Size) -> Size:
    """Rounded up: beside a smaller photo a painting, too, would be smaller, perhaps too small."""
    width, height = (TILE * math.ceil(side / TILE) for side in size)
    return width, height
