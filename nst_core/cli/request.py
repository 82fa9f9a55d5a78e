"""From what was typed to a `CommandJob`: the options given, on top of a recipe or a state where one is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nst_core.cli.job import CommandJob, Earlier, Source, Start
from nst_core.cli.options import Given, read_options
from nst_core.cli.states import check_own_picture, parse_label
from nst_core.config import PRINT, RECONSTRUCTION, Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.files import expand_home
from nst_core.printing import Paper, Print, check_dpi
from nst_core.recipe import NAMED_WEIGHTS, Command, Recipe, Role, find, name_of, read_recipe

Turns = list[tuple[int, TransferConfig]]  # what a run goes by, with the first step of each, from 1

# What may be given with --resume: the pictures where they lie elsewhere now, and what changes no pixel of a step.
WITH_RESUME = {
    *("resume", "content", "styles", "masks", "within", "strength_map", "weights", "steps"),
    *("output", "state", "save_every", "clip", "depth", "keep_profile", "dpi", "device", "block", "quiet"),
    "plan",
}


def read_job(argv: Sequence[str] | None = None) -> CommandJob:
    """Parse the arguments, and read the recipe or the state that they name; `ValueError` for what can't be done."""
    given = read_options(argv)
    Execution(**given.execution)  # refuses what is out of range
    if "resume" in given.others:
        return _resumed(given)
    if "recipe" in given.others:
        return _repeated(given)
    needed = {"content": "a picture", "styles": "a painting (STYLE)", "output": "-o OUT"}
    for name, what in needed.items():
        if not given.others.get(name) and not (name == "styles" and given.command is Command.RECONSTRUCT):
            raise ValueError(f"{what} is required; --help tells how")
    return _new(given)


def _new(given: Given) -> CommandJob:
    changes, printing = _changes(given), _printing(given)
    if "weights" not in changes and os.environ.get("NST_WEIGHTS"):
        changes["weights"] = os.environ["NST_WEIGHTS"]
    preset = given.others.get("preset", Preset.BALANCED)
    start = TransferConfig(**RECONSTRUCTION) if given.command is Command.RECONSTRUCT else TransferConfig.preset(preset)
    config = _looking_at(given, _changed(start, changes), needed=True)
    return _job(given, config, [source for role in Role for source in _given_sources(given, config, role)], printing)


def _repeated(given: Given) -> CommandJob:
    origin = given.others["recipe"]
    recipe = read_recipe(origin)
    _check_repeat(given, recipe, origin)
    changes = _changes(given)
    wanted = _each(recipe, lambda config: _looking_at(given, _changed(config, changes), needed=False))
    config, sources = wanted[0][1], list[Source]()
    for role in Role:
        own = _given_sources(given, config, role) if _is_given(given, role) else _found(recipe, role, origin)
        sources.extend(own)
    stop_after = None if recipe.is_finished or "steps" in given.config else recipe.steps_done
    defaults = {
        "depth": recipe.depth,
        "keep_profile": recipe.keep_profile,
        "dpi": recipe.dpi,
        "aspect": recipe.aspect,
        **_printing(given),
        "stop_after": stop_after,
        "remark": _remark(recipe, origin),
        "recipe_of": origin,
        "earlier": _earlier(recipe),
    }
    return _steered_job(given, wanted, sources, defaults)


def _each(recipe: Recipe, change: Callable[[TransferConfig], TransferConfig]) -> Turns:
    """The configs of a run, each with its first step, after a change; where nothing can be steered, only the first."""
    first, *later = [(step, change(config)) for step, config in ((1, recipe.config), *recipe.steered)]
    return [first, *(later if not first[1].only_colours else ())]


def _remark(recipe: Recipe, origin: Path) -> str:
    if not recipe.went_on:
        return ""
    steps = " and ".join(map(str, recipe.went_on))
    return (
        f"{origin} went on from its picture after step {steps}, which isn't repeated: all steps are made in one run, "
        "so the picture will differ a little"
    )


