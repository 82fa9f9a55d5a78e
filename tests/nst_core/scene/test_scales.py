from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from nst_core.config import Border, TransferConfig
from nst_core.scene.scales import TILE, extended, painting_size, replanned, scale_plan, step_cost


@pytest.mark.parametrize(
    ("size", "steps", "scales", "expected"),
    [
        (512, 200, 3, [((128, 96), 90), ((256, 192), 64), ((512, 384), 46)]),
        (512, 200, 1, [((512, 384), 200)]),
        (512, 2, 3, [((256, 192), 1), ((512, 384), 1)]),
        (64, 9, 3, [((64, 48), 9)]),
        (43, 5, 3, [((43, 32), 5)]),
    ],
)
def test_the_plan(size: int, steps: int, scales: int, expected: list[object]) -> None:
    config = TransferConfig(size=size, steps=steps, scales=scales)
    assert scale_plan((1024, 768), [(400, 300)], config) == expected


@pytest.mark.parametrize(
    ("size", "coarsest", "scales"), [(32, 32, 1), (64, 64, 1), (127, 127, 1), (128, 64, 2), (512, 64, 4), (1024, 64, 5)]
)
def test_by_default_the_coarsest_scale_is_alike_for_all_sizes(size: int, coarsest: int, scales: int) -> None:
    plan = scale_plan((100, 100), [(100, 100)], TransferConfig(size=size))
    assert (plan[0][0], len(plan)) == ((coarsest, coarsest), scales)


def test_a_narrow_painting_is_told_from_a_narrow_photo() -> None:
    with pytest.raises(ValueError, match="a painting of 400x20 pixels would be 64x3 at size 64"):
        scale_plan((64, 64), [(64, 64), (400, 20)], TransferConfig(size=64))


def test_a_step_costs_what_vgg_sees() -> None:
    assert step_cost((64, 48), TransferConfig(border=Border.ZERO)) == 64 * 48
    assert step_cost((64, 48), TransferConfig(border=Border.MIRROR)) == 96 * 80


def test_a_narrow_painting_limits_the_scales_too() -> None:
    config = TransferConfig(size=512, steps=10, scales=4)
    assert len(scale_plan((512, 512), [(512, 512)], config)) == 4
    assert len(scale_plan((512, 512), [(512, 512), (512, 80)], config)) == 2


def test_a_style_scale_counts_for_how_narrow_a_painting_gets() -> None:
    config = TransferConfig(size=512, steps=10, scales=4)
    assert len(scale_plan((512, 512), [(512, 512)], replace(config, style_scale=(0.25,)))) == 3
    with pytest.raises(ValueError, match="size 256 and a style_scale of 0.1; choose a style_scale of at least 0.13"):
        scale_plan((512, 512), [(512, 512), (400, 400)], replace(config, size=256, style_scale=(1.0, 0.1)))
    assert painting_size((400, 200), 512, 0.5) == (256, 128)


def test_only_colours_take_one_step_at_full_size() -> None:
    config = TransferConfig(size=512, steps=10, only_colours=True)
    assert scale_plan((1024, 768), [(512, 512)], config) == [((512, 384), 1)]


def test_a_tile_can_be_halved_four_times() -> None:
    plan = scale_plan((100, 73), [(512, 512)], TransferConfig(size=500, steps=9, border=Border.CIRCULAR))
    assert plan[-1] == ((512, 368), 2)
    assert all(side % TILE == 0 and side >= 2 * TILE for size, _ in plan for side in size)


@pytest.mark.parametrize("size", range(32, 140, 3))
def test_what_the_plan_lets_pass_is_large_enough_at_every_scale(size: int) -> None:
    """A tile's size is rounded; what is planned must not turn out too small when its scale begins."""
    for border, scale, painting in product((Border.MIRROR, Border.CIRCULAR), (1.0, 0.7), ((100, 83), (75, 100))):
        config = TransferConfig(size=size, border=border, scales=3, style_scale=(scale,))
        try:
            plan = scale_plan((100, 96), [painting], config)
        except ValueError:
            continue
        for planned, _ in plan:
            assert min(painting_size(painting, max(planned), scale)) >= 32


def test_more_steps_go_to_the_last_scale() -> None:
    config = TransferConfig(size=128, steps=20, scales=2)
    plan = scale_plan((128, 128), [], config)
    assert extended(plan, plan, config) == plan
    assert extended(plan, plan, replace(config, steps=33)) == [((64, 64), 12), ((128, 128), 21)]
    with pytest.raises(ValueError, match="planned with 20 steps, got steps 19; give at least 20"):
        extended(plan, plan, replace(config, steps=19))
    with pytest.raises(ValueError, match="other pictures or sizes"):
        extended(plan, scale_plan((128, 96), [], config), config)


SIZES = [(64, 48), (128, 96), (256, 192)]


@pytest.mark.parametrize(
    ("counts", "scale", "done", "steps", "expected"),
    [
        ([10, 6, 4], 0, 3, 30, [10, 6, 14]),  # more: the last scale's
        ([10, 6, 4], 2, 4, 30, [10, 6, 14]),
        ([10, 6, 4], 0, 3, 20, [10, 6, 4]),
        ([10, 6, 4], 0, 4, 12, [7, 3, 2]),  # fewer: each of those to come has its share
        ([10, 6, 4], 1, 2, 15, [10, 3, 2]),
        ([10, 6, 4], 0, 4, 7, [5, 1, 1]),
        ([10, 6, 4], 0, 4, 6, [5, 1, 0]),  # too few for one each
        ([10, 6, 4], 0, 4, 2, [5, 0, 0]),  # fewer than are done: one more
        ([10, 6, 4], 0, 10, 5, [10, 1, 0]),
        ([10, 6, 4], 2, 4, 5, [10, 6, 4]),  # it is over
        ([5, 0, 0], 0, 5, 8, [5, 0, 3]),
    ],
)
def test_a_run_that_is_under_way_gets_more_steps_or_fewer(
    counts: list[int], scale: int, done: int, steps: int, expected: list[int]
) -> None:
    plan = list(zip(SIZES, counts, strict=True))
    assert replanned(plan, scale, done, steps) == list(zip(SIZES, expected, strict=True))
