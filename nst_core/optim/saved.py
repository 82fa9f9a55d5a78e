"""Whether what was saved of a descent can be gone on with: a file may have been made by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from nst_core.config import Optimizer
from nst_core.optim.method import kind_of


def check_saved(state: Mapping[str, Any], optimizer: Optimizer, size: tuple[int, int]) -> None:
    """Raise `ValueError` for what `Descent.state` can't have returned of a picture of that size (width, height)."""
    try:
        _check_descent(state, size)
        _check_method(state["learnt"], optimizer, state["pixels"])
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it lacks {error}") from error


def _check_descent(state: Mapping[str, Any], size: tuple[int, int]) -> None:
    width, height = size
    for name in ("pixels", "best"):
        _check_tensor(name, state[name], (1, 3, height, width), torch.float32)
        if not bool(state[name].isfinite().all()):
            raise ValueError(f"{name} has values that aren't finite")
    for name, least in (("lowest", -torch.inf), ("caution", 1), ("loss_scale", 0)):
        _check_tensor(name, state[name], (), torch.float32)
        if not float(state[name]) >= least:  # NaN isn't
            raise ValueError(f"{name} is {float(state[name]):g}")
    if not (isinstance(state["told"], int | float) and state["told"] >= 1):
        raise ValueError(f"told is {state['told']!r}")
    if not (type(state["steps"]) is int and state["steps"] >= 0):
        raise ValueError(f"steps is {state['steps']!r}")


def _check_method(learnt: Mapping[str, Tensor], optimizer: Optimizer, pixels: Tensor) -> None:
    """Compare with what the optimiser would keep of such a picture: on a device where tensors have no values."""
    kind = kind_of(optimizer)
    history = kind.remembered(learnt)
    expected = kind.begin(torch.empty_like(pixels, device="meta"), history, 1.0).kept()
    if set(learnt) != set(expected):
        raise ValueError(f"it has {', '.join(sorted(set(learnt) ^ set(expected)))}, or lacks it")
    for name, tensor in expected.items():
        _check_tensor(name, learnt[name], tuple(tensor.shape), tensor.dtype)
        if not tensor.is_floating_point() and not bool(((learnt[name] >= 0) & (learnt[name] <= history)).all()):
            raise ValueError(f"{name} points to what isn't there")


def _check_tensor(name: str, tensor: Tensor, shape: tuple[int, ...], kind: torch.dtype) -> None:
    """Numbers of float32 and float64 are as good as each other: not all devices have both."""
    is_alike = tensor.dtype == kind or (tensor.is_floating_point() and kind.is_floating_point)
    if tuple(tensor.shape) != shape or not is_alike or tensor.layout is not torch.strided:
        raise ValueError(f"{name} is {tensor.dtype} {tuple(tensor.shape)}")
