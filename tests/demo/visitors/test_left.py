"""What a page left behind is there for its own visitor's next page, and for nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import gradio as gr
import pytest
from starlette.requests import Request

from demo.visitors.left import left_by
from demo.visitors.owners import COOKIE
from tests.support.visits import Guest, Visited

SECRET = "b" * 24
KEEPING = "add_painting"  # an event that puts something into a session: how many slots are shown


def asking(server: Visited, session: str, cookie: str = SECRET) -> gr.Request:
    """An event of the page of that session."""
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())]
    scope = {"type": "http", "headers": headers, "client": ("203.0.113.40", 1), "app": server.ui.app}
    return gr.Request(Request(scope), session_hash=session)


@pytest.fixture
def shown(guest: Callable[..., Guest], server: Visited) -> gr.State:
    """The state that the session "before" holds: two slots are shown."""
    visitor = guest("203.0.113.40", cookie=f"{COOKIE}={SECRET}")
    state = server.ui.fns[server.event(KEEPING)].inputs[0]
    with visitor.there("before"):
        assert visitor.call(KEEPING, "before", 1).status_code == 200
    assert isinstance(state, gr.State)
    return state


def test_the_next_page_of_a_visitor_sees_what_the_one_before_it_had(server: Visited, shown: gr.State) -> None:
    left = left_by("before", asking(server, "after"))
    assert left is not None
    assert left.look(shown) == 2
    assert left.look(gr.State(render=False)) is None
    left.share()
    assert server.ui.app.state.visits.sessions.session_data["before"].is_inherited
    left.go_on_for("after")
    assert server.ui.app.state.visits.absences._heirs["before"] == "after"


@pytest.mark.usefixtures("shown")
def test_nobody_else_s_page_sees_anything(server: Visited) -> None:
    assert left_by("before", asking(server, "after", "c" * 24)) is None
    assert left_by("before", asking(server, "after", "")) is None
    assert left_by("before", asking(server, "before")) is None  # itself
    assert left_by("unknown", asking(server, "after")) is None
    assert left_by([], asking(server, "after")) is None  # from a program
    assert not server.ui.app.state.visits.owners.has("unknown", SimpleNamespace(network="203.0.113.40", browser=SECRET))


def test_without_a_server_of_ours_nothing_is_left() -> None:
    assert left_by("before", gr.Request(headers={})) is None
