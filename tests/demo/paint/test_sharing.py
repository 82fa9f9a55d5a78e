"""What a result is given away by: what the browser is told of it, and what a link opens with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.form import library
from demo.form.request import Selection, make_submission
from demo.paint.session import Painted, followed
from demo.paint.sharing import Sharing, shared_result
from nst_core.config import TransferConfig
from tests.support.playback import ENGLISH, SPANISH, progress, shown, upload

DEFAULTS = TransferConfig()
SHARING = Sharing(DEFAULTS)


@pytest.fixture
def cache(cache: Path) -> Path:
    """With the examples in it, as the page has them."""
    for kind, name in (("photo", "cat"), ("painting", "great_wave")):
        (cache / f"{name}.jpg").write_bytes(library.by_name(kind)[name].read_bytes())
    return cache


@pytest.fixture
def examples(cache: Path) -> tuple[FileDataDict, FileDataDict]:
    return upload(cache / "cat.jpg"), upload(cache / "great_wave.jpg")


def painted(photo: FileDataDict, painting: FileDataDict, **options: Any) -> Painted:
    """A run that has come to its end."""
    submission = make_submission(Selection(photo, (painting,), TransferConfig(size=64, steps=2, **options)), key="run")
    return followed(submission, progress(2, size=submission.size), None)


def told(run: Painted, request: gr.Request = ENGLISH) -> dict[str, Any]:
    text, said = SHARING.tell(request, run, None)
    assert said == ""
    values = json.loads(text)
    assert isinstance(values, dict)
    return values


def at(query: str, language: str = "en") -> gr.Request:
    params = {name: values[0] for name, values in parse_qs(query).items()}
    return gr.Request(headers={"accept-language": language}, query_params=params)


def test_a_link_to_examples_opens_with_the_result(examples: tuple[FileDataDict, FileDataDict], said: list[str]) -> None:
    run = painted(*examples, strength=33.0)
    values = told(run)
    assert values["query"].startswith("photo=cat&style=great_wave&strength=33&")
    assert values["caption"] == "Playing kitten × The Great Wave off Kanagawa"
    assert values["words"]["left_out"] == ""
    assert not shown(shared_result(at(values["query"])))  # the link wasn't copied
    assert said == ["The picture of this link isn't kept any more; its settings are here, and Paint makes it again."]
    SHARING.publish(run, None, 2)
    pane = shared_result(at(values["query"], "es"))
    assert "El resultado que muestra el enlace" in pane
    assert "data:image/jpeg" in pane
    assert len(said) == 1


def test_of_a_picture_of_one_s_own_nothing_is_published(
    cache: Path, examples: tuple[FileDataDict, FileDataDict]
) -> None:
    run = painted(upload(cache / "my street.png", (60, 40)), examples[1])
    values = told(run, SPANISH)
    assert "result=" not in values["query"]
    assert values["words"]["left_out"] == "El enlace no incluye esto: tus propias imágenes."
    assert values["caption"] == "Mi foto × La gran ola de Kanagawa"  # what a file is called is nobody else's business
    SHARING.publish(run, None, 2)
    assert not (cache / "shared").exists()


def test_who_kept_going_gets_a_link_that_the_page_can_follow(examples: tuple[FileDataDict, FileDataDict]) -> None:
    run = painted(*examples)
    longer = replace(run.selection, config=replace(run.selection.config, steps=1250))
    assert "steps=1000" in told(replace(run, selection=longer))["query"]


def test_without_a_result_there_is_nothing_to_give_away(examples: tuple[FileDataDict, FileDataDict]) -> None:
    assert SHARING.tell(ENGLISH, None, None) == ("", "")
    SHARING.publish(None, None, 1)
    assert not shown(shared_result(at("photo=cat")))


def test_where_the_files_are_gone_the_link_opens_the_page(examples: tuple[FileDataDict, FileDataDict]) -> None:
    run = painted(*examples)
    for each in examples:
        Path(each["path"]).unlink()
    assert told(run)["query"] == ""
    SHARING.publish(run, None, 2)
