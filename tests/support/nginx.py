"""nginx by demo/hosting/nginx.conf, in front of servers of a test."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.options.table import LOOPBACK
from tests.support.paths import ROOT
from tests.support.visits import soon

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

AT_HAND = pytest.mark.skipif(
    NGINX is None or shutil.which("openssl") is None, reason="there is no nginx, or no openssl"
)


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
        site = site.replace(f":{7861 + place}", f":{server.rpartition(':')[2]}")
    site = site.replace("fail_timeout=10s", "fail_timeout=1s")
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
