"""Neural style transfer as a stream: two pictures and a config in, one `Step` per optimiser step out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from nst_core.checkpoint import State
from nst_core.config import Border, Initial, TransferConfig, check_steering
from nst_core.device.memory import is_out_of_memory, none_kept
from nst_core.execution import Execution, half_block
from nst_core.images import to_tensor
from nst_core.loss.objective import Losses, LossValues, Objective
from nst_core.network.precision import in_precision, tensor_cores
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.notes import Note
from nst_core.optim.cuda_graphs import Evaluate, in_place, replayed
from nst_core.optim.descent import FIRST_STEP, GENTLE_STEP, Descent, at_once
from nst_core.scene.colour import finish, prepare_photo, recolour, unfinish
from nst_core.scene.scales import Plan, Size, extended, replanned, scale_plan
from nst_core.scene.scene import Pictures, Scene, build_scene, gather, product

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One finished step: `image` is after it, the losses were measured before it."""

    index: int  # 1 .. total, over all scales
    total: int
    size: Size  # of this scale: it grows during the run
    measured: Callable[[], LossValues]  # gives them as soon as they have come from the device
    image: Tensor  # (1, 3, H, W), RGB in [0, 1], a snapshot on the device of the run
    note: str = ""  # what a person should know about this step
    scale: int = 1  # 1 .. scales, coarse to fine
    scales: int = 1
    alpha: Tensor | None = None  # (1, 1, H, W) in [0, 1], the photo's opacity with `keep_alpha`; None = opaque

    @cached_property
    def losses(self) -> LossValues:
        """As numbers: an accelerator is waited for when they are first read."""
        return self.measured()


def stylize(
    content: Image.Image,
    styles: Image.Image | Sequence[Image.Image],
    config: TransferConfig,
    *,
    masks: Sequence[Image.Image | None] = (),
    within: Image.Image | None = None,
    begin: Image.Image | None = None,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
    execution: Execution | None = None,
) -> Iterator[Step]:
    """Repaint `content` with the textures of `styles` (Gatys et al., 2016); what it takes is told at `Transfer`."""
    yield from Transfer(
        content,
        styles,
        config,
        masks=masks,
        within=within,
        begin=begin,
        extractor=extractor,
        device=device,
        execution=execution,
    )


