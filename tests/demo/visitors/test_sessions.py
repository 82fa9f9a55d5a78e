"""What is kept of a page that is open, nobody can make the server forget."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.state_holder import SessionState

from demo.visitors import sessions as module
from demo.visitors.identity import Visitor
from demo.visitors.listeners import Listeners, Stream
from demo.visitors.sessions import Session, Sessions, paths_in, size_of
from tests.support.pages import built

MEGABYTE = np.zeros(1_000_000, np.uint8)


@dataclass
class Picture:
    """What a handler may keep."""

    image: np.ndarray
    path: Path


class Store:
    """Sessions of a page with one `gr.State`, each of the network that its name begins with."""

    def __init__(self) -> None:
        self.forgotten: list[object] = []
        self.blocks: gr.Blocks = built(self._page)
        self.listeners = Listeners()
        self.sessions = Sessions(self.listeners, lambda session: session.split()[0])
        self.sessions.set_blocks(self.blocks)

    def _page(self) -> gr.Blocks:
        page: gr.Blocks
        with gr.Blocks() as page:
            self.state = gr.State(delete_callback=self.forgotten.append)
            self.text = gr.Textbox()
        return page

    def put(self, session: str, value: object) -> None:
        self.sessions[session][self.state._id] = value

    def get(self, session: str) -> object:
        return self.sessions[session][self.state._id]

    def kept(self) -> set[str]:
        """The sessions that are there once nothing is under way."""
        gc.collect()
        return {*self.sessions.session_data, *self.sessions._passing}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(module, "EACH", 5_000_000)
    monkeypatch.setattr(module, "TOTAL", 10_000_000)
    return Store()


def test_a_session_has_what_gradio_s_own_has(store: Store) -> None:
    """It is made without Gradio's own start, which describes all widgets: 30 ms a call."""
    ours = store.sessions["a 1"]
    assert isinstance(ours, Session)
    assert vars(SessionState(store.blocks)).keys() == vars(ours).keys() - {"_on_change", "is_inherited"}


def test_calls_that_keep_nothing_create_nothing(store: Store) -> None:
    for place in range(600):
        session = store.sessions[f"evil {place}"]
        session[store.text._id] = gr.Textbox(render=False)  # a widget was changed
        session._update_value_in_config(store.text._id, "x" * 1000)
        assert session.config_values == {}
    del session
    assert not store.kept()


def test_calls_at_the_same_time_share_a_session(store: Store) -> None:
    first, second = store.sessions["a 1"], store.sessions["a 1"]
    assert first is second
    first[store.state._id] = "kept"
    del first, second
    assert store.get("a 1") == "kept"


def test_no_stranger_s_sessions_push_out_that_of_a_page_that_is_open(store: Store) -> None:
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.put("me 1", "my picture")
        for place in range(600):
            store.put(f"evil{place % 20} {place}", MEGABYTE)
        assert store.get("me 1") == "my picture"
    held = sum(session.size for session in store.sessions.session_data.values() if isinstance(session, Session))
    assert held <= 10_000_000


def test_who_takes_most_loses_the_oldest_that_nobody_has_open(store: Store) -> None:
    store.put("me 1", MEGABYTE)
    with store.listeners.open(Visitor("evil", "evil 0"), Stream.PRESENCE):
        for place in range(8):
            store.put(f"evil {place}", MEGABYTE)
    assert store.kept() == {"me 1", *(f"evil {place}" for place in (0, 5, 6, 7))}
    assert len(store.forgotten) == 4  # with their files


def test_a_newcomer_for_whom_there_is_no_room_is_told(store: Store) -> None:
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.put("me 1", [MEGABYTE] * 4)
        with pytest.raises(gr.Error, match="as much as it can"):
            store.put("me 2", MEGABYTE)
        assert store.get("me 1") is not None
    assert "me 2" not in store.kept()


def test_an_open_page_is_kept_and_a_closed_one_that_holds_nothing_goes(store: Store) -> None:
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.sessions.opened("me 1")
        assert "me 1" in store.kept()
    store.sessions.closed("me 1")
    assert "me 1" not in store.kept()


def test_what_a_page_held_stays_for_an_hour_after_it_was_closed(store: Store) -> None:
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.put("me 1", "picture")
        store.sessions.opened("me 1")
        session = store.sessions["me 1"]
        long_ago = datetime.now() - timedelta(hours=5)
        session._state_ttl[store.state._id] = (session._state_ttl[store.state._id][0], long_ago)
        store.sessions.delete_all_expired_state()
    store.sessions.closed("me 1")
    store.sessions.delete_all_expired_state()
    assert store.get("me 1") == "picture"
    session._state_ttl[store.state._id] = (session._state_ttl[store.state._id][0], long_ago)
    store.sessions.delete_all_expired_state()
    del session
    assert store.forgotten == ["picture"]
    assert "me 1" not in store.kept()


def test_who_comes_back_is_there_again(store: Store) -> None:
    """In Gradio's own a page that was reconnected still counts as closed."""
    store.put("me 1", "picture")
    store.sessions.closed("me 1")
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.sessions.opened("me 1")
        assert not store.sessions["me 1"].is_closed


def test_what_another_page_has_taken_up_is_forgotten_without_a_trace(store: Store) -> None:
    """Its files are that page's: whatever would remove them isn't called."""
    with store.listeners.open(Visitor("me", "me 1"), Stream.PRESENCE):
        store.put("me 1", "picture")
        store.sessions.opened("me 1")
    store.sessions.inherited("me 1")
    store.sessions.inherited("nobody's")
    store.sessions.closed("me 1")
    session = store.sessions.session_data["me 1"]
    long_ago = datetime.now() - timedelta(hours=5)
    session._state_ttl[store.state._id] = (session._state_ttl[store.state._id][0], long_ago)
    del session
    store.sessions.delete_all_expired_state()
    assert "me 1" not in store.kept()
    store.put("me 2", MEGABYTE)
    store.sessions.inherited("me 2")
    for place in range(3, 7):
        store.put(f"me {place}", MEGABYTE)
    assert "me 2" not in store.kept()
    assert store.forgotten == []


def test_sizes_and_files_of_what_is_kept(tmp_path: Path) -> None:
    value = (Picture(MEGABYTE, tmp_path), {"path": str(tmp_path / "a.png"), "orig_name": "a.png"}, b"x" * 500, None, 3)
    assert 1_000_500 < size_of(value) < 1_002_000
    assert set(paths_in(value)) == {tmp_path, tmp_path / "a.png"}
