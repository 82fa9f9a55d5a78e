from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nst_core.config import Border, TransferConfig
from nst_core.loss.targets import Targets
from nst_core.network.vgg import VGG
from nst_core.scene.scene import Painting, Region, Scene
from tests.support.networks import tiny_network

CONFIG = TransferConfig(content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1"), border=Border.ZERO)


def noise(seed: int) -> Tensor:
    return torch.rand(1, 3, 16, 12, generator=torch.Generator().manual_seed(seed))


def scene(photo: Tensor, *paintings: Tensor) -> Scene:
    blend = tuple(Painting(image, None, 1.0, number) for number, image in enumerate(paintings))
    return Scene(photo, photo, None, None, (Region(blend, None, 1.0),))


@pytest.fixture
def network() -> VGG:
    return tiny_network()


@pytest.fixture
def seen(network: VGG) -> Iterator[list[Tensor]]:
    """What the network was shown."""
    shown: list[Tensor] = []
    hook = network.register_forward_pre_hook(lambda _, inputs: shown.append(inputs[0]))
    yield shown
    hook.remove()


def test_each_picture_is_measured_once(network: VGG, seen: list[Tensor]) -> None:
    Targets(network, scene(noise(1), noise(2), noise(3)), CONFIG, 0)
    assert all(torch.equal(found, expected) for found, expected in zip(seen, map(noise, (1, 2, 3)), strict=True))


def test_what_has_the_same_pixels_is_not_measured_again(network: VGG, seen: list[Tensor]) -> None:
    first = Targets(network, scene(noise(1), noise(2), noise(3)), CONFIG, 0)
    seen.clear()
    second = Targets(network, scene(noise(1), noise(2), noise(4)), replace(CONFIG, strength=70.0), 0, first)
    assert len(seen) == 1
    torch.testing.assert_close(seen[0], noise(4))
    assert second.contents is first.contents
    assert [first.known[number] is second.known[number] for number in (0, 1)] == [True, False]


def test_another_photo_or_emphasis_is_measured_anew(network: VGG, seen: list[Tensor]) -> None:
    place = scene(noise(1), noise(2))
    first = Targets(network, place, CONFIG, 0)
    stronger = replace(place, emphasis=torch.full((1, 1, 16, 12), 1.5))
    for other in (replace(place, target=noise(5)), stronger):
        seen.clear()
        assert Targets(network, other, CONFIG, 0, first).contents is not first.contents
        assert len(seen) == 1


def test_blocks_change_nothing(network: VGG) -> None:
    whole, found = (Targets(network, scene(noise(1), noise(2)), CONFIG, block) for block in (0, 8))
    torch.testing.assert_close(found.contents[0].target, whole.contents[0].target)
    for number, painting in whole.known.items():
        torch.testing.assert_close(found.known[number].values, painting.values)