class Transfer:
    """One run: iterate over it for its steps, coarse to fine.

    Paintings are blended. `masks` are pictures of any size that belong to the photo, one a painting: a painting is used
    where its mask is white, and one without (`None`) wherever the others leave room. `within` is a mask of where to
    paint at all. `begin` is a painted picture of any size to go on from, instead of what `config.initial` says: all
    steps are then made at full size. If it is smaller and `config.initial` the photo, it gets the photo's details.
    `extractor` is a network that is already loaded (its pooling and weights then count, not the config's); `device` is
    where to compute, the extractor's own or the best there is by default. `state` is where an earlier run with the same
    pictures and config stopped; if `config.steps` are more than it had, the last scale gets them. `execution` is how to
    compute, all in one go by default; another may be set before the first step. When memory gives out, the blocks
    become smaller by themselves. Raises `ValueError` for bad input before any work.

    A run can be steered while it is under way. `config` is what it goes by, `steered` where that changed: the first
    step of each later config, and the config.
    """

    def __init__(
        self,
        content: Image.Image,
        styles: Image.Image | Sequence[Image.Image],
        config: TransferConfig,
        *,
        masks: Sequence[Image.Image | None] = (),
        within: Image.Image | None = None,
        begin: Image.Image | None = None,
        extractor: VGG | None = None,
        device: torch.device | str | None = None,
        state: State | None = None,
        execution: Execution | None = None,
    ) -> None:
        self.config, self.steered = config, list[tuple[int, TransferConfig]]()
        self._state, self.execution = state, execution or Execution()
        self._pictures = gather(content, styles, masks, within, config, begin)
        paintings = [painting.image.size for painting in self._pictures.paintings]
        scales = config if begin is None else replace(config, scales=1)
        plan = scale_plan(self._pictures.photo.image.size, paintings, scales)
        self.plan = plan if state is None else _resumed(state, plan, config)
        place = resolve_device(device, extractor)
        network = extractor if extractor is not None else load_vgg19(config.weights, config.pooling)
        network.check((*config.content_layers, *config.style_layers))
        self.network = network.to(place)
        self._news: list[str] = []  # for the next step's note
        # The index of the scale, and how many of its steps are done.
        self._scale, self._done = (0, 0) if state is None else (state.scale, state.done)
        self._descent: Descent | None = None
        self._evaluate_whole: Evaluate | None = None
        # The last one counts; a deque, as who steers may be on another thread.
        self._turns: deque[TransferConfig] = deque(maxlen=1)
        self._is_off_course = False  # there was a turn since the objective was made

    def __iter__(self) -> Iterator[Step]:
        """The steps that are still to be done: after a loop was left, a second one goes on."""
        if self.config.only_colours:
            yield self._recolour()
            return
        for scale in range(self._scale, len(self.plan)):
            self._turn()
            if not self.plan[scale][1]:  # so few steps were left that this size has none
                continue
            if self._descent is None or scale != self._scale:
                self._begin(scale)
            while self._done < self.plan[scale][1]:
                yield self._step()
                self._turn()

    def steer(self, config: TransferConfig) -> None:
        """Go by `config` from the next step on; any thread may say so.

        The picture, its size and the number of the step stay. More steps go to the last scale; where there are fewer
        than are done, the next one is the last. What may differ is `STEERABLE`, `ValueError` for anything else.
        """
        check_steering(self.config, config, len(self._pictures.paintings))
        self._turns.append(config)

    def _turn(self) -> None:
        """Go by the config that it was last steered to, if it was."""
        if not self._turns:
            return
        config = self._turns.pop()
        self.plan = replanned(self.plan, self._scale, self._done, config.steps)
        config = replace(config, steps=sum(steps for _, steps in self.plan))
        if config == self.config:
            return
        self._is_off_course |= replace(config, steps=self.config.steps) != self.config
        self.config = config
        self.steered.append((1 + self._index, config))

    def state(self) -> State:
        """Where the run stands after its last step, a copy; raises `RuntimeError` before the first."""
        if self._descent is None:
            raise RuntimeError("nothing is done yet that one could go on from")
        return State(self.plan, self._scale, self._done, self._descent.state())

    def _begin(self, scale: int) -> None:
        """Get ready for the steps of a scale."""
        size, _ = self.plan[scale]
        scene, was_steered = self._build(size), self._is_off_course
        if self._descent is None:
            start = _initial_image(scene, self._pictures, self.config)
        else:
            start = _refined(self._descent.pixels.clamp(0, 1), self._scene.target, scene, self.config)
        self._look(scene)
        begin = self._pictures.begin
        first = GENTLE_STEP if begin is not None and max(begin.size) >= max(size) else FIRST_STEP
        # In blocks there is no memory to spare for a recording, nor is the time of small kernels worth it.
        do = in_place(self.network.device) if self._objective.is_whole else at_once
        self._descent = Descent(start, self.config, self.execution.history, first, do)
        self._scale, self._done = scale, 0
        if self._state is not None:
            self._descent.restore(self._state.descent)
            self._done, self._state = self._state.done, None
            if was_steered:
                self._descent.redirect()

    def _build(self, size: Size) -> Scene:
        """The pictures at `size` (width, height)."""
        with torch.inference_mode(False):  # the consumer's thread may be in it
            return build_scene(self._pictures, size, self.config, self.network.device)

    def _look(self, scene: Scene, earlier: Objective | None = None) -> None:
        """Measure what matters of `scene`, but for what `earlier` knows of it."""
        network = in_precision(self.network, self.execution.precision)

        def attempt() -> Objective:
            with tensor_cores(self.execution.precision):
                return Objective(network, scene, self.config, self.execution.block, earlier)

        height, width = scene.target.shape[-2:]
        self._evaluate_whole = None  # a recording has memory of its own
        self._scene, self._objective = scene, self._in_smaller_blocks_if_needed((width, height), attempt)
        self._evaluate_whole = replayed(self._objective.evaluate, self.network.device, self.config)
        self._is_off_course = False
        self._news += [note for note in self._objective.notes if earlier is None or note not in earlier.notes]

    def _change_course(self) -> None:
        """Measure by the config that the run was steered to, from the same pixels."""
        assert self._descent is not None
        size, _ = self.plan[self._scale]
        self._look(self._build(size), self._objective)
        self._descent.redirect()

    def _evaluate(self, image: Tensor) -> tuple[Losses, Tensor]:
        """`Objective.evaluate`; that it takes smaller blocks when memory gives out is nothing to the descent."""

        def attempt() -> tuple[Losses, Tensor]:
            self._objective.block = self.execution.block
            whole = self._evaluate_whole if self._objective.is_whole else None
            with tensor_cores(self.execution.precision):
                return (whole or self._objective.evaluate)(image)

        # What the optimiser frees isn't kept for the network, nor the other way round, where memory is scarce: lying
        # scattered between each other, both took 6.5 GB at 4096x3072 instead of 5.4, and no less time.
        with nullcontext() if self._objective.is_whole else none_kept():
            return self._in_smaller_blocks_if_needed((image.shape[-1], image.shape[-2]), attempt)

    def _in_smaller_blocks_if_needed(self, size: Size, attempt: Callable[[], T]) -> T:
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
            self._evaluate_whole = None  # recordings have memory of their own
            if self._descent is not None:
                self._descent.do = at_once
            torch.cuda.empty_cache()
            self.execution = replace(self.execution, block=block)
            self._news.append(f"out of memory; going on in blocks of {block} pixels")

    def _step(self) -> Step:
        assert self._descent is not None
        if self._is_off_course:
            self._change_course()
        with torch.inference_mode(False), torch.no_grad():  # the consumer's thread may be in it
            losses, gradient = self._evaluate(self._descent.pixels)
        remark = self._descent.move(losses.total, gradient)
        self._done += 1
        image, scene = self._descent.pixels.clamp(0, 1), self._scene
        coloured = finish(image, scene.photo, self.config.colours, self.config.colour_method, scene.canvas)
        return self._record(losses, coloured, told(remark))

    def _recolour(self) -> Step:
        """The photo with the paintings' colours, by as much as the dial says, and its losses: the only step."""
        size, _ = self.plan[0]
        self._look(self._build(size))
        self._done = 1
        image = _recoloured(self._scene, self.config)
        with torch.no_grad():
            losses = self._objective(image).copied()
        return self._record(losses, image)

    @property
    def _index(self) -> int:
        """Of the last step that is done, over all scales."""
        return sum(steps for _, steps in self.plan[: self._scale]) + self._done

    def _record(self, losses: Losses, image: Tensor, warning: str = "") -> Step:
        """`Step` with what the photo keeps outside the canvas."""
        size, _ = self.plan[self._scale]
        news, self._news = self._news, []
        return Step(
            index=self._index,
            total=sum(steps for _, steps in self.plan),
            size=size,
            measured=losses.sent(),
            image=self._scene.frame(image).clamp(0, 1),
            note="; ".join(filter(None, (*news, warning))),
            scale=self._scale + 1,
            scales=len(self.plan),
            alpha=self._scene.opacity,
        )


