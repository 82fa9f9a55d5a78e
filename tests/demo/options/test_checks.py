"""What can't work is refused in one sentence, before the first visitor comes."""

from __future__ import annotations

import socket

import pytest

from demo.options.checks import bracketed, check, check_address, check_hosts, check_proxies, check_root_path
from demo.options.parsing import parse


@pytest.mark.parametrize("path", ["", "/paint", "/a/b", "https://example.org/paint"])
def test_where_a_proxy_may_show_the_page(path: str) -> None:
    check_root_path(path)


@pytest.mark.parametrize("path", ["paint", "//evil.example", "/a?b", "/a#b", "ftp://a/b", "https:///a"])
def test_where_it_cannot(path: str) -> None:
    with pytest.raises(ValueError, match="such as /paint"):
        check_root_path(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_a_port_in_use_is_told(host: str) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host.strip("[]"), 0), family=family) as server:
        port = server.getsockname()[1]
        with pytest.raises(ValueError, match="can't listen on") as caught:
            check_address(host, port)
    assert f"{bracketed(host)}:{port}" in str(caught.value)
    check_address(host, port)


@pytest.mark.parametrize("host", ["999.1.1.1", "::zz", "no.such.host.invalid", f"{'a' * 70}.example"])
def test_what_is_no_address_of_this_machine_is_told(host: str) -> None:
    with pytest.raises(ValueError, match="choose another --host"):
        check_address(host, 8123)


def test_a_name_is_no_trusted_proxy() -> None:
    check_proxies("127.0.0.1, 10.0.0.0/8, fc00::/7")
    for address in ("proxy.example", "127.0.0.1, *"):
        with pytest.raises(ValueError, match="an address or a network"):
            check_proxies(address)


@pytest.mark.parametrize("name", ["https://a.example", "a.example:443", "a.example/paint", "a b", "ñandú.example", "*"])
def test_what_no_browser_names_is_no_allowed_host(name: str) -> None:
    check_hosts("a.example, 10.0.0.7, ::1,")
    with pytest.raises(ValueError, match="such as paint.example.org, without https"):
        check_hosts(f"a.example, {name}")
    with pytest.raises(ValueError, match="an allowed host"):
        check(parse(["--allowed-hosts", name]))


def test_who_lets_everybody_in_names_nobody() -> None:
    with pytest.raises(ValueError, match="--no-auth lets everybody in"):
        check(parse(["--auth", "ada:x", "--no-auth"]))
