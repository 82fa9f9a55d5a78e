"""Neural style transfer as a stream: two pictures and a config in, one `Step` per optimiser step out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from nst_core.colour import finish, recolour
from nst_core.config import Border, Initial, TransferConfig
from nst_core.execution import Execution, half_block
from nst_core.images import to_tensor
from nst_core.memory import is_out_of_memory
from nst_core.objective import Losses, LossValues, Objective
from nst_core.optimizers import Descent
from nst_core.plan import Plan, Size, extended, scale_plan
from nst_core.precision import in_precision, tensor_cores
from nst_core.scene import Pictures, Scene, build_scene, gather, product
from nst_core.state import State
from nst_core.vgg import VGG, load_vgg19

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One finished step: `image` is after it, the losses were measured before it."""

    index: int  # 1 .. total, over all scales
    total: int
    size: Size  # of this scale: it grows during the run
    measured: Losses  # on the device of the run
    image: Tensor  # (1, 3, H, W), RGB in [0, 1], a snapshot on the device of the run
    note: str = ""  # what a person should know about this step
    scale: int = 1  # 1 .. scales, coarse to fine
    scales: int = 1
    alpha: Tensor | None = None  # (1, 1, H, W) in [0, 1], the photo's opacity with `keep_alpha`; None = opaque

    @cached_property
    def losses(self) -> LossValues:
        """As numbers: an accelerator is waited for when they are first read."""
        return self.measured.values()


def stylize(
    content: Image.Image,
    styles: Image.Image | Sequence[Image.Image],
    config: TransferConfig,
    *,
    masks: Sequence[Image.Image | None] = (),
    within: Image.Image | None = None,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
    execution: Execution | None = None,
) -> Iterator[Step]:
    """Repaint `content` with the textures of `styles` (Gatys et al., 2016); what it takes is told at `Transfer`."""
    yield from Transfer(
        content, styles, config, masks=masks, within=within, extractor=extractor, device=device, execution=execution
    )


