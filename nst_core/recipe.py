"""A picture's recipe: all that it takes to make it again, as text that goes with it in its PNG.

Recipes come from files that anybody may have made: sizes are capped, every value is checked, and nothing is opened but
files that lie here or beside the picture and have the SHA-256 that the recipe tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from string import hexdigits
from typing import Any, TypeVar, get_args, get_type_hints

from nst_core.config import STEERABLE, TransferConfig, check_steering
from nst_core.errors import shown
from nst_core.execution import Execution
from nst_core.printing import check_dpi
from nst_core.version import __version__

Options = TypeVar("Options", TransferConfig, Execution)

KEY = "nst_core"  # of the text in a PNG
MAX_TEXT = 200_000  # characters; ours have about two thousand
LONGEST_REASON = 200  # characters of why a recipe can't be followed: it may quote what is in it
MOST_STEPS = 1_000_000_000
REPEATABLE = tuple(name for name in STEERABLE if name != "steps")  # what may differ between a run's steps
BEFORE = {"tv_chroma": 0.0}  # how it was when nobody could choose: what a recipe without the option goes by
LATER = ("steered", "went_on", "dpi", "aspect")  # keys that came later, and are there only where a picture needs them
MAX_ASPECT = 500  # the long side of a paper over its short one
NAMED_WEIGHTS = ("embedded", "torchvision")  # all others are files


class Command(StrEnum):
    """What is done with the pictures that go in."""

    STYLIZE = "stylize"
    RECONSTRUCT = "reconstruct"


class Role(StrEnum):
    """What a file is for."""

    CONTENT = "content"
    STYLE = "style"
    MASK = "mask"
    WITHIN = "within"
    STRENGTH_MAP = "strength_map"
    WEIGHTS = "weights"


WHAT_TO_NAME = {
    Role.CONTENT: "the photo",
    Role.STYLE: "the painting",
    Role.MASK: "the mask with --mask",
    Role.WITHIN: "the mask with --within",
    Role.STRENGTH_MAP: "the map with --strength-map",
    Role.WEIGHTS: "the file with --weights",
}


@dataclass(frozen=True)
class Ingredient:
    """A file that went in; a mask without a name is that of a painting that has none."""

    role: Role
    name: str | None
    sha256: str | None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a picture was made of and how. `steps_done` of `steps_planned` were done when it was written.

    `config` is what the first step went by, `steered` what later ones did: the first step of each, and its config.
    A run that `went_on` began anew, at full size, from its picture after these steps: that alone can't be repeated.
    `dpi` is the resolution that its file tells, None for none, and `aspect` what the photo was cut to, its long side
    over its short one; None = it wasn't. `execution` and `versions` say what else decides the bytes, but hardly the
    picture.
    """

    command: Command
    config: TransferConfig
    ingredients: tuple[Ingredient, ...]
    depth: int
    keep_profile: bool
    dpi: int | None = None
    aspect: float | None = None
    steps_done: int = 0
    steps_planned: int = 0
    steered: tuple[tuple[int, TransferConfig], ...] = ()
    went_on: tuple[int, ...] = ()
    execution: Execution | None = None
    versions: Mapping[str, str]

    @property
    def is_finished(self) -> bool:
        """Whether the run had come to its end."""
        return 0 < self.steps_planned == self.steps_done

    @property
    def last_config(self) -> TransferConfig:
        """What the last steps went by."""
        return self.steered[-1][1] if self.steered else self.config

    def of(self, role: Role) -> list[Ingredient]:
        """The ingredients in a role, in their order."""
        return [ingredient for ingredient in self.ingredients if ingredient.role is role]

    def makes_the_same_as(self, other: Recipe) -> bool:
        """Whether both make the same picture, whatever their files are called and how far they came."""
        return self._essence() == other._essence()

    def _essence(self) -> tuple[Any, ...]:
        """What decides the picture; a weights file counts by its hash."""
        weights = "" if self.of(Role.WEIGHTS) else self.config.weights
        config = replace(self.config, weights=weights)
        steered = [(step, replace(each, weights=weights)) for step, each in self.steered]
        files = [(ingredient.role, ingredient.sha256) for ingredient in self.ingredients]
        file = self.depth, self.keep_profile, self.dpi
        return self.command, config, steered, self.went_on, files, self.aspect, file

    def to_text(self) -> str:
        """As JSON. All of the config is in it, so that a later version with other defaults makes the same.

        What came with a later version, and most pictures have nothing of, is left out there: earlier ones can read it.
        """
        values = asdict(self)
        if self.execution is not None and not self.execution.plain_steps:
            del values["execution"]["plain_steps"]
        values["steered"] = list(_turns(self.config, self.steered))
        told = {name: value for name, value in values.items() if value or name not in LATER}
        return json.dumps(told, ensure_ascii=False)


