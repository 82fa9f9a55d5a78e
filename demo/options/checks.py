"""What would fail later, when the first visitor comes, or not at all and do nothing."""

from __future__ import annotations

import argparse
import re
import socket
from importlib import import_module
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from demo.options.files import check_certificate, logins
from nst_core.errors import shown


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError`, in one sentence, for options that can't work."""
    check_proxies(options.trusted_proxies)
    check_hosts(options.allowed_hosts)
    check_root_path(options.root_path)
    check_certificate(options.tls_keyfile, options.tls_certfile)
    if logins(options.auth, options.auth_file) and options.no_auth:
        raise ValueError("--no-auth lets everybody in, and --auth and --auth-file don't: leave one of them out")
    check_address(options.host, options.port)
    if options.mcp:
        check_tools()


def check_address(host: str, port: int) -> None:
    """Raise `ValueError` where nothing can be listened to by that address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((bare(host), port), family=family):
            pass
    except (OSError, UnicodeError) as error:  # a name with a part that is too long
        address, reason = f"{bracketed(host)}:{port}", getattr(error, "strerror", None) or "that is no name"
        raise ValueError(f"can't listen on {address} ({reason}); choose another --host or --port") from error


def bare(host: str) -> str:
    """An address of IPv6 as the system has it, without the brackets of a URL."""
    return host.removeprefix("[").removesuffix("]")


def bracketed(host: str) -> str:
    """An address of IPv6 as it stands in a URL; any other as it is."""
    return f"[{bare(host)}]" if ":" in host else host


def check_proxies(addresses: str) -> None:
    """Raise `ValueError` for what is neither an address nor a network: nobody would be trusted, and nobody told."""
    for address in filter(None, (each.strip() for each in addresses.split(","))):
        try:
            ip_network(address)
        except ValueError:
            example = "127.0.0.1 or 10.0.0.0/8"
            raise ValueError(f"a trusted proxy is an address or a network such as {example}, got {address!r}") from None


def check_hosts(names: str) -> None:
    """Raise `ValueError` for what no browser asks for a page by, such as a whole address: nobody would get in."""
    for name in filter(None, (each.strip() for each in names.split(","))):
        if not (re.fullmatch(r"[\w.-]+", name, re.ASCII) or _is_address(name)):
            example = "paint.example.org, without https:// and without a port"
            raise ValueError(f"an allowed host is a name such as {example}, got {shown(name)}")


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def check_root_path(path: str) -> None:
    """Raise `ValueError` for what is neither a path, such as /paint, nor a whole address."""
    parts = urlsplit(path)
    is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    if path and (not (is_address or path.startswith("/")) or parts.query or parts.fragment or path.startswith("//")):
        raise ValueError(f"the root path is where a proxy shows the page, such as /paint, got {path!r}")


def check_tools() -> None:
    """Raise `ValueError` where Gradio can't offer its endpoints as tools: it would start without them."""
    try:
        import_module("mcp.server.lowlevel.helper_types")
    except ImportError as error:
        advice = "pip install 'gradio[mcp]', or leave --mcp out"
        raise ValueError(f"--mcp needs packages that aren't here ({error}): {advice}") from error
