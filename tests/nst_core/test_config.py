"""A config is valid from birth, can't change, and describes itself."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from enum import StrEnum
from typing import Any, get_type_hints

import pytest

from nst_core.config import CHOICES, PRESETS, Normalization, Optimizer, Preset, StyleLoss, TransferConfig

LAYERS = {
    "content_layer_weights": TransferConfig().content_layers,
    "style_layer_weights": TransferConfig().style_layers,
}
RANGED = [field for field in fields(TransferConfig) if math.isfinite(field.metadata["low"])]


def test_the_defaults_are_valid_and_described() -> None:
    config = TransferConfig()
    for field in fields(config):
        assert field.metadata["help"]
        assert field.metadata["low"] <= field.metadata["high"]
    assert config.content_layers == ("relu3_1", "relu4_2")
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
    others = (1.0,) * (len(LAYERS.get(field.name, "12345")) - 1)  # of a list of weights, one a layer

    def make(number: float) -> TransferConfig:
        return TransferConfig(**{field.name: (number, *others) if isinstance(field.default, tuple) else number})

    for limit in (low, high):
        assert getattr(make(limit), field.name) in (limit, (limit, *others))
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
        ("strength", None, "strength must be a number, got None"),
        ("keep_alpha", 1, "keep_alpha must be true or false, got 1"),
        ("only_colours", "no", "only_colours must be true or false, got 'no'"),
    ],
)
def test_numbers_are_numbers(name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransferConfig(**{name: value})
    assert TransferConfig(style_weight=5).style_weight == 5


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("style_scale", 1.5, "style_scale must be a tuple of numbers, got 1.5"),
        ("style_blend", ("a",), r"style_blend must be a tuple of numbers, got \('a',\)"),
        ("content_layers", "relu4_2", "content_layers must be a tuple of names, got 'relu4_2'"),
        ("style_layers", (1,), r"style_layers must be a tuple of names, got \(1,\)"),
        ("style_layers", ("relu1_1", "relu1_1"), "style_layers has a layer twice, got relu1_1, relu1_1"),
    ],
)
def test_lists_are_lists(name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransferConfig(**{name: value})
    assert hash(TransferConfig(style_scale=[1, 2.5])) == hash(TransferConfig(style_scale=(1, 2.5)))


@pytest.mark.parametrize(("name", "kind"), CHOICES.items())
def test_choices_come_as_words_or_members(name: str, kind: type[Any]) -> None:
    for member in kind:
        for given in (member, str(member)):
            chosen = getattr(TransferConfig(**{name: given}), name)
            assert chosen is member
    with pytest.raises(ValueError, match=f"{name} must be one of {', '.join(kind)}, got 'other'"):
        TransferConfig(**{name: "other"})


def test_every_choice_is_checked() -> None:
    hints = get_type_hints(TransferConfig)
    assert {name for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, StrEnum)} == set(
        CHOICES
    )


def test_strength_shifts_weight_from_the_photo_to_the_painting() -> None:
    def weights(**options: Any) -> tuple[float, float, float]:
        return TransferConfig(**options).loss_weights

    for loss in StyleLoss:
        halfway = loss.halfway[Normalization.ENERGY]
        assert weights(style_loss=loss, strength=0) == (2, 0, 0)
        assert weights(style_loss=loss, strength=50) == (1, halfway, 5)
        assert weights(style_loss=loss, strength=80) == pytest.approx((0.4, 1.6 * halfway, 8))
        assert weights(style_loss=loss, strength=100) == (0, 2 * halfway, 10)
    gram = StyleLoss.GRAM.halfway[Normalization.ENERGY]
    assert weights(strength=80, content_weight=3, tv_weight=1) == pytest.approx((1.2, 1.6 * gram, 1.6))


def test_the_papers_normalisation_has_its_own_halfway() -> None:
    halfway = TransferConfig(normalization="paper", strength=50.0)
    assert halfway.loss_weights[:2] == TransferConfig.preset("paper").loss_weights[:2]


def test_raw_weights_count_instead_of_the_strength() -> None:
    config = TransferConfig(strength=80, style_weight=7.0, content_weight=2.0, tv_weight=3.0)
    assert config.loss_weights == (2, 7, 3)
    assert replace(config, style_weight=0.0).loss_weights == (2, 0, 3)


def test_presets_only_fill_a_config() -> None:
    assert TransferConfig.preset("balanced") == TransferConfig()
    for name in Preset:
        assert TransferConfig.preset(name) == TransferConfig(**PRESETS[name])
        changed = TransferConfig.preset(str(name), seed=3, size=100)
        assert changed == replace(TransferConfig.preset(name), seed=3, size=100)
    with pytest.raises(ValueError, match="preset must be one of paper, fast, balanced, fine, got 'best'"):
        TransferConfig.preset("best")


def test_the_papers_preset_is_the_papers() -> None:
    paper = TransferConfig.preset(Preset.PAPER)
    assert (paper.scales, paper.optimizer, paper.pooling, paper.initial) == (1, "lbfgs", "average", "noise")
    assert (paper.normalization, paper.border, paper.style_loss) == ("paper", "zero", "gram")
    assert (paper.content_layers, set(paper.layer_weights.values())) == (("relu4_2",), {0.2})
    assert paper.loss_weights[2] == 0  # no total variation in the paper


def test_paintings_are_weighed() -> None:
    assert TransferConfig().style_shares(4) == (0.25,) * 4
    assert TransferConfig(style_blend=(3, 1)).style_shares(2) == (0.75, 0.25)
    assert TransferConfig().style_scales(3) == (1, 1, 1)
    assert TransferConfig(style_scale=(2,)).style_scales(3) == (2, 2, 2)
    assert TransferConfig(style_scale=(2, 0.5)).style_scales(2) == (2, 0.5)
    with pytest.raises(ValueError, match="values of style_blend is 2 and that of paintings 3"):
        TransferConfig(style_blend=(1, 2)).style_shares(3)
    with pytest.raises(ValueError, match="values of style_scale is 2 and that of paintings 3"):
        TransferConfig(style_scale=(1, 2)).style_scales(3)
    with pytest.raises(ValueError, match="style_blend is zero for every painting"):
        TransferConfig(style_blend=(0, 0))


def test_the_papers_normalisation_is_of_gram_matrices() -> None:
    with pytest.raises(ValueError, match="gram alone, not for style_loss wasserstein"):
        TransferConfig(normalization="paper", style_loss="wasserstein")


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
    with pytest.raises(ValueError, match="style_layer_weights has 2 values for 5 style_layers"):
        TransferConfig(style_layer_weights=(1, 2))
    with pytest.raises(ValueError, match="content_layer_weights has 3 values for 1 content_layers"):
        TransferConfig(content_layers=("relu4_2",), content_layer_weights=(1, 2, 3))
