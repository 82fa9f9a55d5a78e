"""The page is compressed, and nothing that Gradio compresses or streams."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.browser.compression import PageCompression


async def _long(request: Request) -> PlainTextResponse:
    return PlainTextResponse(1000 * "the same ")


@pytest.mark.parametrize(
    ("root", "path", "is_compressed"),
    [("", "/", True), ("", "/how", True), ("/nst", "/nst/", True), ("/nst", "/nst", True), ("", "/queue/data", False)],
)
def test_pages_alone_are_compressed(root: str, path: str, is_compressed: bool) -> None:
    routes = [Route(each, _long) for each in ("/", "/how", "/queue/data", "/nst/", "/nst")]
    client = TestClient(PageCompression(Starlette(routes=routes)), root_path=root)
    assert ("content-encoding" in client.get(path).headers) == is_compressed
    assert "content-encoding" not in client.get(path, headers={"accept-encoding": "identity"}).headers
