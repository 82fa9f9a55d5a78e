"""nginx by demo/hosting/nginx.conf in front of two servers: below a path, by https, each visitor stays with one."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from demo.options.table import LOOPBACK
from tests.support.paths import ROOT
from tests.support.visits import Guest, Visited, soon, visited

CONF = (ROOT / "demo/hosting/nginx.conf").read_text("utf-8")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""

Visitors = Callable[[str], Guest]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="there is no nginx, or no openssl"),
]


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


@contextmanager
def nginx(folder: Path, servers: Sequence[str]) -> Iterator[str]:
    ports = [free_port() for _ in range(2)]
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    site = CONF
    for number, port in zip(("80", "443 ssl"), ports, strict=True):
        site = site.replace(f"listen {number};", f"listen {LOOPBACK}:{port}{number.lstrip('0123456789')};")
        site = site.replace(f"    listen [::]:{number};\n", "")
    site = re.sub(r"(ssl_certificate) .*;", rf"\1 {certificate};", site)
    site = re.sub(r"(ssl_certificate_key) .*;", rf"\1 {key};", site)
    for place, server in enumerate(servers):
        site = site.replace(f"server {LOOPBACK}:{7861 + place} ", f"server {server.removeprefix('http://')} ")
    main = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers couldn't write into the tests' folder
    main.write_text(MAIN.format(folder=folder, site=site, user=user))
    command = [str(NGINX), "-c", str(main), "-e", str(folder / "error.log")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            soon(lambda: is_open(ports[1]) or process.poll() is not None)
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield f"https://localhost:{ports[1]}"
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((LOOPBACK, port)) == 0


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
