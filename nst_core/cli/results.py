"""What a run leaves behind: the picture, every n-th step's, the making-of, and the state to go on from."""

from __future__ import annotations

import shlex
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nst_core.cli.console import DONE, FAILED, INTERRUPTED, Bar, invocation, reason
from nst_core.cli.job import CommandJob, state_text
from nst_core.cli.signals import deaf_to_interrupts
from nst_core.recipe import KEY, Recipe, versions

if TYPE_CHECKING:
    from nst_core.checkpoint import Checkpoint
    from nst_core.film.clip import Clip
    from nst_core.scene.scales import Size
    from nst_core.transfer import Step


@dataclass(frozen=True)
class Outcome:
    """How a run ended: an exit code, a sentence about it, and the error if it was one that nobody expects."""

    code: int
    message: str
    error: BaseException | None = None


@dataclass(frozen=True)
class Results:
    """Writes the results of a job. All of its pictures carry `recipe`, and look as `profile` says."""

    job: CommandJob
    recipe: Recipe
    profile: bytes | None

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
        with deaf_to_interrupts():
            outcome = self._save(step, DONE if complete else FAILED)
            if outcome.code == DONE and self.job.start is not None and self.job.state is None:
                with suppress(OSError):
                    self.job.start.path.unlink()
            return self._with_state(outcome, step, state)

    def interrupted(self, step: Step, state: Checkpoint | None) -> Outcome:
        """Write what there is when a run was asked to stop; with the state, it can go on."""
        with deaf_to_interrupts():
            return self._with_state(self._save(step, INTERRUPTED, f"stopped {_where(step)}; "), step, state)

    def cut_off(self, step: Step, ending: str, code: int = FAILED, error: BaseException | None = None) -> Outcome:
        """Write what there is when a run broke off, `ending` after `step`."""
        with deaf_to_interrupts():
            return replace(self._save(step, code, f"{ending} {_where(step)}; "), error=error)

    def _write(self, step: Step, path: Path) -> None:
        from nst_core.images.saving import save_image

        recipe = self._recipe(step)
        save_image(
            step.image,
            path,
            alpha=step.alpha,
            depth=self.job.depth,
            profile=self.profile,
            text={KEY: recipe.to_text()},
        )

    def _recipe(self, step: Step) -> Recipe:
        return replace(
            self.recipe,
            steps_done=step.index,
            steps_planned=step.total,
            versions=versions(step.image.device.type),
        )

    def _save(self, step: Step, code: int, ending: str = "") -> Outcome:
        """Write the result, or if its place has gone bad, a copy in the temporary folder."""
        path = self.job.output
        try:
            self._write(step, path)
        except OSError as error:
            return Outcome(FAILED, f"{path} can't be written ({reason(error)}); {self._rescue(step)}")
        width, height = step.size
        return Outcome(code, f"{ending}wrote {path} ({width}x{height})")

    def _rescue(self, step: Step) -> str:
        try:
            path = Path(tempfile.mkdtemp(prefix="nst-")) / self.job.output.name
            self._write(step, path)
        except OSError as error:
            return f"nor can a copy in the temporary folder ({reason(error)}): the picture is lost"
        return f"the picture is in {path}"

    def _with_state(self, outcome: Outcome, step: Step, state: Checkpoint | None) -> Outcome:
        if state is None:
            return outcome
        from nst_core.checkpoint import save_state

        path = state_path(self.job)
        try:
            save_state(state, path, state_text(self.job, self._recipe(step)))
        except OSError as error:
            return Outcome(FAILED, f"{outcome.message}; {path} can't be written ({reason(error)})")
        how = f"; go on with: {_resuming(self.job, path)}" if outcome.code == INTERRUPTED else ""
        return replace(outcome, message=f"{outcome.message} and {path}{how}")


def state_path(job: CommandJob) -> Path:
    """Where the state goes: out.png -> out.state."""
    return job.state or job.output.with_suffix(".state")


def _where(step: Step) -> str:
    return f"after step {step.index} of {step.total}"


def _resuming(job: CommandJob, path: Path) -> str:
    """The command that goes on, with the options that the state doesn't hold."""
    options: list[object] = [] if path.parent == job.output.parent else ["-o", job.output]
    options += [] if job.device is None else ["--device", job.device]
    options += [] if job.save_every is None else ["--save-every", job.save_every]
    return shlex.join([*invocation().split(), "--resume", str(path), *map(str, options)])


class Film:
    """The making-of, if one is asked for; when it can't be written that is told, and the run goes on without it."""

    def __init__(self, path: Path | None, size: Size, steps: int, bar: Bar) -> None:
        """`size` (width, height) of the frames; `steps`: of the run. Raises `ValueError` for a path that can't be."""
        from nst_core.film.clip import Clip

        self._path, self._bar = path, bar
        self._clip: Clip | None = None if path is None else Clip(path, size, steps)
        self.complete = True

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
                self._clip.__exit__(type(error), error, error.__traceback__)
                self._give_up(error)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._clip is not None:
            try:
                self._clip.__exit__(kind, error, at)
            except OSError as failure:
                self._give_up(failure)

    def _give_up(self, error: OSError) -> None:
        self._bar.say(f"{self._path} can't be written ({reason(error)}); going on without it")
        self._clip, self.complete = None, False
