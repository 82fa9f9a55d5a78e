"""What a run costs: seconds, by how fast a machine is, and bytes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from nst_core.execution import Execution
from nst_core.forecast.machine import Pace
from nst_core.forecast.task import Task
from nst_core.loss.blocks import cover
from nst_core.network.vgg import VGG
from nst_core.optim.method import kind_of
from nst_core.scene.scales import Size, painting_size, step_cost

FLOAT = 4  # bytes
IMAGE = 3 * FLOAT  # bytes of a pixel

FORWARD = 0.5  # of an evaluation: as no weight is trained, the way back costs what the way there does
AGAIN = 1 + FORWARD  # evaluations: in blocks, forward is done twice

# Measured, see tests/benchmarks/forecasts.py.
WARM = 250_000_000  # bytes that the libraries take when they are first used
PREPARED = 1  # times the weights: what convolutions keep of them at most, for the way there and for that back
OTHER_IMAGES = 9  # that live at once beside the optimiser's vectors
GRAPH = 1.6  # times the features: there are gradients, too, and what a convolution takes meanwhile


def stage_seconds(pace: Pace, task: Task, execution: Execution, size: Size, steps: int) -> float:
    """That so many steps at `size` take, and measuring the photo and the paintings before them."""
    config = task.config
    blocks = seen_pixels(task, size, execution)
    again = AGAIN if len(blocks) > 1 else 1.0
    step = sum(pace.start + pace.pixel * again * pixels for pixels in blocks)
    targets = [size, *_seen_paintings(task, size)]
    return steps * step + sum(FORWARD * pace.pixel * step_cost(target, config) for target in targets)


def seen_pixels(task: Task, size: Size, execution: Execution) -> list[int]:
    """How many pixels VGG-19 sees of each block of a picture of `size`."""
    config, layers = task.config, (*task.config.content_layers, *task.config.style_layers)
    blocks = cover(task.network, layers, config.border, (size[1], size[0]), execution.block)
    if len(blocks) == 1:
        return [step_cost(size, config)]
    return [(block.rows.last - block.rows.first) * (block.columns.last - block.columns.first) for block in blocks]


def _seen_paintings(task: Task, size: Size) -> list[Size]:
    scales = task.config.style_scales(len(task.paintings))
    return [painting_size(each, max(size), scale) for each, scale in zip(task.paintings, scales, strict=True)]


def peak_memory(task: Task, execution: Execution) -> int:
    """Bytes that the last and largest scale takes beside what the process had."""
    size, _ = task.plan[-1]
    pixels, config, floats = size[0] * size[1], task.config, _floats(task.network)
    images = (kind_of(config.optimizer).vectors(execution.history) + OTHER_IMAGES) * pixels
    paintings = sum(width * height for width, height in _seen_paintings(task, size))
    stored = sum(floats[name] for name in config.content_layers) * pixels
    used = _used_layers(task)
    graph = GRAPH * sum(floats[name] for name in used if not name.startswith("conv"))
    seen = max(seen_pixels(task, size, execution))
    return int(_first_use(task.network, used) + IMAGE * (images + paintings) + FLOAT * (stored + graph * seen))


def _first_use(network: VGG, layers: Sequence[str]) -> int:
    """What stays from then on, if the network wasn't used before; else the process has most of it."""
    weights = sum(parameter.nbytes for name in layers for parameter in network.layers[name].parameters())
    return max(0, PREPARED * weights - network.prepared) + (0 if network.prepared else WARM)


def _used_layers(task: Task) -> list[str]:
    """Down to the deepest that the losses look at."""
    names, wanted = list(task.network.layers), (*task.config.content_layers, *task.config.style_layers)
    return names[: 1 + max((names.index(name) for name in wanted), default=-1)]


def _floats(network: VGG) -> dict[str, float]:
    """How many floats a pixel has in the features of each layer."""
    floats: dict[str, float] = {}
    channels = 3
    for name, layer in network.layers.items():
        if isinstance(layer, nn.Conv2d):
            channels = layer.out_channels
        floats[name] = channels / network.stride(name) ** 2
    return floats