def _turns(config: TransferConfig, steered: Iterable[tuple[int, TransferConfig]]) -> Iterator[dict[str, Any]]:
    """The first step of each later config, and what differs between it and the one before."""
    before = asdict(config)
    for step, after in ((step, asdict(each)) for step, each in steered):
        yield {"step": step, "changes": {name: value for name, value in after.items() if value != before[name]}}
        before = after


def versions(device: str) -> dict[str, str]:
    """What else decides the bytes: this package, torch, and the kind of device that computed."""
    import torch

    return {"nst_core": __version__, "torch": str(torch.__version__), "device": device}


def name_of(path: Path) -> str:
    """What a recipe calls a file: as it was typed, but a place of this machine alone is nobody's business."""
    is_local = path.is_absolute() or path.drive or path.parts[:1] and path.parts[0].startswith("~")
    return path.name if is_local else path.as_posix()


def sha256_of(path: Path) -> str:
    """The hash of a file; `ValueError` for what can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error


def find(ingredient: Ingredient, candidates: Iterable[Path], origin: Path) -> Path:
    """The first of the `candidates` that is the file which the recipe of `origin` names.

    Raises `ValueError` when there is none, or only others: it is a repeat that was asked for.
    """
    found = [path for path in candidates if path.is_file()]
    for path in found:
        if sha256_of(path) == ingredient.sha256:
            return path
    name_it = f"name {WHAT_TO_NAME[ingredient.role]}"
    if found:
        raise ValueError(f"{found[0]} isn't the file that {origin} was made from (its SHA-256 differs); {name_it}")
    raise ValueError(f"{origin} was made from {ingredient.name!r}, which is neither here nor beside it; {name_it}")


def read_recipe(path: Path) -> Recipe:
    """The recipe that a PNG carries, or a `.json` file is; `ValueError` when there is none that can be followed."""
    if not path.is_file():
        raise ValueError(f"{path} doesn't exist; check the name")
    text = _text_alone(path) if path.suffix.lower() == ".json" else _text_within(path)
    if text is None:
        raise ValueError(f"{path} carries no recipe; PNG pictures that nst_core wrote do, if nothing stripped it")
    return parse(text, path)


def _text_within(path: Path) -> str | None:
    from nst_core.images.reading import read_text

    return read_text(path).get(KEY)


def _text_alone(path: Path) -> str:
    """As much of the file as `parse` would take, and one more."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_TEXT + 1)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ValueError(f"{path} isn't text; name a recipe, or a PNG that nst_core wrote") from None


def parse(text: str, origin: Path) -> Recipe:
    """The recipe in a text that `origin` carries; `ValueError` if it is damaged, hostile or of a later version."""
    try:
        if len(text) > MAX_TEXT:
            raise ValueError(f"it has {len(text)} characters")
        return _recipe(json.loads(text))
    except RecursionError:
        raise ValueError(f"the recipe of {origin} can't be followed: it is nested too deeply") from None
    except ValueError as error:  # json's own among them
        raise ValueError(f"the recipe of {origin} can't be followed: {str(error)[:LONGEST_REASON]}") from error


def _recipe(data: Any) -> Recipe:
    written = _typed(data, dict, "a recipe")
    made_by = _typed(written.get("versions"), dict, "versions")
    kinds = {"depth": int, "keep_profile": bool, "steps_done": int, "steps_planned": int}
    _refuse_unknown(written, {"command", "config", "ingredients", "execution", "versions", *kinds, *LATER}, made_by)
    config = _record(TransferConfig, BEFORE | _typed(written.get("config"), dict, "config"), "config", made_by)
    recipe = Recipe(
        command=Command(written.get("command")),
        config=config,
        ingredients=tuple(map(_ingredient, _typed(written.get("ingredients"), list, "ingredients"))),
        steered=tuple(_steered(config, _typed(written.get("steered", []), list, "steered"), made_by)),
        went_on=tuple(_typed(step, int, "went_on") for step in _typed(written.get("went_on", []), list, "went_on")),
        dpi=_or_none(written.get("dpi"), int, "dpi"),
        aspect=_or_none(written.get("aspect"), (int, float), "aspect"),
        execution=_execution(written.get("execution"), made_by),
        versions={name: _typed(version, str, "a version") for name, version in made_by.items()},
        **{name: _typed(written.get(name), kind, name) for name, kind in kinds.items()},
    )
    _check(recipe)
    return recipe


def _refuse_unknown(written: Iterable[str], known: Iterable[str], made_by: Mapping[str, Any]) -> None:
    unknown = sorted(set(written) - set(known))
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} is unknown to nst_core {__version__}; it was made by {made_by.get('nst_core')!r}: "
            "take that version or a later one"
        )


