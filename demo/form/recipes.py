"""Settings that come back into the form: those of a result of the session, or of the recipe in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from gradio.data_classes import FileDataDict

from demo.form import library
from demo.form.request import Selection
from demo.form.settings import BY_NAME, SETTINGS, Kind, Setting, label_of, make_config, named_weights, widget_values
from demo.form.uploads import uploaded
from demo.form.values import MOST_PAINTINGS, FormValues, form_values
from demo.words import Language, numeral, say
from nst_core.config import TransferConfig
from nst_core.images import read_text
from nst_core.recipe import KEY, Command, Ingredient, Recipe, Role, parse

NAME = 60  # characters of a file's name that are shown
KINDS: dict[Role, library.Kind] = {Role.CONTENT: "photo", Role.STYLE: "painting"}
MAPS = {Role.MASK: "lost.regions", Role.WITHIN: "lost.within", Role.STRENGTH_MAP: "lost.strength_map"}


@dataclass(frozen=True)
class Restored:
    """What a recipe sets in the form, and what it can't, in words."""

    form: FormValues
    settings: str  # that are set
    missing: list[str]  # pictures that aren't here
    lost: list[str]


def restored(recipe: Recipe, defaults: TransferConfig, selections: Iterable[Selection], speaks: Language) -> Restored:
    """The form by a recipe; its pictures are looked for among the examples, and those of the session's `selections`."""
    wished = recipe.last_config
    config, options = page_config(wished, defaults)
    paintings, known = recipe.of(Role.STYLE), list(selections)
    wanted = [*recipe.of(Role.CONTENT), *paintings[:MOST_PAINTINGS]]
    found = [_find(each, known) for each in wanted]
    names = [library.called(KINDS[each.role], str(each.name), each.sha256, speaks) for each in wanted]
    lost = [_lost(name, wished, config, speaks) for name in options]
    lost += [say(speaks, "lost.painting", name=_name(each)) for each in paintings[MOST_PAINTINGS:]]
    lost += [say(speaks, words) for role, words in MAPS.items() if recipe.of(role)]
    lost += [say(speaks, "lost.aspect")] if recipe.aspect else []
    lost += [say(speaks, "lost.steered")] if recipe.steered else []
    lost += [say(speaks, "lost.went_on")] if recipe.went_on else []
    return Restored(
        form=form_values(found[0], found[1:], config),
        settings=described(library.joined(names), config, speaks),
        missing=[_name(each) for each, path in zip(wanted, found, strict=True) if path is None],
        lost=lost,
    )


def described(subject: str, config: TransferConfig, speaks: Language) -> str:
    """What a result is made of: its pictures, and the settings that people look for."""
    values = widget_values(config)
    numbers = {name: numeral(speaks, values[name]) for name in ("strength", "colours", "size", "steps")}
    return say(speaks, "gallery.settings", pair=subject, scale=numeral(speaks, values["style_scale"]), **numbers)


def dropped(file: FileDataDict | None, speaks: Language) -> tuple[Recipe, str]:
    """The recipe in an uploaded file, and the file's name; raises `ValueError` where there is none to be followed."""
    path = uploaded("recipe", file, speaks)
    name = Path(str((file and file.get("orig_name")) or path.name)).name[:NAME]
    text = read_text(path).get(KEY)
    if text is None:
        raise ValueError(say(speaks, "recipe.none", name=name))
    try:
        recipe = parse(text, Path(name))
    except ValueError:
        raise ValueError(say(speaks, "recipe.damaged", name=name)) from None
    if recipe.command is not Command.STYLIZE:
        raise ValueError(say(speaks, "recipe.other", name=name))
    return recipe, name


def page_config(wanted: TransferConfig, defaults: TransferConfig) -> tuple[TransferConfig, list[str]]:
    """The config nearest to `wanted` that the widgets can be set to, and the names of the options that it lacks."""
    values = {each.name: _nearest(each, each.shown(wanted), defaults) for each in SETTINGS}
    config = replace(make_config(defaults, values), style_blend=wanted.style_blend)
    names = (each.name for each in fields(TransferConfig) if each.name != "keep_alpha")  # which the photo decides
    return config, [name for name in names if getattr(config, name) != getattr(wanted, name)]


def _nearest(setting: Setting, value: Any, defaults: TransferConfig) -> Any:
    """What the widget of a setting can be set to: the page may have narrower limits, and lack a file of weights."""
    if setting.kind is Kind.WEIGHTS and value not in named_weights():
        return defaults.weights
    low, high = setting.limits or (value, value)
    return min(max(value, low), high)


def still_there(picture: FileDataDict | None) -> str | None:
    """The path of an uploaded file, which the server keeps for a day."""
    return picture["path"] if picture and Path(picture["path"]).exists() else None


def _lost(name: str, wanted: TransferConfig, config: TransferConfig, speaks: Language) -> str:
    """What the page calls an option that isn't as it was: `Resolution (1024 instead of 2048)`."""
    then, now = getattr(wanted, name), getattr(config, name)
    words = label_of(name, speaks) if name in (*BY_NAME, "style_blend") else say(speaks, f"lost.{name}")
    if name not in BY_NAME or not BY_NAME[name].limits or not isinstance(then, int | float):
        return words
    return say(speaks, "lost.instead", name=words, now=numeral(speaks, now), then=numeral(speaks, then))


def _find(ingredient: Ingredient, selections: Sequence[Selection]) -> str | None:
    """The picture with that SHA-256: among the examples, or those of the selections."""
    digest = (ingredient.sha256 or "").lower()
    example = library.by_sha256(KINDS[ingredient.role]).get(digest)
    if example is not None:
        return str(example)
    for selection in selections:
        for picture, known in zip(selection.pictures, selection.hashes, strict=True):
            if known == digest and (path := still_there(picture)):
                return path
    return None


def _name(ingredient: Ingredient) -> str:
    return str(ingredient.name)[:NAME]
