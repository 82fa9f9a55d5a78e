"""What tests of the engine share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from nst_core.network.vgg import VGG
from nst_core.transfer import stylize
from tests.support.runs import TINY, Run


@pytest.fixture
def run(photo: Image.Image, painting: Image.Image, network: VGG) -> Run:
    """Paint with `TINY` and what options change of it."""
    return lambda **options: list(stylize(photo, painting, replace(TINY, **options), extractor=network))
