"""What is remembered about the machine, and by whom."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from nst_core.device import cache
from tests.support.disks import FullDisk
from tests.support.homes import without_a_home
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NST_CACHE", str(tmp_path / "deep" / "cache"))
    return tmp_path / "deep" / "cache"


@pytest.mark.parametrize("value", [1.5, [1, 2], {"a": {"b": None}}, "ü", 0, False])
def test_what_is_remembered_is_recalled(value: object) -> None:
    assert cache.recall("thing") is None
    cache.remember("thing", value)
    cache.remember("other", "else")
    assert cache.recall("thing") == value
    cache.remember("thing", "newer")
    assert cache.recall("thing") == "newer"


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (platform, "node", lambda: "elsewhere"),
        (platform, "machine", lambda: "z80"),
        (os, "cpu_count", lambda: 1000),
        (torch, "get_num_threads", lambda: 1000),
        (torch, "__version__", "0.1"),
        (cache, "_processor", lambda: "abacus"),
    ],
    ids=["name", "kind", "cores", "threads", "torch", "processor"],
)
def test_another_machine_knows_nothing_of_it(
    module: object, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.remember("thing", 1)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, value)
        assert cache.recall("thing") is None
        cache.remember("thing", 2)
        assert cache.recall("thing") == 2
    assert cache.recall("thing") == 1


def test_a_file_that_went_to_another_machine_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.remember("thing", 1)
    (path,) = folder.iterdir()
    monkeypatch.setattr(os, "cpu_count", lambda: 1000)
    cache.remember("thing", 2)
    (other,) = set(folder.iterdir()) - {path}
    other.write_bytes(path.read_bytes())
    assert cache.recall("thing") is None


def test_a_fact_under_another_name_is_not_believed(folder: Path) -> None:
    cache.remember("thing", 1)
    (path,) = folder.iterdir()
    path.rename(path.with_name(path.name.replace("thing", "other")))
    assert cache.recall("other") is None


def test_other_circumstances_than_the_machines_may_decide() -> None:
    cache.remember("thing", 1, {"numba": "0.61"})
    assert cache.recall("thing", {"numba": "0.61"}) == 1
    assert cache.recall("thing", {"numba": "0.62"}) is None
    assert cache.recall("thing") is None


@pytest.mark.parametrize("harm", ["value", "digest"])
def test_what_was_changed_is_not_believed(folder: Path, harm: str) -> None:
    cache.remember("thing", [1.5, 2.5])
    (path,) = folder.iterdir()
    changed = {"value": [1.5, 2.4], "digest": "0" * 64}
    path.write_text(json.dumps({**json.loads(path.read_text()), harm: changed[harm]}))
    assert cache.recall("thing") is None


@pytest.mark.parametrize("harm", ["folder", "pipe", "dangling link", "link to itself"])
def test_what_is_no_file_is_nothing(folder: Path, harm: str) -> None:
    """A pipe would be waited for."""
    cache.remember("thing", 1)
    (path,) = folder.iterdir()
    path.unlink()
    make: dict[str, Callable[[], object]] = {
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "dangling link": lambda: path.symlink_to(folder / "nothing"),
        "link to itself": lambda: path.symlink_to(path),
    }
    make[harm]()
    assert cache.recall("thing") is None
    cache.remember("thing", 2)
    assert cache.recall("thing") == (2 if harm in ("pipe", "dangling link") else None)


def test_a_folder_that_disappears_is_made_again(folder: Path) -> None:
    cache.remember("thing", 1)
    shutil.rmtree(folder)
    assert cache.recall("thing") is None
    cache.remember("thing", 2)
    assert cache.recall("thing") == 2


@pytest.mark.parametrize("place", ["nowhere", "itself"])
def test_a_folder_that_is_a_link_to_none_is_no_trouble(folder: Path, place: str) -> None:
    folder.parent.mkdir()
    folder.symlink_to(folder if place == "itself" else folder.with_name("nothing"))
    cache.remember("thing", 1)
    assert cache.recall("thing") is None


def test_two_that_write_at_once_leave_one_that_is_whole(folder: Path) -> None:
    """Each writes a file of its own, which takes the place of the other's."""
    values = ["a" * 100_000, "b" * 100_000]
    cache.remember("thing", values[0])

    def write(value: str) -> None:
        for _ in range(20):
            cache.remember("thing", value)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, value) for value in values]
        while not all(writer.done() for writer in writers):
            assert cache.recall("thing") in values
    assert len(list(folder.iterdir())) == 1


def test_a_home_that_nobody_knows_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose user has a number and no name."""
    without_a_home(monkeypatch)
    for name in ("NST_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    cache.remember("thing", 1)
    assert cache.recall("thing") is None
    assert not list(tmp_path.iterdir())


def test_a_named_home_that_nobody_knows_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NST_CACHE", "~nobody-of-this-name/cache")
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        cache.remember("thing", 1)
        assert cache.recall("thing") is None
    assert not list(tmp_path.iterdir())
    (record,) = caplog.records
    assert "~nobody-of-this-name/cache, and there is no such home" in record.getMessage()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000, b'{"value": 3}', b'{"value": NaN, "digest": -1e999}'],
)
def test_nonsense_is_nothing(content: bytes, folder: Path) -> None:
    cache.remember("thing", 1)
    (path,) = folder.iterdir()
    path.write_bytes(content)
    assert cache.recall("thing") is None
    cache.remember("thing", 2)
    assert cache.recall("thing") == 2


def test_a_folder_that_takes_nothing_is_no_trouble(folder: Path, full_disk: FullDisk) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    cache.remember("thing", 1)
    assert cache.recall("thing") is None
    folder.unlink()
    with full_disk():
        cache.remember("thing", "long" * 1000)
    assert cache.recall("thing") is None
    assert not list(folder.iterdir())


def test_it_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache.remember("thing", 1)
    monkeypatch.setenv("NST_CACHE", "")
    monkeypatch.chdir(tmp_path)
    assert cache.recall("thing") is None
    cache.remember("thing", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    monkeypatch.setenv("NST_CACHE", str(folder))
    assert cache.recall("thing") == 1


@pytest.mark.slow
def test_it_lies_in_the_users_cache_folder(tmp_path: Path) -> None:
    """In a process of its own, whose home is another."""
    code = "from nst_core.device.cache import recall, remember; remember('thing', 1); print(recall('thing'))"
    environment = {name: value for name, value in os.environ.items() if name not in ("NST_CACHE", "XDG_CACHE_HOME")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.stdout == "1\n"
    (path,) = tmp_path.rglob("thing-*.json")
    assert path.parent.name == "nst_core"


def test_whether_anything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.keeps()
    monkeypatch.setenv("NST_CACHE", "")
    assert not cache.keeps()
