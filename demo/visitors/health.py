"""What a container's health check and a load balancer ask: whether the server answers, and takes visitors."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from demo.visitors.gate import HEALTH
from demo.visitors.server import Visits


async def health(request: Request) -> Response:
    """A 200 while visitors may come, a 503 once the server is being stopped."""
    visits: Visits = request.app.state.visits
    if visits.server.ending.is_set():
        return PlainTextResponse("stopping", 503)
    return PlainTextResponse("ok")


ROUTE = Route(HEALTH, health)
