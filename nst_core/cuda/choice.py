"""Whether a card's layers are computed by our own kernels: they are tried once, beside PyTorch's own operators."""

from __future__ import annotations

import logging
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.device.memory import is_out_of_memory

if TYPE_CHECKING:
    from nst_core.cuda.layers import FusedConvolution

logger = logging.getLogger(__name__)

TYPES = (torch.float32, torch.bfloat16)
TOLERANCE = 2e-2  # of the norm: by less do sums differ that are rounded to bfloat16 once more, or in another order

INSIDE = slice(3, -4)  # rows and columns that losses look at, in the trial

_trusted: dict[tuple[torch.device, torch.dtype], bool] = {}  # by what was tried
_trying = Lock()


def fused(weight: Tensor, bias: Tensor) -> FusedConvolution | None:
    """The convolution with these parameters by our own kernels; None where PyTorch's operators do the work.

    That is elsewhere than on CUDA; and where there is no Triton, or it fails, or finds something else than PyTorch's
    operators do, which is then logged once.
    """
    if weight.device.type != "cuda" or weight.dtype not in TYPES:
        return None
    kind = weight.device, weight.dtype
    with _trying:
        if kind not in _trusted:
            _trusted[kind] = _holds(*kind)
    return _fused_convolution(weight, bias) if _trusted[kind] else None


def _fused_convolution(weight: Tensor, bias: Tensor) -> FusedConvolution:
    made: FusedConvolution = import_module("nst_core.cuda.layers").FusedConvolution(weight, bias)
    return made


def _holds(device: torch.device, dtype: torch.dtype) -> bool:
    try:
        error = difference(device, dtype)
    except Exception as reason:  # whatever keeps Triton from working: no compiler, an older driver, ...
        if is_out_of_memory(reason):
            raise
        return _told(f"{type(reason).__name__}: {str(reason).partition(chr(10))[0]}")
    return error <= TOLERANCE or _told(f"they differ by {error:.2g}")  # NaN is no agreement


def _told(problem: str) -> bool:
    logger.warning("PyTorch's own operators follow convolutions on this card, as ours can't be used (%s)", problem)
    return False


def difference(device: torch.device, dtype: torch.dtype) -> float:
    """How far our kernels are from PyTorch's operators, relative: a small network's features, and its gradient."""
    generator = torch.Generator().manual_seed(0)

    def made(*shape: int) -> Tensor:
        numbers = torch.randn(shape, generator=generator).to(device, dtype)
        return numbers.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else numbers

    image, biases = made(1, 16, 27, 22), made(3, 32)
    weights = [made(32, depth, 3, 3) / 12 for depth in (16, 32, 32)]
    with torch.inference_mode(False), torch.enable_grad():
        one, other = (image.clone().requires_grad_() for _ in range(2))
        found, expected = [*_ours(one, weights, biases)], [*_pytorchs(other, weights, biases)]
        pulls = [torch.randn(each.shape, generator=generator).to(each) for each in expected]
        found += torch.autograd.grad(found, one, pulls)
        expected += torch.autograd.grad(expected, other, pulls)
    return max(_apart(one.detach(), other.detach()) for one, other in zip(found, expected, strict=True))


def _apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).float().norm() / other.float().norm())


def _ours(features: Tensor, weights: list[Tensor], biases: Tensor) -> tuple[Tensor, Tensor]:
    first, second, third = (_fused_convolution(*each) for each in zip(weights, biases, strict=True))
    features, tap = first.tapped(features, 1, (INSIDE, INSIDE), torch.float32)
    return tap, third.pooled(second(features, 1), 1)


def _pytorchs(features: Tensor, weights: list[Tensor], biases: Tensor) -> tuple[Tensor, Tensor]:
    made = []
    for weight, bias in zip(weights, biases, strict=True):
        features = (F.conv2d(features, weight, padding=1) + bias[:, None, None]).relu()  # rounded as ours
        made.append(features)
    return made[0][..., INSIDE, INSIDE].float(), F.max_pool2d(made[2], 2)