def told(remark: Note | None) -> str:
    """What the descent remarked about a step, in English."""
    if remark is None:
        return ""
    times = remark.values["times"]
    return f"a step went astray: back to the best picture so far, with steps {times:g} times shorter"


def _recoloured(scene: Scene, config: TransferConfig) -> Tensor:
    """The photo (1, 3, H, W) with the colours of each region's paintings; where regions overlap, the mean of theirs."""
    # What counts outside all masks but inside the canvas: there the photo keeps its own colours.
    counted = product(scene.canvas, scene.opacity)
    changes, total = torch.zeros_like(scene.photo), torch.zeros_like(scene.photo[:, :1])
    for region in scene.regions:
        mask = torch.ones_like(total) if region.mask is None else region.mask
        paintings, opacities, shares = zip(
            *((each.image, each.opacity, each.share) for each in region.paintings), strict=True
        )
        recoloured = recolour(scene.photo, paintings, shares, config.colour_method, region.mask, opacities)
        changes, total = changes + mask * (recoloured - scene.photo), total + mask
    most = total.maximum(torch.ones_like(total) if counted is None else counted)
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
    if pictures.begin is not None:
        return _continued(pictures.begin, pictures.photo.image, scene, config)
    if config.initial is Initial.NOISE:
        # On the CPU: the same seed then gives the same noise on every device.
        return torch.rand(photo.shape, generator=torch.Generator().manual_seed(config.seed)).to(photo)
    if config.initial is Initial.STYLE:
        height, width = photo.shape[-2:]
        return to_tensor(ImageOps.fit(pictures.paintings[0].image, (width, height)), (width, height)).to(photo.device)
    return photo


def _continued(begin: Image.Image, photo: Image.Image, scene: Scene, config: TransferConfig) -> Tensor:
    """A picture that is painted already, at the size of `scene`, as it was before its colours were finished."""
    height, width = scene.target.shape[-2:]
    size = begin.size if max(begin.size) < max(width, height) else (width, height)
    image, original = (to_tensor(each, size).to(scene.target) for each in (begin, photo))
    image = unfinish(image, original, config.colours, config.colour_method)
    return _refined(image, prepare_photo(original, config.colours, config.colour_method), scene, config)


def _refined(image: Tensor, target: Tensor, scene: Scene, config: TransferConfig) -> Tensor:
    """An image (1, 3, h, w) at the size of `scene`; `target` is that of `scene` at the image's own size.

    Begun with the photo, what has been changed of it is enlarged, and its own details are there again at once: with
    them, the same style error is reached at a lower content error (256 px: 0.34 instead of 0.38 and 0.39).
    """
    height, width = scene.target.shape[-2:]
    wraps = config.border is Border.CIRCULAR
    if config.initial is not Initial.CONTENT:
        return _enlarge(image, (width, height), wraps)
    return (scene.target + _enlarge(image - target, (width, height), wraps)).clamp(0, 1)


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
