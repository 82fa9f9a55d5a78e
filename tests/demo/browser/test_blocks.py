"""What no component takes is refused in words, to whoever calls."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import gradio as gr
import pytest

from demo.browser.blocks import Page
from demo.words import say
from tests.support.pages import built


async def handed_on(value: Any) -> Any:
    """What a handler of a page would get for a value that was sent for a picture."""
    with Page() as page:
        gr.Button().click(lambda picture: None, [gr.Image(type="filepath")], None, preprocess=False)
    (function,) = page.fns.values()
    return await page.preprocess_data(function, [value], None)


@pytest.mark.parametrize("value", [5, "a\nforged line", [1], True])
def test_a_value_of_another_form_is_refused_in_words(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(gr.Error) as caught:
        asyncio.run(handed_on(value))
    assert caught.value.message == say("en", "refused.bad_call")
    assert not caught.value.print_exception
    (line,) = caplog.messages
    assert line.startswith("refused: values of a call: ")
    assert "\n" not in line


async def failing(error: Exception) -> gr.Error:
    """What is raised to whoever calls a handler that raises an error."""

    def fail() -> None:
        raise error

    with Page() as page:
        gr.Button().click(fail, None, None)
    (function,) = page.fns.values()
    with pytest.raises(gr.Error) as caught:
        await page.process_api(function, [], state=None)
    return caught.value


def test_what_nobody_foresaw_is_told_to_the_caller_in_words(caplog: pytest.LogCaptureFixture) -> None:
    """Gradio would answer `{"error": null}`."""
    told = asyncio.run(failing(KeyError("secret")))
    assert (told.message, told.print_exception) == (say("en", "visitors.failed"), False)
    (record,) = caplog.records
    assert record.exc_info


def test_of_a_sentence_no_traceback_is_printed(caplog: pytest.LogCaptureFixture) -> None:
    told = asyncio.run(failing(gr.Error("Value 0 is less than minimum value 1.")))
    assert (told.message, told.print_exception) == ("Value 0 is less than minimum value 1.", False)
    assert not caplog.records


def test_any_other_is_handed_on() -> None:
    assert asyncio.run(handed_on(None)) == [None]


def test_the_page_does_not_tell_which_gradio_serves_it() -> None:
    config = built(Page).get_config_file()
    assert gr.__version__ not in str(config)
    assert config["version"].split(".")[0] == gr.__version__.split(".")[0]  # programs choose the protocol by it