class Transfer:
    """One run: iterate over it for its steps, coarse to fine.

    Paintings are blended. `masks` are pictures of any size that belong to the photo, one a painting: a painting is used
    where its mask is white, and one without (`None`) wherever the others leave room. `within` is a mask of where to
    paint at all. `extractor` is a network that is already loaded (its pooling and weights then count, not the
    config's); `device` is where to compute, the extractor's own or the best there is by default. `state` is where an
    earlier run with the same pictures and config stopped; if `config.steps` are more than it had, the last scale gets
    them. `execution` is how to compute, all in one go by default; another may be set before the first step. When memory
    gives out, the blocks become smaller by themselves. Raises `ValueError` for bad input before any work.
    """

    def __init__(
        self,
        content: Image.Image,
        styles: Image.Image | Sequence[Image.Image],
        config: TransferConfig,
        *,
        masks: Sequence[Image.Image | None] = (),
        within: Image.Image | None = None,
        extractor: VGG | None = None,
        device: torch.device | str | None = None,
        state: State | None = None,
        execution: Execution | None = None,
    ) -> None:
        self._config, self._state, self.execution = config, state, execution or Execution()
        self._pictures = gather(content, styles, masks, within, config)
        paintings = [painting.image.size for painting in self._pictures.paintings]
        plan = scale_plan(self._pictures.photo.image.size, paintings, config)
        self.plan = plan if state is None else _resumed(state, plan, config)
        place = resolve_device(device, extractor)
        network = extractor if extractor is not None else load_vgg19(config.weights, config.pooling)
        network.check((*config.content_layers, *config.style_layers))
        self.network = network.to(place)
        self._news: list[str] = []  # for the next step's note
        self._scale, self._done = 0, 0  # the index of the scale, and how many of its steps are done
        self._descent: Descent | None = None

    def __iter__(self) -> Iterator[Step]:
        """The steps that are still to be done: after a loop was left, a second one goes on."""
        if self._config.only_colours:
            yield self._recolour()
            return
        if self._descent is not None:
            self._state = self.state()
        for scale in range(self._state.scale if self._state else 0, len(self.plan)):
            scene, note = self._begin(scale)
            while self._done < self.plan[scale][1]:
                yield self._step(scene, note)
                note = ""

    def state(self) -> State:
        """Where the run stands after its last step, a copy; raises `RuntimeError` before the first."""
        if self._descent is None:
            raise RuntimeError("nothing is done yet that one could go on from")
        return State(self.plan, self._scale, self._done, self._descent.state())

    def _begin(self, scale: int) -> tuple[Scene, str]:
        """Get ready for the steps of a scale; returns what it is about, and what a person should know of it."""
        size, _ = self.plan[scale]
        scene = self._look(size)
        start = self._refined(scene) if self._descent else _initial_image(scene, self._pictures, self._config)
        self._descent = Descent(self._evaluate, start, self._config, self.execution.history)
        self._scale, self._done = scale, 0
        self._target = scene.target
        if self._state is not None:
            self._descent.restore(self._state.descent)
            self._done, self._state = self._state.done, None
        return scene, "; ".join(self._objective.notes)

    def _refined(self, scene: Scene) -> Tensor:
        """The coarser scale's image at the size of `scene`.

        Begun with the photo, what has been changed of it is enlarged, and its own details are there again at once: with
        them, the same style error is reached at a lower content error (256 px: 0.34 instead of 0.38 and 0.39).
        """
        assert self._descent is not None
        height, width = scene.target.shape[-2:]
        wraps, image = self._config.border is Border.CIRCULAR, self._descent.pixels.clamp(0, 1)
        if self._config.initial is not Initial.CONTENT:
            return _enlarge(image, (width, height), wraps)
        return (scene.target + _enlarge(image - self._target, (width, height), wraps)).clamp(0, 1)

    def _look(self, size: Size) -> Scene:
        """The pictures at `size` (width, height), of which what matters is measured."""
        with torch.inference_mode(False):  # the consumer's thread may be in it
            scene = build_scene(self._pictures, size, self._config, self.network.device)
        network = in_precision(self.network, self.execution.precision)

        def attempt() -> Objective:
            with tensor_cores(self.execution.precision):
                return Objective(network, scene, self._config, self.execution.block)

        self._objective = self._with_room(size, attempt)
        return scene

    def _evaluate(self, image: Tensor) -> tuple[Losses, Tensor]:
        """`Objective.evaluate`; that it takes smaller blocks when memory gives out is nothing to the descent."""

        def attempt() -> tuple[Losses, Tensor]:
            self._objective.block = self.execution.block
            with tensor_cores(self.execution.precision):
                return self._objective.evaluate(image)

        return self._with_room((image.shape[-1], image.shape[-2]), attempt)

    def _with_room(self, size: Size, attempt: Callable[[], T]) -> T:
        """What `attempt`, at a picture of `size`, returns; it is made anew in smaller blocks while memory gives out.

        Linux hardly ever tells a process that RAM has given out, but kills it: there `forecast` has to be right.
        """
        while True:
            try:
                return attempt()
            except (RuntimeError, MemoryError) as error:
                block = half_block(self.execution.block, size)
                if not block or not is_out_of_memory(error):
                    raise
            # Not amidst `except`, where the error's traceback still holds all that was in memory.
            torch.cuda.empty_cache()
            self.execution = replace(self.execution, block=block)
            self._news.append(f"out of memory; going on in blocks of {block} pixels")

    def _step(self, scene: Scene, note: str) -> Step:
        assert self._descent is not None
        losses, warning = self._descent.step()
        self._done += 1
        image = self._descent.pixels.clamp(0, 1)
        coloured = finish(image, scene.photo, self._config.colours, self._config.colour_method, scene.canvas)
        return self._record(scene, losses, coloured, note, warning)

    def _recolour(self) -> Step:
        """The photo with the paintings' colours, by as much as the dial says, and its losses: the only step."""
        size, _ = self.plan[0]
        scene = self._look(size)
        self._done = 1
        image = _recoloured(scene, self._config)
        with torch.no_grad():
            losses = self._objective(image).detached()
        return self._record(scene, losses, image, *self._objective.notes)

    def _record(self, scene: Scene, losses: Losses, image: Tensor, *notes: str) -> Step:
        """`Step` with what the photo keeps outside the canvas."""
        size, _ = self.plan[self._scale]
        news, self._news = self._news, []
        index = sum(steps for _, steps in self.plan[: self._scale]) + self._done
        return Step(
            index=index,
            total=sum(steps for _, steps in self.plan),
            size=size,
            measured=losses,
            image=scene.frame(image).clamp(0, 1),
            note="; ".join(filter(None, (*notes, *news))),
            scale=self._scale + 1,
            scales=len(self.plan),
            alpha=scene.opacity,
        )


