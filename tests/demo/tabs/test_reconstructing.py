"""From the widgets of See inside, or what a program sends, to the job of a reconstruction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gradio.data_classes import FileDataDict

from demo.tabs.layer_rows import EXAMPLE, LAYERS
from demo.tabs.reconstructing import OFFERED, make_reconstruction, of_file
from nst_core.config import RECONSTRUCTION, Initial, TransferConfig
from tests.support.playback import upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def picture(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


def test_the_example_is_rebuilt_without_being_uploaded() -> None:
    wanted = of_file(DEFAULTS, "style", EXAMPLE["style"], list(LAYERS[:2]), 96, 7, "en")
    assert (wanted.job.config.style_layers, wanted.job.config.steps) == (LAYERS[:2], 7)
    assert max(wanted.size) == 96
    with pytest.raises(ValueError, match="must be between 96 and 384"):
        of_file(DEFAULTS, "style", EXAMPLE["style"], list(LAYERS[:2]), 9, 7, "en")


def test_the_photo_is_rebuilt_from_one_layer(picture: FileDataDict) -> None:
    wanted = make_reconstruction(DEFAULTS, "content", picture, ["relu3_2"], 128, 20)
    config = wanted.job.config
    assert (config.content_layers, config.style_layers, wanted.job.styles) == (("relu3_2",), (), ())
    assert (config.initial, config.size, config.steps) == (Initial.NOISE, 128, 20)
    assert config.tv_weight == RECONSTRUCTION["tv_weight"]
    assert wanted.size == (128, 85)
    assert max(wanted.job.content.shape) == 300


def test_a_texture_is_its_own_model(picture: FileDataDict) -> None:
    wanted = make_reconstruction(DEFAULTS, "style", picture, list(LAYERS[:2]), 128, 20)
    assert wanted.job.config.style_layers == ("relu1_1", "relu2_1")
    assert wanted.job.config.content_layers == ()
    assert wanted.job.styles == (wanted.job.content,)


@pytest.mark.parametrize(
    ("kind", "layers", "size", "steps", "words"),
    [
        ("content", [None], 128, 20, "No layer is chosen"),
        ("style", [], 128, 20, "No layer is chosen"),
        ("style", None, 128, 20, "No layer is chosen"),
        ("content", ["relu1_2", "relu2_2"], 128, 20, "from one layer"),
        ("content", ["relu4_3"], 128, 20, "'relu4_3' can't be looked at here"),
        ("style", ["../x"], 128, 20, "can't be looked at"),
        ("style", [{}], 128, 20, "can't be looked at"),
        ("both", ["relu1_1"], 128, 20, "kind must be content or style"),
        ("style", ["relu1_1"], 10_000, 20, "“Resolution” must be between 96 and 384 here, got 10,000"),
        ("style", ["relu1_1"], 128, 10_000, "“Steps” must be between 1 and 400"),
        ("style", ["relu1_1"], "large", 20, "“Resolution” needs a number"),
    ],
)
def test_what_no_widget_allows_is_refused(
    picture: FileDataDict, kind: str, layers: Any, size: Any, steps: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        make_reconstruction(DEFAULTS, kind, picture, layers, size, steps)


def test_the_layers_of_both_papers_are_offered() -> None:
    assert OFFERED["content"] == (*LAYERS, "relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
    assert DEFAULTS.style_layers == OFFERED["style"] == LAYERS
