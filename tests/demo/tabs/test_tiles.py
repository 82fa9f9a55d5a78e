"""The gallery's small pictures: what is on each, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict

from demo.form.request import Selection
from demo.tabs.tiles import caption
from nst_core.config import TransferConfig
from tests.support.playback import upload

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def selection(cache: Path) -> Selection:
    photo = upload(cache / "bridge.png", (30, 20))
    return Selection(photo, (upload(cache / "wave.png", (30, 20)),), TransferConfig())


def test_a_picture_that_was_pasted_has_a_name_all_the_same(selection: Selection) -> None:
    photo: FileDataDict | None = selection.photo
    assert photo is not None
    photo["orig_name"] = None
    assert caption("en", selection).startswith("a picture × wave:")
