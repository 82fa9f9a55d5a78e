"""Pictures as a visitor uploads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict

from tests.support.playback import upload


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "old bridge (1).png", (150, 100))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (80, 60))
