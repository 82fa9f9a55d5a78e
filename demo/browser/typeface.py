"""The letters of the page's name and headings: a file of its own, which a browser keeps and nobody else sees asked for.

Marcellus by Astigmatic, after Roman inscriptions, under the SIL Open Font License: see `fonts/OFL.txt`.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from demo.browser.thumbnails import KEPT

FILE = Path(__file__).with_name("fonts") / "marcellus.woff2"
ADDRESS = f"./fonts/{FILE.name}"  # relative to the page, as `typeface.css` has it
# Asked for with the page, else it would come after Gradio's scripts, and headings be written twice.
PRELOAD = f'<link rel="preload" href="{ADDRESS}" as="font" type="font/woff2" crossorigin="anonymous">'


async def _serve(_request: Request) -> Response:
    return FileResponse(FILE, media_type="font/woff2", headers={"cache-control": KEPT})


ROUTE = Route(ADDRESS.removeprefix("."), _serve)
