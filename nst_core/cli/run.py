"""Carry out one job: check everything, then show, film and save the steps as they come."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_core.cli.console import FAILED, INTERRUPTED, OUT_OF_MEMORY, Bar
from nst_core.cli.job import CommandJob
from nst_core.cli.paper import on_paper, part_of, sized
from nst_core.cli.places import check_intermediates
from nst_core.cli.results import Film, Outcome, Results
from nst_core.cli.signals import Stop
from nst_core.config import TransferConfig, check_steering
from nst_core.device.memory import is_out_of_memory
from nst_core.recipe import Command, Role

if TYPE_CHECKING:
    from PIL.Image import Image

    from nst_core.checkpoint import Checkpoint
    from nst_core.forecast.forecast import Forecast
    from nst_core.forecast.machine import Machine
    from nst_core.network.vgg import VGG
    from nst_core.notes import Note
    from nst_core.scene.scales import Plan, Size
    from nst_core.transfer import Step, Transfer


CARDS = ("/dev/nvidiactl", "/dev/kfd")  # are there where a driver of NVIDIA's or AMD's is


@dataclass(frozen=True)
class Work:
    """A job that can be carried out: nothing in it was found wrong."""

    job: CommandJob
    results: Results
    steps: Iterable[Step]
    state: Callable[[], Checkpoint] | None  # None where there is nothing to go on from
    remarks: tuple[Note, ...]  # on the pictures, to be told before the first step
    size: Size  # of the result
    costs: list[float]  # of the steps 1, 2, ..., in any unit
    forecast: Forecast
    on_paper: str  # how large it will be there, in words; nothing where that isn't asked for

    @property
    def cost(self) -> float:
        """What is still to be done."""
        done = self.job.start.steps_done if self.job.start else 0
        return sum(self.costs[done : self.job.stop_after])


@dataclass(frozen=True)
class Inputs:
    """The pictures of a job."""

    content: Image
    paintings: list[Image]
    masks: list[Image | None]
    within: Image | None
    strength_map: Image | None


def prepare(job: CommandJob, network: VGG | None = None, machine: Machine | None = None) -> Work:
    """Load and check; refuses with `ValueError`, before any work, what would fail after it.

    `network`, on the device where to compute, and what is known of the machine are used if they are there already.
    """
    from nst_core.cpu.choice import loops_are_coming
    from nst_core.images.reading import read_profile
    from nst_core.scene.scales import scale_plan, step_costs

    check_files(job)
    job = sized(job)
    inputs = _read(job)
    for _, config in job.steered:
        check_steering(job.config, config, len(inputs.paintings))
    sizes = [painting.size for painting in inputs.paintings]
    scale_plan(inputs.content.size, sizes, job.config)  # refuses what is too narrow, before torch is imported
    profile = read_profile(job.content) if job.keep_profile else None
    transfer = _transfer(job, inputs, network)
    forecast = look_ahead(job, transfer.network, transfer.plan, sizes, machine)
    transfer.execution = forecast.execution
    transfer.changes_over = not _is_settled(job) and loops_are_coming()
    results = Results(job, job.recipe(), profile, lambda: transfer.execution)
    state = None if job.config.only_colours else transfer.state
    costs = step_costs(transfer.plan, job.config)
    done = job.start.steps_done if job.start else 0
    size = transfer.plan[-1][0]
    return Work(
        job=job,
        results=results,
        steps=_steered(transfer, job.steered, done),
        state=state,
        remarks=transfer.remarks,
        size=size,
        costs=costs,
        forecast=forecast,
        on_paper=on_paper(job, size),
    )


def _is_settled(job: CommandJob) -> bool:
    """Whether a job has to be computed in a certain way: as was typed, or as an earlier picture was."""
    return "plain_steps" in job.execution or job.earlier is not None


def _steered(transfer: Transfer, turns: Iterable[tuple[int, TransferConfig]], done: int) -> Iterator[Step]:
    """The steps after `done`, steered by `turns`: the first step of each config, and it."""
    coming = {first - 1: config for first, config in turns if first > done}
    if done in coming:
        transfer.steer(coming[done])
    for step in transfer:
        yield step
        if step.index in coming:
            transfer.steer(coming[step.index])


def look_ahead(
    job: CommandJob, network: VGG, plan: Plan, paintings: Sequence[Size], machine: Machine | None = None
) -> Forecast:
    """How a job will be carried out and what that takes; `ValueError` where there isn't enough memory for it."""
    from nst_core.forecast.forecast import suggest
    from nst_core.forecast.machine import known
    from nst_core.forecast.measuring import probe
    from nst_core.forecast.task import Task

    # To measure the pace takes as long as the first ten steps, which tell it themselves.
    machine = machine or (probe if job.only_plan else known)(network, job.config)
    done = job.start.steps_done if job.start else 0
    task = Task(network, job.config, plan, paintings, done, job.stop_after)
    chosen, wished, earlier = dict(job.execution), dict[str, Any](), job.earlier
    if earlier is not None and earlier.device == network.device.type:
        wished = asdict(earlier.execution)  # the same bytes again
    if earlier is not None and job.start is not None:
        chosen["history"] = earlier.execution.history  # the state holds so many
    smaller = "a smaller size" if job.made_for is None else "a smaller paper or a lower dpi"
    return suggest(machine, task, chosen, wished, smaller)