def _check_repeat(given: Given, recipe: Recipe, origin: Path) -> None:
    if "preset" in given.others:
        raise ValueError("--preset and --recipe are two sets of options to start from; give one of them")
    if "output" not in given.others:
        raise ValueError("-o OUT is required; --help tells how")
    if recipe.command is not given.command:
        words = {Command.STYLIZE: "without the word reconstruct", Command.RECONSTRUCT: "after the word reconstruct"}
        raise ValueError(f"{origin} was made by another command; give its --recipe {words[recipe.command]}")


def _resumed(given: Given) -> CommandJob:
    origin = given.others["resume"]
    _check_resume(given)
    if not origin.is_file():
        raise ValueError(f"{origin} doesn't exist; check the name")
    from nst_core.checkpoint import load_state  # with torch

    state, text = load_state(origin)
    label = parse_label(text, origin)
    check_own_picture(label, origin, given.others.get("output"))
    recipe, picture = label.recipe, origin.parent / label.output
    sources = [source for role in Role for source in _same(given, recipe, role, origin)]
    changes = {name: value for name, value in given.config.items() if name != "weights"}
    wanted = _each(recipe, lambda config: _changed(config, changes))
    if wanted[0][1].steps <= recipe.steps_done:
        raise ValueError(f"the run in {origin} has done all of its {recipe.steps_done} steps; give more with --steps")
    defaults = {
        "command": recipe.command,
        "output": picture,
        "depth": recipe.depth,
        "keep_profile": recipe.keep_profile,
        "dpi": recipe.dpi,
        "aspect": recipe.aspect,
        "state": origin if label.is_kept else None,
        "start": Start(origin, state, recipe, picture),
        "earlier": _earlier(recipe),
    }
    return _steered_job(given, wanted, sources, defaults)


def _check_resume(given: Given) -> None:
    for name in (*given.config, *given.execution, *given.others):
        if name not in WITH_RESUME:
            option = name.removesuffix("_of").replace("_", "-")
            raise ValueError(
                f"--{option} can't be given with --resume, which goes on with the options of that run; "
                "only --steps may be raised"
            )


def _earlier(recipe: Recipe) -> Earlier | None:
    return Earlier(recipe.execution, recipe.versions.get("device", "")) if recipe.execution else None


def _job(
    given: Given, config: TransferConfig, sources: Sequence[Source], defaults: Mapping[str, Any] | None = None
) -> CommandJob:
    """The job, `defaults` counting for what isn't given."""
    if "dpi" in given.others:
        check_dpi(given.others["dpi"])
    names = ("output", "depth", "keep_profile", "dpi", "save_every", "clip", "state", "device", "ray", "quiet")
    chosen = {name: given.others[name] for name in names if name in given.others}
    start: dict[str, Any] = {
        "command": given.command,
        "execution": given.execution,
        "only_plan": "plan" in given.others,
    }
    return CommandJob(config=config, sources=tuple(sources), **(start | {**(defaults or {})} | chosen))


def _steered_job(given: Given, wanted: Turns, sources: Sequence[Source], defaults: Mapping[str, Any]) -> CommandJob:
    """The job of a run that goes by several configs, one after the other."""
    (_, config), *steered = [(step, _with_weights(config, sources)) for step, config in wanted]
    return _job(given, config, sources, {**defaults, "steered": tuple(steered)})


def _changes(given: Given) -> dict[str, Any]:
    """The options given, and what a print changes of the others."""
    return {**(PRINT if "print" in given.others else {}), **given.config}


def _printing(given: Given) -> dict[str, Any]:
    """What of a job follows from the paper that it is painted for."""
    if "print" not in given.others:
        for name in ("fit", "bleed"):
            if name in given.others:
                raise ValueError(f"--{name} is about a paper; name it with --print")
        return {}
    if "size" in given.config:
        raise ValueError("--print and --size both say how large the picture is; give one of them")
    chosen = {name: given.others[name] for name in ("dpi", "fit", "bleed") if name in given.others}
    made_for = Print(paper=Paper.named(given.others["print"]), **chosen)
    # A recipe's photo stays as it was cut, unless it is said how this one comes onto the paper.
    is_cut = {"aspect": made_for.aspect} if "fit" in given.others else {}
    return {"made_for": made_for, "dpi": made_for.dpi, **is_cut}


