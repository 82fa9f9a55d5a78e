"""Numbers on their way from a device to the processor, without anybody waiting before they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def send(numbers: Tensor) -> Callable[[], Any]:
    """Begin to fetch `numbers`; what is returned gives them as `Tensor.tolist` would.

    On CUDA it then waits for this transfer alone. `tolist` itself would wait for all that the device was given to do
    before it is called, the next step among it.
    """
    if numbers.device.type != "cuda":
        return numbers.tolist
    fetched, arrived = numbers.to("cpu", non_blocking=True), torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record(torch.cuda.current_stream(numbers.device))

    def read() -> Any:
        arrived.synchronize()
        return fetched.tolist()

    return read