def _recoloured(scene: Scene, config: TransferConfig) -> Tensor:
    """The photo (1, 3, H, W) with the colours of each region's paintings; where regions overlap, the mean of theirs."""
    # What counts outside all masks but inside the canvas: there the photo keeps its own colours.
    room = product(scene.canvas, scene.opacity)
    changes, total = torch.zeros_like(scene.photo), torch.zeros_like(scene.photo[:, :1])
    for region in scene.regions:
        mask = torch.ones_like(total) if region.mask is None else region.mask
        paintings, opacities, shares = zip(
            *((each.image, each.opacity, each.share) for each in region.paintings), strict=True
        )
        recoloured = recolour(scene.photo, paintings, shares, config.colour_method, region.mask, opacities)
        changes, total = changes + mask * (recoloured - scene.photo), total + mask
    most = total.maximum(torch.ones_like(total) if room is None else room)
    return scene.photo + config.colours / 100 * changes / most.clamp_min(torch.finfo(most.dtype).tiny)


def _resumed(state: State, plan: Plan, config: TransferConfig) -> Plan:
    """The plan of a run that goes on from `state`; raises `ValueError` when it belongs to another run."""
    if config.only_colours:
        raise ValueError("only_colours takes a single step, so there is nothing to go on with; leave the state out")
    if state.descent["method"] != config.optimizer:
        raise ValueError(f"the state belongs to a run with the optimizer {state.descent['method']}; take that one")
    return extended(state.plan, plan, config)


def _initial_image(scene: Scene, pictures: Pictures, config: TransferConfig) -> Tensor:
    """The first image, of the size of the photo (1, 3, H, W)."""
    photo = scene.target
    if config.initial is Initial.NOISE:
        # On the CPU: the same seed then gives the same noise on every device.
        return torch.rand(photo.shape, generator=torch.Generator().manual_seed(config.seed)).to(photo)
    if config.initial is Initial.STYLE:
        height, width = photo.shape[-2:]
        return to_tensor(ImageOps.fit(pictures.paintings[0].image, (width, height)), (width, height)).to(photo.device)
    return photo


def _enlarge(image: Tensor, size: Size, wraps: bool) -> Tensor:
    """Resample an image (1, 3, H, W) to `size` (width, height); `wraps`: opposite edges meet.

    Bicubic keeps more of the coarse image's pixel noise, which the finer scale then doesn't remove.
    """
    width, height = size
    if not wraps:
        return F.interpolate(image, (height, width), mode="bilinear", align_corners=False)
    # Three in a row, of which the middle one has neighbours on both sides; rows first, then columns, to save memory.
    rows = F.interpolate(image.repeat(1, 1, 3, 1), (3 * height, image.shape[-1]), mode="bilinear")
    rows = rows[..., height : 2 * height, :]
    columns = F.interpolate(rows.repeat(1, 1, 1, 3), (height, 3 * width), mode="bilinear")
    return columns[..., width : 2 * width].contiguous()


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
