"""A runner whose cards are lent by this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.jobs import progress
from demo.jobs.registry import is_zero_gpu
from demo.jobs.zero_gpu import lease
from demo.jobs.zero_gpu import runner as module
from demo.jobs.zero_gpu.runner import ZeroGpuRunner
from tests.support.lending import Host
from tests.support.networks import tiny_network

collect_ignore = [] if is_zero_gpu() else ["test_spaces.py"]  # test_worker.py runs it


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Where the runner's fast folder is made."""
    folder = tmp_path / "shm"
    folder.mkdir()
    return folder


@pytest.fixture
def runner(host: Host, memory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZeroGpuRunner]:
    """One whose every step is shown."""
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    monkeypatch.setattr(lease, "CALL_EVERY", 0.05)
    monkeypatch.setattr(module, "SHARED_MEMORY", memory)
    runner = ZeroGpuRunner(host.paint, tiny_network(), max_waiting=2)
    yield runner
    host.go_on.set()
    runner.close()
    assert not list(memory.iterdir())
