"""A page that is served as in earnest, but for its runner, and visitors who come through a proxy."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import gradio as gr
import httpx
import pytest

import app
from nst_core.config import TransferConfig
from tests.support.pages import built
from tests.support.visits import Endless, Guest, Visited


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """One for all tests: a proxy on this machine says where each visitor comes from."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = app.parse(["--port", str(port), "--trusted-proxies", "127.0.0.1"])
    runner, visitors = Endless(), app.make_server(options)
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("cache")
        patch.setenv("GRADIO_TEMP_DIR", str(cache))
        patch.setenv("FORWARDED_ALLOW_IPS", "")  # put back at the end

        def opened() -> gr.Blocks:
            ui = app.build(options, runner, TransferConfig())
            app.launch(ui, options, visitors)
            return ui

        ui = built(opened)
        yield Visited(f"http://127.0.0.1:{port}", ui, runner, visitors, cache)
        ui.close(verbose=False)


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
