"""A forecast in words: what is about to be done, how long it will take, and how much memory."""

from __future__ import annotations

from collections.abc import Sequence

from nst_core.config import Optimizer
from nst_core.forecast.forecast import Forecast
from nst_core.forecast.units import counted, in_bytes, in_time


def sentence(outlook: Forecast) -> str:
    """`512x384 in 4 scales, 250 steps on 2 CPU cores: about 1 min 31 s, 1.7 GB`."""
    scales = f" in {len(outlook.stages)} scales" if len(outlook.stages) > 1 else ""
    steps = counted(sum(stage.steps for stage in outlook.stages), "step")
    cut = f", in blocks of {outlook.execution.block} pixels" if outlook.blocks > 1 else ""
    effort = f"about {in_time(outlook.seconds)}, {in_bytes(outlook.memory)}"
    doubt = "" if outlook.fits else f", of {in_bytes(outlook.machine.there)} that are there: it may fail"
    return f"{_size(outlook)}{scales}, {steps} on {outlook.machine.device}{cut}: {effort}{doubt}"


def table(outlook: Forecast) -> str:
    """`sentence`, and below it each scale and how it will be computed."""
    stages = [
        (f"{stage.size[0]}x{stage.size[1]}", counted(stage.steps, "step"), in_time(stage.seconds))
        for stage in outlook.stages
    ]
    execution = outlook.execution
    how = [
        ("block", f"{execution.block} pixels" if outlook.blocks > 1 else "the whole picture"),
        ("precision", str(execution.precision)),
        ("history", counted(execution.history, "step")),
        ("memory", f"{in_bytes(outlook.memory)} of {in_bytes(outlook.machine.there)}"),
    ]
    if outlook.task.config.optimizer is not Optimizer.LBFGS:
        del how[2]
    return "\n".join([sentence(outlook), *_aligned(stages), *_aligned(how)])


def summary(outlooks: Sequence[Forecast | None]) -> str:
    """Of many pictures: `12 pictures on 2 CPU cores: about 18 min 12 s, up to 1.7 GB`."""
    known = [outlook for outlook in outlooks if outlook is not None]
    pictures = counted(len(known), "picture")
    if not known:
        return "nothing to paint"
    total, most = sum(outlook.seconds for outlook in known), max(outlook.memory for outlook in known)
    return f"{pictures} on {known[0].machine.device}: about {in_time(total)}, up to {in_bytes(most)}"


def overview(outlooks: Sequence[tuple[str, Forecast | None]]) -> str:
    """`summary`, and below it each picture by its name."""
    rows = [
        (name, "can't be painted", "") if outlook is None else (name, _size(outlook), in_time(outlook.seconds))
        for name, outlook in outlooks
    ]
    return "\n".join([summary([outlook for _, outlook in outlooks]), *_aligned(rows)])


def _size(outlook: Forecast) -> str:
    width, height = outlook.stages[-1].size
    return f"{width}x{height}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
