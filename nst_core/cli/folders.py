"""Many pictures by one command: every photo after every painting, where one of them is a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nst_core.cli.console import (
    DONE,
    FAILED,
    INTERRUPTED,
    Bar,
    end,
    reason,
    tell,
)
from nst_core.cli.job import CommandJob, Source
from nst_core.cli.listing import PICTURES, listed, passed_over, pictures_in
from nst_core.cli.paper import each_on_paper, photo_size, sized
from nst_core.cli.results import Outcome
from nst_core.cli.run import begin_compiling, check_files, look_ahead, paint, prepare
from nst_core.cli.signals import Stop, graceful
from nst_core.cli.spread import Painted, pace, spread, what_happened, write
from nst_core.cli.states import recipe_of
from nst_core.files import fitting
from nst_core.notes import Note, in_english
from nst_core.recipe import Command, Role, name_of, sha256_of

if TYPE_CHECKING:
    from nst_core.forecast.forecast import Forecast
    from nst_core.network.vgg import VGG
    from nst_core.scene.remarks import Impression


@dataclass
class Tally:
    """What became of the pairs."""

    done: int = 0
    failures: dict[str, list[str]] = field(default_factory=dict)  # pictures by what was wrong: often one file's fault
    interrupted: bool = False
    elsewhere: str = ""  # where the picture is that was at work, if it would have replaced a better one

    def count(self, job: CommandJob, outcome: Outcome) -> None:
        """Note how the run of `job` ended."""
        self.interrupted = outcome.code == INTERRUPTED
        self.elsewhere = outcome.message if outcome.is_elsewhere else ""
        if outcome.code == DONE:
            self.done += 1
        elif not self.interrupted:
            self.fail(job, outcome.message + ("" if outcome.error is None else f" ({outcome.error!r})"))

    def fail(self, job: CommandJob, why: str) -> None:
        """Note why the picture of `job` wasn't finished."""
        self.failures.setdefault(why, []).append(job.output.name)


@dataclass(frozen=True)
class PlannedJob:
    """A pair that is still to be painted, and what that will take; None where it will turn out to be impossible."""

    job: CommandJob
    forecast: Forecast | None

    @property
    def cost(self) -> float:
        """What its steps cost, in the bar's unit."""
        from nst_core.scene.scales import step_costs

        if self.forecast is None:
            return 0.0
        return sum(step_costs(self.forecast.task.plan, self.job.config)[: self.job.stop_after])


def has_folders(job: CommandJob) -> bool:
    """Whether photos or paintings are folders."""
    pictures = [*job.paths(Role.CONTENT), *job.paths(Role.STYLE)]
    return job.command is Command.STYLIZE and job.start is None and any(path.is_dir() for path in pictures)


def paint_folders(job: CommandJob, stop: Stop) -> int:
    """Paint every photo after every painting into the folder `job.output`; returns the exit code.

    `stop`: whether that was asked for before the first step. What is there already, finished, from the same pictures
    and options, is skipped. Raises `ValueError`, before any work, for options that can't be; a pair that fails is told
    at the end, and the others are painted all the same.
    """
    from nst_core.forecast.wording import overview, summary

    _check_sense(job)
    everything, tally = pairs(job), Tally()
    clashes = _clashes(everything)
    for why, same in clashes.items():
        for each in same:
            tally.fail(each, why)
    jobs = [each for each in everything if not any(each in same for same in clashes.values())]
    network = _check_options(job)
    if not job.only_plan:
        _make_folder(job.output)
        for each in jobs:
            check_files(each)
    hash_of = cache(sha256_of)
    todo = [each for each in jobs if not is_finished(each, hash_of)]
    planned = _look_ahead(todo, network)
    if job.only_plan:
        _tell_what_is_passed_over(job)
        told = (overview([(each.job.output.name, each.forecast) for each in planned]), each_on_paper(job))
        sys.stdout.write("\n".join(filter(None, told)) + "\n")
        _tell_remarks(planned)
        _tell_failures(tally)
        return DONE
    if not job.quiet:
        _tell_what_is_passed_over(job)
    if any(each.forecast for each in planned) and not job.quiet and job.ray is None:
        tell("; ".join(filter(None, (summary([each.forecast for each in planned]), each_on_paper(job)))))
    _tell_remarks(planned)
    clashing = len(everything) - len(jobs)
    if job.ray is None:
        _paint_all(planned, network, job.quiet, tally, stop)
    else:
        _paint_spread(planned, job.ray, job.quiet, tally, stop)
    return _report(job, tally, skipped=len(jobs) - len(todo), planned=len(todo) + clashing)


