"""An objective on a device: how images are measured there, with the memory that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TypeVar

import torch
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.device.memory import is_out_of_memory, none_kept
from nst_core.execution import Execution, half_block
from nst_core.loss.objective import Losses, Objective
from nst_core.network.precision import in_precision, tensor_cores
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.optim.cuda_graphs import Evaluate, free, recorded_evaluation, recorded_move
from nst_core.optim.descent import RunMove, run_directly
from nst_core.scene.scene import Scene

T = TypeVar("T")


class Evaluation:
    """Measures images of one size by a scene and a config, on the device of a network.

    `execution` says how; when memory gives out, its blocks become smaller by themselves. Where the device allows it,
    evaluations, and moves made by `do`, are recorded once and replayed from then on.
    """

    def __init__(self, network: VGG, scene: Scene, config: TransferConfig, execution: Execution) -> None:
        self.execution = execution
        self._network = network
        self._notes: list[Note] = []
        self._replay: Evaluate | None = None
        self._do: RunMove = run_directly
        self._aim(scene, config, None)
        self._record_moves()

    def steer(self, scene: Scene, config: TransferConfig) -> None:
        """Go by another config, from which the scene may differ, too; what is known already isn't measured again."""
        self._aim(scene, config, self._objective)

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        """The losses of `image` (1, 3, H, W), and the gradient of their total, which the next call may overwrite."""

        def attempt() -> tuple[Losses, Tensor]:
            self._objective.block = self.execution.block
            replay = self._replay if self._objective.is_whole else None
            with tensor_cores(self.execution.precision):
                return (replay or self._objective.evaluate)(image)

        # What the optimiser frees isn't kept for the network, nor the other way round, where memory is scarce: lying
        # scattered between each other, both took 6.5 GB at 4096x3072 instead of 5.4, and no less time.
        with nullcontext() if self._objective.is_whole else none_kept():
            return self._in_smaller_blocks_if_needed(attempt)

    def losses(self, image: Tensor) -> Losses:
        """The losses of `image` (1, 3, H, W), without a gradient."""
        with torch.no_grad():
            return self._objective(image).copied()

    def do(self, work: Callable[..., None], given: Sequence[Tensor], changed: Sequence[Tensor]) -> None:
        """`descent.RunMove`: its recording is here, beside that of evaluations, to make room when they need it."""
        self._do(work, given, changed)

    def release(self) -> None:
        """Give back what is recorded, at once: it has memory of its own, and disturbs others if the collector frees it.

        From then on nothing is recorded but after `resume`.
        """
        replay, do, self._replay, self._do = self._replay, self._do, None, run_directly
        free(replay)
        free(do)

    def resume(self) -> None:
        """Record anew, where the device allows it, after a `release`."""
        self._record_evaluations()
        self._record_moves()

    def take_notes(self) -> list[Note]:
        """What a person should know, since it was last asked for."""
        notes, self._notes = self._notes, []
        return notes

    def _aim(self, scene: Scene, config: TransferConfig, earlier: Objective | None) -> None:
        """Measure what matters of `scene`, but for what `earlier` knows of it."""
        network = in_precision(self._network, self.execution.precision)

        def attempt() -> Objective:
            with tensor_cores(self.execution.precision):
                return Objective(network, scene, config, self.execution.block, earlier)

        replay, self._replay = self._replay, None
        free(replay)
        self.scene, self._config = scene, config
        self._objective = self._in_smaller_blocks_if_needed(attempt)
        self._record_evaluations()
        self._notes += [note for note in self._objective.notes if earlier is None or note not in earlier.notes]

    def _record_evaluations(self) -> None:
        self._replay = recorded_evaluation(self._objective.evaluate, self._network.device, self._config)

    def _record_moves(self) -> None:
        # In blocks there is no memory to spare for a recording, nor is the time of small kernels worth it.
        self._do = recorded_move(self._network.device) if self._objective.is_whole else run_directly

    def _in_smaller_blocks_if_needed(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns; it is made anew in smaller blocks while memory gives out.

        Linux hardly ever tells a process that RAM has given out, but kills it: there `forecast` has to be right.
        """
        height, width = self.scene.target.shape[-2:]
        while True:
            try:
                return attempt()
            except (RuntimeError, MemoryError) as error:
                block = half_block(self.execution.block, (width, height))
                if not block or not is_out_of_memory(error):
                    raise
            # Not amidst `except`, where the error's traceback still holds all that was in memory.
            self.release()
            torch.cuda.empty_cache()
            self.execution = replace(self.execution, block=block)
            self._notes.append(Note("memory", {"block": block}))
