"""A link to the page is shown with its own name and picture, in the language of whoever asks."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from demo.browser.page_head import PageHead
from demo.browser.typeface import PRELOAD

GRADIOS = """<!doctype html>
<html
    class="a"
    lang="en"
><head>
<meta property="og:title" content="Gradio" />
<meta
    property="og:image"
    content="https://example.com/header.jpg"
/>
<meta name="twitter:creator" content="@Gradio" /><meta name="viewport" content="width=device-width" />
</head><body>é</body></html>"""


class Tags(HTMLParser):
    """All that is told of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.told: dict[str, str | None] = {}
        self.language: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "meta":
            self.told[str(named.get("property") or named.get("name"))] = named["content"]
        if tag == "html":
            self.language = named["lang"]


async def _page(request: Request) -> Response:
    return HTMLResponse(GRADIOS)


async def _text(request: Request) -> Response:
    return PlainTextResponse(GRADIOS)


def asked(path: str = "/", accepted: str = "en", root: str = "") -> Response:
    routes = [Route("/", _page), Route("/nst/", _page), Route("/file", _page), Route("/nst", _text)]
    app = PageHead(Starlette(routes=routes), picture=lambda: "./thumbnails/a.jpg")
    client = TestClient(app, "https://paint.example", root_path=root)
    return client.get(path, headers={"accept-language": accepted})  # type: ignore[return-value]


@pytest.mark.parametrize(("root", "path"), [("", "/"), ("/nst", "/nst/")])
def test_it_tells_its_own_name_and_picture(root: str, path: str) -> None:
    answer = asked(path, root=root)
    tags = Tags(answer.text)  # type: ignore[attr-defined]
    assert tags.told["og:title"] == "Neural style transfer"
    assert tags.told["og:image"] == f"https://paint.example{root}/thumbnails/a.jpg"
    assert tags.told["viewport"]
    assert PRELOAD in answer.text  # type: ignore[attr-defined]
    assert "Gradio" not in str(tags.told)
    assert int(answer.headers["content-length"]) == len(answer.content)  # type: ignore[attr-defined]


def test_it_tells_the_language() -> None:
    spanish = Tags(asked(accepted="es").text)  # type: ignore[attr-defined]
    assert (spanish.language, spanish.told["og:title"]) == ("es", "Transferencia de estilo neuronal")


def test_who_waits_for_the_scripts_sees_name_and_picture() -> None:
    page = asked(accepted="es").text  # type: ignore[attr-defined]
    head, _, body = page.partition("<body>")
    assert "@font-face" in head
    assert "#opening" in head
    assert body.startswith('<div id="opening"><h1>Transferencia de estilo neuronal</h1>')
    assert '<img src="./thumbnails/a.jpg" alt="">' in body


def test_all_else_passes() -> None:
    assert "Gradio" in asked("/file").text  # type: ignore[attr-defined]
