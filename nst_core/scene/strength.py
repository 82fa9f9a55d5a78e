"""How much painting where: a map of the photo turns the one strength of a run into one for each pixel."""

from __future__ import annotations

from torch import Tensor


def local_strength(strength: float, brightness: Tensor) -> Tensor:
    """The strength in percent at each pixel of a map (1, 1, H, W) in [0, 1], where that of the run is `strength`.

    Black is none, mid-grey the run's own, and white half of the way from there to 100 %; straight lines between them.
    """
    less, more = (2 * brightness).clamp_max(1), (2 * brightness - 1).clamp_min(0)
    return strength * less + (100 - strength) / 2 * more
