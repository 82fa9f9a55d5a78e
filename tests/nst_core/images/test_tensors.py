"""A picture as a tensor: its layout, its range, and exactly back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.images import to_array, to_tensor
from nst_core.images.tensors import interleaved, interleaved_there


@pytest.mark.parametrize("size", [(48, 32), (33, 47), (200, 100)])
def test_tensor_layout(picture: Image.Image, size: tuple[int, int]) -> None:
    tensor = to_tensor(picture, size)
    assert tensor.shape == (1, 3, size[1], size[0])
    assert tensor.dtype == torch.float32
    assert tensor.is_contiguous()
    assert 0 <= tensor.min() <= tensor.max() <= 1
    assert tensor[0, 0, 0, -1] > 0.8  # red grows to the right
    assert tensor[0, 0, -1, 0] < 0.1
    assert tensor[0, 1, -1, 0] > 0.7  # green downwards


def test_tensor_and_back_is_exact(picture: Image.Image) -> None:
    array = to_array(to_tensor(picture, picture.size))
    assert array.dtype == np.uint8
    assert (array == np.asarray(picture)).all()


def test_to_array_rounds_to_nearest_and_clips() -> None:
    levels = torch.arange(256.0).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    for shift in (-0.49, 0.49):
        assert (to_array((levels + shift) / 255)[..., 0].ravel() == np.arange(256)).all()
    assert to_array(torch.tensor([-3.0, 0.5, 7.0]).view(1, 3, 1, 1)).ravel().tolist() == [0, 128, 255]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_to_array_refuses_what_is_no_number(bad: float) -> None:
    image = torch.zeros(1, 3, 4, 4)
    image[0, 1, 2, 3] = bad
    with pytest.raises(ValueError, match="NaN or infinity"):
        to_array(image)


@pytest.mark.parametrize("shape", [(3, 4, 4), (2, 3, 4, 4), (1, 4, 4, 4)])
def test_to_array_refuses_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(1, 3, H, W\)"):
        to_array(torch.zeros(shape))


def test_16_bits_are_to_nearest_too() -> None:
    levels = torch.arange(65536, dtype=torch.float64).view(1, 1, 256, 256).expand(1, 3, 256, 256)
    for shift in (-0.45, 0.45):
        array = to_array((levels + shift) / 65535, 16)
        assert array.dtype == np.uint16
        assert (array[..., 2].ravel() == np.arange(65536)).all()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_other_devices_give_the_same_levels(depth: int, channels: int) -> None:
    levels = torch.randint(0, 2**depth, (channels, 5, 7), generator=torch.Generator().manual_seed(1)).float()
    here, there = interleaved(levels, depth), interleaved_there(levels, depth)
    assert here.dtype == there.dtype == {8: np.uint8, 16: np.uint16}[depth]
    assert here.shape == (5, 7, channels)
    assert (here == there).all()
    assert (here == levels.permute(1, 2, 0).numpy()).all()
