"""Records that are valid from birth: fields that know their range, and sentences about what isn't in it."""

from __future__ import annotations

import math
from dataclasses import Field, field
from enum import StrEnum
from typing import Any, TypeVar

from nst_core.errors import shown

Choice = TypeVar("Choice", bound=StrEnum)

NUMBERS: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (int, float)}
NUMBER_NAMES = {bool: "true or false", int: "a whole number", float: "a number"}


def option(default: Any, help: str, low: float = -math.inf, high: float = math.inf, **about: Any) -> Any:
    """A field with its description and inclusive range, which the command line and the page read.

    What else there is to know `about` it becomes metadata, too: for `TransferConfig` see `config.setting`.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, **about})


def check_number(setting: Field[Any], value: Any) -> None:
    """Raise `ValueError` for a number that is none, or out of its range; what need not be one passes."""
    if value is None and setting.default is None:
        return
    name, kind = setting.name, float if setting.default is None else type(setting.default)
    if kind in NUMBERS and type(value) not in NUMBERS[kind]:
        raise ValueError(f"{name} must be {NUMBER_NAMES[kind]}, got {shown(value)}")
    low, high = setting.metadata["low"], setting.metadata["high"]
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int | float) and not low <= number <= high:  # also catches NaN
            raise ValueError(f"{name} must be between {low:g} and {high:g}, got {shown(number)}")


def member(kind: type[Choice], name: str, value: str) -> Choice:
    """The choice of that value; `ValueError` that lists all for another."""
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} must be one of {', '.join(kind)}, got {shown(value)}") from None
