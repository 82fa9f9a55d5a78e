"""What graphics cards do, without one: `CUDATape`'s recordings on the CPU, and work that nobody waits for on `meta`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

T = TypeVar("T")

ASKS = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default, torch.ops.aten.nonzero.default}


class CPUTape:
    """`nst_core.optim.cuda_graphs.Tape` on a CPU.

    Like a graph of kernels it refuses work that asks for a number, and repeats the rest, whatever Python did in
    between, in the same memory.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []  # of operators
        self.recorded = self.replayed = 0
        self.is_freed = False

    def record(self, work: Callable[[], T]) -> T:
        self.recorded += 1
        with Writing(self.calls):
            return work()

    def free(self) -> None:
        self.is_freed = True

    def replay(self) -> None:
        assert not self.is_freed
        self.replayed += 1
        with torch.no_grad():
            for function, arguments, options, results in self.calls:
                if torch.Tag.inplace_view in function.tags:  # what it has made of a shape has stayed so
                    continue
                for old, new in zip(_tensors(results), _tensors(function(*arguments, **options)), strict=True):
                    old.copy_(new if new.shape == old.shape else new.view(old.shape))


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


class Unattended(TorchDispatchMode):
    """Within the block, `RuntimeError` where an accelerator would be waited for; operators are told by their names.

    Tensors without data, of the device `meta`, stand for the accelerator's. It is waited for where a number is asked
    for, where a tensor's size depends on numbers, and where anything is copied from ordinary memory or to it: CUDA does
    so once all that was ordered before is done. With an `answer`, questions are answered by it, and counted.
    """

    def __init__(self, answer: float | None = None) -> None:
        super().__init__()
        self._answer = answer
        self.calls: list[str] = []  # but for mere views
        self.types: dict[str, set[torch.dtype]] = {}  # of what each was given, if those are numbers with fractions
        self.asked = 0

    def __torch_dispatch__(self, function: Any, kinds: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [each for arg in (*args, *(kwargs or {}).values()) for each in _tensors(arg)]
        if function in ASKS and any(each.is_meta for each in given):
            if self._answer is None:
                raise RuntimeError(f"{function} asks the device for a number")
            self.asked += 1
            return self._answer
        if self._answer is not None and function is torch.ops.aten._to_copy.default and _leads_away(args[0], kwargs):
            self.asked += 1
            return torch.full(args[0].shape, self._answer, dtype=args[0].dtype)
        results = function(*args, **(kwargs or {}))
        places = {each.device.type for each in (*given, *_tensors(results))}
        if function is torch.ops.aten.lift_fresh.default:  # of numbers that were in Python
            places.add("cpu")
        if len(places) > 1 and self._answer is None:
            raise RuntimeError(f"{function} copies between {' and '.join(sorted(places))}")
        if not function.is_view:
            self.calls.append(function.overloadpacket.__name__)
            self.types.setdefault(self.calls[-1], set()).update(
                each.dtype for each in given if each.is_floating_point()
            )
        return results


def _leads_away(source: Tensor, options: dict[str, Any] | None) -> bool:
    """Whether it is copied from the device to ordinary memory."""
    return source.is_meta and torch.device((options or {}).get("device") or source.device).type == "cpu"


def _tensors(results: Any) -> list[Tensor]:
    """Those among the arguments of an operator, or its results."""
    if isinstance(results, Tensor):
        return [results]
    return [each for each in results if isinstance(each, Tensor)] if isinstance(results, list | tuple) else []
