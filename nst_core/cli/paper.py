"""A job that is painted for paper: how many pixels its photo's shape makes of it, and what is cut off."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from nst_core.cli.job import CommandJob
from nst_core.config import TransferConfig
from nst_core.printing import Print, cut, sentence

if TYPE_CHECKING:
    from PIL.Image import Image

    from nst_core.printing import Size


def sized(job: CommandJob) -> CommandJob:
    """`job` with the size that its paper and its photo make; `ValueError` where that is more than can be painted."""
    if job.made_for is None:
        return job
    size = _checked(job.made_for.long_side(photo_size(job)), job.made_for)
    steered = tuple((step, replace(config, size=size)) for step, config in job.steered)
    return replace(job, config=replace(job.config, size=size), steered=steered)


def photo_size(job: CommandJob) -> Size:
    """The size (width, height) of the photo as it is stored, or of what is left of it where it is cut; `ValueError`."""
    from nst_core.images.reading import read_size

    left, top, right, bottom = cut(read_size(job.content), job.aspect)
    return right - left, bottom - top


def _checked(size: int, made_for: Print) -> int:
    (field,) = (each for each in fields(TransferConfig) if each.name == "size")
    low, high = field.metadata["low"], field.metadata["high"]
    if low <= size <= high:
        return size
    way_out = (
        f"a dpi of at most {int(made_for.dpi * high / size)}, or a smaller paper"
        if size > high
        else "a higher dpi, or a larger paper"
    )
    raise ValueError(
        f"{made_for.paper.name} at {made_for.dpi} dpi takes {size} pixels, and {low:g} to {high:g} can be painted; "
        f"choose {way_out}"
    )


def on_paper(job: CommandJob, size: Size) -> str:
    """How large a picture of so many pixels will be in print, in words; nothing where the job has no resolution."""
    return "" if job.dpi is None else sentence(size, job.dpi, job.made_for)


def each_on_paper(job: CommandJob) -> str:
    """The same of many pictures, each of its own shape."""
    made_for = job.made_for
    return "" if made_for is None else f"each as large as fits {made_for.paper.name} at {made_for.dpi} dpi"


def part_of(image: Image, photo: Size, aspect: float | None) -> Image:
    """What is left of the photo, or of a mask that is stretched over it, when a `photo` of that size is cut."""
    if aspect is None:
        return image
    from PIL.Image import Resampling

    across, down = image.width / photo[0], image.height / photo[1]
    left, top, right, bottom = cut(photo, aspect)
    box = (left * across, top * down, right * across, bottom * down)
    size = (max(1, round(box[2] - box[0])), max(1, round(box[3] - box[1])))
    return image.resize(size, Resampling.BILINEAR, box=box)  # of the photo itself, whole pixels as they are
