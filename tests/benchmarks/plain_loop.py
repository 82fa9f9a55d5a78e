"""The loop that a tutorial would write, in plain PyTorch: what the others are compared with, and what judges them.

VGG-19 as a list of torch's modules with zeros around each layer's input, mean squared errors of features and of Gram
matrices, `backward`, torch's L-BFGS with one evaluation a step and its default history, one scale, from the photo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nst_core.config import Normalization, Pooling
from nst_core.execution import Precision
from nst_core.images import to_tensor
from nst_core.network.vgg import VGG
from nst_core.network.weights import IMAGENET_MEAN, IMAGENET_STD
from tests.benchmarks.task import Task


class Target(NamedTuple):
    """Features or a Gram matrix, and what their mean squared error is multiplied by."""

    multiplier: float
    value: Tensor


class PlainLoss:
    """alpha x content + beta x style of `task`: an image (1, 3, H, W) in [0, 1] -> a scalar with a graph."""

    def __init__(
        self,
        task: Task,
        layout: torch.memory_format = torch.contiguous_format,
        precision: Precision = Precision.FLOAT32,
    ) -> None:
        self._task, self._layout, self._precision = task, layout, precision
        self._wanted = {*task.config.content_layers, *task.config.style_layers}
        self._layers = {
            name: layer.to(task.device, memory_format=layout)  # type: ignore[call-overload]
            for name, layer in plain_layers(task.load(), task.config.pooling, self._wanted).items()
        }
        self._mean, self._std = (
            torch.tensor(values, device=task.device).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD)
        )
        self.photo = to_tensor(task.photo, task.photo.size).to(task.device)
        with torch.no_grad():
            of_painting = self.extract(to_tensor(task.painting, task.painting.size).to(task.device))
            of_photo = self.extract(self.photo)
        self.contents = {name: self._content_target(of_photo[name]) for name in task.config.content_layers}
        self.styles = {name: self._style_target(name, of_painting[name]) for name in task.config.style_layers}

    def __call__(self, image: Tensor) -> Tensor:
        found = self.extract(image)
        loss = image.new_zeros(())
        for name, target in self.contents.items():
            loss = loss + target.multiplier * F.mse_loss(found[name].float(), target.value)
        for name, target in self.styles.items():
            loss = loss + target.multiplier * F.mse_loss(gram(found[name]), target.value)
        return loss

    def extract(self, image: Tensor) -> dict[str, Tensor]:
        """The features of the layers that the loss is about."""
        found, x = {}, ((image - self._mean) / self._std).contiguous(memory_format=self._layout)
        with _computing(self._precision, self._task.device):
            for name, layer in self._layers.items():
                x = layer(x)
                if name in self._wanted:
                    found[name] = x
        return found

    def _content_target(self, features: Tensor) -> Target:
        alpha, _, _ = self._task.config.loss_weights
        energy = features.float().square().mean().item()
        paper = self._task.config.normalization is Normalization.PAPER
        # The paper's half of the sum, as a multiple of the mean.
        multiplier = features.numel() / 2 if paper else 1 / energy
        return Target(alpha * multiplier / len(self._task.config.content_layers), features.float())

    def _style_target(self, layer: str, features: Tensor) -> Target:
        _, beta, _ = self._task.config.loss_weights
        matrix = gram(features)
        paper = self._task.config.normalization is Normalization.PAPER
        # 1 / (4 N^2) of a sum over N^2 entries, as a multiple of the mean.
        multiplier = 1 / 4 if paper else 1 / matrix.square().mean().item()
        return Target(beta * self._task.config.layer_weights[layer] * multiplier, matrix)


def plain_loop(
    task: Task, layout: torch.memory_format = torch.contiguous_format, precision: Precision = Precision.FLOAT32
) -> Iterator[Tensor]:
    """Get ready; then the image (1, 3, H, W) after each evaluation, without end."""
    if task.device.startswith("cuda"):
        allow_tf32(precision is Precision.TF32)
    loss = PlainLoss(task, layout, precision)
    image = loss.photo.clone().requires_grad_()
    # L-BFGS flattens by `view`, so the image itself is never channels-last; with tolerances it would stop by itself.
    optimizer = torch.optim.LBFGS([image], max_iter=1, tolerance_grad=0, tolerance_change=0)

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = loss(image)
        total.backward()
        return total

    return descend(optimizer, closure, image)


def descend(optimizer: torch.optim.Optimizer, closure: Callable[[], Tensor], image: Tensor) -> Iterator[Tensor]:
    """`image` after each step, not a copy of it."""
    while True:
        optimizer.step(closure)
        yield image.detach()


def plain_layers(network: VGG, pooling: Pooling, wanted: set[str]) -> dict[str, nn.Module]:
    """Modules of torch's own with the parameters of `network`, by name, up to the deepest of `wanted`."""
    parameters = {name.rpartition("layers.")[2]: value for name, value in network.state_dict().items()}
    layers: dict[str, nn.Module] = {}
    names = [key.removesuffix(".weight") for key in parameters if re.fullmatch(r"conv\d_\d\.weight", key)]
    for before, name in pairwise(["", *names]):
        if wanted <= layers.keys():
            break
        if before and before[4] != name[4]:
            layers[f"pool{before[4]}"] = nn.MaxPool2d(2) if pooling is Pooling.MAX else nn.AvgPool2d(2)
        layers[name] = _convolution(parameters, name)
        layers[name.replace("conv", "relu")] = nn.ReLU()
    return layers


def _convolution(parameters: Mapping[str, Tensor], name: str) -> nn.Conv2d:
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1, device="meta")
    layer.load_state_dict({"weight": weight.contiguous(), "bias": bias}, assign=True)
    return layer.requires_grad_(False)


def gram(features: Tensor) -> Tensor:
    """(1, C, H, W) -> (1, C, C), an average over positions, float32."""
    flat = features.float().flatten(2)
    return flat @ flat.mT / flat.shape[-1]


def _computing(precision: Precision, device: str) -> AbstractContextManager[object]:
    """bfloat16 is chosen here; what float32 means on a graphics card is the process's own, see `allow_tf32`."""
    if precision is not Precision.BFLOAT16:
        return nullcontext()
    return torch.autocast(torch.device(device).type, torch.bfloat16)


def allow_tf32(allowed: bool) -> None:
    """Whether this process may round float32 to TF32 on a graphics card; PyTorch's default is yes for convolutions."""
    torch.backends.cudnn.allow_tf32 = allowed
    torch.backends.cuda.matmul.allow_tf32 = allowed
