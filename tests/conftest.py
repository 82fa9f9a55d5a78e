"""Fixtures that many tests share, and what no test may touch: the cache of whoever runs them."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from PIL import Image

from nst_core.cluster import set_environment
from nst_core.config import Pooling
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.optim import lbfgs
from tests.support.disks import FullDisk
from tests.support.networks import tiny_network
from tests.support.paths import CACHE_OF_TESTS
from tests.support.pictures import smooth_picture

BROWSER = Path(__file__).with_name("browser")
LONG = ("browser", "weights", "slow")  # markers, the longest tests first


def pytest_configure(config: pytest.Config) -> None:
    """Listen to Ctrl-C: a shell starts programs in the background deaf to it, and theirs inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    set_environment(is_own=True)  # for Ray, which reads it when a test's module imports it
    workers = workers_beside(config)
    if workers > 1:
        share_the_cores(workers)


def workers_beside(config: pytest.Config) -> int:
    """How many processes run tests side by side (`-n`), this one among them."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))


def share_the_cores(workers: int) -> None:
    """Threads of several workers on one core wait for each other, spinning: that takes many times as long."""
    threads = max(1, (os.cpu_count() or 1) // workers)
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # of the programs that tests start


@pytest.fixture(scope="session")
def ray_here() -> Iterator[None]:
    """Ray on this machine, which has room for two painters with a thread each; started once."""
    ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -r tests/requirements.txt")
    ray.init(
        address="local",
        num_cpus=2,
        num_gpus=0,
        object_store_memory=100 * 2**20,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    yield
    ray.shutdown()


@pytest.hookimpl(wrapper=True)  # before pytest-xdist reads the marks, also where the tests to run are named
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Side by side, the tests of a file stay together: they share what was set up for them.

    Those in the browser fall into as many parts as there are workers, with a server and a browser for each part.
    """
    if (workers := workers_beside(config)) > 1:
        keep_together(items, workers)
    yield
    # Else each worker would set up all that is shared: twice the time, and servers for which there is no room.
    assert workers == 1 or all("@" in item.nodeid for item in items), "pytest-xdist can't group with this pytest"


def keep_together(items: list[pytest.Item], workers: int) -> None:
    """Mark tests that one of the workers shall run, and sort them."""
    in_browser = sorted({item.path for item in items if BROWSER in item.path.parents})
    parts = {path: f"browser {place % workers}" for place, path in enumerate(in_browser)}
    for item in items:
        item.add_marker(
            pytest.mark.xdist_group(parts.get(item.path, item.path.relative_to(item.config.rootpath).as_posix()))
        )
    longest_first(items)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort files by the longest kind of test in them: what is handed out last should be short, or one worker waits."""
    kinds: dict[Path, int] = {}
    for item in items:
        kind = next((place for place, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))
        kinds[item.path] = min(kind, kinds.get(item.path, kind))
    items.sort(key=lambda item: kinds[item.path])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Gradio would keep files: a folder within the test's own, which has room for others beside it."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What toasts have said."""
    texts: list[str] = []
    for name in ("Warning", "Info"):
        monkeypatch.setattr(f"gradio.{name}", lambda message, **_: texts.append(message))
    return texts


@pytest.fixture
def as_bold_as_the_textbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """L-BFGS goes as far as the curvature along its last step tells; ours goes farther, and so magnifies roundings."""
    for name in ("BOLD", "BOLDEST"):
        monkeypatch.setattr(lbfgs, name, 1.0)


@pytest.fixture(scope="session", autouse=True)
def no_cache_of_the_user(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is read from the cache folder of whoever runs the tests, nor written to it."""
    folder = tmp_path_factory.getbasetemp()
    if workers_beside(request.config) > 1:
        folder = folder.parent  # what one worker has measured needn't be measured again
    shared = os.environ.get(CACHE_OF_TESTS)  # of the tests that started these
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NST_CACHE", shared or str(folder / "nst-cache"))
        yield


@pytest.fixture
def network() -> VGG:
    return tiny_network()


@pytest.fixture(scope="session")
def vgg19() -> VGG:
    return load_vgg19("embedded", Pooling.MAX)


@pytest.fixture
def photo() -> Image.Image:
    return smooth_picture(64, 48, seed=1)


@pytest.fixture
def painting() -> Image.Image:
    return smooth_picture(50, 60, seed=2)


@pytest.fixture
def full_disk() -> FullDisk:
    """Within the block no file can get longer than 2000 bytes."""

    @contextmanager
    def limit() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit
