"""A page that is served as in earnest, but for its runner, and visitors who come through a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.visits import Guest, Visited, visited


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """One for all tests: a proxy on this machine says where each visitor comes from."""
    with visited(tmp_path_factory.mktemp("cache"), "--trusted-proxies", "127.0.0.1") as server:
        yield server


@pytest.fixture
def guest(server: Visited) -> Iterator[Callable[..., Guest]]:
    """Makes visitors, each from an address of its own."""
    clients: list[httpx.Client] = []
    server.runner.go_on.clear()

    def make(address: str, **headers: str) -> Guest:
        client = httpx.Client(base_url=server.url, headers={"x-forwarded-for": address} | headers, timeout=30)
        clients.append(client)
        return Guest(server, client)

    yield make
    for client in clients:
        client.close()
    server.runner.go_on.set()
