"""The page "How it works" tells what the engine does, and its figures are those of a real run."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from demo import how
from demo.words import WORDS
from nst_core.config import TransferConfig

ROOT = Path(__file__).parents[1]
LARGEST = 200_000  # bytes of a figure


@pytest.fixture(scope="module")
def page() -> list[dict[str, Any]]:
    """The components of the page, as a browser gets them."""

    async def within_a_loop() -> gr.Blocks:  # outside of one Gradio makes loops of its own and never closes them
        with gr.Blocks() as ui:
            gr.HTML("the studio")
        how.build_how(ui)
        return ui

    config = asyncio.run(within_a_loop()).get_config_file()
    ids = set(config["page"][how.PATH]["components"])
    return [component for component in config["components"] if component["id"] in ids]


def test_every_text_of_the_page_is_on_it(page: list[dict[str, Any]]) -> None:
    (header,) = [part["props"]["value"] for part in page if part["props"].get("elem_classes") == ["how-header"]]
    shown = set(re.findall(r'"key": "(how\.\w+)"', repr([part["props"] for part in page])))
    assert {key for key in WORDS if key.startswith("how.")} - shown == {"how.title", "how.back"}
    assert "How it works" in header
    assert 'href="./"' in header  # relative: a page may stand behind any address


def test_every_figure_has_its_own_words_for_those_who_cannot_see_it(page: list[dict[str, Any]]) -> None:
    figures = [part["props"] for part in page if part["type"] == "image"]
    assert len(figures) == 4
    assert len({repr(figure["alt_text"]) for figure in figures}) == 4
    assert len({figure["value"]["path"] for figure in figures}) == 4


@pytest.mark.parametrize("path", sorted(how.RESULTS.glob("how_*.jpg")) + [how.RESULTS / "figure_1.jpg"])
def test_the_figures_are_light(path: Path) -> None:
    assert path.stat().st_size < LARGEST
    with Image.open(path) as figure:
        figure.load()


def test_the_equations_name_the_layers_that_are_used() -> None:
    config = TransferConfig(content_layers=("relu3_2",), style_layers=("relu1_1", "relu4_1"))
    assert how.content_equation(config).endswith(r"l = \mathtt{relu3\_2}")
    assert how.style_equations(config)[-1] == r"l \in \{\mathtt{relu1\_1}, \mathtt{relu4\_1}\}"


@pytest.mark.parametrize("strength", [0.0, 25.0, 50.0, 90.0])
def test_the_weights_are_those_of_the_config(strength: float) -> None:
    config = TransferConfig(tv_weight=3.0)
    factors = [float(re.findall(r"= ([\d.]+)", equation)[0]) for equation in how.weight_equations(config)]
    shares = (1 - strength / 100, strength / 100, strength / 100)
    told = [factor * share for factor, share in zip(factors, shares, strict=True)]
    assert told == pytest.approx(replace(config, strength=strength).loss_weights)


def test_the_recorded_run_has_the_default_settings() -> None:
    config, curves = TransferConfig(), how.recorded_curves()
    alpha, beta, _ = config.loss_weights
    assert curves.total == len(curves.losses) == config.steps
    assert [max(size) for _, size in curves.sizes] == [64, 128, 256, config.size]
    rest = [losses.total - alpha * losses.content - beta * losses.style for losses in curves.losses]
    assert all(-1e-4 * losses.total <= left for left, losses in zip(rest, curves.losses, strict=True))
    assert curves.losses[-1].total < curves.losses[0].total / 10


def test_a_new_size_begins_where_the_record_says(tmp_path: Path) -> None:
    losses = {"content": 1, "style": 2, "total": 3}
    path = tmp_path / "losses.json"
    path.write_text(json.dumps([{"size": size, **losses} for size in ([64, 43], [64, 43], [128, 85])]))
    curves = how.recorded_curves(path)
    assert curves.sizes == ((1, (64, 43)), (3, (128, 85)))
    assert curves.losses[2].style == 2


@pytest.mark.weights
def test_the_figures_can_be_made_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.how_figures", "transfer", "strength"]
    command += ["--size", "96", "--steps", "3", "--folder", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    for name in ("how_idea.jpg", "how_scales.jpg", "how_strength.jpg"):
        with Image.open(tmp_path / name) as made:
            assert min(made.getpixel((2, 2))) > 250  # white paper, but for what JPEG makes of it
            made.load()
    curves = how.recorded_curves(tmp_path / "how_losses.json")
    assert len(curves.losses) == 3
    assert curves.losses[2].total < curves.losses[0].total
