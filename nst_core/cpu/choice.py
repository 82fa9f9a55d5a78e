"""Whether the compiled loops compute, or PyTorch alone, as it can before they are compiled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nst_core.cpu.kernels.helpers import are_busy
from nst_core.device.cache import keeps

_here = threading.local()


@contextmanager
def by_pytorch(alone: bool) -> Iterator[None]:
    """Within the block, if `alone`, this thread uses no compiled loop: not for features, nor for their gradients."""
    before, _here.alone = is_by_pytorch(), alone
    try:
        yield
    finally:
        _here.alone = before


def is_by_pytorch() -> bool:
    """Whether this thread is in such a block."""
    return getattr(_here, "alone", False)


def loops_are_coming() -> bool:
    """Whether they are being compiled beside this process, and will be kept: this is then a machine's first run."""
    return are_busy() and keeps()
