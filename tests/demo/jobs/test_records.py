"""The records stay plain: any process can unpickle them, without torch or gradio."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from demo.jobs.records import Job, LossRecord, Progress, Waiting
from nst_core.config import TransferConfig


def job() -> Job:
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    return Job(picture, (picture[:3], picture[:2]), TransferConfig(size=64, steps=3))


def test_a_job_survives_a_trip_to_another_process() -> None:
    sent, got = job(), pickle.loads(pickle.dumps(job()))
    assert got.config == sent.config
    np.testing.assert_array_equal(got.content, sent.content)
    for style, expected in zip(got.styles, sent.styles, strict=True):
        np.testing.assert_array_equal(style, expected)


def test_progress_survives_a_trip_to_another_process() -> None:
    trail = (LossRecord(0.0, 1.5, 15.0), LossRecord(0.5, 1.0, 10.5))
    sent = Progress(2, 9, (6, 4), trail, None, (), job().content)
    got = pickle.loads(pickle.dumps(sent))
    assert (got.index, got.total, got.size, got.trail, got.seconds_left) == (2, 9, (6, 4), trail, None)
    assert got.losses == trail[-1]
    np.testing.assert_array_equal(got.image, sent.image)


@pytest.mark.parametrize("record", [Waiting(2), LossRecord(1, 2, 3), job()])
def test_records_are_frozen(record: object) -> None:
    with pytest.raises(FrozenInstanceError):
        record.ahead = 0  # type: ignore[attr-defined]


def test_the_records_need_neither_torch_nor_gradio() -> None:
    probe = "import sys, demo.jobs.records; print({'torch', 'gradio', 'ray'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert found == "set()\n"
