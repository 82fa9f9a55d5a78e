"""What `CUDATape` does, on the CPU: operators are written down as they are called, and called again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

T = TypeVar("T")

ASKS = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default, torch.ops.aten.nonzero.default}


class CPUTape:
    """`nst_core.replay.Tape`. Like a graph of kernels it refuses work that asks for a number, and repeats the rest,
    whatever Python did in between, in the same memory."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], Any]] = []
        self.recorded = self.replayed = 0

    def record(self, work: Callable[[], T]) -> T:
        self.recorded += 1
        with Writing(self.calls):
            return work()

    def replay(self) -> None:
        self.replayed += 1
        with torch.no_grad():
            for function, arguments, options, results in self.calls:
                for old, new in zip(_tensors(results), _tensors(function(*arguments, **options)), strict=True):
                    old.copy_(new)


class Writing(TorchDispatchMode):
    """Appends each call of an operator, with its results, to a list."""

    def __init__(self, calls: list[Any]) -> None:
        super().__init__()
        self._calls = calls

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function in ASKS:
            raise RuntimeError(f"{function} asks for a number amidst a recording")
        results = function(*args, **(kwargs or {}))
        self._calls.append((function, args, kwargs or {}, results))
        return results


def _tensors(results: Any) -> list[Tensor]:
    return [results] if isinstance(results, Tensor) else [each for each in results or () if isinstance(each, Tensor)]
