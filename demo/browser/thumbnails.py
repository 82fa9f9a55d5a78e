"""The page's small pictures as files, which a browser keeps: within the page they would be sent with it each time."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEPT = "public, max-age=31536000, immutable"  # by whoever gets one: another picture has another name

_files: dict[str, bytes] = {}  # of the program's own examples alone


def address(picture: Image.Image, quality: int) -> str:
    """Where a JPEG of the picture is found: relative to the page, as Gradio's own files are."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    data = buffer.getvalue()
    name = f"{sha256(data).hexdigest()[:16]}.jpg"
    _files[name] = data
    return f"./thumbnails/{name}"


async def _serve(request: Request) -> Response:
    data = _files.get(request.path_params["name"])
    if data is None:
        return Response(status_code=404)
    return Response(data, media_type="image/jpeg", headers={"cache-control": KEPT})


ROUTE = Route("/thumbnails/{name}", _serve)
