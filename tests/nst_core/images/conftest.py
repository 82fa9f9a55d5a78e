"""A picture that most tests of files need."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.support.pictures import slopes


@pytest.fixture
def picture() -> Image.Image:
    return slopes()
