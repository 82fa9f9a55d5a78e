"""What is remembered about the machine, and by whom."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nst_core.device import cache
from tests.support.disks import FullDisk
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


def test_a_file_that_went_to_another_machine_is_not_believed(folder: Path) -> None:
    cache.remember("thing", 1)
    (path,) = folder.iterdir()
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"machine": record["machine"] | {"cores": 1000}}))
    assert cache.recall("thing") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000, b'{"value": 3}'])
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
