"""What of a layer's features keeps the painting: one file a statistic, and one line in `StyleLoss` of that name.

Such a file has pure functions of features, and `STATISTIC`, which says what the objective needs of them. Features are
(B, C, H, W); an average counts their positions as `nst_core.loss.functional` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from torch import Tensor

from nst_core.config import Normalization, StyleLoss

# Features, weights and total -> an average over positions, to which the parts of a picture add up.
Averaging = Callable[[Tensor, Tensor | None, Tensor | None], Tensor]


def unchanged(value: Tensor) -> Tensor:
    """The value itself."""
    return value


class Measurement(NamedTuple):
    """How features are measured: part by part of a picture, and what the average over all of it then stands for."""

    average: Averaging
    value: Callable[[Tensor], Tensor] = unchanged


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A statistic of a layer's features. The values of a region's paintings are averaged, as much of each as counts."""

    measurement: Measurement
    # A second look by what the first has found, where an average loses digits if it isn't taken near its value: of
    # paintings near their own values, of the image near the paintings'.
    near: Callable[[Tensor], Measurement] | None = None
    target: Callable[[Tensor], Any] = unchanged  # what errors need of the paintings' value
    # The image's value and the target -> how far they are apart, a scalar; under each normalisation with a weight in
    # `StyleLoss`.
    errors: Mapping[Normalization, Callable[[Tensor, Any], Tensor]]
    recordable: bool = True  # an error asks the device for no number, so a CUDA graph can hold it

    def measurement_near(self, value: Tensor) -> Measurement:
        """How features are measured whose value is about that."""
        return self.measurement if self.near is None else self.near(value)


def statistic_of(loss: StyleLoss) -> Statistic:
    """What the file of that name says."""
    found: Statistic = import_module(f"{__name__}.{loss}").STATISTIC
    return found
