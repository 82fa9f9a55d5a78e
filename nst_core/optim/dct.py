"""An image as cosines over colours, rows and columns, and how much of it lies in which band of frequencies."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


class DCT:
    """The orthonormal cosine transform (DCT-II) of images of one shape (1, 3, H, W).

    The first cosine over the three colours is grey, the others are colour. Bands are an octave wide down and across: 0,
    1, 2 to 3, 4 to 7, ... half waves a side.
    """

    def __init__(self, like: Tensor) -> None:
        """`like` is an image, of which only shape, type and device count."""
        self._colours, self._rows, self._columns = (cosines(side).to(like) for side in like.shape[-3:])
        self._row_bands, self._column_bands = (octaves(side).to(like.device) for side in like.shape[-2:])
        # Unlike those of `index_add_`, sums by a product are the same at every run.
        self._of_row, self._of_column = (F.one_hot(octaves(side)).to(like) for side in like.shape[-2:])

    def transform(self, image: Tensor) -> Tensor:
        """(1, 3, H, W) -> its coefficients (1, 3, H, W)."""
        waves = self._rows @ image @ self._columns.mT
        coefficients: Tensor = torch.tensordot(self._colours, waves[0], 1)[None]
        return coefficients

    def image(self, coefficients: Tensor) -> Tensor:
        """The image (1, 3, H, W) with these coefficients."""
        waves = torch.tensordot(self._colours.mT, coefficients[0], 1)[None]
        image: Tensor = self._rows.mT @ waves @ self._columns
        return image

    def energies(self, coefficients: Tensor) -> Tensor:
        """Sum of squares in each band: (1, 3, H, W) -> (3, bands of rows, bands of columns)."""
        energies: Tensor = self._of_row.mT @ coefficients[0].square() @ self._of_column
        return energies

    def spread(self, bands: Tensor) -> Tensor:
        """For each coefficient the value of its band: (3, bands of rows, bands of columns) -> (1, 3, H, W)."""
        return bands[:, self._row_bands][:, :, self._column_bands][None]


def cosines(count: int) -> Tensor:
    """The matrix of the orthonormal DCT-II, float64: row k has k half waves over `count` places."""
    order, place = torch.arange(count, dtype=torch.float64)[:, None], torch.arange(count, dtype=torch.float64)
    waves = (math.pi / count * order * (place + 0.5)).cos_() * math.sqrt(2 / count)
    waves[0] /= math.sqrt(2)
    return waves


def octaves(count: int) -> Tensor:
    """The band of each of `count` numbers of half waves: 0, 1, 2, 2, 3, 3, 3, 3, ..."""
    return torch.tensor([index.bit_length() for index in range(count)])
