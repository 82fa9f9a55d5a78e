"""A config is valid from birth, can't change, and describes itself."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError, fields
from enum import StrEnum
from typing import Any

import pytest

from nst_core.config import CHOICES, Optimizer, TransferConfig

RANGED = [field for field in fields(TransferConfig) if math.isfinite(field.metadata["low"])]


def test_the_defaults_are_valid_and_described() -> None:
    config = TransferConfig()
    for field in fields(config):
        assert field.metadata["help"]
        assert field.metadata["low"] <= field.metadata["high"]
    assert config.content_layers == ("relu4_2",)
    assert config.style_layers == ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def test_it_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        TransferConfig().size = 64  # type: ignore[misc]


def test_it_crosses_processes() -> None:
    config = TransferConfig(size=300, optimizer=Optimizer.ADAM, style_layer_weights=(1, 2, 3, 4, 5))
    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize("field", RANGED, ids=lambda field: field.name)
def test_values_out_of_range_are_refused(field: Any) -> None:
    low, high = field.metadata["low"], field.metadata["high"]
    listed = isinstance(field.default, tuple)

    def make(number: float) -> TransferConfig:
        return TransferConfig(**{field.name: (number,) * 5 if listed else number})

    for limit in (low, high):
        assert getattr(make(limit), field.name) in (limit, (limit,) * 5)
    for bad in (low - 1, high * 2 + 1, math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match=f"^{field.name} must be (between .*|a whole number), got {bad}$"):
            make(bad)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("size", 512.5, "size must be a whole number, got 512.5"),
        ("steps", "200", "steps must be a whole number, got '200'"),
        ("seed", True, "seed must be a whole number, got True"),
        ("style_weight", "5", "style_weight must be a number, got '5'"),
    ],
)
def test_numbers_are_numbers(name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransferConfig(**{name: value})
    assert TransferConfig(style_weight=5).style_weight == 5


@pytest.mark.parametrize(("name", "kind"), CHOICES.items())
def test_choices_come_as_words_or_members(name: str, kind: type[Any]) -> None:
    for member in kind:
        for given in (member, str(member)):
            chosen = getattr(TransferConfig(**{name: given}), name)
            assert chosen is member
    with pytest.raises(ValueError, match=f"{name} must be one of {', '.join(kind)}, got 'other'"):
        TransferConfig(**{name: "other"})


def test_every_choice_is_checked() -> None:
    assert {field.name for field in fields(TransferConfig) if isinstance(field.default, StrEnum)} == set(CHOICES)


def test_there_must_be_something_to_match() -> None:
    assert TransferConfig(content_layers=()).style_layers
    assert TransferConfig(style_layers=()).content_layers
    with pytest.raises(ValueError, match="both empty"):
        TransferConfig(content_layers=(), style_layers=())


def test_layer_weights() -> None:
    equal = TransferConfig().layer_weights
    assert list(equal) == list(TransferConfig().style_layers)
    assert sum(equal.values()) == pytest.approx(1)
    assert len(set(equal.values())) == 1
    chosen = TransferConfig(style_layers=("relu1_1", "relu2_1"), style_layer_weights=(3, 0.5))
    assert chosen.layer_weights == {"relu1_1": 3, "relu2_1": 0.5}
    with pytest.raises(ValueError, match="2 values for 5"):
        TransferConfig(style_layer_weights=(1, 2))
