"""Calls that are too long are refused before they are read, and a full disk is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.requests import MOST_BYTES, Guard
from demo.words import say


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def full(request: Request) -> PlainTextResponse:
    raise OSError(28, "No space left on device")


async def broken(request: Request) -> PlainTextResponse:
    raise PermissionError(13, "no")


@pytest.fixture
def client() -> TestClient:
    paths = {"/call": length, "/upload": length, "/full": full, "/broken": broken}
    routes = [Route(path, function, methods=["GET", "POST"]) for path, function in paths.items()]
    application = Starlette(routes=routes, middleware=[Middleware(Guard)])
    return TestClient(application, headers={"accept-language": "es"})


def in_pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1_000_000)


def test_what_is_too_long_is_refused(client: TestClient) -> None:
    assert client.post("/call", content=bytes(MOST_BYTES)).text == str(MOST_BYTES)
    for content in (bytes(MOST_BYTES + 1), in_pieces(5)):
        answer = client.post("/call", content=content)
        assert (answer.status_code, answer.text) == (413, say("es", "error.too_long"))


def test_uploads_have_a_limit_of_their_own(client: TestClient) -> None:
    assert client.post("/upload", content=bytes(MOST_BYTES + 1)).text == str(MOST_BYTES + 1)


def test_a_full_disk_is_told_and_nothing_else(client: TestClient) -> None:
    answer = client.post("/full")
    assert (answer.status_code, answer.text) == (507, say("es", "error.disk_full"))
    with pytest.raises(PermissionError):
        client.post("/broken")
