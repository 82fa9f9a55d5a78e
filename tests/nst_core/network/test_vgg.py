from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nst_core.config import Border, Pooling
from nst_core.network.vgg import MARGIN, VGG, load_vgg19, mirror
from tests.support.networks import TINY_CHANNELS, tiny_network, tiny_parameters


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


def test_layers_have_the_names_of_the_papers(vgg19: VGG) -> None:
    names = list(vgg19.layers)
    assert names[:5] == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1"]
    assert names[-3:] == ["conv5_4", "relu5_4", "pool5"]
    assert [name for name in names if name.startswith("relu4")] == ["relu4_1", "relu4_2", "relu4_3", "relu4_4"]
    assert len(names) == 16 + 16 + 5


def test_it_is_torchvisions_vgg19(vgg19: VGG) -> None:
    """An independent walk over the same modules, by torchvision's numbers: 20 is conv4_2's input, 22 its rectifier."""
    from torchvision.models.vgg import cfgs, make_layers

    features = make_layers(cfgs["E"])
    theirs = [module for module in features if isinstance(module, nn.Conv2d)]
    ours = [module for module in vgg19.layers.values() if isinstance(module, nn.Conv2d)]
    for their, our in zip(theirs, ours, strict=True):
        their.load_state_dict(our.state_dict())
    image = noise(37, 50)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = (image - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    with torch.no_grad():
        found = vgg19(image, ["relu4_2", "relu1_1", "pool5"])
        torch.testing.assert_close(found["relu1_1"], features[:2](normalised), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(found["relu4_2"], features[:23](normalised), rtol=1e-3, atol=1e-2)
        torch.testing.assert_close(found["pool5"], features(normalised), rtol=1e-3, atol=1e-2)


def test_nothing_past_the_deepest_layer_is_computed(network: VGG) -> None:
    """What comes after would fail: it has no weights."""
    for name in ("conv2_2", "conv3_1"):
        network.layers[name].weight = nn.Parameter(torch.empty(0))
    assert network(noise(16, 16), ["relu2_1", "relu1_1"]).keys() == {"relu1_1", "relu2_1"}
    assert network(noise(16, 16), ["relu1_1", "relu1_1"]).keys() == {"relu1_1"}
    with pytest.raises((RuntimeError, ValueError)):
        network(noise(16, 16), ["relu2_2"])


def test_rectifiers_leave_the_convolutions_output_alone(network: VGG) -> None:
    found = network(noise(16, 16), ["conv1_1", "relu1_1"])
    assert found["conv1_1"].min() < 0
    torch.testing.assert_close(found["relu1_1"], found["conv1_1"].clamp_min(0))


def test_only_the_image_gets_a_gradient(network: VGG) -> None:
    image = noise(16, 16).requires_grad_()
    network(image, ["relu3_1"])["relu3_1"].sum().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in network.parameters())


def test_pooling_is_a_choice() -> None:
    image = noise(16, 16)
    inside = tiny_network()(image, ["relu1_2"])["relu1_2"]
    biggest = tiny_network(Pooling.MAX)(image, ["pool1"])["pool1"]
    average = tiny_network(Pooling.AVERAGE)(image, ["pool1"])["pool1"]
    torch.testing.assert_close(biggest, inside.unfold(2, 2, 2).unfold(3, 2, 2).amax((-1, -2)))
    torch.testing.assert_close(average, inside.unfold(2, 2, 2).unfold(3, 2, 2).mean((-1, -2)))


def test_two_networks_share_one_set_of_parameters() -> None:
    parameters = tiny_parameters()
    first, second = (VGG(parameters, pooling, TINY_CHANNELS) for pooling in Pooling)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert one.data_ptr() == other.data_ptr()


@pytest.mark.parametrize("size", [(32, 32), (33, 47)])
def test_a_mirrored_border_is_a_reflected_picture_cut_back(network: VGG, size: tuple[int, int]) -> None:
    image, layers = noise(*size), ["relu1_1", "relu2_2", "relu3_1"]
    found = network(image, layers, Border.MIRROR)
    larger = network(F.pad(image, (MARGIN,) * 4, mode="reflect"), layers)
    for name, stride in zip(layers, (1, 2, 4), strict=True):
        inside = slice(MARGIN // stride, -(MARGIN // stride))
        torch.testing.assert_close(found[name], larger[name][..., inside, inside])
        assert found[name].shape[-2:] == (size[0] // stride, size[1] // stride)


def test_a_mirrored_border_has_the_statistics_of_the_inside(vgg19: VGG) -> None:
    """Of a flat picture, whose features must not depend on the place; zeros around it make a frame."""
    flat = torch.full((1, 3, 64, 64), 0.7)

    def unevenness(border: Border) -> float:
        with torch.no_grad():
            features = vgg19(flat, ["relu3_1"], border)["relu3_1"]
        return float((features - features.mean((2, 3), keepdim=True)).norm() / features.norm())

    assert unevenness(Border.MIRROR) < 0.05 < unevenness(Border.ZERO)


def test_mirror_is_reflection() -> None:
    image = noise(17, 20)
    torch.testing.assert_close(mirror(image, 16), F.pad(image, (16,) * 4, mode="reflect"))


def test_a_stride_is_that_of_the_layers_positions(network: VGG) -> None:
    for name, features in network(noise(16, 16), list(network.layers)).items():
        assert features.shape[-1] * network.stride(name) == 16


def test_an_unknown_layer_is_named_beside_those_there_are(network: VGG) -> None:
    with pytest.raises(ValueError, match=r"no layer 'relu4_2'; it has conv1_1, relu1_1"):
        network(noise(16, 16), ["relu4_2"])


def test_loading_says_what_is_wrong_with_the_source() -> None:
    with pytest.raises(ValueError, match="weights must be"):
        load_vgg19("nonsense", Pooling.MAX)
