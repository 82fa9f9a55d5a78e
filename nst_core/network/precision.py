"""What VGG-19's convolutions compute with: less than float32 is a matter of speed, on graphics cards above all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nst_core.execution import Precision
from nst_core.network.vgg import VGG


def in_precision(network: VGG, precision: Precision) -> VGG:
    """The network with its layers in that precision; itself where nothing changes.

    Pictures go in, and features come out, as float32 all the same: Gram matrices add up squares of thousands, of which
    bfloat16 has three digits.
    """
    if precision is not Precision.BFLOAT16:
        return network
    return network.in_dtype(torch.bfloat16)


@contextmanager
def tensor_cores(precision: Precision) -> Iterator[None]:
    """Within the block, float32 is rounded to TF32 (10 bits of mantissa) unless it is the precision itself.

    Convolutions are, and what Gram matrices multiply, which they add up in float32; bfloat16 is exact in TF32. By
    PyTorch's own default convolutions are and products are not.
    """
    allowed, cudnn, products = precision is not Precision.FLOAT32, torch.backends.cudnn, torch.backends.cuda.matmul
    before, products.allow_tf32 = products.allow_tf32, allowed
    try:
        with cudnn.flags(
            enabled=cudnn.enabled,
            benchmark=cudnn.benchmark,
            deterministic=cudnn.deterministic,
            allow_tf32=allowed,
        ):
            yield
    finally:
        products.allow_tf32 = before
