"""What the page says of itself to those who show a link to it, and to who waits for its scripts.

Gradio's own says "Gradio" and shows its picture, and is white until a megabyte of scripts has come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.browser.typeface import PRELOAD
from demo.words import language, say

TAGS = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
LANGUAGE = re.compile(r'(<html[^>]*\blang=)"[^"]*"')
HEAD = "<head>"
BODY = re.compile(r"<body[^>]*>")
OPENING = ("typeface.css", "opening.css")


class PageHead:
    """The middleware: the tags of Open Graph, and the page's name and picture until its scripts have come.

    All of it is in the language of the browser that asks.
    """

    def __init__(self, app: ASGIApp, picture: Callable[[], str]) -> None:
        """`picture`: the address of the picture to show, relative to the page."""
        self._app, self._picture = app, picture

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) not in ("", "/"):
            await self._app(scope, receive, send)
            return
        start: list[Message] = []
        body = bytearray()

        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            (first,) = start
            headers = MutableHeaders(raw=first["headers"])
            if headers.get("content-type", "").startswith("text/html"):
                body[:] = self._rewritten(body.decode(), Request(scope)).encode()
                headers["content-length"] = str(len(body))
            await send({**first, "headers": headers.raw})
            await send({"type": "http.response.body", "body": bytes(body)})

        await self._app(scope, receive, rewrite)

    def _rewritten(self, page: str, request: Request) -> str:
        speaks = language(gr.Request(request))
        title, lead = (say(speaks, f"page.{name}") for name in ("title", "lead"))
        told = {
            "og:type": "website",
            "og:title": title,
            "og:description": lead,
            "og:url": str(request.base_url),
            "og:image": f"{request.base_url}{self._picture().removeprefix('./')}",
            "twitter:card": "summary_large_image",
        }
        tags = "".join(f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items())
        before, head, after = page.partition(HEAD)
        before = LANGUAGE.sub(rf'\1"{speaks}"', before)
        after = BODY.sub(lambda body: f"{body[0]}{self._opening(title, lead)}", TAGS.sub("", after), count=1)
        return f"{before}{head}{PRELOAD}{_styles()}{tags}{after}"

    def _opening(self, title: str, lead: str) -> str:
        picture = escape(self._picture())
        return f'<div id="opening"><h1>{escape(title)}</h1><p>{escape(lead)}</p><img src="{picture}" alt=""></div>'


@cache
def _styles() -> str:
    """What the page looks like before Gradio brings the stylesheets."""
    styles = Path(__file__).with_name("styles")
    return f"<style>{''.join((styles / name).read_text('utf-8') for name in OPENING)}</style>"
