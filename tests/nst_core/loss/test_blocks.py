"""Block by block, losses and gradients are what they are of the whole picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.config import Border, Initial, Normalization, Pooling, StyleLoss, TotalVariation, TransferConfig
from nst_core.cpu import convolution
from nst_core.execution import Execution
from nst_core.images import to_tensor
from nst_core.loss.blocks import Block, BlockwiseSums, add_up, cover
from nst_core.loss.objective import LossValues, Objective
from nst_core.network.vgg import VGG
from nst_core.scene.scene import Painting, Region, Scene
from nst_core.transfer import stylize
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture

LAYERS = ("relu1_1", "relu2_1", "relu3_1")  # strides 1, 2, 4; the deepest depends on 10 pixels around its own
CONFIG = TransferConfig(
    size=46, content_layers=("relu2_2",), style_layers=LAYERS, style_weight=3.0, tv_weight=0.5, tv_chroma=2.0
)
SIZE = 33, 46
TILE = 32, 44


@pytest.fixture
def network() -> VGG:
    return tiny_network().double()


def noise(seed: int, height: int, width: int, channels: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, channels, height, width, generator=generator, dtype=torch.float64)


def plain(height: int, width: int) -> Scene:
    photo = noise(2, height, width)
    return Scene(photo, photo, None, None, (Region((Painting(noise(3, 51, 37), None, 1.0),), None, 1.0),))


def crowded(height: int, width: int) -> Scene:
    """Two regions, one with two paintings, of which one is partly transparent; a thin photo and a canvas."""
    left = noise(4, height, width, channels=1)
    left[..., width // 2 :] = 0
    paintings = Painting(noise(3, 51, 37), noise(5, 51, 37, channels=1), 0.25), Painting(noise(6, 40, 64), None, 0.75)
    regions = Region(paintings, left, 0.4), Region((Painting(noise(7, 33, 33), None, 1.0),), 1 - left, 0.6)
    opacity, canvas = noise(8, height, width, channels=1), noise(9, height, width, channels=1)
    return Scene(noise(1, height, width), noise(2, height, width), opacity, canvas, regions)


def measured(objective: Objective, block: int, image: Tensor) -> tuple[LossValues, Tensor]:
    objective.block = block
    losses, gradient = objective.evaluate(image)
    return losses.values(), gradient


def assert_same_losses(found: LossValues, expected: LossValues, tolerance: float = 1e-10) -> None:
    for name in ("content", "style", "total_variation", "total", "content_layers", "style_layers"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=tolerance), name


def assert_close(found: Tensor, expected: Tensor, tolerance: float = 1e-10) -> None:
    assert (found - expected).norm() <= tolerance * expected.norm()
    assert (found - expected).abs().max() <= 100 * tolerance * expected.abs().max()  # no seams


def assert_blocks_change_nothing(
    network: VGG, config: TransferConfig, scene: Scene, blocks: Sequence[int] = (16, 40)
) -> None:
    """Neither in the targets nor in the evaluation."""
    image = noise(11, *scene.target.shape[-2:])
    objective = Objective(network, scene, config)
    expected, gradient = measured(objective, 0, image)
    assert gradient.norm() > 0
    for block in blocks:
        found = Objective(network, scene, config, block)
        losses, blockwise = measured(found, block, image)
        assert_same_losses(losses, expected)
        assert_close(blockwise, gradient)
        assert found.notes == objective.notes


@pytest.mark.parametrize("border", Border)
@pytest.mark.parametrize("loss", StyleLoss)
@pytest.mark.parametrize("make", [plain, crowded])
def test_blocks_change_nothing(
    network: VGG, border: Border, loss: StyleLoss, make: Callable[[int, int], Scene]
) -> None:
    size = TILE if border is Border.CIRCULAR else SIZE
    assert_blocks_change_nothing(network, replace(CONFIG, border=border, style_loss=loss), make(*size))


@pytest.mark.parametrize("border", Border)
@pytest.mark.parametrize("block", [1, 10])
def test_blocks_smaller_than_their_margin(network: VGG, border: Border, block: int) -> None:
    size = TILE if border is Border.CIRCULAR else SIZE
    assert_blocks_change_nothing(network, replace(CONFIG, border=border), crowded(*size), [block])


def test_the_block_may_change_between_evaluations(network: VGG) -> None:
    objective, image = Objective(network, crowded(*SIZE), CONFIG), noise(11, *SIZE)
    expected, gradient = measured(objective, 0, image)
    for block in (16, 40, 0):
        losses, blockwise = measured(objective, block, image)
        assert_same_losses(losses, expected)
        assert_close(blockwise, gradient)


OPTIONS = {
    "paper": {"normalization": Normalization.PAPER, "border": Border.ZERO},
    "l1": {"tv_norm": TotalVariation.L1},
    "layer weights": {"style_layer_weights": (0.2, 0.0, 0.8)},
    "several contents": {"content_layers": ("conv1_1", "relu3_1", "pool2"), "content_layer_weights": (0.5, 0, 2)},
    "past the last pooling": {"style_layers": ("relu1_1", "pool3"), "border": Border.ZERO},
    "shallow": {"style_layers": ("relu1_1",), "content_layers": ()},
    "no content": {"content_layers": ()},
    "no style": {"style_layers": ()},
    "one convolution": {"style_layers": (), "content_layers": ("conv1_1",)},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
@pytest.mark.parametrize("pooling", Pooling)
def test_blocks_change_nothing_whatever_is_measured(options: dict[str, object], pooling: Pooling) -> None:
    assert_blocks_change_nothing(tiny_network(pooling).double(), replace(CONFIG, **options), crowded(*SIZE))


@pytest.mark.parametrize("size", [(17, 17), (18, 67), (67, 17), (48, 48), (49, 47)])
@pytest.mark.parametrize("border", [Border.MIRROR, Border.ZERO])
def test_blocks_change_nothing_at_any_size(network: VGG, size: tuple[int, int], border: Border) -> None:
    assert_blocks_change_nothing(network, replace(CONFIG, border=border), plain(*size))


@pytest.mark.parametrize("size", [(16, 16), (8, 60), (36, 12)])
def test_tiles_smaller_than_their_margin(network: VGG, size: tuple[int, int]) -> None:
    """Then the network sees them several times over."""
    assert_blocks_change_nothing(network, replace(CONFIG, border=Border.CIRCULAR), plain(*size), [4, 12])


def test_edges_that_meet_between_other_pixels_in_each_layer_keep_a_picture_whole(network: VGG) -> None:
    assert len(cover(network, LAYERS, Border.CIRCULAR, (46, 60), 16)) == 1
    assert_blocks_change_nothing(network, replace(CONFIG, border=Border.CIRCULAR), plain(46, 61))


@pytest.mark.parametrize("make", [plain, crowded])
@pytest.mark.parametrize("border", Border)
def test_the_gradient_is_that_of_the_losses(network: VGG, make: Callable[[int, int], Scene], border: Border) -> None:
    """Through one graph from the image to the total."""
    image = noise(11, *TILE).requires_grad_()
    objective = Objective(network, make(*TILE), replace(CONFIG, border=border))
    for block in (0, 16):
        objective.block = block
        losses = objective(image)
        (expected,) = torch.autograd.grad(losses.total, image)
        found, gradient = objective.evaluate(image)
        assert_same_losses(found.values(), losses.values())
        assert_close(gradient, expected)


def test_where_nothing_can_be_compared_smoothness_remains(network: VGG) -> None:
    """The mask is empty at all layers."""
    scene = plain(*SIZE)
    nowhere = torch.zeros(1, 1, *SIZE, dtype=torch.float64)
    scene = replace(scene, regions=(replace(scene.regions[0], mask=nowhere),))
    config = replace(CONFIG, content_layers=())
    assert_blocks_change_nothing(network, config, scene)


@pytest.mark.parametrize("shape", [(1, 3, 16, 16)])
def test_an_evaluation_leaves_no_graph_and_takes_any_leaf(network: VGG, shape: tuple[int, ...]) -> None:
    objective = Objective(network, plain(*SIZE), CONFIG, block=16)
    image = noise(11, *SIZE)
    with torch.inference_mode():
        losses, gradient = objective.evaluate(image.clone())
    for tensor in (losses.total, gradient):
        assert not tensor.requires_grad
        assert not tensor.is_inference()
    _, again = objective.evaluate(image.requires_grad_())
    assert_close(again, gradient)


@pytest.mark.parametrize("border", Border)
@pytest.mark.parametrize("block", [1, 4, 11, 16, 45, 58])
def test_every_position_belongs_to_one_block(network: VGG, border: Border, block: int) -> None:
    size = TILE if border is Border.CIRCULAR else SIZE
    blocks = cover(network, LAYERS, border, size, block)
    for stride in (1, 2, 4):
        counts = torch.zeros(1, 1, size[0] // stride, size[1] // stride)
        for part in blocks:
            assert part.grid(stride) == counts.shape[-2:]
            part.share(counts, stride).add_(1)
        assert counts.min() == counts.max() == 1


def test_blocks_are_about_equally_large_and_not_larger_than_asked_for(network: VGG) -> None:
    """88 pixels in blocks of 32: three of 28 to 32, not two of 32 and one of 24. Three pixels more are no position."""
    blocks = cover(network, LAYERS, Border.ZERO, (91, 24), 32)
    assert [(block.rows.start, block.rows.stop) for block in blocks] == [(0, 28), (28, 56), (56, 91)]
    assert all(block.columns.stop - block.columns.start == 24 for block in blocks)


@pytest.mark.parametrize(
    ("layer", "radius"), [("conv1_1", 1), ("relu1_2", 2), ("pool1", 2), ("relu2_1", 4), ("pool2", 6), ("relu3_1", 10)]
)
@pytest.mark.parametrize("pooling", Pooling)
def test_the_reach_of_a_layer_is_how_far_its_gradient_goes(layer: str, radius: int, pooling: Pooling) -> None:
    network = tiny_network(Pooling.AVERAGE).double()
    assert network.reach([layer, "conv1_1"]) == radius
    image, stride = noise(1, 64, 64).requires_grad_(), network.stride(layer)
    network(image, [layer])[layer][..., 32 // stride, :].sum().backward()
    assert image.grad is not None
    rows = image.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    assert (rows.min(), rows.max()) == (32 - radius, 32 + stride - 1 + radius)


def test_the_margin_is_no_larger_than_it_has_to_be(network: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    """One position of the deepest layer less, and blocks see their own edges."""
    objective, image = Objective(network, plain(*SIZE), CONFIG), noise(11, *SIZE)
    _, expected = measured(objective, 0, image)
    reach = network.reach
    monkeypatch.setattr(network, "reach", lambda layers: reach(layers) - network.stride(LAYERS[-1]))
    _, blockwise = measured(objective, 16, image)
    assert (blockwise - expected).norm() > 1e-6 * expected.norm()


@pytest.mark.parametrize(("block", "looks"), [(0, 1), (46, 1), (24, 2)])
def test_only_blocks_are_seen_twice(network: VGG, block: int, looks: int) -> None:
    objective, seen = Objective(network, plain(*SIZE), CONFIG, block), []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    objective.evaluate(noise(11, *SIZE))
    assert len(seen) == looks * len(cover(network, LAYERS, Border.MIRROR, SIZE, block))


@pytest.mark.parametrize("border", Border)
def test_what_was_cut_can_be_added_back(network: VGG, border: Border) -> None:
    """`Block.add` is the adjoint of `Block.cut`."""
    size = TILE if border is Border.CIRCULAR else SIZE
    for block in cover(network, LAYERS, border, size, 16):
        image = noise(1, *size).requires_grad_()
        part = block.cut(image)
        pushed, gathered = noise(2, *part.shape[-2:]), torch.zeros(1, 3, *size, dtype=torch.float64)
        (expected,) = torch.autograd.grad(part, image, pushed)
        block.add(pushed, gathered)
        torch.testing.assert_close(gathered, expected)


@dataclass(frozen=True)
class Squares:
    """Of the features of a layer."""

    layer: str

    def part(self, block: Block, features: Tensor) -> Tensor:
        return features.square().sum()


def test_sums_and_their_way_back(network: VGG) -> None:
    summands = [Squares(LAYERS[-1])]
    image = noise(11, *SIZE).requires_grad_()
    total = network(image, LAYERS[-1:], Border.MIRROR)[LAYERS[-1]].square().sum()
    (expected,) = torch.autograd.grad(total, image)
    for block in (0, 16):
        blocks, gradient = cover(network, LAYERS[-1:], Border.MIRROR, SIZE, block), torch.zeros_like(expected)
        torch.testing.assert_close(add_up(network, blocks, image, summands), [total])
        blockwise = BlockwiseSums(network, blocks, image, summands)
        torch.testing.assert_close(blockwise.sums, [total.detach()])
        blockwise.pull_back([torch.ones_like(total)], gradient)
        torch.testing.assert_close(gradient, expected)


def test_a_run_in_blocks_ends_where_a_run_without_does(photo: Image.Image, painting: Image.Image) -> None:
    config = replace(CONFIG, size=64, steps=6, scales=2, initial=Initial.CONTENT)

    def run(execution: Execution) -> Tensor:
        *_, last = stylize(photo, painting, config, extractor=tiny_network(), execution=execution)
        return last.image

    whole, blockwise = run(Execution()), run(Execution(block=16))
    assert (whole - run(Execution(block=1000))).abs().max() == 0
    assert 0 < (whole - blockwise).abs().max() < 1e-3


@pytest.mark.weights
@pytest.mark.parametrize("border", Border)
@pytest.mark.parametrize("wins", [convolution._channels_fit, lambda channels: False], ids=["winograd", "direct"])
def test_blocks_of_vgg19(
    vgg19: VGG, border: Border, wins: Callable[[int], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, with blocks smaller than the margin; a margin that is a position smaller would be seen.

    All by one kind of convolution: beside rounding, another one lets maxima change places, and with them gradients.
    """
    monkeypatch.setattr(convolution, "_winograd_wins", lambda depth, made, *size: wins(depth) and wins(made))
    width, height = (176, 128) if border is Border.CIRCULAR else (173, 130)
    pictures = [to_tensor(smooth_picture(width, height, seed), (width, height)) for seed in (1, 2, 3)]
    torch.manual_seed(0)
    image, photo, painting = (0.8 * picture + 0.2 * torch.rand_like(picture) for picture in pictures)
    place = Scene(photo, photo, None, None, (Region((Painting(painting, None, 1.0),), None, 1.0),))
    config = TransferConfig(border=border)
    objective = Objective(vgg19, place, config)
    expected, gradient = measured(objective, 0, image)
    for found in (objective, Objective(vgg19, place, config, block=64)):
        losses, blockwise = measured(found, 64, image)
        assert_same_losses(losses, expected, tolerance=1e-5)
        assert_close(blockwise, gradient, tolerance=1e-5)


@pytest.mark.weights
def test_the_reach_of_vgg19(vgg19: VGG) -> None:
    """One pixel for each convolution before the first pooling, two before the second, ..."""
    assert vgg19.reach(["relu1_1"]) == 1
    assert vgg19.reach(["relu4_2", "relu1_1"]) == 2 * 1 + 2 * 2 + 4 * 4 + 2 * 8
    assert vgg19.reach(["relu5_1"]) == 2 * 1 + 2 * 2 + 4 * 4 + 4 * 8 + 1 * 16
