"""Each job leaves one line in the log, however it ends."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from demo.jobs.journal import told
from demo.jobs.records import Computation, Job, Kind, Record, Waiting
from demo.logs import JsonFormatter
from demo.visitors.identity import Visitor
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.execution import Execution
from tests.support.playback import progress

JOB = Job(np.zeros((48, 64, 3), np.uint8), (), TransferConfig(size=64, steps=2))


def records(*given: Record | Exception) -> Generator[Record, None, None]:
    for each in given:
        if isinstance(each, Exception):
            raise each
        yield each


@pytest.mark.parametrize(
    ("given", "done", "outcome"),
    [
        ([Waiting(1), progress(1), progress(2)], 2, "finished"),
        ([progress(1)], 1, "stopped"),
        ([InputError("20 people are waiting", "queue_full")], 0, "refused: InputError: 20 people are waiting"),
        ([progress(1), ZeroDivisionError("x")], 1, "failed: ZeroDivisionError: x"),
    ],
)
def test_it_says_how_a_job_ended(
    given: list[Record | Exception], done: int, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with suppress(InputError, ZeroDivisionError):
        assert list(told(JOB, records(*given))) == given
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"job: picture, 64 px, {done} of 2 steps, waited \d+\.\d s, painted \d+\.\d s, {re.escape(outcome)}", line
    )


def test_its_fields_tell_neither_where_from_nor_what(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    computation = Computation(
        config=JOB.config, execution=Execution(), versions={"device": "cpu"}, peak_memory=5_000_000
    )
    job = replace(JOB, visitor=Visitor("203.0.113.1", "secret", name="a1b2"), kind=Kind.SKETCH)
    list(told(job, records(progress(1), replace(progress(2), computation=computation))))
    (record,) = caplog.records
    fields = record.__dict__["fields"]
    assert fields.pop("waited") >= 0 <= fields.pop("painted")
    assert fields == {
        **{"visitor": "a1b2", "kind": "sketch", "size": 64, "steps": 2, "done": 2},
        **{"outcome": "finished", "device": "cpu", "peak_memory": 5_000_000},
    }
    line = JsonFormatter().format(record)
    assert json.loads(line)["visitor"] == "a1b2"
    assert "203.0.113.1" not in line
    assert "secret" not in line


def test_who_leaves_is_noted_and_the_job_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    inner = records(progress(1), progress(2))
    outer = told(JOB, inner)
    next(outer)
    outer.close()
    assert caplog.messages[0].endswith("left")
    assert list(inner) == []
