"""Programs that ask by `gradio_client`, which the README recommends, and those that send anything."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from random import Random

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.client import Job

from tests.benchmarks import hostile_calls
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


def test_odd_values_are_answered_by_a_sentence(server: Visited) -> None:
    """As `tests.benchmarks.hostile_calls`, but for some of its calls."""
    calls = [call for event in hostile_calls.events_of(server) for call in hostile_calls.calls_of(event)]
    some = Random(0).sample(calls, 300)
    log = io.StringIO()
    server.runner.go_on.set()
    with redirect_stderr(log):
        found = asyncio.run(hostile_calls.answers(server, some))
    assert found.words.total() == len(some)
    assert not found.faults
    assert len(found.words) > 5
    assert "Traceback" not in log.getvalue()
    soon(lambda: len(server.ui._queue) == 0)


def test_an_answer_without_a_word_is_a_fault() -> None:
    outputs: tuple[object, ...] = ({"error": None}, {"error": ""}, {"error": "a\nb"}, None, [])
    for output in outputs:
        assert hostile_calls.sentence_in(output).startswith("fault: ")
    assert hostile_calls.sentence_in({"error": "It is too large."}) == "It is too large."
    assert hostile_calls.told(httpx.Response(500, text="Internal Server Error")).startswith("fault: ")
    assert hostile_calls.told(httpx.Response(404, text="It isn't here.")) == "404: It isn't here."
