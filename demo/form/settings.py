"""The settings that the page offers: one table, which widgets, checks, links, recipes and `/stylize` read.

An option of `TransferConfig` comes onto the page by a line of `SETTINGS`, and by its words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, Field, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from demo.jobs.registry import is_zero_gpu
from demo.words import Language, numeral, say
from nst_core.config import CHOICES, TransferConfig
from nst_core.errors import shown
from nst_core.recipe import NAMED_WEIGHTS

FIELDS: Mapping[str, Field[Any]] = {each.name: each for each in fields(TransferConfig)}

LARGEST = 1e300  # of a number: Python's own may have any number of digits, and nothing computes with those


class Kind(StrEnum):
    """How a setting is chosen."""

    DIAL = "dial"  # a slider above all others, which may be moved while a run is under way
    SLIDER = "slider"
    NUMBER = "number"  # typed
    CHOICE = "choice"
    WEIGHTS = "weights"  # a choice that depends on what the server was started with


@dataclass(frozen=True)
class Setting:
    """An option of `TransferConfig` as the page offers it. What isn't told here is told by its field."""

    name: str
    kind: Kind
    _: KW_ONLY
    limits: tuple[float, float] | None = None  # where a page that many people share has narrower ones
    step: float = 1  # of a slider
    ends: tuple[str, ...] = ()  # of a dial: which words stand below it, from its left to its right end
    min_width: int = 150  # pixels
    words: str = ""  # what the keys of its words begin with, where that isn't its name
    about: str = ""  # what programs are told, where the field's help tells of more than there is here
    is_advanced: bool = False  # it lies behind a fold
    is_shared: bool = True  # a link may tell it

    @property
    def key(self) -> str:
        """What the keys of its words begin with."""
        return self.words or self.name

    @property
    def has_choices(self) -> bool:
        """Whether it is one of several words, and no number."""
        return self.kind in (Kind.CHOICE, Kind.WEIGHTS)

    @property
    def type(self) -> Callable[[Any], Any]:
        """What its value is: a whole number, any number, or a word."""
        default = FIELDS[self.name].default
        return str if self.has_choices else int if isinstance(default, int) else float

    @property
    def range(self) -> tuple[float, float]:
        """The least and the largest number that it may have."""
        about = FIELDS[self.name].metadata
        return self.limits or (about["low"], about["high"])

    def choices(self, defaults: TransferConfig) -> tuple[str, ...]:
        """The words that it may be. Weights are never a path that a visitor sent, but may be the server's own."""
        if self.kind is Kind.WEIGHTS:
            return tuple(dict.fromkeys((*named_weights(), defaults.weights)))
        return tuple(CHOICES[self.name])

    def shown(self, config: TransferConfig) -> Any:
        """The value of its widget for a config. Of a list the page offers one number for all, 1 where there is none."""
        value = getattr(config, self.name)
        if isinstance(value, tuple):
            return value[0] if value else 1
        return str(value) if isinstance(value, str) else value

    def chosen(self, value: Any, defaults: TransferConfig, language: Language) -> Any:
        """What a config gets for the value of its widget; raises `ValueError` for what that doesn't allow."""
        if self.has_choices:
            return self._chosen_word(value, self.choices(defaults), language)
        given = number(self.name, value, language)
        if isinstance(FIELDS[self.name].default, tuple):
            return () if in_range(self.name, given, self.range, language) == 1 else (given,)
        return in_range(self.name, self.type(given), self.range, language)

    def explained(self) -> str:
        """What programs are told of it."""
        if self.about:
            return self.about
        text = str(FIELDS[self.name].metadata["help"])
        if self.kind is Kind.CHOICE:
            *others, last = CHOICES[self.name]
            return f"{text}: {', '.join(others)} or {last}"
        return f"{text}, {self.limits[0]:g} to {self.limits[1]:g}" if self.limits else text

    def _chosen_word(self, value: Any, choices: tuple[str, ...], language: Language) -> str:
        if value in choices:
            return str(value)
        given = {"choices": ", ".join(choices), "value": shown(value)}
        raise ValueError(say(language, "error.choice", name=label_of(self.name, language), **given))


def named_weights() -> tuple[str, ...]:
    """The weights that can be had by their names: those that would be downloaded first (548 MB) not on lent seconds."""
    return NAMED_WEIGHTS[:1] if is_zero_gpu() else NAMED_WEIGHTS


# In the order of the page, and of the arguments of `/stylize`.
SETTINGS = (
    Setting("strength", Kind.DIAL, ends=("low", "middle", "high")),
    Setting("colours", Kind.DIAL, ends=("low", "high")),
    Setting(
        "style_scale",
        Kind.SLIDER,
        limits=(0.25, 4),
        step=0.25,
        words="strokes",
        about="size of the strokes, 2 = twice as large as in the painting",
    ),
    Setting("size", Kind.SLIDER, limits=(128, 1024), step=32),
    Setting("steps", Kind.SLIDER, limits=(1, 1000)),
    Setting("initial", Kind.CHOICE, is_advanced=True),
    Setting("optimizer", Kind.CHOICE, is_advanced=True),
    Setting("pooling", Kind.CHOICE, is_advanced=True),
    Setting("colour_method", Kind.CHOICE, min_width=240, is_advanced=True),
    Setting("margins", Kind.CHOICE, min_width=240, is_advanced=True),
    Setting(
        "scales",
        Kind.SLIDER,
        limits=(0, 5),
        about="sizes from coarse to fine, 1 = full size only, 0 = from 64 pixels up",
        is_advanced=True,
    ),
    Setting("content_weight", Kind.NUMBER, is_advanced=True),
    Setting("tv_weight", Kind.NUMBER, about="how much roughness costs", is_advanced=True),
    Setting("seed", Kind.NUMBER, about="of the noise", is_advanced=True),
    Setting(
        "weights",
        Kind.WEIGHTS,
        about="VGG-19's parameters: embedded or torchvision",
        min_width=160,
        is_advanced=True,
        is_shared=False,
    ),
)
BY_NAME: Mapping[str, Setting] = {each.name: each for each in SETTINGS}
DIALS = tuple(each.name for each in SETTINGS if each.kind is Kind.DIAL)


def make_config(defaults: TransferConfig, values: Mapping[str, Any], language: Language = "en") -> TransferConfig:
    """The config that the widgets' values stand for, by their names; raises `ValueError` for what none allows."""
    chosen = {each.name: each.chosen(values[each.name], defaults, language) for each in SETTINGS}
    return replace(defaults, **chosen)


def widget_values(config: TransferConfig) -> dict[str, Any]:
    """The values of the widgets for a config, by their names, in the order of the page."""
    return {each.name: each.shown(config) for each in SETTINGS}


def number(name: str, value: Any, language: Language = "en") -> float:
    """`value` if it is a finite number; raises `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:  # NaN isn't
        key = "error.number_missing" if value is None else "error.number"
        raise ValueError(say(language, key, name=label_of(name, language), value=shown(value)))
    return value


def in_range(name: str, value: float, limits: tuple[float, float], language: Language = "en") -> float:
    """`value` if it is within the limits of a setting; raises `ValueError`."""
    if limits[0] <= value <= limits[1]:
        return value
    low, high, given = (numeral(language, each) for each in (*limits, value))
    raise ValueError(say(language, "error.range", name=label_of(name, language), low=low, high=high, value=given))


def label_of(name: str, language: Language = "en") -> str:
    """What the page calls an option."""
    return say(language, f"{BY_NAME[name].key if name in BY_NAME else name}.label")
