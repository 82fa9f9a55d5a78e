"""A stand-in for the scheduler of ZeroGPU: the four calls that `spaces` makes (0.51, zero/api.py)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

NOW = threading.Event()
NOW.set()


class Scheduler:
    """Lends as many cards as are asked for, by numbers; those that are free are lent again."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []  # the queries of /schedule
        self.reports = 0
        self.left = 120  # seconds that a visitor may ask for
        self.refuse_after: int | None = None  # loans
        self.free = NOW  # whoever asks waits for it
        self.lent: dict[str, int] = {}  # cards, by their tokens
        self._loans, self._lock = count(1), threading.Lock()

    def start(self) -> str:
        """Serve; returns the address."""
        handler = type("Handler", (_Handler,), {"scheduler": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def refuses(self, seconds: int) -> bool:
        """Whether a visitor has fewer left."""
        is_over = self.refuse_after is not None and len(self.asked) > self.refuse_after
        return is_over or seconds > self.left

    def loan(self) -> dict[str, Any]:
        """A card that nobody has."""
        with self._lock:
            card = next(each for each in count() if each not in self.lent.values())
            token = f"loan {next(self._loans)}"
            self.lent[token] = card
        return {"idle": True, "nvidiaIndex": card, "nvidiaUUID": f"GPU-{card}", "allowToken": token}


class _Handler(BaseHTTPRequestHandler):
    scheduler: Scheduler
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        {"/schedule": self._schedule, "/release": self._release, "/startup-report": self._report}.get(
            url.path, self._allow
        )(query)

    def _schedule(self, query: dict[str, str]) -> None:
        scheduler = self.scheduler
        scheduler.asked.append(query)
        if scheduler.refuses(int(query["durationSeconds"])):
            body = {"left": scheduler.left, "wait": 3723}
            self._answer(429, json.dumps(body).encode(), {"X-Approve-Result": "quota-exceeded"})
        elif scheduler.free.is_set():
            self._answer(200, json.dumps(scheduler.loan()).encode())
        else:
            self._wait()

    def _wait(self) -> None:
        """A stream of pings until a card is free."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("X-Queuing-Reason", "node")
        self.send_header("connection", "close")
        self.end_headers()
        while not self.scheduler.free.wait(0.05):
            self._send(b"event: ping\n\n")
        self._send(b"event: succeeded\ndata: " + json.dumps(self.scheduler.loan()).encode() + b"\n\n")
        self.close_connection = True

    def _send(self, event: bytes) -> None:
        self.wfile.write(event)
        self.wfile.flush()

    def _release(self, query: dict[str, str]) -> None:
        self.scheduler.lent.pop(query["allowToken"], None)
        self._answer(200)

    def _report(self, _: dict[str, str]) -> None:
        self.scheduler.reports += 1
        self._answer(200)

    def _allow(self, _: dict[str, str]) -> None:
        self._answer(200)

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (
            {"content-type": "application/json", "content-length": str(len(body))} | (headers or {})
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