def check_files(job: CommandJob) -> None:
    """Raise `ValueError` for what can't be written, and for what would replace a file that is needed."""
    from nst_core.files import check_place
    from nst_core.film.clip import check_film
    from nst_core.images.formats import check_output

    pictures = [job.output, *job.intermediates.values()]
    check_output(job.output, alpha=job.config.keep_alpha, depth=job.depth)
    if job.state is not None and job.state.suffix != ".state":
        raise ValueError(f"{job.state} must end in .state")
    if job.state is not None and job.config.only_colours:
        raise ValueError(
            "--state keeps where a run stood, and --only-colours takes a single step; leave one of them out"
        )
    if job.clip is not None:
        check_film(job.clip)
    if job.state is not None:
        check_place(job.state)
    inputs = [path for role in Role for path in job.paths(role)]
    inputs += [] if job.recipe_of is None else [job.recipe_of]
    taken = {os.path.realpath(path): "one of the files that go in" for path in inputs}  # a link to itself is no error
    for path in [*pictures, *filter(None, (job.clip, job.state))]:
        if what := taken.get(os.path.realpath(path)):
            raise ValueError(f"{path} is {what}; choose another name for the output")
        taken[os.path.realpath(path)] = "written already"
    check_intermediates(job)


def _read(job: CommandJob) -> Inputs:
    from nst_core.images.reading import load_image, load_mask

    def load(path: Path) -> Image:
        return load_image(path, keep_alpha=job.config.keep_alpha)

    def mask_of(path: Path) -> Image:
        return part_of(load_mask(path), whole.size, job.aspect)

    whole = load(job.content)
    content = part_of(whole, whole.size, job.aspect)
    paintings = [load(path) for path in job.paths(Role.STYLE)]
    if job.command is Command.RECONSTRUCT and job.config.style_layers:
        paintings = [content]  # a texture is its own model
    masks = [None if path is None else mask_of(path) for path in job.masks]
    within, strength_map = (next(map(mask_of, job.paths(role)), None) for role in (Role.WITHIN, Role.STRENGTH_MAP))
    return Inputs(content, paintings, masks, within, strength_map)


def _transfer(job: CommandJob, inputs: Inputs, network: VGG | None) -> Transfer:
    begin_compiling(job.device)
    from nst_core.transfer import Transfer

    return Transfer(
        inputs.content,
        inputs.paintings,
        job.config_at(job.start.steps_done if job.start else 0),
        masks=inputs.masks,
        within=inputs.within,
        strength_map=inputs.strength_map,
        extractor=network,
        device=None if network else job.device,
        state=job.start.state if job.start else None,
    )


def begin_compiling(device: str | None) -> None:
    """Have what a processor computes with compiled, if it isn't kept; for the time before torch is imported.

    That takes seconds, too, and so does reading the weights.
    """
    if device == "cpu" or (device is None and not any(map(os.path.exists, CARDS))):
        from nst_core.cpu.kernels import compile_beside

        compile_beside()


def paint(work: Work, bar: Bar, stop: Stop, title: str = "") -> Outcome:
    """Run, show, save. Whatever ends the run, the last picture is kept; what comes before the first step is raised."""
    job, results = work.job, work.results
    last: Step | None = None
    state: Checkpoint | None = None
    complete = True
    try:
        with Film(job.clip, work.size, len(work.costs), bar) as film:
            learns = not work.forecast.is_timed and work.forecast.blocks == 1
            for last in _learning(work) if learns else work.steps:
                bar.show(last, work.costs[last.index - 1], title)
                complete &= results.intermediate(last, bar)
                film.add(last)
                film.is_whole = last.index in (last.total, job.stop_after)
                if stop.requested or film.is_whole:
                    state = _state(work, last, stop)
                    break
        if last is None:
            raise RuntimeError("the run ended without a step")
        if film.is_whole:
            return results.finish(last, state, complete and film.complete)
        return results.interrupted(last, state)
    except (Exception, KeyboardInterrupt) as error:
        if last is None:
            raise
        return _broken_off(results, last, error)


def _learning(work: Work) -> Iterator[Step]:
    """The steps of a job, one by one as each is done; the machine's pace, which wasn't known, is by them at the end."""
    times: dict[Size, list[float]] = {}
    began = time.perf_counter()
    for step in work.steps:
        _ = step.losses  # an accelerator has to be done then
        times.setdefault(step.size, []).append(time.perf_counter() - began)
        if step.index == step.total and not work.results.execution().plain_steps:
            from nst_core.forecast.measuring import learn

            learn(work.forecast.task.network, work.job.config, times)
        yield step
        began = time.perf_counter()


def _state(work: Work, last: Step, stop: Stop) -> Checkpoint | None:
    """What to go on from, while the run stands: where it is asked for, and where it is stopped before its end."""
    wanted = work.job.state is not None or (stop.requested and last.index < last.total)
    return work.state() if work.state is not None and wanted else None


def _broken_off(results: Results, last: Step, error: BaseException) -> Outcome:
    """Save the picture so far, and say what ended the run."""
    if isinstance(error, KeyboardInterrupt):
        return results.cut_off(last, "stopped", INTERRUPTED)
    if is_out_of_memory(error):
        return results.cut_off(last, OUT_OF_MEMORY)
    return results.cut_off(last, "failed", FAILED, error)
