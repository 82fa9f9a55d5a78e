"""The tensors that say where an optimiser stands, by name: copied to be saved, and put back to go on."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def copied(kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies, on the same device."""
    return {name: tensor.clone() for name, tensor in kept.items()}


def put_back(saved: Mapping[str, Tensor], kept: Mapping[str, Tensor]) -> None:
    """Give each of `kept` the value that it has in `saved`, of any device, where it lies.

    One of another shape takes that shape, in memory of its own. Raises `KeyError` where `saved` lacks one.
    """
    for name, tensor in kept.items():
        value = saved[name]
        if value.shape == tensor.shape:
            tensor.copy_(value)
        else:
            tensor.set_(value.to(tensor, copy=True))  # type: ignore[call-overload]
