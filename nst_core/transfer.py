"""Neural style transfer as a stream: two pictures and a config in, one `Step` per optimiser step out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property, partial

import torch
from PIL import Image
from torch import Tensor

from nst_core.checkpoint import Checkpoint
from nst_core.config import TransferConfig, check_steering
from nst_core.cpu.choice import by_pytorch, loops_are_coming
from nst_core.device.select import resolve_device
from nst_core.evaluation import Evaluation
from nst_core.execution import Execution
from nst_core.forecast.forecast import within_memory
from nst_core.forecast.task import Task
from nst_core.initial import first_image, recoloured, refined
from nst_core.loss.objective import Losses, LossValues
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.notes import Note
from nst_core.optim.descent import FIRST_STEP, GENTLE_STEP, Descent
from nst_core.optim.saved import check_saved
from nst_core.scene.colour import finish
from nst_core.scene.remarks import remarks
from nst_core.scene.scales import Plan, Size, extended, replanned, scale_plan
from nst_core.scene.scene import Scene, build_scene, gather


@dataclass(frozen=True)
class Step:
    """One finished step: `image` is after it, the losses were measured before it."""

    index: int  # 1 .. total, over all scales
    total: int
    size: Size  # of this scale: it grows during the run
    measured: Callable[[], LossValues]  # gives them as soon as they have come from the device
    shown: Callable[[], Tensor]  # gives the image: its colours take as long as some steps, and few steps are looked at
    notes: tuple[Note, ...] = ()  # what a person should know about this step
    scale: int = 1  # 1 .. scales, coarse to fine
    scales: int = 1
    alpha: Tensor | None = None  # (1, 1, H, W) in [0, 1], the photo's opacity with `keep_alpha`; None = opaque

    @cached_property
    def losses(self) -> LossValues:
        """As numbers: an accelerator is waited for when they are first read."""
        return self.measured()

    @property
    def image(self) -> Tensor:
        """(1, 3, H, W), RGB in [0, 1], a snapshot on the device of the run."""
        return self.shown()


class _Once:
    """Makes an image when it is first asked for, and keeps it; what it was made of goes then."""

    def __init__(self, make: Callable[[], Tensor]) -> None:
        self._make: Callable[[], Tensor] | None = make
        self._made: Tensor

    def __call__(self) -> Tensor:
        if (make := self._make) is not None:
            with torch.inference_mode(False), torch.no_grad():  # whoever looks at it may be in it
                self._made = make()
            self._make = None  # only now: another thread may ask at the same time
        return self._made


def stylize(
    content: Image.Image,
    styles: Image.Image | Sequence[Image.Image],
    config: TransferConfig,
    *,
    masks: Sequence[Image.Image | None] = (),
    within: Image.Image | None = None,
    strength_map: Image.Image | None = None,
    begin: Image.Image | None = None,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
    execution: Execution | None = None,
) -> Iterator[Step]:
    """Repaint `content` with the textures of `styles` (Gatys et al., 2016); what it takes is told at `Transfer`.

    If no `execution` is given, it is one that the memory has room for: see `Transfer.settle`.
    """
    transfer = Transfer(
        content,
        styles,
        config,
        masks=masks,
        within=within,
        strength_map=strength_map,
        begin=begin,
        extractor=extractor,
        device=device,
        execution=execution,
    )
    if execution is None:
        transfer.settle()
    yield from transfer


class Transfer:
    """One run: iterate over it for its steps, coarse to fine.

    Paintings are blended. `masks` are pictures of any size that belong to the photo, one a painting: a painting is used
    where its mask is white, and one without (`None`) wherever the others leave room. `within` is a mask of where to
    paint at all. `strength_map` says how much painting where: nothing but the photo where it is black, as much as
    `config` says at mid-grey, and more where it is brighter. `begin` is a painted picture of any size to go on from,
    instead of what `config.initial` says: all steps are then made at full size. If it is smaller and `config.initial`
    the photo, it gets the photo's details.
    `extractor` is a network that is already loaded (its pooling and weights then count, not the config's); `device` is
    where to compute, the extractor's own or the best there is by default. `state` is where an earlier run with the same
    pictures and config stopped; if `config.steps` are more than it had, the last scale gets them. `execution` is how to
    compute, all in one go by default; another may be set before the first step. When memory gives out, the blocks
    become smaller by themselves. Raises `ValueError` for bad input before any work.

    `remarks` are what the pictures give to be said before the run; the first step tells them, too.

    With `changes_over`, PyTorch computes alone while the loops for this processor are being compiled; the last step
    before they take over is then `execution.plain_steps`.

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
        strength_map: Image.Image | None = None,
        begin: Image.Image | None = None,
        extractor: VGG | None = None,
        device: torch.device | str | None = None,
        state: Checkpoint | None = None,
        execution: Execution | None = None,
    ) -> None:
        self.config, self.steered = config, list[tuple[int, TransferConfig]]()
        self._state, self.execution = state, execution or Execution()
        self._pictures = gather(content, styles, masks, within, config, begin, strength_map)
        paintings = [painting.image.size for painting in self._pictures.paintings]
        scales = config if begin is None else replace(config, scales=1)
        plan = scale_plan(self._pictures.photo.image.size, paintings, scales)
        self.plan = plan if state is None else _resumed(state, plan, config)
        place = resolve_device(device, None if extractor is None else extractor.device)
        network = extractor if extractor is not None else load_vgg19(config.weights, config.pooling)
        network.check((*config.content_layers, *config.style_layers))
        self.network = network.to(place)
        # The index of the scale, and how many of its steps are done.
        self._scale, self._done = (0, 0) if state is None else (state.scale, state.done)
        self._descent: Descent | None = None
        self._evaluation: Evaluation
        # The last one counts; a deque, as who steers may be on another thread.
        self._turns: deque[TransferConfig] = deque(maxlen=1)
        self._is_off_course = False  # there was a turn since the objective was made
        self.changes_over = False
        self.remarks = () if state else tuple(remarks(self._pictures, config))
        self._notes = list(self.remarks)  # told once

    def settle(self) -> None:
        """Compute in blocks, and remember fewer steps, if the whole picture takes more memory than there is.

        For programs that plan no run themselves, before the first step. Raises `InputError` where nothing fits.
        """
        paintings = [painting.image.size for painting in self._pictures.paintings]
        self.execution = within_memory(Task(self.network, self.config, self.plan, paintings), self.execution)

    def __iter__(self) -> Iterator[Step]:
        """The steps that are still to be done: after a loop was left, a second one goes on."""
        if self.config.only_colours:
            yield self._recolour()
            return
        if self._descent is not None:
            self._evaluation.resume()
        try:
            yield from self._steps()
        finally:  # of the loop, whoever left it
            if self._descent is not None:
                self._evaluation.release()

    def _steps(self) -> Iterator[Step]:
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

    def state(self) -> Checkpoint:
        """Where the run stands after its last step, a copy; raises `RuntimeError` before the first."""
        if self._descent is None:
            raise RuntimeError("nothing is done yet that one could go on from")
        return Checkpoint(plan=self.plan, scale=self._scale, done=self._done, descent=self._descent.state())

    def _begin(self, scale: int) -> None:
        """Get ready for the steps of a scale."""
        size, _ = self.plan[scale]
        scene, was_steered = self._build(size), self._is_off_course
        if self._descent is None:
            start = first_image(scene, self._pictures, self.config)
        else:
            start = refined(self._descent.pixels.clamp(0, 1), self._evaluation.scene.target, scene, self.config)
            self._evaluation.release()
        with self._way():
            self._evaluation = Evaluation(self.network, scene, self.config, self.execution)
        self._is_off_course = False
        begin = self._pictures.begin
        first = GENTLE_STEP if begin is not None and max(begin.size) >= max(size) else FIRST_STEP
        self._descent = Descent(start, self.config, self.execution.history, first, self._evaluation.do)
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

    def _step(self) -> Step:
        assert self._descent is not None
        with self._way():
            if self._is_off_course:
                self._change_course(self._descent)
            with torch.inference_mode(False), torch.no_grad():  # the consumer's thread may be in it
                losses, gradient = self._evaluation(self._descent.pixels)
        remark = self._descent.move(losses.total, gradient)
        self._done += 1
        config, scene = self.config, self._evaluation.scene
        with torch.inference_mode(False):
            pixels = self._descent.pixels.clamp(0, 1)  # a copy: the next step changes them
        coloured = partial(finish, pixels, scene.photo, config.colours, config.colour_method, scene.canvas)
        return self._record(losses, coloured, remark)

    def _way(self) -> AbstractContextManager[None]:
        """What computes the step after those that are done."""
        done = self._index
        self.changes_over = self.changes_over and loops_are_coming()
        if self.changes_over:
            self.execution = replace(self.execution, plain_steps=done + 1)
        return by_pytorch(done < self.execution.plain_steps)

    def _change_course(self, descent: Descent) -> None:
        """Measure by the config that the run was steered to, from the same pixels."""
        size, _ = self.plan[self._scale]
        self._evaluation.steer(self._build(size), self.config)
        self._is_off_course = False
        descent.redirect()

    def _recolour(self) -> Step:
        """The photo with the paintings' colours, by as much as the dial says, and its losses: the only step."""
        size, _ = self.plan[0]
        self._evaluation = Evaluation(self.network, self._build(size), self.config, self.execution)
        self._done = 1
        image = recoloured(self._evaluation.scene, self.config)
        return self._record(self._evaluation.losses(image), lambda: image, None)

    @property
    def _index(self) -> int:
        """The number of the last step that is done, 0 before the first, over all scales."""
        return sum(steps for _, steps in self.plan[: self._scale]) + self._done

    def _record(self, losses: Losses, coloured: Callable[[], Tensor], remark: Note | None) -> Step:
        """`Step` with what the photo keeps outside the canvas."""
        size, _ = self.plan[self._scale]
        scene = self._evaluation.scene
        self.execution = replace(self.execution, block=self._evaluation.execution.block)
        notes, self._notes = [*self._notes, *self._evaluation.take_notes()], []
        return Step(
            index=self._index,
            total=sum(steps for _, steps in self.plan),
            size=size,
            measured=losses.sent(),
            shown=_Once(lambda: scene.frame(coloured()).clamp(0, 1)),
            notes=tuple(notes if remark is None else [*notes, remark]),
            scale=self._scale + 1,
            scales=len(self.plan),
            alpha=scene.opacity,
        )


def _resumed(state: Checkpoint, plan: Plan, config: TransferConfig) -> Plan:
    """The plan of a run that goes on from `state`; raises `ValueError` when it belongs to another run."""
    if config.only_colours:
        raise ValueError("only_colours takes a single step, so there is nothing to go on with; leave the state out")
    if (method := state.descent.get("method")) != config.optimizer:
        raise ValueError(f"the state belongs to a run with the optimizer {method}; take that one")
    resumed = extended(state.plan, plan, config)
    try:
        check_saved(state.descent, config.optimizer, state.plan[state.scale][0])
    except ValueError as error:
        raise ValueError(f"the state can't be gone on with, as it is damaged: {error}; give another one") from error
    return resumed
