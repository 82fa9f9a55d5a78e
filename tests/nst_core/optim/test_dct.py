from __future__ import annotations

import pytest
import scipy.fft
import torch
from torch import Tensor

from nst_core.optim.dct import DCT

SHAPE = (1, 3, 6, 9)


def image(seed: int = 0) -> Tensor:
    return torch.randn(SHAPE, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_it_is_the_cosine_transform() -> None:
    expected = torch.from_numpy(scipy.fft.dctn(image()[0].numpy(), norm="ortho"))[None]
    torch.testing.assert_close(DCT(image()).transform(image()), expected)


def test_there_and_back() -> None:
    dct = DCT(image())
    torch.testing.assert_close(dct.image(dct.transform(image())), image())
    assert (dct.transform(image()) * dct.transform(image(1))).sum().item() == pytest.approx(
        (image() * image(1)).sum().item()
    )


def test_bands_are_octaves() -> None:
    dct = DCT(image())
    for place, band in {(0, 0, 0): (0, 0, 0), (1, 1, 2): (1, 1, 2), (2, 3, 3): (2, 2, 2), (0, 5, 8): (0, 3, 4)}.items():
        coefficients = torch.zeros(SHAPE, dtype=torch.float64)
        coefficients[0, *place] = 3
        energies = dct.energies(coefficients)
        assert energies.shape == (3, 4, 5)
        assert (energies[band].item(), energies.sum().item()) == (9, 9)


def test_what_a_band_has_is_spread_over_it() -> None:
    dct = DCT(image())
    values = torch.arange(60.0).view(3, 4, 5)
    spread = dct.spread(values)
    assert spread.shape == SHAPE
    assert spread[0, 2].tolist()[4] == [values[2, 3, band] for band in (0, 1, 2, 2, 3, 3, 3, 3, 4)]
    members = dct.energies(torch.ones(SHAPE, dtype=torch.float64))
    torch.testing.assert_close(dct.energies(spread.double().sqrt()), values * members)
