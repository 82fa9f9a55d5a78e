"""Where the checks are made: a device, networks, pictures of some sizes; and what checks ask of runs there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.evaluation import Evaluation
from nst_core.execution import Execution, Precision
from nst_core.images import fit
from nst_core.network.vgg import VGG
from nst_core.scene.scene import Scene, build_scene, gather
from nst_core.transfer import Step, Transfer
from tests.benchmarks.judge import Pair


class NotOkError(AssertionError):
    """A check found something else than it should; the text says what."""


@dataclass(frozen=True, kw_only=True)
class Lab:
    """What a check is given."""

    device: torch.device
    network: VGG  # on the device
    reference: VGG  # the same on the processor
    pairs: Sequence[Pair]
    config: TransferConfig  # of one scale
    sizes: Sequence[int]  # long sides in pixels, the smallest first
    steps: int  # of a run whose end loss counts
    rounds: int  # of what is timed
    alike: float = 0.01  # of float32's end loss: so much higher may that in another precision be

    def scene(self, pair: Pair, size: int, network: VGG) -> Scene:
        """The pictures of a pair on the network's device."""
        pictures = gather(pair.photo, pair.painting, (), None, self.config)
        return build_scene(pictures, fit(pair.photo.size, size), self.config, network.device)

    def evaluation(self, size: int, execution: Execution, network: VGG | None = None) -> tuple[Evaluation, Tensor]:
        """Of the first pair, and the photo (1, 3, H, W) to begin with."""
        network = network or self.network
        scene = self.scene(self.pairs[0], size, network)
        return Evaluation(network, scene, self.config, execution), scene.photo

    def transfer(
        self,
        pair: Pair | None = None,
        execution: Execution | None = None,
        state: Any = None,
        **changes: Any,
    ) -> Transfer:
        """A run of the smallest size and eight steps, but for what `changes` says of the config."""
        pair = pair or self.pairs[0]
        config = replace(self.config, **{"size": self.sizes[0], "steps": 8, **changes})
        execution = execution or Execution(precision=Precision.TF32)
        return Transfer(pair.photo, pair.painting, config, extractor=self.network, execution=execution, state=state)

    def wait(self) -> None:
        """Until the device has done what it was given to do."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def milliseconds(self, work: Callable[[], Any]) -> float:
        """Of doing it once, on average over `rounds`, after three times to warm up."""
        for _ in range(3):
            work()
        self.wait()
        began = time.perf_counter()
        for _ in range(self.rounds):
            work()
        self.wait()
        return 1000 * (time.perf_counter() - began) / self.rounds


def last(steps: Transfer) -> Step:
    """The last step of a run, and none of the others' pictures."""
    *_, step = steps
    return step


def apart(value: Tensor | float, expected: Tensor | float) -> float:
    """How far a value is from what it should be, relative; of all numbers of a tensor together."""
    one, other = (torch.as_tensor(each).detach().double().cpu() for each in (value, expected))
    return float((one - other).norm() / other.norm())


def at_most(limit: float, **found: float) -> str:
    """What was found, in words; `NotOkError` if any of it is more than the limit, or not a number."""
    told = ", ".join(f"{name.replace('_', ' ')} {value:.1e}" for name, value in found.items())
    if not all(value <= limit for value in found.values()):
        raise NotOkError(f"{told}; at most {limit:.0e} was expected")
    return told
