"""A made-up run that is filmed, and what a file then plays."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import av
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.film.clip import Clip
from nst_core.images.tensors import to_array
from nst_core.loss.objective import Losses
from nst_core.transfer import Step
from tests.support.pictures import smooth_picture

SIZE = (64, 48)


def picture(seed: int, size: tuple[int, int] = SIZE) -> Tensor:
    pixels = np.asarray(smooth_picture(*size, seed), np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def run(steps: int, size: tuple[int, int] = SIZE, upto: int | None = None) -> list[Step]:
    """The steps of a made-up run: one picture wipes another from left to right."""
    start, end, none = picture(1, size), 1 - picture(1, size), torch.zeros(())
    losses = Losses(content=none, style=none, total_variation=none, total=none, content_layers={}, style_layers={})
    columns = torch.arange(size[0]) / size[0]
    return [
        Step(index, steps, size, losses.values, partial(torch.where, columns < index / steps, end, start))
        for index in range(1, (upto or steps) + 1)
    ]


def film(path: Path, steps: list[Step], size: tuple[int, int] = SIZE) -> None:
    with Clip(path, size, steps[-1].total) as made:
        for step in steps:
            made.add(step)


def played(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """The frames (H, W, 3) of a file and the seconds that each is shown."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as file:
            frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
            return frames, [1 / float(file.streams.video[0].average_rate or 1)] * len(frames)
    frames, seconds = list[np.ndarray](), list[float]()
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
            seconds.append(image.info.get("duration", 0) / 1000)
        assert len(frames) == 1 or image.info["loop"] == 0  # for ever
    return frames, seconds


def error(frame: np.ndarray, image: Tensor) -> float:
    return float(np.abs(frame.astype(int) - to_array(image)).mean())


def index_of(frame: np.ndarray, steps: list[Step]) -> int:
    """The index of the step that a frame comes nearest to, and it must be near."""
    found = min(steps, key=lambda step: error(frame, step.image))
    assert error(frame, found.image) < 10
    return found.index
