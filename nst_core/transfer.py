"""Neural style transfer as a stream: two pictures and a config in, one `Step` per optimiser step out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from nst_core.config import Border, Initial, TransferConfig
from nst_core.images import MIN_SIDE, fit, to_rgb, to_tensor
from nst_core.objective import Losses, LossValues, Objective
from nst_core.optimizers import Descent
from nst_core.vgg import MARGIN, VGG, load_vgg19

Size = tuple[int, int]  # (width, height), as in Pillow

CAUTION = 4.0  # what each restart divides the step length by
RUNAWAY = 10.0  # a pixel so far outside [0, 1] belongs to a step that overshot


@dataclass(frozen=True)
class Step:
    """One finished step: `image` is after it, `losses` were measured before it."""

    index: int  # 1 .. total, over all scales
    total: int
    size: Size  # of this scale: it grows during the run
    losses: LossValues
    image: Tensor  # (1, 3, H, W), RGB in [0, 1], a snapshot on the device of the run
    note: str = ""  # what a person should know about this step


def stylize(
    content: Image.Image,
    styles: Image.Image | Sequence[Image.Image],
    config: TransferConfig,
    *,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
) -> Iterator[Step]:
    """Repaint `content` with the textures of `styles` (Gatys et al., 2016), coarse to fine.

    Several paintings count alike. `extractor` is a network that is already loaded (its pooling and weights then count,
    not the config's); `device` is where to compute, the extractor's own or the best there is by default. Raises
    `ValueError` for bad input before the first step.
    """
    photo = to_rgb(content)
    paintings = [to_rgb(style) for style in ([styles] if isinstance(styles, Image.Image) else styles)]
    plan = scale_plan(photo.size, [painting.size for painting in paintings], config)
    network = extractor if extractor is not None else load_vgg19(config.weights, config.pooling)
    network.check((*config.content_layers, *config.style_layers))
    network = network.to(resolve_device(device, extractor))
    image, done = None, 0
    for size, steps in plan:
        target, *style_targets = _targets(photo, paintings, size, network.device)
        start = _initial_image(target, paintings, config) if image is None else _enlarge(image, size)
        objective = Objective(network, target, style_targets, config)
        for step in optimize(start, objective, replace(config, steps=steps)):
            image = step.image
            yield replace(step, index=done + step.index, total=config.steps)
        done += steps


def scale_plan(content_size: Size, style_sizes: Sequence[Size], config: TransferConfig) -> list[tuple[Size, int]]:
    """The sizes to optimise at and the steps of each, coarse to fine: [((width, height), steps), ...].

    Fewer scales than the config asks for where the coarsest would be smaller than VGG-19 can see, or where there are
    fewer steps than scales. Raises `ValueError` when a picture is too narrow for even the full size.
    """
    if not style_sizes:
        raise ValueError("no painting was given; give at least one")
    fit(content_size, config.size, "the photo")
    for size in style_sizes:
        fit(size, config.size, "a painting")
    narrowest = min(min(size) / max(size) for size in (content_size, *style_sizes))
    scales = min(config.scales, config.steps)
    while scales > 1 and round(config.size / 2 ** (scales - 1)) * narrowest < MIN_SIDE:
        scales -= 1
    sizes = [fit(content_size, round(config.size / 2**k)) for k in reversed(range(scales))]
    return list(zip(sizes, _share(config.steps, scales), strict=True))


def step_cost(size: Size, config: TransferConfig) -> int:
    """What a step at `size` (width, height) costs: in pixels that VGG-19 sees, the mirrored margin among them."""
    margin = 2 * MARGIN if config.border is Border.MIRROR else 0
    return (size[0] + margin) * (size[1] + margin)


def optimize(start: Tensor, objective: Callable[[Tensor], Losses], config: TransferConfig) -> Iterator[Step]:
    """Minimise `objective` over the pixels of `start` (1, 3, H, W); one record per optimiser step.

    After a loss that isn't finite, or a step that ran away, it goes on from the best image so far, with shorter steps,
    and says so.
    """
    descent, caution = Descent(objective, start, config), 1.0
    pixels, best, lowest = start, start, math.inf
    height, width = start.shape[-2:]
    for index in range(1, config.steps + 1):
        losses, note = descent.step(), ""
        if losses.total < lowest:  # they are those of the image before the step
            best, lowest = pixels, losses.total
        pixels = descent.pixels
        if not (math.isfinite(losses.total) and float(pixels.abs().max()) < RUNAWAY):  # NaN isn't less
            caution *= CAUTION
            pixels, descent = best, Descent(objective, best, config, caution)
            note = f"a step went astray: back to the best picture so far, with steps {caution:g} times shorter"
        yield Step(index, config.steps, (width, height), losses, pixels.clamp(0, 1), note)


def _share(steps: int, scales: int) -> list[int]:
    """Split `steps` evenly, what is left over going to the coarse scales, where a step is cheap.

    Fewer steps at the finer scales leave the noise of the coarse ones in the picture, enlarged to a weave.
    """
    each, rest = divmod(steps, scales)
    return [each + (scale < rest) for scale in range(scales)]


def _targets(photo: Image.Image, paintings: Sequence[Image.Image], size: Size, device: torch.device) -> list[Tensor]:
    """The photo at `size`, and the paintings so that their long side is the photo's."""
    sizes = [size, *(fit(painting.size, max(size)) for painting in paintings)]
    return [to_tensor(picture, each).to(device) for picture, each in zip((photo, *paintings), sizes, strict=True)]


def _initial_image(photo: Tensor, paintings: Sequence[Image.Image], config: TransferConfig) -> Tensor:
    """The first image, of the size of `photo` (1, 3, H, W)."""
    if config.initial is Initial.NOISE:
        # On the CPU: the same seed then gives the same noise on every device.
        return torch.rand(photo.shape, generator=torch.Generator().manual_seed(config.seed)).to(photo.device)
    if config.initial is Initial.STYLE:
        height, width = photo.shape[-2:]
        return to_tensor(ImageOps.fit(paintings[0], (width, height)), (width, height)).to(photo.device)
    return photo


def _enlarge(image: Tensor, size: Size) -> Tensor:
    """Resample an image (1, 3, H, W) to `size` (width, height).

    Bicubic keeps more of the coarse image's pixel noise, which the finer scale then doesn't remove.
    """
    width, height = size
    return F.interpolate(image, (height, width), mode="bilinear", align_corners=False)


def resolve_device(device: torch.device | str | None, extractor: VGG | None = None) -> torch.device:
    """The one asked for, else where a given network lies already, else an accelerator, else the CPU.

    Raises `ValueError` with the way out when it can't be used.
    """
    if device is None:
        if extractor is not None:
            return extractor.device
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0].partition(". ")[0]
        raise ValueError(f"device {str(device)!r} can't be used here ({reason}); use 'cpu', or none") from error
