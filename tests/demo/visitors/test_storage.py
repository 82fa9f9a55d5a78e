"""Several servers count together, and call a visitor the same, by a Redis; without one each does so for itself."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from limits.storage import MemoryStorage

from demo.visitors.pseudonyms import pseudonym
from demo.visitors.quotas import Quota, Quotas
from demo.visitors.storage import Salts, make_storage
from nst_core.errors import InputError
from tests.support.visits import soon

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None or find_spec("redis") is None, reason="there is no Redis, or no client of it"
)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis of one's own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            soon(lambda: is_open(port))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@needs_redis
def test_replicas_count_together_and_call_a_visitor_the_same(redis: str) -> None:
    storages = [make_storage(redis) for _ in range(2)]
    names = [pseudonym("203.0.113.1", Salts(storage).of("2026-11-28")) for storage in storages]
    assert names[0] == names[1]
    here, there = (Quotas(Quota(jobs=2), storage) for storage in storages)
    here.began(names[0])
    there.began(names[1])
    with pytest.raises(InputError, match="2 pictures an hour"):
        here.check(names[0], None)


def test_by_itself_a_server_has_a_salt_a_day_that_nobody_else_has() -> None:
    first, second = Salts(MemoryStorage()), Salts(MemoryStorage())
    assert len(first.of("2026-11-28")) == 32
    assert first.of("2026-11-28") == first.of("2026-11-28") != second.of("2026-11-28")
    before = first.of("2026-11-28")
    assert first.of("2026-11-29") != before
    assert first.of("2026-11-28") != before  # it is forgotten


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memcached://localhost", "is the address of a Redis"),
        ("localhost:6379", "is the address of a Redis"),
        ("redis://ada:secret@127.0.0.1:1/0", "127.0.0.1"),
    ],
)
def test_what_does_not_answer_is_told_without_a_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        make_storage(url)
    assert "secret" not in str(caught.value)
