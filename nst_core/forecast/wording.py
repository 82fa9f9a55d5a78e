"""A forecast in words: what is about to be done, how long it will take, and how much memory."""

from __future__ import annotations

from collections.abc import Sequence

from nst_core.forecast.forecast import Forecast
from nst_core.forecast.units import counted, in_bytes, in_time
from nst_core.optim.method import kind_of


def sentence(forecast: Forecast) -> str:
    """`512x384 in 4 scales, 250 steps on 2 CPU cores: about 1 min 31 s, 1.7 GB`; no time where the pace is unknown."""
    scales = f" in {len(forecast.stages)} scales" if len(forecast.stages) > 1 else ""
    steps = counted(sum(stage.steps for stage in forecast.stages), "step")
    cut = f", in blocks of {forecast.execution.block} pixels" if forecast.blocks > 1 else ""
    time = f"{in_time(forecast.seconds)}, " if forecast.is_timed else ""
    effort = f"about {time}{in_bytes(forecast.memory)}"
    doubt = "" if forecast.fits else f", of {in_bytes(forecast.machine.there)} that are there: it may fail"
    return f"{_size(forecast)}{scales}, {steps} on {forecast.machine.device}{cut}: {effort}{doubt}"


def table(forecast: Forecast) -> str:
    """`sentence`, and below it each scale and how it will be computed."""
    stages = [
        (f"{stage.size[0]}x{stage.size[1]}", counted(stage.steps, "step"), in_time(stage.seconds))
        for stage in forecast.stages
    ]
    execution, remembers = forecast.execution, kind_of(forecast.task.config.optimizer).remembers
    how = [
        ("block", f"{execution.block} pixels" if forecast.blocks > 1 else "the whole picture"),
        ("precision", str(execution.precision)),
        *([("history", counted(execution.history, "step"))] if remembers else []),
        ("memory", f"{in_bytes(forecast.memory)} of {in_bytes(forecast.machine.there)}"),
    ]
    return "\n".join([sentence(forecast), *_aligned(stages), *_aligned(how)])


def summary(forecasts: Sequence[Forecast | None]) -> str:
    """Many pictures in one line: `12 pictures on 2 CPU cores: about 18 min 12 s, up to 1.7 GB`."""
    known = [forecast for forecast in forecasts if forecast is not None]
    pictures = counted(len(known), "picture")
    if not known:
        return "nothing to paint"
    total, most = sum(forecast.seconds for forecast in known), max(forecast.memory for forecast in known)
    return f"{pictures} on {known[0].machine.device}: about {in_time(total)}, up to {in_bytes(most)}"


def overview(forecasts: Sequence[tuple[str, Forecast | None]]) -> str:
    """`summary`, and below it each picture by its name."""
    rows = [
        (name, "can't be painted", "") if forecast is None else (name, _size(forecast), in_time(forecast.seconds))
        for name, forecast in forecasts
    ]
    return "\n".join([summary([forecast for _, forecast in forecasts]), *_aligned(rows)])


def _size(forecast: Forecast) -> str:
    width, height = forecast.stages[-1].size
    return f"{width}x{height}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
