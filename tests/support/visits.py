"""Visitors of a served page, who ask it as browsers, programs and worse do."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest

import app
from demo.jobs.records import Job, Record, Waiting
from demo.options.parsing import parse
from demo.visitors.listeners import Listeners
from demo.visitors.server import Server
from nst_core.config import TransferConfig
from tests.support.pages import built
from tests.support.paths import ROOT
from tests.support.playback import Playback, progress

API = "/gradio_api"
PAINTING = "stylize"
PATIENCE = 30.0  # seconds


def soon(condition: Callable[[], bool]) -> None:
    """Returns once it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Endless(Playback):
    """A runner whose jobs yield their photo as it is, and then wait until they may go on."""

    def __init__(self) -> None:
        super().__init__(())
        self.go_on = threading.Event()
        self.pulse: float | None = 0.05  # seconds between two words while they wait; None = not a word

    def run(self, job: Job) -> Generator[Record, None, None]:
        self.jobs.append(job)
        height, width, _ = job.content.shape
        try:
            yield replace(progress(1, size=(width, height)), image=job.content)
            while not self.go_on.wait(self.pulse):
                yield Waiting(0)
            yield replace(progress(2, size=(width, height)), image=job.content)
        finally:
            self.closed += 1


@dataclass(frozen=True)
class Visited:
    """A page that is served."""

    url: str
    ui: gr.Blocks
    runner: Endless
    visitors: Server
    cache: Path

    @property
    def listeners(self) -> Listeners:
        return self.visitors.listeners

    def event(self, name: str) -> int:
        """The number of the first event whose handler, or endpoint, has this name."""
        return next(
            place for place, fn in self.ui.fns.items() if name in (fn.api_name, getattr(fn.fn, "__qualname__", None))
        )

    def inputs(self, name: str) -> list[None]:
        return [None] * len(self.ui.fns[self.event(name)].inputs)


@contextmanager
def visited(cache: Path, *arguments: str) -> Iterator[Visited]:
    """A page that is served by those options of app.py, as in earnest but for its runner; files come into `cache`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = parse(["--port", str(port), *arguments])
    runner, visitors = Endless(), app.make_server(options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(cache))
        patch.setenv("FORWARDED_ALLOW_IPS", "")  # put back at the end

        def opened() -> gr.Blocks:
            ui = app.build(options, runner, TransferConfig())
            app.launch(ui, options, visitors)
            return ui

        ui = built(opened)
        yield Visited(f"http://127.0.0.1:{port}", ui, runner, visitors, cache)
        ui.close(verbose=False)


@dataclass(frozen=True)
class Guest:
    """Somebody at an address."""

    server: Visited
    client: httpx.Client

    def call(self, name: str, session: str, *values: Any, **headers: str) -> httpx.Response:
        """An event that isn't queued."""
        data = list(values) or self.server.inputs(name)
        body = {"fn_index": self.server.event(name), "data": data, "session_hash": session}
        return self.client.post(f"{API}/run/predict", json=body, headers=headers)

    def join(self, name: str, session: str, data: list[Any] | None = None, **headers: str) -> httpx.Response:
        """An event that is queued."""
        values = self.server.inputs(name) if data is None else data
        body = {"fn_index": self.server.event(name), "data": values, "session_hash": session}
        return self.client.post(f"{API}/queue/join", json=body, headers=headers)

    def upload(self, *files: bytes, name: str = "a.png", **headers: str) -> httpx.Response:
        return self.client.post(f"{API}/upload", files=[("files", (name, file)) for file in files], headers=headers)

    @contextmanager
    def there(self, session: str) -> Iterator[None]:
        """A page of this visitor is open."""
        with self.client.stream("GET", f"{API}/heartbeat/{session}") as answer:
            lines = answer.iter_lines()  # which closes the stream once nobody holds it
            assert next(lines) == "data: ALIVE"
            yield

    @contextmanager
    def listening(self, session: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The messages of a session."""
        with self.client.stream("GET", f"{API}/queue/data", params={"session_hash": session}) as answer:
            yield (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))


@contextmanager
def painting(guest: Guest, session: str, **headers: str) -> Iterator[tuple[str, Iterator[dict[str, object]]]]:
    """A run of this visitor that has begun: its event, and what is told of it."""
    photo = guest.upload((ROOT / "examples/content/cat.jpg").read_bytes()).json()[0]
    file = {"path": photo, "meta": {"_type": "gradio.FileData"}}
    settings = [getattr(block, "value", None) for block in guest.server.ui.fns[guest.server.event(PAINTING)].inputs[2:]]
    event = guest.join(PAINTING, session, [file, file, *settings], **headers).json()["event_id"]
    with guest.listening(session) as messages:
        assert any(message["msg"] == "process_generating" for message in messages)
        yield event, messages
