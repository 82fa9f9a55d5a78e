"""Programs that ask by `gradio_client`, which the README recommends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.client import Job

from tests.support.paths import ROOT
from tests.support.visits import Visited, soon


@pytest.fixture
def running(server: Visited, tmp_path: Path) -> Iterator[Job]:
    """A job that has begun and goes on for as long as somebody wants it."""
    server.runner.go_on.clear()
    client = Client(server.url, download_files=tmp_path, verbose=False)
    photo, painting = (handle_file(str(ROOT / "examples" / name)) for name in ("content/cat.jpg", "style/poppies.jpg"))
    job = client.submit(photo=photo, painting=painting, size=128, api_name="/stylize")
    soon(lambda: bool(job.outputs()))
    yield job
    server.runner.go_on.set()
    client.close()


def test_a_job_that_is_cancelled_frees_its_place(running: Job, server: Visited) -> None:
    closed = server.runner.closed
    assert running.cancel()
    soon(lambda: server.runner.closed == closed + 1)
    soon(running.done)
