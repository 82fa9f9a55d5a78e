"""The page itself compressed: the largest of what is sent, and what Gradio leaves as it is."""

from __future__ import annotations

from gradio.brotli_middleware import BrotliMiddleware
from starlette.types import ASGIApp, Scope

PAGES = ("/", "/how", "/config")
QUALITY = 7  # 14 ms for 560 kB; 11 would take half a second, and save a tenth


class PageCompression(BrotliMiddleware):
    """The middleware; all else passes: streams, pictures, and files with an ending, which Gradio's own compresses."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, quality=QUALITY)

    def _is_compressible_file_type(self, scope: Scope) -> bool:
        return (scope["path"].removeprefix(scope.get("root_path", "")) or "/") in PAGES
