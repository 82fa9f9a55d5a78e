"""Carry out one order: check everything, then show, film and save the steps as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nst_core.console import FAILED, INTERRUPTED, OUT_OF_MEMORY, Bar, Stop, is_out_of_memory
from nst_core.order import Order
from nst_core.recipe import Command, Role
from nst_core.results import Film, Outcome, Results, state_path

if TYPE_CHECKING:
    from PIL.Image import Image

    from nst_core.plan import Size
    from nst_core.state import State
    from nst_core.transfer import Step, Transfer
    from nst_core.vgg import VGG


@dataclass(frozen=True)
class Work:
    """An order that can be carried out: nothing in it was found wrong."""

    order: Order
    results: Results
    steps: Iterable[Step]
    state: Callable[[], State] | None  # None where there is nothing to go on from
    size: Size  # of the result
    costs: list[float]  # of the steps 1, 2, ..., in any unit

    @property
    def cost(self) -> float:
        """What is still to be done."""
        done = self.order.start.steps_done if self.order.start else 0
        return sum(self.costs[done : self.order.stop_after])


def prepare(order: Order, network: VGG | None = None) -> Work:
    """Load and check; refuses with `ValueError`, before any work, what would fail after it.

    `network` is used if it is there already, on the device where to compute.
    """
    from nst_core.plan import step_costs
    from nst_core.reading import read_profile

    check_files(order)
    transfer = _transfer(order, network)
    costs = step_costs(transfer.plan, order.config)
    profile = read_profile(order.content) if order.keep_profile else None
    results = Results(order, order.recipe(), profile)
    state = None if order.config.only_colours else transfer.state
    return Work(order, results, transfer, state, transfer.plan[-1][0], costs)


def check_files(order: Order) -> None:
    """Raise `ValueError` for what can't be written, and for what would replace a file that is needed."""
    from nst_core.files import check_place
    from nst_core.saving import check_output

    pictures = [order.output, *order.intermediates]
    for path in (pictures[0], pictures[-1]):  # the last name is the longest
        check_output(path, alpha=order.config.keep_alpha, depth=order.depth)
    if order.state is not None and order.state.suffix != ".state":
        raise ValueError(f"{order.state} must end in .state")
    check_place(state_path(order))
    inputs = [path for role in Role for path in order.paths(role)]
    inputs += [] if order.recipe_of is None else [order.recipe_of]
    taken = {path.resolve(): "one of the files that go in" for path in inputs}
    for path in [*pictures, *filter(None, (order.clip, order.state))]:
        if what := taken.get(path.resolve()):
            raise ValueError(f"{path} is {what}; choose another name for the output")
        taken[path.resolve()] = "written already"


def _transfer(order: Order, network: VGG | None) -> Transfer:
    from nst_core.reading import load_image, load_mask
    from nst_core.transfer import Transfer

    def load(path: Path) -> Image:
        return load_image(path, keep_alpha=order.config.keep_alpha)

    content, masks = load(order.content), order.paths(Role.WITHIN)
    paintings = [load(path) for path in order.paths(Role.STYLE)]
    if order.command is Command.RECONSTRUCT and order.config.style_layers:
        paintings = [content]  # a texture is its own model
    return Transfer(
        content,
        paintings,
        order.config,
        masks=[None if path is None else load_mask(path) for path in order.masks],
        within=load_mask(masks[0]) if masks else None,
        extractor=network,
        device=None if network else order.device,
        state=order.start.state if order.start else None,
    )


def paint(work: Work, bar: Bar, stop: Stop, title: str = "") -> Outcome:
    """Run, show, save. Whatever ends the run, the last picture is kept; what comes before the first step is raised."""
    order, results = work.order, work.results
    last: Step | None = None
    state: State | None = None
    complete = True
    try:
        with Film(order.clip, work.size, len(work.costs), bar) as film:
            for last in work.steps:
                bar.show(last, work.costs[last.index - 1], title)
                complete &= results.intermediate(last, bar)
                film.add(last)
                if stop.requested or last.index in (last.total, order.stop_after):
                    state = _state(work, last, stop)
                    break
    except (Exception, KeyboardInterrupt) as error:
        if last is None:
            raise
        return _broken_off(results, last, error)
    if last is None:
        raise RuntimeError("the run ended without a step")
    if stop.requested and last.index not in (last.total, order.stop_after):
        return results.interrupted(last, state)
    return results.finish(last, state, complete and film.complete)


def _state(work: Work, last: Step, stop: Stop) -> State | None:
    """What to go on from, while the run stands: where it is asked for, and where it is stopped before its end."""
    wanted = work.order.state is not None or (stop.requested and last.index < last.total)
    return work.state() if work.state is not None and wanted else None


def _broken_off(results: Results, last: Step, error: BaseException) -> Outcome:
    """Save the picture so far, and say what ended the run."""
    if isinstance(error, KeyboardInterrupt):
        return results.cut_off(last, "stopped", INTERRUPTED)
    if is_out_of_memory(error):
        return results.cut_off(last, OUT_OF_MEMORY)
    return results.cut_off(last, "failed", FAILED, error)
