"""A picture as a tensor: its layout, its range, and exactly back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.images import to_array, to_tensor


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
