"""nginx by demo/hosting/nginx.conf in front of two servers: below a path, by https, each visitor stays with one."""

from __future__ import annotations

import itertools
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from demo.options.table import LOOPBACK
from tests.support.nginx import AT_HAND, nginx
from tests.support.proxy import Proxy
from tests.support.visits import Guest, Visited, painting, soon, visited

Visitors = Callable[[str], Guest]

pytestmark = [pytest.mark.slow, AT_HAND]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Visited]]:
    cache = tmp_path_factory.mktemp("cache")  # of both: where Gradio keeps files is a matter of the process
    options = ("--root-path", "/paint", "--trusted-proxies", LOOPBACK)
    with ExitStack() as stack:
        yield [stack.enter_context(visited(cache, *options)) for _ in range(2)]


@pytest.fixture(scope="module")
def front(servers: list[Visited], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that nginx shows the page at."""
    with nginx(tmp_path_factory.mktemp("nginx"), [server.url for server in servers]) as url:
        yield url


@pytest.fixture
def visitor(servers: list[Visited]) -> Iterator[Visitors]:
    """Makes browsers that have opened the page; any server tells what its events are called."""
    with ExitStack() as stack:

        def make(front: str) -> Guest:
            client = httpx.Client(base_url=f"{front}/paint", verify=unchecked(), timeout=30, follow_redirects=True)
            stack.enter_context(client)
            assert client.get("/").status_code == 200
            return Guest(servers[0], client)

        yield make


def unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def where(servers: Sequence[Visited], session: str) -> list[int]:
    """On which servers somebody has a session open."""
    return [place for place, server in enumerate(servers) if server.listeners.is_there(session)]


def test_the_page_is_below_its_path_and_names_everything_there(front: str, visitor: Visitors) -> None:
    client = visitor(front).client
    page = client.get("/")
    assert client.get(front + "/paint").url == page.url
    assert page.headers["strict-transport-security"]
    root = re.search(r'"root":\s*"([^"]+)"', page.text)
    assert root is not None
    assert root[1] == f"{front}/paint"
    (script, *_) = re.findall(r'src="(\./[^"]+\.js)"', page.text)
    assert client.get(script).status_code == 200
    assert client.get("/healthz").text == "ok"
    assert client.get("/metrics").status_code == 404


def test_a_picture_of_20_mb_comes_through_and_one_too_large_does_not(front: str, visitor: Visitors) -> None:
    guest = visitor(front)
    (path,) = guest.upload(bytes(20_000_000)).json()
    assert Path(path).stat().st_size == 20_000_000
    assert guest.upload(bytes(53_000_000)).status_code == 413


def test_each_visitor_stays_with_one_server_and_both_have_some(
    front: str, servers: list[Visited], visitor: Visitors
) -> None:
    homes = []
    for place in range(12):
        guest, sessions = visitor(front), [f"page {place}", f"another {place}"]
        with guest.there(sessions[0]), guest.there(sessions[1]):
            first, second = (where(servers, session) for session in sessions)
            assert first == second
            homes += first
    assert len(homes) == 12
    assert {*homes} == {0, 1}


def test_each_preview_comes_as_soon_as_it_is_there(
    front: str, servers: list[Visited], visitor: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for server in servers:
        server.runner.go_on.clear()
        monkeypatch.setattr(server.runner, "pulse", None)  # nothing follows that would push it along
    with painting(visitor(front), "painting") as (_, messages):  # the first one is here, and the run isn't over
        for server in servers:
            server.runner.go_on.set()
        assert any(message["msg"] == "process_completed" for message in messages)


def test_who_was_moved_stays_there_when_their_server_is_back(
    servers: list[Visited], visitor: Visitors, tmp_path: Path
) -> None:
    proxies = [Proxy(int(server.url.rpartition(":")[2])) for server in servers]

    def home(guest: Guest, session: str) -> int:
        with guest.there(session):
            (place,) = where(servers, session)
        return place

    with ExitStack() as stack:
        for proxy in proxies:
            stack.callback(proxy.close)
        front = stack.enter_context(nginx(tmp_path, [f"http://{LOOPBACK}:{proxy.port}" for proxy in proxies]))
        guest = visitor(front)
        first = home(guest, "before")
        proxies[first].cut()
        assert guest.client.get("/").status_code == 200
        assert home(guest, "amid") == 1 - first
        proxies[first].mend()
        numbers = itertools.count()
        soon(lambda: home(visitor(front), f"somebody {next(numbers)}") == first)
        assert home(guest, "after") == 1 - first