def _tell_what_is_passed_over(job: CommandJob) -> None:
    folders = [path for role in (Role.CONTENT, Role.STYLE) for path in job.paths(role) if path.is_dir()]
    for folder in dict.fromkeys(folders):
        for remark in passed_over(folder):
            tell(remark)


def _tell_remarks(planned: Sequence[PlannedJob]) -> None:
    """What is to be known of the pictures: a line for each remark, by the names of those that it is on."""
    names: dict[str, list[str]] = {}
    look = cache(_impression)
    for each in planned:
        for name, remark in _remarks(each.job, look) if each.forecast else ():
            names.setdefault(in_english([remark]), []).append(name)
    for sentence, on in names.items():
        tell(f"{listed(on)}: {sentence}")


def _remarks(job: CommandJob, look: Callable[[Path], Impression | None]) -> Iterator[tuple[str, Note]]:
    """The remarks on the pictures of a pair, each with the name of the one that it is on."""
    from nst_core.images.reading import read_size
    from nst_core.scene.remarks import of_masks, of_pictures

    photo, painting = job.content, job.paths(Role.STYLE)[0]
    within, strength_map = (next(map(read_size, job.paths(role)), None) for role in (Role.WITHIN, Role.STRENGTH_MAP))
    for remark in of_pictures(look(photo), [look(painting)], job.config):
        yield painting.name if "number" in remark.values else photo.name, remark
    for remark in of_masks(read_size(photo), [], within, strength_map):
        yield photo.name, remark


def _impression(path: Path) -> Impression | None:
    """Of a picture in a file; None where it can't be used, which its pair will tell."""
    from nst_core.images.reading import load_image
    from nst_core.scene.remarks import impression

    try:
        return impression(load_image(path))
    except ValueError:
        return None


def pairs(job: CommandJob) -> list[CommandJob]:
    """One job for each photo and painting, by name; two may have the same result. Raises `ValueError`."""
    photos, paintings = (list(_pictures(job, role)) for role in (Role.CONTENT, Role.STYLE))
    others = [source for source in job.sources if source.role not in (Role.CONTENT, Role.STYLE)]
    jobs = [
        _sized(replace(job, sources=(photo, painting, *others), output=_result(job.output, photo, painting)))
        for photo in photos
        for painting in paintings
    ]
    _check_names(jobs)
    for role, option in ((Role.WITHIN, "--within"), (Role.STRENGTH_MAP, "--strength-map")):
        if len(photos) > 1 and job.paths(role):
            raise ValueError(f"{option} belongs to one photo, and there are {len(photos)}; give one photo, or leave it")
    return jobs


def _sized(job: CommandJob) -> CommandJob:
    """`sized`, where that is possible; where it isn't, the reason is told when the pair's turn comes."""
    try:
        return sized(job)
    except ValueError:
        return job


def is_finished(job: CommandJob, hash_of: Callable[[Path], str]) -> bool:
    """Whether the result is there, as far as it shall be painted, from the same pictures and options."""
    found = recipe_of(job.output)
    if found is None:
        return False
    try:
        same = found.makes_the_same_as(job.recipe(hash_of))
    except ValueError:
        return False
    return same and found.steps_done == (job.stop_after or found.steps_planned)


