"""The page itself compressed: the largest of what is sent, and what Gradio leaves as it is."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PAGES = ("/", "/how", "/config")


class PageCompression:
    """The middleware; all else passes: streams, pictures, and files that Gradio compresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._compressing = app, GZipMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/" if scope["type"] == "http" else None
        await (self._compressing if path in PAGES else self._app)(scope, receive, send)
