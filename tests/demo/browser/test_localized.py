"""Elements speak English until the page knows what the browser prefers."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from demo.browser.localized import Localized
from demo.words import Language
from tests.support.pages import built
from tests.support.playback import ENGLISH, SPANISH


def greeting(language: Language) -> str:
    return {"en": "hello", "es": "hola"}[language]


def farewell(language: Language) -> str:
    return {"en": "goodbye", "es": "adiós"}[language]


@pytest.fixture
def page() -> gr.Blocks:
    def build() -> gr.Blocks:
        localized = Localized()
        page = gr.Blocks()
        with page:
            localized.html(greeting, elem_id="first")
            localized.html(farewell, elem_id="last")
            localized.translate(page)
        return page

    return built(build)


def elements(page: gr.Blocks) -> list[Any]:
    return [block for block in page.blocks.values() if isinstance(block, gr.HTML)]


def test_the_page_is_english_at_first(page: gr.Blocks) -> None:
    assert [(each.elem_id, each.value) for each in elements(page)] == [("first", "hello"), ("last", "goodbye")]


def test_when_it_is_opened_each_element_gets_its_own_words(page: gr.Blocks) -> None:
    (event,) = page.fns.values()
    assert [kind for _, kind in event.targets] == ["load"]
    assert event.outputs == elements(page)
    assert event.fn is not None
    assert event.fn(SPANISH) == ["hola", "adiós"]
    assert event.fn(ENGLISH) == [gr.skip(), gr.skip()]