def _check_sense(job: CommandJob) -> None:
    several = "each picture is painted after one painting"
    for option, given, why in (
        ("--mask", job.masks, several),
        ("--style-blend", job.config.style_blend, several),
        ("several values of --style-scale", job.config.style_scale[1:], several),
        ("--clip", job.clip, "it would show one picture, and many are painted"),
        ("--state", job.state, "it would hold one run, and many are made; what is finished is skipped anyway"),
    ):
        if given:
            raise ValueError(f"{option} can't be given with folders: {why}")
    if job.output.suffix.lower() in PICTURES:
        raise ValueError(f"{job.output} is a picture's name, and a folder goes in; give -o a folder for the results")
    if job.output.exists() and not job.output.is_dir():
        raise ValueError(f"{job.output} is a file; give -o a folder for the results")
    folders = [path for role in (Role.CONTENT, Role.STYLE) for path in job.paths(role) if path.is_dir()]
    if os.path.realpath(job.output) in map(os.path.realpath, folders):
        raise ValueError(f"{job.output} is one of the folders that go in; give -o another for the results")


def _check_options(job: CommandJob) -> VGG:
    """Refuse what no pair could be painted with, by a trial that takes no step; returns the network for all pairs."""
    begin_compiling(job.device)
    from PIL import Image

    from nst_core.device.select import resolve_device
    from nst_core.images.reading import load_mask
    from nst_core.network.vgg import load_vgg19
    from nst_core.transfer import Transfer

    within, strength_map = (next(map(load_mask, job.paths(role)), None) for role in (Role.WITHIN, Role.STRENGTH_MAP))
    network = load_vgg19(job.config.weights, job.config.pooling).to(resolve_device(job.device))
    square = Image.new("RGB", (64, 64))
    Transfer(square, [square], job.config, within=within, strength_map=strength_map, extractor=network)
    return network


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"the folder {folder} can't be made: {error.strerror}; choose another place") from error


def _pictures(job: CommandJob, role: Role) -> Iterator[Source]:
    """The files in a role, folders replaced by the pictures in them."""
    seen: set[Path] = set()
    for source in job.sources:
        if source.role is role and source.path is not None:
            if not source.path.exists():
                raise ValueError(f"{source.path} doesn't exist; check the name")
            for path in pictures_in(source.path) if source.path.is_dir() else [source.path]:
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    yield source if path is source.path else Source(role, path, name_of(path))


def _result(folder: Path, photo: Source, painting: Source) -> Path:
    assert photo.path is not None
    assert painting.path is not None
    return fitting(folder, f"{photo.path.stem}_{painting.path.stem}", ".png")


def _check_names(jobs: Sequence[CommandJob]) -> None:
    """No result replaces a picture of any pair."""
    used = {os.path.realpath(path) for job in jobs for role in Role for path in job.paths(role)}
    for job in jobs:
        for path in (job.output, *job.intermediates.values()):
            if os.path.realpath(path) in used:
                raise ValueError(f"{path} is one of the pictures that go in; choose another folder for the results")


def _clashes(jobs: Sequence[CommandJob]) -> dict[str, list[CommandJob]]:
    """Jobs whose result has the name of another's, by what is wrong.

    By lower-case names: many file systems don't tell a.png from A.png.
    """
    writers: dict[str, list[CommandJob]] = {}
    for job in jobs:
        for path in (job.output, *job.intermediates.values()):
            writers.setdefault(path.name.lower(), []).append(job)
    clashes: dict[str, list[CommandJob]] = {}
    for job in jobs:
        same = writers[job.output.name.lower()]
        if len(same) > 1:
            clashes.setdefault(_why_same(same), []).append(job)
    return clashes


def _why_same(jobs: Sequence[CommandJob]) -> str:
    photos, paintings = (
        sorted({path.name for job in jobs for path in job.paths(role)}) for role in (Role.CONTENT, Role.STYLE)
    )
    names = photos if len(photos) > 1 else paintings
    return f"{' and '.join(names)} would give pictures of the same name; rename one of them"