def _execution(data: Any, made_by: Mapping[str, Any]) -> Execution | None:
    """None where it isn't told, as before it could be."""
    return None if data is None else _record(Execution, data, "execution", made_by)


def _steered(
    config: TransferConfig, data: list[Any], made_by: Mapping[str, Any]
) -> Iterator[tuple[int, TransferConfig]]:
    for each in data:
        turn, hints = _typed(each, dict, "steered"), get_type_hints(TransferConfig)
        step, values = _typed(turn.get("step"), int, "a step"), _typed(turn.get("changes"), dict, "changes")
        _refuse_unknown(values, hints, made_by)
        if wrong := sorted(set(values) - set(REPEATABLE)):
            raise ValueError(f"{wrong[0]} can't change from one step to the next")
        config = replace(config, **{name: _value(name, hints[name], value) for name, value in values.items()})
        yield step, config


def _record(kind: type[Options], data: Any, name: str, made_by: Mapping[str, Any]) -> Options:
    values, hints = _typed(data, dict, name), get_type_hints(kind)
    _refuse_unknown(values, hints, made_by)
    return kind(**{name: _value(name, hints[name], value) for name, value in values.items()})


def _value(name: str, hint: Any, value: Any) -> Any:
    """JSON's value as the field's type; numbers by themselves are left to the record, which checks them."""
    if isinstance(hint, type) and issubclass(hint, str):
        return _typed(value, str, name)
    kinds = get_args(hint)
    if kinds[1:] == (...,):
        kind = str if kinds[0] is str else (int, float)
        return tuple(_typed(each, kind, name) for each in _typed(value, list, name))
    return value


def _ingredient(data: Any) -> Ingredient:
    values = _typed(data, dict, "an ingredient")
    role, name, digest = Role(values.get("role")), values.get("name"), values.get("sha256")
    if role is Role.MASK and name is None:
        return Ingredient(role, None, None)
    if not _is_harmless(_typed(name, str, "a file's name")):
        raise ValueError(f"{name!r} isn't the name of a file beside it")
    if len(_typed(digest, str, "sha256")) != 64 or set(digest) - set(hexdigits):
        raise ValueError(f"{digest!r} isn't a SHA-256")
    return Ingredient(role, name, digest)


def _is_harmless(name: str) -> bool:
    """Relative in every sense: on Windows, to look for `//host/file` would already log in at that host."""
    path = Path(name)
    return bool(path.name) and "\0" not in name and not (path.root or path.drive or name.startswith("~"))


def _check(recipe: Recipe) -> None:
    for role, least, most in (
        (Role.CONTENT, 1, 1),
        (Role.STYLE, *((1, None) if recipe.command is Command.STYLIZE else (0, 0))),
        (Role.WITHIN, 0, 1),
        (Role.STRENGTH_MAP, 0, 1),
        (Role.WEIGHTS, *((0, 0) if recipe.config.weights in NAMED_WEIGHTS else (1, 1))),
    ):
        count = len(recipe.of(role))
        if count < least or (most is not None and count > most):
            raise ValueError(f"it names {count} files as {role}")
    if recipe.depth not in (8, 16):
        raise ValueError(f"depth must be 8 or 16, got {recipe.depth}")
    if recipe.dpi is not None:
        check_dpi(recipe.dpi)
    if recipe.aspect is not None and not 1 <= recipe.aspect <= MAX_ASPECT:
        raise ValueError(f"aspect must be between 1 and {MAX_ASPECT}, got {recipe.aspect}")
    _check_turns(recipe)
    for name, number in (("steps_planned", recipe.steps_planned), *(("went_on", step) for step in recipe.went_on)):
        if not 1 <= number <= MOST_STEPS:
            raise ValueError(f"{name} must be between 1 and {MOST_STEPS}, got {shown(number)}")
    if not 1 <= recipe.steps_done <= recipe.steps_planned:
        raise ValueError(f"steps_done must be between 1 and {recipe.steps_planned}, got {shown(recipe.steps_done)}")


def _check_turns(recipe: Recipe) -> None:
    first, before = 1, recipe.config
    for step, after in recipe.steered:
        if step < first:
            raise ValueError(f"it was steered at step {step} after step {first - 1}")
        check_steering(before, after, len(recipe.of(Role.STYLE)))
        first, before = step + 1, after


def _or_none(value: Any, kind: type | tuple[type, ...], name: str) -> Any:
    return None if value is None else _typed(value, kind, name)


def _typed(value: Any, kind: type | tuple[type, ...], name: str) -> Any:
    """`value` if it is of that type; True and False are no numbers."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name} has a value of the wrong kind, {str(value)[:50]!r}")
    return value
