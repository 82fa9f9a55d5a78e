"""What Gradio has beside what this page needs is closed."""

from __future__ import annotations

import pytest

from demo.visitors.doors import API, is_open


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/how",
        "/healthz",
        "/thumbnails/a.jpg",
        "/assets/a.js",
        "/pwa_icon/512",
        f"{API}/queue/join",
        f"{API}/queue/data/",
        f"{API}/file=/tmp/gradio/a/b.png",
        f"{API}/call/v2/stylize/abc",
        f"{API}/mcp/",
    ],
)
def test_what_is_needed_is_open(path: str) -> None:
    assert is_open(path)


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/monitoring/summary",
        "/pwa_icon/513",
        "/pwa_icon/192000",
        f"{API}/",
        f"{API}/file=http://127.0.0.1/",
        f"{API}/proxy=x\ny",
        f"{API}/queue/join/x",
        f"{API}/infos",
    ],
)
def test_all_else_is_closed(path: str) -> None:
    assert not is_open(path)
