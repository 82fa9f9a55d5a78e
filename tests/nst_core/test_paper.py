"""The preset `paper` beside a loop of its own, written from Gatys et al. (2016) and Nocedal and Wright (2006) alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from nst_core.config import Pooling, Preset, TransferConfig
from nst_core.images import fit, load_image, to_tensor
from nst_core.network.vgg import load_vgg19
from nst_core.network.weights import load_parameters
from nst_core.optim.descent import FIRST_STEP
from nst_core.optim.lbfgs import LBFGS
from nst_core.transfer import stylize
from tests.support.paths import EXAMPLES

SIZE, STEPS, HISTORY, ALPHA, BETA = 64, 50, 20, 1.0, 1e3
CONFIG = TransferConfig.preset(Preset.PAPER, size=SIZE, steps=STEPS)
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


def features(image: Tensor, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
    """(N, M) by the names of the convolutions that Caffe rectifies in place: section 2, with average pooling."""
    found: dict[str, Tensor] = {}
    mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1).to(image)
    x = (image - mean) / deviation
    for block, depth in enumerate((2, 2, 4, 4, 1), 1):
        for layer in range(1, depth + 1):
            name = f"conv{block}_{layer}"
            x = F.conv2d(x, parameters[f"{name}.weight"], parameters[f"{name}.bias"], padding=1).relu()
            found[name] = x[0].flatten(1)
        x = F.avg_pool2d(x, 2)
    return found


def plain_loop(photo: Tensor, painting: Tensor, start: Tensor) -> Iterator[float]:
    """Eq. 1 to 7, and L-BFGS by its two loops: the loss of each evaluation."""
    parameters = {name: value.to(photo) for name, value in load_parameters("embedded").items()}
    P = features(photo, parameters)["conv4_2"]
    of_painting = features(painting, parameters)
    A = {name: of_painting[name] @ of_painting[name].T / of_painting[name].shape[1] for name in STYLE_LAYERS}

    def loss_and_gradient(x: Tensor) -> tuple[float, Tensor]:
        image = x.to(photo).view_as(photo).requires_grad_()
        layers = features(image, parameters)
        content = 0.5 * ((layers["conv4_2"] - P) ** 2).sum()
        style = torch.zeros((), dtype=photo.dtype)
        for name, A_l in A.items():
            N, M = layers[name].shape
            G = layers[name] @ layers[name].T  # eq. 3; the painting's is for as many positions as the image has
            style = style + ((G - A_l * M) ** 2).sum() / (4 * N**2 * M**2) / len(A)
        total = ALPHA * content + BETA * style
        (gradient,) = torch.autograd.grad(total, image)
        return total.item(), gradient.double().flatten()

    x, pairs = start.double().flatten(), deque[tuple[Tensor, Tensor]](maxlen=HISTORY)
    loss, gradient = loss_and_gradient(x)
    for _ in range(STEPS):
        yield loss
        step = two_loops(gradient, pairs) if pairs else -gradient / gradient.abs().mean() * FIRST_STEP
        before, x = gradient, x + step
        loss, gradient = loss_and_gradient(x)
        pairs.append((step, gradient - before))


def two_loops(gradient: Tensor, pairs: deque[tuple[Tensor, Tensor]]) -> Tensor:
    """Nocedal and Wright (2006), algorithm 7.4: the direction -H g from pairs (s, y)."""
    q, alphas = gradient.clone(), []
    for s, y in reversed(pairs):
        alphas.append(s @ q / (y @ s))
        q -= alphas[-1] * y
    s, y = pairs[-1]
    q *= s @ y / (y @ y)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q += s * (alpha - y @ q / (y @ s))
    return -q


@cache
def castle_and_stars() -> tuple[Image.Image, Image.Image]:
    return load_image(EXAMPLES / "content/neuschwanstein.jpg"), load_image(EXAMPLES / "style/starry_night.jpg")


def our_losses(dtype: torch.dtype) -> list[float]:
    network = load_vgg19("embedded", Pooling.AVERAGE).to(dtype)
    return [step.losses.total for step in stylize(*castle_and_stars(), CONFIG, extractor=network)]


@cache
def the_papers_losses(dtype: torch.dtype) -> list[float]:
    photo, painting = (to_tensor(picture, fit(picture.size, SIZE)).to(dtype) for picture in castle_and_stars())
    noise = torch.rand(photo.shape, generator=torch.Generator().manual_seed(CONFIG.seed))
    return list(plain_loop(photo, painting, noise))


@pytest.mark.weights
@pytest.mark.usefixtures("as_bold_as_the_textbook")
@pytest.mark.parametrize(("dtype", "steps"), [(torch.float32, 12), (torch.float64, STEPS)])
def test_the_papers_loss_curve(dtype: torch.dtype, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To 1 %, with PyTorch's convolutions and the textbook's L-BFGS: one curvature for all bands, and no bolder.

    In float32 as far as roundings, which L-BFGS multiplies, allow; in float64 all the way.
    """
    monkeypatch.setattr("nst_core.scene.scene.to_tensor", lambda picture, size: to_tensor(picture, size).to(dtype))
    monkeypatch.setattr(LBFGS, "_bands", lambda self: torch.ones_like(self._s[0]))
    # Which way is the faster is a matter of the moment, and each has roundings of its own.
    monkeypatch.setattr("nst_core.cpu.convolution._winograd_wins", lambda *_: False)
    ours = our_losses(dtype)
    assert ours[-1] < ours[0] / 50
    assert ours[:steps] == pytest.approx(the_papers_losses(dtype)[:steps], rel=0.01)


@pytest.mark.weights
def test_ours_falls_further_than_the_textbooks() -> None:
    ours, theirs = our_losses(torch.float32), the_papers_losses(torch.float32)
    assert ours[0] == pytest.approx(theirs[0], rel=1e-4)
    assert ours[-1] < 0.95 * theirs[-1]