def _look_ahead(jobs: Sequence[CommandJob], network: VGG) -> list[PlannedJob]:
    from nst_core.forecast.machine import UNKNOWN, as_it_is
    from nst_core.forecast.measuring import probe
    from nst_core.images.reading import read_size
    from nst_core.scene.scales import scale_plan

    def forecast(job: CommandJob) -> Forecast | None:
        try:
            photo, painting = photo_size(job), read_size(job.paths(Role.STYLE)[0])
            return look_ahead(job, network, scale_plan(photo, [painting], job.config), [painting], machine)
        except ValueError:
            return None

    # How fast this machine is tells nothing of a cluster's.
    elsewhere = bool(jobs) and jobs[0].ray is not None
    machine = (as_it_is(network, UNKNOWN) if elsewhere else probe(network, jobs[0].config)) if jobs else None
    return [PlannedJob(job, forecast(job)) for job in jobs]


def _paint_all(planned: Sequence[PlannedJob], network: VGG, quiet: bool, tally: Tally, earlier: Stop) -> None:
    with graceful(earlier) as stop, Bar(sum(each.cost for each in planned), quiet) as bar:
        for number, each in enumerate(planned, 1):
            if stop.requested or tally.interrupted:
                break
            try:
                machine = each.forecast.machine if each.forecast else None
                # Without a state: a rerun of the folder wouldn't look at it.
                work = replace(prepare(each.job, network, machine), state=None)
                if not stop.requested:
                    outcome = paint(work, bar, stop, f"{number}/{len(planned)} {each.job.output.name}, ")
                    tally.count(each.job, outcome)
            except KeyboardInterrupt:
                break
            except Exception as error:
                bar.drop(each.cost)
                tally.fail(each.job, what_happened(error))


def _paint_spread(planned: Sequence[PlannedJob], address: str, quiet: bool, tally: Tally, earlier: Stop) -> None:
    """On a cluster; what is under way when somebody stops is dropped, and done by the same command later."""
    costs = {each.job.output: each.cost for each in planned}
    with spread(address) as pairs, graceful(earlier) as stop, Bar(sum(costs.values()), quiet) as bar:
        began, done = time.monotonic(), 0
        try:
            for came in pairs.painted([each.job for each in planned], stop):
                if came is not None:
                    job, painted = came
                    _take(job, painted, tally, bar)
                    done += 1
                    bar.advance(costs[job.output], f"{done}/{len(planned)} {job.output.name}, {pace(done, began)}")
        except KeyboardInterrupt:
            return


def _take(job: CommandJob, painted: Painted, tally: Tally, bar: Bar) -> None:
    for sentence in painted.said:
        bar.say(f"{job.output.name}: {sentence}")
    try:
        write(job, painted)
    except OSError as error:
        tally.fail(job, f"it can't be written: {reason(error)}")
    else:
        tally.count(job, painted.outcome)


def _tell_failures(tally: Tally) -> None:
    """A line for each cause."""
    for why, names in tally.failures.items():
        tell(f"no {listed(names)}: {why}")


def _report(job: CommandJob, tally: Tally, skipped: int, planned: int) -> int:
    """Say what became of the pairs; returns the exit code."""
    _tell_failures(tally)
    if tally.elsewhere and tally.interrupted:
        tell(tally.elsewhere)
    failed = sum(map(len, tally.failures.values()))
    left = planned - tally.done - failed
    code = INTERRUPTED if left else FAILED if failed else DONE
    parts = [f"painted {tally.done} of {planned + skipped} pictures in {job.output}"]
    parts += [f"{skipped} were there already"] if skipped else []
    parts += [f"{failed} failed"] if failed else []
    parts += [f"stopped with {left} left; the same command goes on"] if left else []
    return code if job.quiet and code == DONE else end(code, "; ".join(parts))
