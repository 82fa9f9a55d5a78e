"""Connections that ask for nothing are closed, and nobody takes all of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from demo.visitors import connections as module
from demo.visitors.connections import Connections, most_files
from tests.support.visits import Visited, soon

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def opened(server: Visited, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """To a server without patience: a silent connection, one that stops amid a request, and a good one."""
    monkeypatch.setattr(module, "PATIENCE", 1.5)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.1)
    parts = urlsplit(server.url)
    sockets = [socket.create_connection((parts.hostname, parts.port)) for _ in range(3)]
    yield sockets
    for each in sockets:
        each.close()


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0.01)
    try:
        return connection.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_connections_without_a_request_are_closed(opened: list[socket.socket]) -> None:
    silent, amid, good = opened
    amid.sendall(REQUEST + b"X-Slow: ")

    def are_closed() -> bool:
        good.sendall(REQUEST + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\nok"):
            answer += good.recv(1000)
            assert answer  # it is open
        return is_closed(silent) and is_closed(amid)

    soon(are_closed)


def test_a_network_has_a_part_of_them_and_its_end_frees_them() -> None:
    known = Connections([], files=100)
    assert [known.enter("198.51.100.1") for _ in range(26)] == [True] * 25 + [False]
    assert known.enter("203.0.113.1")
    known.leave("198.51.100.1")
    assert known.enter("198.51.100.1")


def test_a_trusted_proxy_brings_as_many_as_there_are() -> None:
    known = Connections(["10.0.0.0/8"], files=100)
    assert sum(known.enter("10.1.2.3") for _ in range(100)) == 80


def test_some_files_are_left_for_all_else() -> None:
    known = Connections([], files=100)
    assert sum(known.enter(f"198.51.100.{place}") for place in range(100)) == 80


def test_a_process_may_have_as_many_files_as_it_is_allowed() -> None:
    resource = pytest.importorskip("resource", reason="Windows counts otherwise")
    most = most_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most
