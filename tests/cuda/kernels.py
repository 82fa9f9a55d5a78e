"""Our own kernels beside PyTorch's operators: each of them alone, and an evaluation with them and without."""

from __future__ import annotations

from importlib import import_module
from itertools import product
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from nst_core.cuda import choice
from nst_core.cuda.gram import correlate
from nst_core.execution import Execution, Precision
from tests.cuda.lab import Lab, NotOkError, apart, at_most
from tests.support import card

TYPES = (torch.float32, torch.bfloat16)
SHAPES = ((64, 33, 50), (512, 16, 24))  # channels, height, width of features
MARGIN = 4
ROUNDED = 1e-2  # relative: bfloat16 rounds once more where PyTorch adds up in it
ANY = 1e-5  # of float32, in any order


def each_kernel(lab: Lab) -> str:
    """On features of odd and even sizes, in both types, against PyTorch's operators."""
    ours, worst = import_module("nst_core.cuda.kernels"), 0.0
    for dtype, shape in product(TYPES, SHAPES):
        pairs = zip(_made(lab, ours, dtype, shape), _made(lab, card, dtype, shape), strict=True)
        worst = max(worst, *(apart(found.float(), expected.float()) for found, expected in pairs))
    return at_most(ROUNDED, farthest=worst)


def _made(lab: Lab, kernels: Any, dtype: torch.dtype, shape: tuple[int, int, int]) -> list[Tensor]:
    """What each of the kernels makes of the same."""
    channels, height, width = shape
    values, deeper, bias = (_features(lab, dtype, *size) for size in (shape, shape, (channels, 1, 1)))
    tap = _features(lab, torch.float32, channels, height, width)[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    rectified, whole = values.clone(memory_format=torch.preserve_format), bias.flatten()
    gate = kernels.rectify_(rectified, whole, True)
    pooled, places = kernels.pool(values, whole)
    back = kernels.unpool(pooled, places, height, width)
    joined = [kernels.join(seen, deeper.clone(), tap, (MARGIN, MARGIN)) for seen in (rectified, gate)]
    return [rectified, gate, pooled, places, back, *joined, kernels.join(rectified, None, tap, (MARGIN, MARGIN))]


def _features(lab: Lab, dtype: torch.dtype, channels: int, height: int, width: int) -> Tensor:
    """(1, C, H, W), channels last, the same each time."""
    made = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(channels + height))
    return made.to(lab.device, dtype).contiguous(memory_format=torch.channels_last)


def products(lab: Lab) -> str:
    """Gram matrices of a part of features, by strides, and their gradients, are those of a copy, in float32."""
    torch.backends.cuda.matmul.allow_tf32, before = False, torch.backends.cuda.matmul.allow_tf32
    try:
        whole = _features(lab, torch.float32, 64, 70, 90)
        one, other = (whole[..., 2:-2, 2:-2].detach().requires_grad_() for _ in range(2))
        found, flat = correlate(one), other.flatten(2)
        expected = flat @ flat.mT
        pull = torch.randn(expected.shape, generator=torch.Generator().manual_seed(0)).to(expected)
        (slope,), (its,) = torch.autograd.grad(found, one, pull), torch.autograd.grad(expected, other, pull)
        return at_most(ANY, sums=apart(found, expected), gradients=apart(slope, its))
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def gain(lab: Lab) -> str:
    """Milliseconds and gigabytes of an evaluation by our kernels and by PyTorch's operators; the same comes out."""
    parameters = (lab.network.layers.get_parameter(f"conv1_1.{part}") for part in ("weight", "bias"))
    if lab.device.type == "cuda" and choice.fused(*parameters) is None:
        raise NotOkError("our kernels aren't used here; the log says why")
    cells = []
    for size, kind in product(lab.sizes[1:], (Precision.TF32, Precision.BFLOAT16)):
        ours, found = _evaluated(lab, size, kind)
        with patch("nst_core.network.vgg.fused", lambda *_: None):
            theirs, expected = _evaluated(lab, size, kind)
        difference = at_most(3e-2, gradient=apart(found, expected))
        cells.append(f"{size} px {kind} {ours} beside {theirs} ({difference})")
    return "; ".join(cells)


def _evaluated(lab: Lab, size: int, kind: Precision) -> tuple[str, Tensor]:
    """What an evaluation takes, in words, and its gradient."""
    if lab.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(lab.device)
    evaluation, image = lab.evaluation(size, Execution(precision=kind))
    taken, gradient = lab.milliseconds(lambda: evaluation(image)), evaluation(image)[1].clone()
    most = torch.cuda.max_memory_allocated(lab.device) if lab.device.type == "cuda" else 0
    evaluation.release()
    return f"{taken:.2f} ms, {most / 1e9:.2f} GB", gradient
