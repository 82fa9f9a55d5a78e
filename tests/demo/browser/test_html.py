"""The page's own HTML: previews, and what the status says."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from demo.browser import html
from demo.jobs.records import LossRecord, Progress, Waiting
from nst_core.notes import Note


def test_a_preview_has_the_final_pictures_shape_and_is_never_too_large() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    for size, expected in (
        ((512, 384), (512, 384)),
        ((1024, 768), (768, 576)),
        ((64, 48), (64, 48)),
        ((2000, 40), (768, 15)),
    ):
        with Image.open(io.BytesIO(html.preview(image, size))) as preview:
            assert (preview.size, preview.format) == (expected, "JPEG")


def test_the_pane_carries_the_picture_and_says_what_it_is() -> None:
    text = html.pane(np.full((8, 8, 3), 200, np.uint8), (8, 8), 'a "picture"')
    data = text.partition("base64,")[2].partition('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert abs(image.getpixel((4, 4))[0] - 200) < 4  # type: ignore[index]
    assert 'alt="a &quot;picture&quot;"' in text
    assert "<img" not in html.empty_pane("en")


def test_what_is_transparent_lies_on_white_in_a_preview() -> None:
    with Image.open(io.BytesIO(html.preview(np.zeros((8, 8, 4), np.uint8), (8, 8)))) as preview:
        assert preview.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "estimating the time …"),
        (0.0, "about 1 s left"),
        (12.4, "about 12 s left"),
        (89.0, "about 89 s left"),
        (90.0, "about 2 min left"),
        (600.0, "about 10 min left"),
        (6000.0, "about 1 h 40 min left"),
    ],
)
def test_times_are_told_as_a_person_would(seconds: float | None, words: str) -> None:
    assert html.duration_left("en", seconds) == words


def test_the_time_beside_the_button() -> None:
    assert ">measuring this machine\N{NO-BREAK SPACE}…<" in html.estimate("en", None, is_measuring=True)
    assert ">esperando para medir\N{NO-BREAK SPACE}…<" in html.estimate("es", None)
    assert ">unos 2 min<" in html.estimate("es", 100)
    assert "once it is your turn" in html.estimate("en", 100)


def test_what_a_result_is_of() -> None:
    assert html.pair("en", "<a> × b") == '<p class="pair">&lt;a&gt; × b</p>'
    other = html.pair("en", "a × b", is_chosen=False)
    assert "Paint begins it. The buttons below go on with this one, a × b." in other
    assert 'role="status"' in other


def test_the_place_in_the_queue() -> None:
    assert "2 people before you<" in html.waiting("en", Waiting(3, own=1))
    assert ">One person before you</span>, about 2 min<" in html.waiting("en", Waiting(1, seconds=130.0))
    assert ">Una persona delante de ti</span>, unos 20 s<" in html.waiting("es", Waiting(1, seconds=20.0))
    assert "Your other picture is finished first" in html.waiting("en", Waiting(1, own=1))
    assert "Mezclando los colores" in html.waiting("es", Waiting(0))


def test_the_status_of_a_run() -> None:
    image = np.zeros((1, 1, 3), np.uint8)
    notes = (Note("<restarted>"),)
    record = Progress(7, 20, (128, 96), (LossRecord(1, 2, 3),), 30.0, notes, image)
    text = html.running("en", record, notes)
    for words in ("step 7 of 20", "at 128 × 96 px", "about 30 s left", "&lt;restarted&gt;", 'max="1" value="0.3500"'):
        assert words in text
    assert 'max="1" value="0.2000"' in html.running("en", replace(record, share=0.2))  # by time, where that is told
    assert 'role="status"' in text
    later = html.running("en", replace(record, notes=()), notes)
    assert "&lt;restarted&gt;" in later
    assert 'role="status"' not in later  # it was read out


def test_remarks_on_pictures_are_lines() -> None:
    assert html.remarks("en", []) == ""
    text = html.remarks("es", [Note("dark_photo"), Note("<new>")])
    offered = html.remarks("en", [Note("margin_painting", {"number": 1})])
    assert '<button type="button" data-index="1">Cut it off</button></li>' in offered
    back = html.remarks("en", [Note("cut_painting", {"number": 1, "width": 5, "height": 4})])
    assert '<button type="button" data-index="0">Keep it</button></li>' in back
    assert "<li>La foto es casi negra y se verá poco de ella; aclárala antes.</li><li>&lt;new&gt;.</li>" in text


def test_the_header_leads_to_the_explanation() -> None:
    text = html.header("es")
    assert "<h1>Transferencia de estilo neuronal</h1>" in text
    assert '<a href="how" target="_blank">Cómo funciona</a>' in text  # relative: a page may stand behind any address


def test_a_fresh_hint_is_read_out() -> None:
    assert 'role="status">1 &lt; 2<' in html.hint("1 < 2", fresh=True)
    assert "fresh" in html.hint("x", fresh=True)
    assert "fresh" not in html.hint("x")
