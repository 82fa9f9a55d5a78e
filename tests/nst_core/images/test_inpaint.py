"""Colours go on where there are none, and nowhere else change."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nst_core.images.inpaint import push_pull


def plain(colours: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The same pyramid in loops over one channel of a square of 2^n pixels, after Gortler et al. (1996), 3.4."""
    side = len(colours)
    if side == 1:
        return colours
    means, sums = np.zeros((side // 2, side // 2)), np.zeros((side // 2, side // 2))
    for y in range(side):
        for x in range(side):
            means[y // 2, x // 2] += colours[y, x] * weights[y, x]
            sums[y // 2, x // 2] += weights[y, x]
    means = np.divide(means, sums, out=np.zeros_like(means), where=sums > 0)
    beyond, result = plain(means, np.minimum(sums, 1)), np.zeros_like(colours)
    for y in range(side):
        for x in range(side):
            result[y, x] = weights[y, x] * colours[y, x] + (1 - weights[y, x]) * between(beyond, y, x)
    return result


def between(coarse: np.ndarray, y: int, x: int) -> float:
    """Bilinear, from the four nearest of the coarse pixels."""
    total, last = 0.0, len(coarse) - 1
    for row, tall in ((y // 2, 0.75), (y // 2 + (1 if y % 2 else -1), 0.25)):
        for column, broad in ((x // 2, 0.75), (x // 2 + (1 if x % 2 else -1), 0.25)):
            total += tall * broad * coarse[min(max(row, 0), last), min(max(column, 0), last)]
    return total


def test_is_the_plain_pyramid() -> None:
    random = np.random.default_rng(0)
    colours, weights = random.random((16, 16)), random.random((16, 16)).clip(0.5, 1) * 2 - 1
    weights[random.random((16, 16)) < 0.6] = 0
    weights[:3, :3] = 1
    given = [torch.from_numpy(values)[None, None] for values in (colours, weights)]
    assert np.allclose(push_pull(*given)[0, 0].numpy(), plain(colours, weights), atol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 50), (64, 31)])
def test_one_known_pixel_fills_everything(size: tuple[int, int]) -> None:
    colours, weights = torch.zeros(1, 3, *size), torch.zeros(1, 1, *size)
    colours[..., -1, 0], weights[..., -1, 0] = 0.3, 1
    assert torch.allclose(push_pull(colours, weights), torch.tensor(0.3))


def test_keeps_what_is_known_and_stays_within_it() -> None:
    random = torch.Generator().manual_seed(0)
    colours = torch.rand(1, 3, 45, 38, generator=random)
    known = torch.rand(1, 1, 45, 38, generator=random) < 0.3
    hidden = torch.where(known, colours, torch.tensor(1e6))
    filled = push_pull(hidden, known.float())
    assert (filled == colours).masked_select(known.expand_as(filled)).all()
    assert 0 <= filled.min() <= filled.max() <= 1
