"""The button that shows what the network measures; a browser tries it (tests/browser/test_inside.py)."""

from __future__ import annotations

import re
from typing import Any

from demo.browser.scripts import script
from demo.words import say
from tests.support.pages import build_page
from tests.support.paths import ROOT


def test_what_is_hidden_is_on_the_page_and_a_switch_shows_it() -> None:
    style = (ROOT / "demo/browser/styles/measures.css").read_text("utf-8")
    hidden = re.findall(r"#([\w-]+)", style.partition("{")[0])
    blocks: list[Any] = list(build_page().blocks.values())
    assert set(hidden) <= {getattr(block, "elem_id", None) for block in blocks}
    switches = [block for block in blocks if "measures-switch" in (getattr(block, "elem_classes", None) or ())]
    assert len(switches) == len(hidden)
    for switch in switches:
        assert say("en", "measures.show") in switch.value
        assert script("show-measures") in switch.js_on_load
