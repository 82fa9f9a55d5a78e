"""The contract of runners, and what is ZeroGPU's own, beside the real package `spaces`: in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.paths import CACHE_OF_TESTS, ROOT

FILES = ("tests/demo/jobs/zero_gpu/test_spaces.py", "tests/demo/jobs/test_contract.py")
OPTIONS = ("-p", "tests.support.on_zero_gpu", "-p", "no:cacheprovider", "-q", "-x", "-W", "ignore")


@pytest.mark.weights
def test_all_is_well_where_the_package_spaces_lends_the_cards() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *FILES],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", CACHE_OF_TESTS: os.environ["NST_CACHE"]},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-8000:]
