"""What is counted of jobs, and who may read it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.jobs.journal import told
from demo.jobs.metrics import Metrics
from demo.jobs.records import Record
from nst_core.errors import InputError
from tests.support.jobs import a_job
from tests.support.playback import WHOLE, progress

HERE, ELSEWHERE = ("127.0.0.1", 5), ("203.0.113.1", 5)


@pytest.fixture
def metrics(caplog: pytest.LogCaptureFixture) -> Iterator[Metrics]:
    caplog.set_level(logging.INFO)
    metrics = Metrics(lambda: 3, lambda: 7)
    metrics.listen()
    yield metrics
    metrics.close()


def client(metrics: Metrics, address: tuple[str, int], token: str = "") -> TestClient:
    return TestClient(Starlette(routes=[metrics.route(token)]), client=address)


def values(metrics: Metrics) -> dict[tuple[str, ...], float]:
    text = client(metrics, HERE).get("/metrics").text
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def run(*records: Record) -> list[Record]:
    return list(told(a_job(steps=2), (record for record in records)))


def test_jobs_are_counted_by_how_they_ended(metrics: Metrics) -> None:
    run(*WHOLE)
    run(progress(1))
    with pytest.raises(InputError):
        list(told(a_job(), failing()))
    found = values(metrics)
    assert found["nst_jobs_total", "picture", "finished"] == 1
    assert found["nst_jobs_total", "picture", "stopped"] == 1
    assert found["nst_jobs_total", "picture", "refused"] == 1
    assert found["nst_steps_total",] == 2 + 1
    assert found["nst_job_waited_seconds_count",] == 3
    assert found["nst_job_painted_seconds_count",] == 2  # of which there is a picture
    assert (found["nst_jobs_under_way",], found["nst_streams",]) == (3, 7)
    assert found["process_resident_memory_bytes",] > 1e6


def failing() -> Iterator[Record]:
    raise InputError("full", "queue_full")
    yield


def test_nothing_is_counted_once_it_is_closed(metrics: Metrics) -> None:
    metrics.close()
    run(*WHOLE)
    assert not [name for name, *_ in values(metrics) if name == "nst_jobs_total"]


@pytest.mark.parametrize(
    ("address", "headers", "token", "status"),
    [
        (HERE, {}, "", 200),
        (("::1", 5), {}, "", 200),
        (HERE, {"x-forwarded-for": "203.0.113.1"}, "", 404),  # a proxy of this machine, for somebody else
        (HERE, {"forwarded": "for=203.0.113.1"}, "", 404),
        (ELSEWHERE, {}, "", 404),
        (ELSEWHERE, {"authorization": "Bearer "}, "", 404),
        (ELSEWHERE, {"authorization": "Bearer wrong"}, "right", 404),
        (ELSEWHERE, {"authorization": "Basic right"}, "right", 404),
        (ELSEWHERE, {"authorization": "Bearer right"}, "right", 200),
    ],
)
def test_this_machine_and_whoever_has_the_token_may_read_it(
    metrics: Metrics, address: tuple[str, int], headers: dict[str, str], token: str, status: int
) -> None:
    assert client(metrics, address, token).get("/metrics", headers=headers).status_code == status
