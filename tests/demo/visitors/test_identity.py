"""Who counts as one visitor."""

from __future__ import annotations

import gradio as gr
import pytest
from starlette.requests import Request

from demo.visitors.identity import Visitor, network_of, visitor_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix:", "unix:"),
    ],
)
def test_of_ipv6_the_first_half_counts(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_request_tells_whose_it_is() -> None:
    request = Request({"type": "http", "client": ("2001:db8::1", 4711), "headers": []})
    assert visitor_of(gr.Request(request, session_hash="mine")) == Visitor("2001:db8::/64", "mine")
    assert visitor_of(gr.Request(headers={})) == visitor_of(None) == Visitor()
