"""What programs get: pictures as files, numbers as plain data, errors in words, arguments that are explained."""

from __future__ import annotations

import inspect
import json
import socket
import sys
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict
from gradio.utils import get_function_description
from PIL import Image

import app
from demo.api.endpoints import Endpoints, numbers
from demo.form.settings import SETTINGS
from demo.options.parsing import parse
from nst_core.config import TransferConfig
from nst_core.notes import Note
from nst_core.variations import SIX
from tests.support.pages import build_page
from tests.support.playback import ENGLISH, WHOLE, Playback, progress, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def picture(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


def test_a_contact_sheet_grows_by_one_picture_each_time(picture: FileDataDict) -> None:
    runner = Playback(WHOLE)
    stream = list(Endpoints(runner, DEFAULTS).contact_sheet(ENGLISH, picture, picture, 9, 4))
    assert [len(pictures) for pictures, _ in stream] == [done + last for done in range(6) for last in (0, 0, 0, 1)]
    pictures, last = stream[-1]
    assert [name for _, name in pictures] == [variation.name for variation in SIX]
    with Image.open(pictures[0][0]) as image:
        assert (image.format, image.size, image.getpixel((3, 3))) == ("PNG", (64, 48), (20, 20, 20))
    assert (last["name"], last["strength"], last["colours"]) == ("colours", 75, 0)
    assert {(job.config.steps, job.config.seed) for job in runner.jobs} == {(9, 4)}


def test_a_reconstruction_streams_previews_and_ends_with_the_result(picture: FileDataDict) -> None:
    runner = Playback(WHOLE)
    endpoints = Endpoints(runner, DEFAULTS)
    stream = list(endpoints.reconstruct(ENGLISH, picture, "style", ["relu1_1"], 128, 20, 0.5, 3))
    paths = [path and Path(path).suffix for path, _ in stream]
    assert paths == [None, None, ".jpg", ".jpg", ".png"]
    (job,) = runner.jobs
    assert (job.config.style_layers, job.config.tv_weight, job.config.seed) == (("relu1_1",), 0.5, 3)


def test_numbers_are_plain_data() -> None:
    layers = {"content_layers": {"relu4_2": 0.5}, "style_layers": {"relu1_1": 0.25}}
    told = numbers(progress(1, **layers))
    assert json.loads(json.dumps(told)) == told
    assert (told["step"], told["steps"], told["width"], told["height"]) == (1, 2, 64, 48)
    assert told["style_layers"] == {"relu1_1": 0.25}
    assert told["note"] == ""
    noted = replace(progress(1), notes=(Note("memory", {"block": 256}), Note("astray", {"times": 4.0})))
    assert numbers(noted)["note"] == (
        "out of memory; going on in blocks of 256 pixels; "
        "a step went astray: back to the best picture so far, with steps 4 times shorter"
    )
    assert numbers(WHOLE[0]) == {"waiting": 1}


def test_errors_are_told_in_words(picture: FileDataDict, tmp_path_factory: pytest.TempPathFactory) -> None:
    endpoints = Endpoints(Playback(WHOLE), DEFAULTS)
    with pytest.raises(gr.Error, match="There is no painting yet"):
        next(endpoints.contact_sheet(ENGLISH, picture, None, 9, 0))
    with pytest.raises(gr.Error, match="steps must be"):
        next(endpoints.contact_sheet(ENGLISH, picture, picture, -1, 0))
    with pytest.raises(gr.Error, match="kind must be content or style"):
        next(endpoints.reconstruct(ENGLISH, picture, "both", ["relu1_1"], 128, 20, 0.5, 3))
    with pytest.raises(gr.Error, match="kind must be content or style"):
        next(endpoints.reconstruct(ENGLISH, picture, ["content"], ["relu1_1"], 128, 20, 0.5, 3))
    private = upload(tmp_path_factory.mktemp("elsewhere") / "private.png", (64, 64))
    with pytest.raises(gr.Error, match="wasn't uploaded here"):
        next(endpoints.reconstruct(ENGLISH, private, "style", ["relu1_1"], 128, 20, 0.5, 3))


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return build_page()


@pytest.mark.parametrize("endpoint", ["/contact_sheet", "/reconstruct"])
def test_every_argument_is_typed_and_explained(page: gr.Blocks, endpoint: str) -> None:
    told = page.get_api_info()["named_endpoints"][endpoint]
    function = getattr(Endpoints, endpoint[1:])
    names = [name for name in inspect.signature(function).parameters if name not in ("self", "request")]
    assert [argument["parameter_name"] for argument in told["parameters"]] == names
    assert "streams" in told["description"]
    for argument in told["parameters"]:
        assert argument["python_type"]["type"] != "Any"
        assert len(argument["label"].split()) > 2
        assert f"{argument['parameter_name']}: " in (inspect.getdoc(function) or "")
        assert argument["parameter_has_default"] == (argument["component"] != "Image")


def test_every_setting_of_the_page_is_an_argument_that_is_explained(page: gr.Blocks) -> None:
    (handler,) = (fn.fn for fn in page.fns.values() if fn.api_name == "stylize")
    text, told, _ = get_function_description(handler)
    assert text.startswith("Paint a photo like a painting; streams")
    explained = {setting.name: setting.explained() for setting in SETTINGS}
    pictures = {"photo": "the picture to repaint", "painting": "the picture whose manner it gets"}
    assert told == {"request": ""} | pictures | explained
    arguments = page.get_api_info()["named_endpoints"]["/stylize"]["parameters"]
    assert [argument["parameter_name"] for argument in arguments] == [*pictures, *explained]


def test_tools_for_language_models_need_their_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert app.main(["--mcp", "--port", str(port)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'gradio[mcp]'" in line


def test_the_environment_can_ask_for_tools_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not parse([]).mcp
    monkeypatch.setenv("NST_MCP", "1")
    assert parse([]).mcp
