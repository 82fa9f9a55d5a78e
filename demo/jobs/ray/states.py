"""The state of a run as arrays, which an object store takes without copying them once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from nst_core.checkpoint import Checkpoint


def packed(state: Checkpoint) -> Checkpoint:
    """`state` with arrays instead of tensors, in the memory of the processor."""
    return replace(state, descent=_each(state.descent, torch.Tensor, lambda tensor: tensor.cpu().numpy()))


def unpacked(state: Checkpoint, device: torch.device) -> Checkpoint:
    """The reverse; arrays of an object store can't be written to, tensors can."""
    return replace(state, descent=_each(state.descent, np.ndarray, lambda array: torch.tensor(array, device=device)))


def steps_done(state: Checkpoint) -> int:
    """The number of the last step that is done, over all scales."""
    return sum(steps for _, steps in state.plan[: state.scale]) + state.done


def _each(tree: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """Dictionaries, lists and tuples with what is of a kind changed."""
    if isinstance(tree, kind):
        return change(tree)
    if isinstance(tree, dict):
        return {key: _each(value, kind, change) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(_each(value, kind, change) for value in tree)
    return tree
