"""The six sketches: what they are painted with, and that all of them can be painted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nst_core.config import TransferConfig
from nst_core.scene.scales import scale_plan
from nst_core.variations import SIX, SKETCH_SIZE, SKETCH_STEPS, Variation, sketch


def test_a_variation_changes_what_it_names_and_nothing_else() -> None:
    base = TransferConfig(seed=7, style_weight=3.0, style_blend=(1.0, 2.0), style_scale=(3.0,), size=200)
    config = Variation("fine", strength=60, style_scale=0.5, colours=30).applied(base)
    assert (config.strength, config.style_scale, config.colours) == (60, (0.5,), 30)
    assert config.loss_weights == TransferConfig(strength=60).loss_weights  # no weight by hand wins over it
    kept = {"strength": 60, "style_scale": (0.5,), "colours": 30, "style_weight": None}
    assert config == replace(base, **kept)
    assert Variation("balanced", 50).applied(base).style_scale == ()


def test_the_six_differ_in_all_that_one_can_choose_by_eye() -> None:
    assert len(SIX) == 6
    assert len({variation.name for variation in SIX}) == 6
    for name in ("strength", "style_scale", "colours"):
        assert len({getattr(variation, name) for variation in SIX}) > 1
    assert len({variation.applied(TransferConfig()) for variation in SIX}) == 6


def test_a_sketch_is_small_and_keeps_everything_else() -> None:
    base = TransferConfig(size=1024, steps=500, seed=3, style_blend=(1.0, 2.0))
    assert sketch(base, (300, 200), [(80, 60)]) == replace(base, size=SKETCH_SIZE, steps=SKETCH_STEPS)
    less = TransferConfig(size=64, steps=5)
    assert sketch(less, (300, 200), [(80, 60)]) == less


@pytest.mark.parametrize("photo", [(300, 200), (1000, 120), (60, 400)])
@pytest.mark.parametrize("paintings", [[(80, 60)], [(1000, 200), (80, 60)], [(100, 990)]])
def test_every_sketch_can_be_painted(photo: tuple[int, int], paintings: list[tuple[int, int]]) -> None:
    small = sketch(TransferConfig(size=1024), photo, paintings)
    assert small.size < 1024
    for variation in SIX:
        config = variation.applied(small)
        plan = scale_plan(photo, paintings, config)
        assert max(plan[-1][0]) == small.size
