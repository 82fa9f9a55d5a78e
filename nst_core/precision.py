"""What VGG-19's convolutions compute with: less than float32 is a matter of speed, on graphics cards above all."""

from __future__ import annotations

import copy
from contextlib import AbstractContextManager

import torch

from nst_core.execution import Precision
from nst_core.vgg import VGG


def in_precision(network: VGG, precision: Precision) -> VGG:
    """The network with its layers in that precision; itself where nothing changes.

    Pictures go in, and features come out, as float32 all the same: Gram matrices add up squares of thousands, of which
    bfloat16 has three digits.
    """
    if precision is not Precision.BFLOAT16:
        return network
    half = copy.copy(network)
    half._convolutions = {}
    half._modules = {**network._modules, "layers": copy.deepcopy(network.layers).to(torch.bfloat16)}
    return half


def tensor_cores(precision: Precision) -> AbstractContextManager[None]:
    """Within the block, cuDNN rounds float32 to TF32 (10 bits of mantissa) if that is the precision, and only then.

    PyTorch's own default is that it does, in convolutions.
    """
    cudnn = torch.backends.cudnn
    return cudnn.flags(
        enabled=cudnn.enabled,
        benchmark=cudnn.benchmark,
        deterministic=cudnn.deterministic,
        allow_tf32=precision is not Precision.FLOAT32,
    )
