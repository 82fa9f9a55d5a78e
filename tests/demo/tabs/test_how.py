"""The page "How it works" tells what the engine does, and its figures are those of a real run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from demo.tabs import how
from demo.words import WORDS, say
from nst_core.config import TransferConfig
from tests.support.pages import built
from tests.support.paths import ROOT

LARGEST = 60_000  # bytes of a picture
TRANSFER = [*(f"idea-{name}" for name in how.IDEA), *(f"scales-{place}" for place in (1, 2, 3, 4))]
STRENGTH = [f"strength-{percent}" for percent in how.STRENGTHS]
LAYERS = [f"{row}-{place}" for row in ("style", "content") for place in range(6)]


@pytest.fixture(scope="module")
def page() -> list[dict[str, Any]]:
    """The components of the page, as a browser gets them."""

    def build() -> gr.Blocks:
        ui = gr.Blocks()
        with ui:
            gr.HTML("the studio")
        how.build_how(ui)
        return ui

    config = built(build).get_config_file()
    ids = set(config["page"][how.PATH]["components"])
    return [component for component in config["components"] if component["id"] in ids]


def test_every_text_of_the_page_is_on_it(page: list[dict[str, Any]]) -> None:
    html = " ".join(part["props"]["value"] for part in page if part["type"] == "html")
    shown = set(re.findall(r'"key": "(how\.\w+)"', repr([part["props"] for part in page])))
    ends = {"first": "<code>relu1_1</code>", "last": "<code>relu5_1</code>"}
    for key in {key for key in WORDS if key.startswith("how.")} - shown:
        words = say("en", key, **ends)
        assert words in html or escape(words) in html, key
    assert '<a href="./">' in html  # relative: a page may stand behind any address


def test_every_figure_has_its_own_words_for_those_who_cannot_see_it(page: list[dict[str, Any]]) -> None:
    figures = [part["props"]["value"] for part in page if 'class="cells' in str(part["props"].get("value"))]
    labels = [re.findall(r'role="group" aria-label="([^"]+)"', figure) for figure in figures]
    assert len({label for (label,) in labels}) == 4


def test_every_picture_is_shown_once_and_says_what_it_is(page: list[dict[str, Any]]) -> None:
    html = " ".join(str(part["props"].get("value")) for part in page if part["type"] == "html")
    cells = re.findall(r'<img src="gradio_api/file=\S+/results/how/([\w-]+)\.jpg" [^>]*><p>(.+?)</p>', html)
    assert [name for name, _ in cells] == [*TRANSFER[:3], *LAYERS, *STRENGTH, *TRANSFER[3:]]
    assert sorted(name for name, _ in cells) == sorted(path.stem for path in how.PICTURES.glob("*.jpg"))
    sizes = [words.replace("\N{NO-BREAK SPACE}", " ") for _, words in cells[-4:]]
    assert sizes == ["64 px", "128 px", "256 px", "512 px"]


def test_what_stands_below_the_pictures_is_spanish_on_a_spanish_page() -> None:
    words = dict(how.layers("es"))
    assert (words["style-0"], words["content-0"]) == ("el cuadro", "la foto")
    assert words["style-2"] == "<code>relu1_1</code> a <code>relu2_1</code>"


@pytest.mark.parametrize("path", sorted(how.PICTURES.glob("*.jpg")), ids=lambda path: path.stem)
def test_the_pictures_are_light(path: Path) -> None:
    assert path.stat().st_size < LARGEST
    with Image.open(path) as picture:
        picture.load()


def test_the_equations_name_the_layers_that_are_used() -> None:
    config = TransferConfig(content_layers=("relu3_2",), style_layers=("relu1_1", "relu4_1"))
    one = how.content_equation(config)
    assert r"c = \frac{\lVert F^l - P^l \rVert^2}{\lVert P^l \rVert^2}," in one
    assert one.endswith(r"l \in \{\mathtt{relu3\_2}\}")
    both = how.content_equation(replace(config, content_layers=("relu3_1", "relu4_2")))
    assert r"c = \frac{1}{2} \sum_l \frac" in both
    assert both.endswith(r"l \in \{\mathtt{relu3\_1}, \mathtt{relu4\_2}\}")
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
    command = [sys.executable, "-m", "examples.how_figures", "transfer", "strength", "layers"]
    command += ["--size", "96", "--steps", "3", "--folder", str(tmp_path / "how")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    made = {path.stem for path in (tmp_path / "how").glob("*.jpg")}
    assert made == {*TRANSFER[:4], *STRENGTH, *LAYERS}  # of one scale at this size
    curves = how.recorded_curves(tmp_path / "how" / "losses.json")
    assert len(curves.losses) == 3
    assert curves.losses[2].total < curves.losses[0].total
