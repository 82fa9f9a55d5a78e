"""Who a visitor is: where they come from, and which page of theirs it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

PREFIX = 64  # bits of an IPv6 address: whoever has one has all that begin by these


@dataclass(frozen=True)
class Visitor:
    """A page that somebody has open, or a program. Plain data: it crosses to other processes with a job."""

    network: str = ""  # see `network_of`; "" = nobody from outside: a test, or this program itself
    session: str = ""  # Gradio's name for the page
    name: str = field(default="", compare=False)  # today's, by which the log and whoever counts knows the network


def network_of(address: str) -> str:
    """What all addresses of one visitor have in common: of IPv4 the address, of IPv6 its first 64 bits."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:  # a socket's path, or a proxy's own word
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, PREFIX), strict=False))


def visitor_of(request: gr.Request | None) -> Visitor:
    """Who made a request; the server has put the address there that a trusted proxy tells of, if there is one."""
    client = getattr(request, "client", None)
    session = getattr(request, "session_hash", None)
    return Visitor(network_of(client.host) if client else "", session or "")
