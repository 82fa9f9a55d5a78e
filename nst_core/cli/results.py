"""What a run leaves behind: the picture, every n-th step's, the making-of, and the state to go on from."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nst_core.cli.console import DONE, FAILED, INTERRUPTED, Bar, as_typed, invocation, reason
from nst_core.cli.job import CommandJob
from nst_core.cli.places import Place, asked_for, free_name, place_for
from nst_core.cli.signals import deaf
from nst_core.cli.states import StateLabel, label_of
from nst_core.execution import Execution
from nst_core.files import alone_in, replacing
from nst_core.recipe import KEY, Recipe, sha256_of, versions

if TYPE_CHECKING:
    from nst_core.checkpoint import Checkpoint
    from nst_core.film.clip import Clip
    from nst_core.scene.scales import Size
    from nst_core.transfer import Step


@dataclass(frozen=True)
class Outcome:
    """How a run ended: an exit code, a sentence about it, and the error if it was one that nobody expects.

    `is_elsewhere`: the picture isn't where that was asked for, since it would have replaced a better one.
    """

    code: int
    message: str
    error: BaseException | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True)
class Results:
    """Writes the results of a job. All of its pictures carry `recipe`, and look as `profile` says."""

    job: CommandJob
    recipe: Recipe
    profile: bytes | None
    execution: Callable[[], Execution]  # how the steps so far were computed

    def intermediate(self, step: Step, bar: Bar) -> bool:
        """False, and a line for the person, when the picture was due and couldn't be written; the run goes on."""
        if self.job.save_every is None or step.index % self.job.save_every:
            return True
        path = self.job.intermediate(step.index)
        try:
            self._write(step, path)
        except OSError as error:
            bar.say(f"{path} can't be written ({reason(error)}); going on without it")
            return False
        return True

    def finish(self, step: Step, state: Checkpoint | None, complete: bool) -> Outcome:
        """Write the result of a run that came to its end; `complete`: so far, everything could be written."""
        with deaf():
            outcome = self._save(step, state, DONE if complete else FAILED, at=asked_for(self.job))
            if outcome.code == DONE and step.index == step.total:
                self._remove_states(step)
            return outcome

    def interrupted(self, step: Step, state: Checkpoint | None) -> Outcome:
        """Write what there is when a run was asked to stop; with the state, it can go on."""
        with deaf():
            return self._save(step, state, INTERRUPTED, f"stopped {_where(step)}; ")

    def cut_off(self, step: Step, ending: str, code: int = FAILED, error: BaseException | None = None) -> Outcome:
        """Write what there is when a run broke off, `ending` after `step`."""
        with deaf():
            return replace(self._save(step, None, code, f"{ending} {_where(step)}; "), error=error)

    def _write(self, step: Step, path: Path) -> None:
        from nst_core.images.saving import save_image

        recipe = self._recipe(step)
        save_image(
            step.image,
            path,
            alpha=step.alpha,
            depth=self.job.depth,
            profile=self.profile,
            dpi=self.job.dpi,
            text={KEY: recipe.to_text()},
        )

    def _recipe(self, step: Step) -> Recipe:
        return replace(
            self.recipe,
            execution=self.execution(),
            steps_done=step.index,
            steps_planned=step.total,
            versions=versions(step.image.device.type),
        )

    def _save(
        self, step: Step, state: Checkpoint | None, code: int, ending: str = "", at: Place | None = None
    ) -> Outcome:
        """Write picture and state `at` a place, or where nothing better is replaced; the picture at any price."""
        try:
            with alone_in(self.job.output.parent):  # until it is written, what is there mustn't get any better
                place = at or place_for(self.job, self._recipe(step), state is not None)
                self._write_both(step, state, place)
        except _StateLostError as error:
            outcome = self._save(step, None, FAILED, ending, at)
            return replace(outcome, message=f"{outcome.message}; {error}")
        except OSError as error:
            return Outcome(FAILED, f"{self.job.output} can't be written ({reason(error)}); {self._rescue(step)}")
        return Outcome(code, f"{ending}{self._told(step, state, place, code)}", is_elsewhere=bool(place.why))

    def _write_both(self, step: Step, state: Checkpoint | None, place: Place) -> None:
        """Replace neither picture nor state before both are there, for one without the other is worth less."""
        with replacing(place.picture) as picture:
            self._write(step, picture)
            if state is not None:
                self._keep(step, state, place, sha256_of(picture))

    def _keep(self, step: Step, state: Checkpoint, place: Place, sha256: str) -> None:
        from nst_core.checkpoint import save_state

        label = StateLabel(place.picture.name, place.state == self.job.state, self._recipe(step), sha256)
        try:
            save_state(state, place.state, label.to_text())
        except OSError as error:
            raise _StateLostError(f"{place.state} can't be written ({reason(error)})") from error

    def _told(self, step: Step, state: Checkpoint | None, place: Place, code: int) -> str:
        width, height = step.size
        kept = "" if state is None else f" and {place.state}"
        why = f", because {place.why}" if place.why else ""
        how = f"; go on with: {_resuming(self.job, place)}" if state is not None and code == INTERRUPTED else ""
        return f"wrote {place.picture} ({width}x{height}){kept}{why}{how}"

    def _remove_states(self, step: Step) -> None:
        """Those of a run that has come to its end, unless they were asked for."""
        if self.job.state is not None:
            return
        path = asked_for(self.job).state
        label = label_of(path) if path.is_file() else None
        is_own = label is not None and not label.is_kept and label.recipe.makes_the_same_as(self._recipe(step))
        with suppress(OSError):
            if is_own:
                path.unlink()
            if self.job.start is not None:
                self.job.start.path.unlink(missing_ok=True)

    def _rescue(self, step: Step) -> str:
        try:
            path = Path(tempfile.mkdtemp(prefix="nst-")) / self.job.output.name
            self._write(step, path)
        except OSError as error:
            return f"nor can a copy in the temporary folder ({reason(error)}): the picture is lost"
        return f"the picture is in {path}"


