"""Small pictures have addresses of their own, and are kept by whoever has got them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.browser import thumbnails


def test_a_picture_is_found_at_its_address_for_ever() -> None:
    client = TestClient(Starlette(routes=[thumbnails.ROUTE]))
    first, second = (thumbnails.address(Image.new("RGB", (20, 10), colour), 80) for colour in ("red", "blue"))
    assert first != second
    assert first == thumbnails.address(Image.new("RGB", (20, 10), "red"), 80)
    answer = client.get(first.removeprefix("."))
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", thumbnails.KEPT)
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (20, 10)
    for other in ("none.jpg", "..%2Fthumbnails.py", ""):
        assert client.get(f"/thumbnails/{other}").status_code == 404
