"""What a card records, and what is left of it: between runs, beside each other, and when something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import torch

from nst_core.optim.cuda_graphs import CUDATape, RecordingError, Refusals
from nst_core.optim.descent import run_directly
from nst_core.transfer import Step, Transfer
from tests.cuda.engine import AMPLIFIED, end_loss
from tests.cuda.lab import Lab, NotOkError, apart, at_most, last

SHORT = 0.3  # of the memory that a run takes: so much is left of it in its midst
LEFT = 64 * 2**20  # bytes that may be in use after a run, beyond what the first one has left: libraries' own


@contextmanager
def nothing_recorded() -> Iterator[None]:
    """Within the block, kernels are started one by one."""
    with (
        patch("nst_core.evaluation.recorded_evaluation", lambda evaluate, *_: evaluate),
        patch("nst_core.evaluation.recorded_move", lambda *_: run_directly),
    ):
        yield


def total(run: Transfer) -> float:
    """The loss at the last step."""
    return last(run).losses.total


def recording(lab: Lab) -> str:
    """Replayed, a run is the same as started kernel by kernel, and nothing was refused so far."""
    with nothing_recorded():
        expected = total(lab.transfer())
    found = at_most(AMPLIFIED, loss=apart(total(lab.transfer()), expected))
    if CUDATape.refused._reasons:
        raise NotOkError(f"couldn't be recorded: {CUDATape.refused._reasons}")
    return found


def failing_recordings(lab: Lab) -> str:
    """Whatever fails amidst a recording, the run ends as one that isn't recorded, and the next one is recorded."""
    with nothing_recorded():
        expected = total(lab.transfer())
    with patch.object(CUDATape, "refused", Refusals()), patch.object(CUDATape, "record", _asking(CUDATape.record)):
        found = total(lab.transfer())
    made, record = list[CUDATape](), CUDATape.record

    def noted(tape: CUDATape, work: Callable[[], Any]) -> Any:
        result = record(tape, work)
        made.append(tape)
        return result

    with patch.object(CUDATape, "record", noted):
        after = total(lab.transfer())
    if lab.device.type == "cuda" and len(made) != 2:
        raise NotOkError(f"of an evaluation and a move, {len(made)} were recorded after the failure")
    return at_most(AMPLIFIED, failed=apart(found, expected), the_next=apart(after, expected))


def _asking(record: Callable[..., Any]) -> Callable[..., Any]:
    """A `CUDATape.record` of work that asks the device for a number, which no recording can hold."""

    def asked(tape: CUDATape, work: Callable[[], Any]) -> Any:
        record(tape, lambda: (work(), torch.ones((), device=tape._device).item()))
        raise RecordingError("a number was asked for, and the recording didn't fail")

    return asked


def several_runs(lab: Lab) -> str:
    """One after the other and two at once: all end alike, and no memory is left behind."""
    first = total(lab.transfer())
    before = _in_use(lab)
    others = [total(lab.transfer()) for _ in range(3)]
    with ThreadPoolExecutor(2) as pool:
        others += pool.map(total, [lab.transfer(), lab.transfer()])
    left = _in_use(lab) - before
    if left > LEFT:
        raise NotOkError(f"{left / 2**20:.0f} MB are left behind by five runs")
    return at_most(AMPLIFIED, loss=max(apart(each, first) for each in others))


def out_of_memory(lab: Lab) -> str:
    """Memory gives out amidst a run: it goes on in blocks, says so, and ends as low."""
    size = lab.sizes[-1]
    _allow(lab, None)
    _, expected = _steered(lab, size, lambda: None)
    try:
        run, steps = _steered(lab, size, lambda: _allow(lab, SHORT))
    finally:
        _allow(lab, None)
    told = any(note.about == "memory" for step in steps for note in step.notes)
    if lab.device.type == "cuda" and not (told and run.execution.block):
        raise NotOkError("it didn't run out of memory, so nothing was tried")
    losses = [end_loss(lab, lab.pairs[0], size, each[-1].image) for each in (steps, expected)]
    return at_most(AMPLIFIED, loss=apart(*losses)) + f", in blocks of {run.execution.block} pixels"


def _steered(lab: Lab, size: int, meanwhile: Callable[[], None]) -> tuple[Transfer, list[Step]]:
    """A run that measures the picture anew in its midst, where a recording already has all the memory it needs."""
    run, steps = lab.transfer(size=size, steps=12), list[Step]()
    for step in run:
        steps.append(step)
        if step.index == 4:
            run.steer(replace(run.config, strength=run.config.strength + 5))
            meanwhile()
    return run, steps


def _in_use(lab: Lab) -> int:
    """Bytes on the card."""
    return torch.cuda.memory_allocated(lab.device) if lab.device.type == "cuda" else 0


def _allow(lab: Lab, share: float | None) -> None:
    """Let the process have no more than a share of the most that it had since all was allowed; None = all there is."""
    if lab.device.type != "cuda":
        return
    torch.cuda.empty_cache()
    there = torch.cuda.get_device_properties(lab.device).total_memory
    most = there if share is None else share * torch.cuda.max_memory_reserved(lab.device)
    torch.cuda.set_per_process_memory_fraction(min(1.0, most / there), lab.device)
    if share is None:
        torch.cuda.reset_peak_memory_stats(lab.device)
