from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.config import Initial, TransferConfig
from nst_core.execution import Execution, Precision
from nst_core.loss.objective import Objective
from nst_core.network.precision import in_precision, tensor_cores
from nst_core.network.vgg import VGG
from nst_core.scene.scene import Painting, Region, Scene
from nst_core.transfer import stylize
from tests.support.pictures import smooth_picture
from tests.support.tape import Unattended

LAYERS = ("relu1_1", "conv2_1", "relu3_1")


def image() -> Tensor:
    return torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.TF32])
def test_float32_is_the_network_itself(network: VGG, precision: Precision) -> None:
    assert in_precision(network, precision) is network


def test_bfloat16_is_near_and_comes_out_as_float32(network: VGG) -> None:
    half = in_precision(network, Precision.BFLOAT16)
    seen = image().requires_grad_()
    for name, features in half(seen, LAYERS).items():
        expected = network(image(), LAYERS)[name]
        assert features.dtype == torch.float32
        error = ((features - expected).norm() / expected.norm()).item()
        assert 1e-5 < error < 0.02
    (gradient,) = torch.autograd.grad(sum(found.sum() for found in half(seen, LAYERS).values()), seen)
    assert gradient.dtype == torch.float32
    assert gradient.isfinite().all()


def test_the_network_given_stays_as_it_is(network: VGG) -> None:
    before = network(image(), LAYERS)
    half = in_precision(network, Precision.BFLOAT16)
    half(image(), LAYERS)
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    assert {parameter.dtype for parameter in half.parameters()} == {torch.bfloat16}
    assert half.mean.dtype == torch.float32
    for name, features in network(image(), LAYERS).items():
        assert torch.equal(features, before[name])


def test_in_bfloat16_only_convolutions_are(network: VGG) -> None:
    """Gram matrices and losses are made of float32, and so are their gradients up to the features."""
    half = in_precision(network.to("meta"), Precision.BFLOAT16)
    photo = image().to("meta")
    scene = Scene(photo, photo, None, None, (Region((Painting(photo, None, 1.0),), None, 1.0),))
    measured = Objective(half, scene, TransferConfig(content_layers=LAYERS[2:], style_layers=LAYERS[:2]))
    with Unattended() as work:
        losses, gradient = measured.evaluate(photo)
    for name in ("convolution", "convolution_backward", "max_pool2d_with_indices_backward"):
        assert work.types[name] == {torch.bfloat16}
    for name in ("bmm", "pow", "sum", "stack"):
        assert work.types[name] == {torch.float32}
    assert {losses.total.dtype, gradient.dtype} == {torch.float32}


@pytest.mark.parametrize("precision", Precision)
def test_weights_stay_in_the_order_that_convolutions_are_fastest_in(network: VGG, precision: Precision) -> None:
    seen = in_precision(network.to(memory_format=torch.channels_last), precision)
    weights = [parameter for parameter in seen.parameters() if parameter.ndim == 4]
    assert weights
    assert all(weight.is_contiguous(memory_format=torch.channels_last) for weight in weights)


@pytest.mark.parametrize(("precision", "allowed"), [(Precision.FLOAT32, False), (Precision.TF32, True)])
def test_tensor_cores_are_used_where_they_are_wanted(precision: Precision, allowed: bool) -> None:
    cudnn, products = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, products.allow_tf32, cudnn.enabled
    with tensor_cores(precision):
        assert (cudnn.allow_tf32, products.allow_tf32, cudnn.enabled) == (allowed, allowed, before[2])
    assert (cudnn.allow_tf32, products.allow_tf32, cudnn.enabled) == before


@pytest.mark.weights
def test_a_run_in_bfloat16_ends_near_one_in_float32(vgg19: VGG) -> None:
    """Within 2 % of its loss, once both are near their ends: after 20 steps it may still be more, by chance."""
    config = TransferConfig(size=64, steps=40, scales=1, initial=Initial.CONTENT)

    def ending(precision: Precision) -> float:
        pictures = smooth_picture(64, 48, 1), smooth_picture(60, 54, 2)
        *_, last = stylize(*pictures, config, extractor=vgg19, execution=Execution(precision=precision))
        return last.losses.total

    expected, found = ending(Precision.FLOAT32), ending(Precision.BFLOAT16)
    assert found != expected
    assert found == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.TF32])
def test_a_run_is_in_its_precision_from_the_targets_on(network: VGG, precision: Precision) -> None:
    seen = []
    network.register_forward_pre_hook(lambda *_: seen.append(torch.backends.cudnn.allow_tf32))
    config = TransferConfig(size=48, steps=2, scales=1, content_layers=LAYERS[-1:], style_layers=LAYERS[:1])
    pictures = smooth_picture(48, 40, 1), smooth_picture(40, 48, 2)
    list(stylize(*pictures, config, extractor=network, execution=Execution(precision=precision)))
    assert set(seen) == {precision is Precision.TF32}
    assert len(seen) >= 4
