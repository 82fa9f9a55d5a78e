"""What Prometheus asks for: jobs by how they ended, how long they waited and took, and who is there."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from demo.jobs import journal

SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # by which a proxy tells for whom it asks


class Metrics(logging.Handler):
    """The numbers of a server, by what the journal tells of each job."""

    def __init__(self, under_way: Callable[[], int], streams: Callable[[], int]) -> None:
        """How many jobs are painted or wait, and how many streams are open, at the moment."""
        super().__init__(logging.INFO)
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._jobs = Counter("nst_jobs", "Jobs that ended", ["kind", "outcome"], registry=self.registry)
        self._steps = Counter("nst_steps", "Steps that were done", registry=self.registry)
        self._waited, self._painted = (
            Histogram(f"nst_job_{name}_seconds", text, buckets=SECONDS, registry=self.registry)
            for name, text in (("waited", "Until the first picture"), ("painted", "From the first picture on"))
        )
        for name, text, value in (
            ("nst_jobs_under_way", "Jobs that are painted or wait; six sketches count as one", under_way),
            ("nst_streams", "Streams that pages and programs have open", streams),
        ):
            Gauge(name, text, registry=self.registry).set_function(value)

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        fields = getattr(record, "fields", None)
        if record.name != journal.__name__ or fields is None:
            return
        self._jobs.labels(fields["kind"], fields["outcome"]).inc()
        self._steps.inc(fields["done"])
        self._waited.observe(fields["waited"])
        if fields["done"]:
            self._painted.observe(fields["painted"])

    def listen(self) -> None:
        """Count from now on."""
        logging.getLogger(journal.__name__).addHandler(self)

    def close(self) -> None:
        """See `logging.Handler`."""
        logging.getLogger(journal.__name__).removeHandler(self)
        super().close()

    def route(self, token: str) -> Route:
        """`/metrics`, for this machine's own programs, and for whoever has the token; "" = there is none."""

        async def metrics(request: Request) -> Response:
            if not (is_of_this_machine(request) or has_token(request, token)):
                return PlainTextResponse("not found", 404)
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return Route("/metrics", metrics)


def is_of_this_machine(request: Request) -> bool:
    """Whether a program here asks for itself: a proxy here, which anybody may ask through, says for whom it does."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def has_token(request: Request, token: str) -> bool:
    """Whether `Authorization: Bearer TOKEN` is sent."""
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    return bool(token) and kind.lower() == "bearer" and secrets.compare_digest(sent.encode(), token.encode())