def _changed(config: TransferConfig, changes: dict[str, Any]) -> TransferConfig:
    if "strength" in changes:
        if "style_weight" in changes:
            raise ValueError("--strength and --style-weight say the same in two ways; give one of them")
        changes = changes | {"style_weight": None}  # of a preset or a recipe, where it would win
    return replace(config, **changes)


def _looking_at(given: Given, config: TransferConfig, needed: bool) -> TransferConfig:
    """`config` with the layers that a reconstruction is of."""
    kinds = [name for name in ("content_of", "style_of") if given.others.get(name)]
    if given.command is Command.STYLIZE or not (kinds or needed):
        return config
    if len(kinds) != 1:
        raise ValueError("a reconstruction is of --content LAYER or of --style A,B,...; give one of them")
    from nst_core.reconstruct import content_config, style_config

    if kinds == ["content_of"]:
        return content_config(given.others["content_of"], config)
    return style_config(given.others["style_of"], config)


def _is_given(given: Given, role: Role) -> bool:
    """Whether the arguments say what is in a role, be it nothing."""
    named = {Role.STYLE: "styles", Role.MASK: "masks"}.get(role, str(role))
    return role in given.config or bool(given.others.get(named)) or given.others.get(named, "") is None


def _typed_paths(given: Given, role: Role) -> list[Path | None]:
    """The files that the arguments name in a role; their order counts."""
    if role in (Role.STYLE, Role.MASK):
        return list(given.others.get("styles" if role is Role.STYLE else "masks", ()))
    if role is Role.WEIGHTS:
        weights = given.config.get("weights", NAMED_WEIGHTS[0])
        return [] if weights in NAMED_WEIGHTS else [expand_home(weights)]
    path = given.others.get(role)
    return [] if path is None else [path]


def _given_sources(given: Given, config: TransferConfig, role: Role) -> list[Source]:
    paths = _typed_paths(given, role)
    if role is Role.WEIGHTS and config.weights not in NAMED_WEIGHTS:  # maybe the environment's
        paths = [expand_home(config.weights)]
    return [Source(role, path, None if path is None else name_of(path)) for path in paths]


def _found(recipe: Recipe, role: Role, origin: Path) -> list[Source]:
    """The recipe's own files: from here, as they were named, or beside the picture that carries it."""
    sources = []
    for each in recipe.of(role):
        name = Path(each.name or "")
        if ".." in name.parts:  # whoever wrote the recipe could have any file of this machine looked at
            name = Path(name.name)
        places = [name, origin.parent / name]
        sources.append(Source(role, find(each, places, origin) if each.name else None, each.name))
    return sources


def _same(given: Given, recipe: Recipe, role: Role, origin: Path) -> list[Source]:
    """The recipe's own files, whose places may be given: a run can go on with no others."""
    paths, wanted = _typed_paths(given, role), recipe.of(role)
    if not _is_given(given, role):
        return _found(recipe, role, origin)
    if role is Role.WEIGHTS and not (paths and wanted):
        raise ValueError(f"--weights can't be given with --resume, which goes on with {recipe.config.weights}")
    if len(paths) != len(wanted):
        raise ValueError(f"{origin} belongs to a run with {len(wanted)} files as {role}, got {len(paths)}; give those")
    return [
        Source(role, find(each, [path], origin) if path and each.name else None, each.name)
        for path, each in zip(paths, wanted, strict=True)
    ]


def _with_weights(config: TransferConfig, sources: Sequence[Source]) -> TransferConfig:
    """`config` with the weights file where it lies now."""
    files = [source.path for source in sources if source.role is Role.WEIGHTS]
    return replace(config, weights=str(files[0])) if files else config
