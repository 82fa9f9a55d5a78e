"""The page opens on a finished picture, which lies over the photo as the photo is shown."""

from __future__ import annotations

import re
from io import BytesIO

from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.browser import thumbnails
from demo.form.example_pairs import load_pairs
from demo.paint import first_view


def test_what_becomes_of_the_first_photo_has_its_shape() -> None:
    (address,) = re.findall(r'src="\.([^"]+)"', first_view.pane("en"))
    data = TestClient(Starlette(routes=[thumbnails.ROUTE])).get(address).content
    pair = load_pairs()[0]
    assert first_view.SHEET.stem == f"{pair.content.stem}_{pair.style.stem}"
    with Image.open(BytesIO(data)) as result, Image.open(pair.content) as photo:
        assert abs(result.width / result.height - photo.width / photo.height) < 0.01
        red, _, blue = result.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert blue > red  # night, and nothing of the sheet's white
    assert len(data) < 200_000


def test_it_speaks_spanish() -> None:
    assert "lo que sale de ella" in first_view.pane("es")
