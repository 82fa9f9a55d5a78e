"""A field knows its range, and says in one sentence what isn't in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

import pytest

from nst_core.fields import check_number, member, option


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Record:
    count: int = option(3, "how many", low=1, high=9)
    share: float = option(0.5, "of all", low=0, high=1)
    whole: bool = option(False, "whether all of it")
    weight: float | None = option(None, "if another", low=0)
    sizes: tuple[float, ...] = option((1.0,), "of each", low=0.25, high=4)
    name: str = field(default="", metadata={"low": -math.inf, "high": math.inf})


SETTINGS = {each.name: each for each in fields(Record)}


def test_an_option_is_described_where_it_is_read() -> None:
    assert SETTINGS["count"].metadata == {"help": "how many", "low": 1, "high": 9}
    assert SETTINGS["weight"].metadata["high"] == math.inf
    assert Record() == Record(3, 0.5, False, None, (1.0,), "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", 1),
        ("count", 9),
        ("share", 0),  # a whole number is a number
        ("share", 1.0),
        ("whole", True),
        ("weight", None),
        ("weight", 0.0),
        ("sizes", (0.25, 4)),
        ("sizes", ()),
        ("name", "anything"),
    ],
)
def test_what_is_in_range_passes(name: str, value: Any) -> None:
    check_number(SETTINGS[name], value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("count", 0, "count must be between 1 and 9, got 0"),
        ("count", 10, "count must be between 1 and 9, got 10"),
        ("count", 2.0, "count must be a whole number, got 2.0"),
        ("count", True, "count must be a whole number, got True"),
        ("count", None, "count must be a whole number, got None"),
        ("share", "0.5", "share must be a number, got '0.5'"),
        ("share", math.nan, "share must be between 0 and 1, got nan"),
        ("whole", 1, "whole must be true or false, got 1"),
        ("weight", -0.1, "weight must be between 0 and inf, got -0.1"),
        ("sizes", (1.0, 5.0), "sizes must be between 0.25 and 4, got 5.0"),
    ],
)
def test_what_is_not_is_refused_with_its_value(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        check_number(SETTINGS[name], value)
    assert str(caught.value) == sentence


def test_a_choice_is_found_by_its_word_and_another_word_lists_all() -> None:
    assert member(Colour, "colour", "red") is Colour.RED
    with pytest.raises(ValueError, match=r"^colour must be one of red, green, got 'blue'$"):
        member(Colour, "colour", "blue")
