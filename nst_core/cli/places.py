"""Where an unfinished picture goes: it replaces nothing but an earlier moment of its own run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, count
from os.path import exists
from pathlib import Path

from nst_core.cli.job import CommandJob
from nst_core.cli.states import SUFFIX, StateLabel, belongs, label_of, recipe_of, state_beside
from nst_core.files import fitting
from nst_core.recipe import Recipe


@dataclass(frozen=True)
class Place:
    """Where a picture goes, and the state of its run; `why` it isn't the place that was asked for, if it isn't."""

    picture: Path
    state: Path
    why: str = ""


def asked_for(job: CommandJob) -> Place:
    """Where the results of a run go that comes to its end."""
    own = job.start is not None and job.start.picture.resolve() == job.output.resolve()
    beside = job.start.path if job.start is not None and own else state_beside(job.output)
    return Place(job.output, job.state or beside)


def place_for(job: CommandJob, recipe: Recipe, has_state: bool) -> Place:
    """Where what there is of an unfinished run goes; `recipe` is its picture's, `has_state` whether one can go on."""
    earlier = [recipe] if job.start is None else [recipe, job.start.recipe]

    def is_outdone(found: Recipe) -> bool:
        return found.steps_done <= recipe.steps_done and any(map(found.makes_the_same_as, earlier))

    why = ""
    for place in _places(job):
        reason = _taken(place, is_outdone, has_state)
        if not reason:
            return replace(place, why=why)
        why = why or reason
    raise AssertionError("there are names without end")


def free_name(path: Path) -> Path:
    """`path`, or the first name after it that nothing has: out.mp4, out-stopped.mp4, out-stopped-2.mp4."""
    return next(name for name in chain([path], _names(path)) if not exists(name))


def check_intermediates(job: CommandJob) -> None:
    """Raise `ValueError` where `--save-every` would replace what isn't such a picture of that step.

    A PNG tells; of other formats only those are known that a state belongs to.
    """
    for index, path in job.intermediates.items():
        if not path.is_file():
            continue
        recipe = recipe_of(path)
        is_one = path.suffix.lower() != ".png" or (recipe is not None and recipe.steps_done == index)
        if not is_one or state_beside(path).exists():
            raise ValueError(
                f"{path}, where --save-every would put step {index}, is another picture; choose another name for OUT"
            )


def _places(job: CommandJob) -> Iterator[Place]:
    """The place that was asked for, and then others, without end."""
    yield asked_for(job)
    pictures, states = _names(job.output), _names(job.output, SUFFIX)
    yield from map(Place, pictures, states)


def _names(path: Path, ending: str = "") -> Iterator[Path]:
    """out.png -> out-stopped.png, out-stopped-2.png, ..., and `ending` behind them."""
    for number in count(1):
        again = "" if number == 1 else f"-{number}"
        yield fitting(path.parent, path.stem, f"-stopped{again}{path.suffix}{ending}")


def _taken(place: Place, is_outdone: Callable[[Recipe], bool], has_state: bool) -> str:
    """What would be lost if an unfinished run's results went there; nothing if nothing would."""
    label = label_of(place.state) if exists(place.state) else None
    if exists(place.state) and not (has_state and label and is_outdone(label.recipe)):
        return f"{place.state} is there to go on from" if label else f"{place.state} was there before"
    if not exists(place.picture):
        return ""
    recipe = recipe_of(place.picture) or _told_by(label, place)
    if recipe is None:
        return f"{place.picture} was there before"
    if is_outdone(recipe):
        return ""
    how_far = "finished" if recipe.is_finished else f"at step {recipe.steps_done} of {recipe.steps_planned}"
    return f"{place.picture} is there, {how_far}"


def _told_by(label: StateLabel | None, place: Place) -> Recipe | None:
    """What the state tells of a picture that can't tell itself."""
    return label.recipe if label and belongs(label, place.picture, place.state) else None