def _where(step: Step) -> str:
    return f"after step {step.index} of {step.total}"


def _resuming(job: CommandJob, place: Place) -> str:
    """The command that goes on, with the options that the state doesn't hold."""
    options: list[object] = [] if place.state.parent == place.picture.parent else ["-o", as_typed(place.picture)]
    options += [] if job.device is None else ["--device", job.device]
    options += [] if job.save_every is None else ["--save-every", job.save_every]
    return shlex.join([*invocation().split(), "--resume", as_typed(place.state), *map(str, options)])


class _StateLostError(Exception):
    """A state that can't be written, in one sentence."""


class Film:
    """The making-of, if one is asked for; when it can't be written that is told, and the run goes on without it."""

    def __init__(self, path: Path | None, size: Size, steps: int, bar: Bar) -> None:
        """`size` (width, height) of the frames; `steps`: of the run. Raises `ValueError` for a path that can't be."""
        from nst_core.film.clip import Clip

        self._path, self._bar = path, bar
        self._clip: Clip | None = None if path is None else Clip(path, size, steps)
        self.complete = True  # so far, it could be written
        self.is_whole = False  # the run has come to its end

    def __enter__(self) -> Self:
        if self._clip is not None:
            self._clip.__enter__()
        return self

    def add(self, step: Step) -> None:
        """Show a step to the camera."""
        if self._clip is not None:
            try:
                self._clip.add(step)
            except OSError as error:
                self._close(self._clip, error)
                self._give_up(error)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._clip is not None:
            try:
                self._close(self._clip, error)
            except OSError as failure:
                self._give_up(failure)

    def _close(self, clip: Clip, error: BaseException | None) -> None:
        """A film that ends early replaces none: how much another one shows can't be seen."""
        asked_for = clip.path
        if not self.is_whole:
            clip.path = free_name(asked_for)
        clip.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)
        if clip.path != asked_for and clip.path.exists():
            self._bar.say(f"the film so far is {clip.path}, because {asked_for} was there before")

    def _give_up(self, error: OSError) -> None:
        self._bar.say(f"{self._path} can't be written ({reason(error)}); going on without it")
        self._clip, self.complete = None, False
