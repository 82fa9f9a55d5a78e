"""The making of a picture as a short film: which steps it shows, how long, how large."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nst_core.extras import require
from nst_core.files import check_place, replacing, temporary_beside
from nst_core.film.encoders import Encoder, Gif, Mp4, Size, WebP

if TYPE_CHECKING:
    from nst_core.transfer import Step

MAX_FRAMES = 240  # ten seconds
HOLD = 1.5  # seconds that the last frame stays
BRIEF = 2.0  # seconds that the others take at least: with few steps each stays longer
UNHURRIED = 4.0  # the same for a film of moments, which are further apart than steps

# By suffix: the encoder, and the longest side that a film of this kind can have and still be played and sent.
FILMS: dict[str, tuple[type[Encoder], int]] = {".mp4": (Mp4, 1920), ".webp": (WebP, 1280), ".gif": (Gif, 640)}


class Clip:
    """Films a run: `with Clip("out.mp4", size, steps) as clip`, and in it `clip.add(step)` for each of its steps.

    `size` (w, h) is that of the film, which coarse steps are enlarged to; a size beyond what the format is good for is
    brought down to that, and an odd side of an MP4 loses a line. `steps` is how many the run has. What is transparent
    lies on white. Frames go to the encoder as they come. The file appears, whole, when the block is left, also by an
    exception: it then ends with the last step that there was. Without any step nothing is written.

    Raises `ValueError` for a name that nothing can be filmed to; in the block `OSError` for a disk that is full.
    """

    def __init__(self, path: str | Path, size: Size, steps: int) -> None:
        self.path = check_film(path)  # another name in its folder may be chosen until the block is left
        self._temporary: Path | None = None
        self._kind, longest = FILMS[self.path.suffix.lower()]
        self._size = _within(size, longest)
        self._shown = shown_steps(steps)
        self._ticks = max(1, round(BRIEF * self._kind.rate / len(self._shown)))  # each frame's
        self._last: Step | None = None  # not yet encoded: how long it stays depends on what follows
        self._stack = ExitStack()
        self._encoder: Encoder | None = None

    def __enter__(self) -> Clip:
        return self

    def add(self, step: Step) -> None:
        """Take the next step of the run; whether it becomes a frame is for the clip to say."""
        if self._last is not None and self._last.index in self._shown:
            self._encode(self._last, self._ticks)
        self._last = step

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._last is None:
            return
        try:
            self._finish(self._last)
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"The clip {self.path} couldn't be finished either: {failure}")

    def _finish(self, last: Step) -> None:
        with self._stack:
            self._encode(last, round(HOLD * self._kind.rate)).close()
            assert self._temporary is not None
            self._temporary.replace(self.path.resolve())

    def _encode(self, step: Step, ticks: int) -> Encoder:
        if self._encoder is None:
            self._temporary = self._stack.enter_context(temporary_beside(self.path.resolve()))
            self._encoder = self._kind(self._temporary, self._size, self._stack)
        self._encoder.add(_frame(step, self._size), ticks)
        return self._encoder


def film_moments(path: str | Path, size: Size, moments: Iterable[NDArray[np.uint8]], count: int) -> None:
    """Film `count` pictures (h, w, 3) of any size after the run, all for the same time, but the last one longer.

    As by `Clip` otherwise. Raises `ValueError` for a name that nothing can be filmed to, `OSError` for a full disk.
    """
    kind, longest = FILMS[check_film(path).suffix.lower()]
    size, ticks = _within(size, longest), max(1, round(UNHURRIED * kind.rate / count))
    with ExitStack() as stack:
        encoder = kind(stack.enter_context(replacing(path)), size, stack)
        for place, moment in enumerate(moments, 1):
            encoder.add(_resized(moment, size), ticks if place < count else round(HOLD * kind.rate))
        encoder.close()


def check_film(path: str | Path) -> Path:
    """Return `path` if a run can be filmed to it; raises `ValueError` that says why not."""
    if Path(path).suffix.lower() not in FILMS:
        raise ValueError(f"{path} must end in one of {', '.join(FILMS)}")
    require("av")
    return check_place(path)


def shown_steps(steps: int) -> frozenset[int]:
    """The indices, of 1 .. `steps`, of those that become frames: at most `MAX_FRAMES`.

    The first ones all, where most changes, and towards the end ever fewer: the gaps grow evenly.
    """
    if steps <= MAX_FRAMES:
        return frozenset(range(1, steps + 1))
    left_out = steps - MAX_FRAMES
    last = MAX_FRAMES - 1
    return frozenset(1 + k + left_out * k * k // (last * last) for k in range(MAX_FRAMES))


def _within(size: Size, longest: int) -> Size:
    scale = min(1, longest / max(size))
    width, height = (max(2, round(side * scale)) for side in size)
    return width, height


def _frame(step: Step, size: Size) -> NDArray[np.uint8]:
    """The picture of a step, (H, W, 3), at `size` (w, h)."""
    from nst_core.images.tensors import to_array  # here: a film's name is checked before torch is imported

    image = step.image if step.alpha is None else 1 + (step.image - 1) * step.alpha
    return _resized(to_array(image), size)


def _resized(frame: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC))
