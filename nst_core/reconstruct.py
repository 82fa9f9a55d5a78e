"""What a layer of VGG-19 knows of a picture: images made from noise that agree with it there.

Gatys et al. (2015), figure 1: the content from one layer's features (Mahendran and Vedaldi, 2015), the style from the
Gram matrices of several (texture synthesis; Gatys et al., 2015, NIPS).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nst_core.config import TransferConfig

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from nst_core.network.vgg import VGG
    from nst_core.transfer import Step


def content_config(layer: str, config: TransferConfig) -> TransferConfig:
    """`config`, but looking at what layer `layer` shows of the photo and at nothing else."""
    return replace(config, content_layers=(layer,), content_layer_weights=(), style_layers=(), style_layer_weights=())


def style_config(layers: Sequence[str], config: TransferConfig) -> TransferConfig:
    """`config`, but looking at the statistics of `layers` and at nothing else."""
    return replace(config, content_layers=(), content_layer_weights=(), style_layers=tuple(layers))


def reconstruct_content(
    image: Image.Image,
    layer: str,
    config: TransferConfig,
    *,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
) -> Iterator[Step]:
    """An image with the features of `image` at `layer`, such as `relu4_2`.

    `config` should start from noise: `TransferConfig(**RECONSTRUCTION)`. Raises `ValueError` for bad input.
    """
    from nst_core.transfer import stylize  # here: the configs need no torch

    yield from stylize(image, (), content_config(layer, config), extractor=extractor, device=device)


def reconstruct_style(
    image: Image.Image,
    layers: Sequence[str],
    config: TransferConfig,
    *,
    extractor: VGG | None = None,
    device: torch.device | str | None = None,
) -> Iterator[Step]:
    """A texture with the statistics of `image` at `layers`: the same manner, no arrangement.

    With `Border.CIRCULAR` it is a tile without seams. `config` should start from noise, as above. Raises `ValueError`
    for bad input.
    """
    from nst_core.transfer import stylize

    yield from stylize(image, image, style_config(layers, config), extractor=extractor, device=device)
