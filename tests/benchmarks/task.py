"""What every contestant is given: two pictures of the size to work at, and the loss to lower."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from nst_core.config import Border, TransferConfig
from nst_core.images import fit
from nst_core.network.vgg import VGG
from tests.benchmarks.judge import Pair


@dataclass(frozen=True)
class Task:
    """It can be sent to another process."""

    photo: Image.Image
    painting: Image.Image
    config: TransferConfig  # its layers, weights and normalisation; zeros around the picture, one scale
    load: Callable[[], VGG]  # where the network comes from
    steps: int  # of the plain loop: the loss after them is what the others are to reach
    device: str = "cpu"


def make_task(pair: Pair, config: TransferConfig, load: Callable[[], VGG], steps: int, device: str = "cpu") -> Task:
    """The pair at the size of `config`, and of its loss what all contestants know: content and style.

    Resized here, the pictures are the same for all; each has a way of its own to read a file.
    """
    return Task(
        photo=_resized(pair.photo, config.size),
        painting=_resized(pair.painting, config.size),
        config=replace(config, border=Border.ZERO, scales=1, tv_weight=0.0),
        load=load,
        steps=steps,
        device=device,
    )


def _resized(image: Image.Image, long_side: int) -> Image.Image:
    return image.resize(fit(image.size, long_side), Image.Resampling.LANCZOS)
