"""Gradio's English names for what screen readers tell are translated for whoever speaks another language."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from demo.browser.labels import LABELS, labels
from demo.words import Language


def pairs(speaks: Language) -> Any:
    (told,) = re.findall('data-labels="([^"]*)"', labels(speaks))
    return json.loads(unescape(told))


def test_an_english_page_keeps_gradios_names() -> None:
    assert pairs("en") == []


def test_each_name_has_a_spanish_one_that_is_not_translated_again() -> None:
    spanish = dict(pairs("es"))
    assert spanish.keys() == set(LABELS.values())
    assert not any(ours.startswith(english) for ours in spanish.values() for english in spanish)
