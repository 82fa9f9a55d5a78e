"""What a container's health check is told."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.support.visits import Guest, Visited


def test_a_server_is_well_until_it_is_being_stopped(guest: Callable[..., Guest], server: Visited) -> None:
    def asked() -> httpx.Response:
        return guest("203.0.113.71").client.get("/healthz")

    assert (asked().status_code, asked().text) == (200, "ok")
    server.visitors.ending.set()
    try:
        assert (asked().status_code, asked().text) == (503, "stopping")
    finally:
        server.visitors.ending.clear()
