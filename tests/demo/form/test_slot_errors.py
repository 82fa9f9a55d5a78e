"""Why a picture wasn't taken, told at its slot; that it stays there is tested in a browser (test_receiving.py)."""

from __future__ import annotations

import re

from demo.form.slot_errors import told
from tests.support.pages import build_page


def test_each_slot_of_the_page_is_told_what_is_wrong_with_it() -> None:
    html = told(("<b>.png can't be read", None, None, "too narrow", None))
    ids = {getattr(block, "elem_id", None) for block in build_page().blocks.values()}
    slots = dict(re.findall(r'<p data-place="([\w-]+)">(.*?)</p>', html))
    assert slots.keys() <= ids
    assert list(slots.values()) == ["&lt;b&gt;.png can&#x27;t be read", "", "", "too narrow", ""]
