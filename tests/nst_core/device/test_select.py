from __future__ import annotations

import pytest
import torch
from PIL import Image

from nst_core.device.select import resolve_device
from nst_core.network.vgg import VGG
from nst_core.transfer import Transfer, stylize
from tests.support.runs import TINY


def test_an_impossible_device_says_the_way_out(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    for device in ("nonsense", "cuda:99"):
        with pytest.raises(ValueError, match=f"device '{device}' can't be used here .*use 'cpu'"):
            next(stylize(photo, painting, TINY, extractor=network, device=device))


def test_a_network_stays_where_it_is(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    transfer = Transfer(photo, painting, TINY, extractor=network.to("meta"))
    assert transfer.network.device == torch.device("meta")


def test_what_is_usual_counts_where_nothing_is_asked_for() -> None:
    assert resolve_device(None, torch.device("meta")) == torch.device("meta")
    assert resolve_device("cpu", torch.device("meta")) == torch.device("cpu")
