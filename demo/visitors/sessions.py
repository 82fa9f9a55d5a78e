"""What the server keeps for each page that is open: Gradio's store of sessions, out of which nobody can push others.

Gradio's own keeps so many sessions, whoever they are of, and drops the one that was asked for longest ago: a few
hundred calls with names made up on the way make it forget every visitor's picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr
import numpy as np
from gradio.blocks import Blocks
from gradio.context import LocalContext
from gradio.state_holder import SessionState, StateHolder

from demo.visitors.ledger import Ledger
from demo.visitors.listeners import Listeners
from demo.words import language, say

LEAST = 50_000  # bytes of a session without anything: its table of the page's widgets (15 KB), and some of these anew
EACH = 1_000_000_000  # bytes of a network: eighty pictures of the largest size, ten times as many of the usual one
TOTAL = 3_000_000_000  # bytes of all
KEPT_FOR = 3600.0  # seconds after a page was closed: it may come back
LEAF = 64  # bytes of a number and the like


class Session(SessionState):
    """The state of one page: the values of its `gr.State`s, and the widgets that events have replaced.

    Nothing else is kept: Gradio's own also has each widget's settings and last value, for links that we don't offer.
    """

    def __init__(self, blocks: Blocks, on_change: Callable[[Session], None]) -> None:
        """`on_change` is called after each change of a `gr.State`."""
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = True  # until somebody is there, whom `Sessions` knows
        self.is_inherited = False  # see `Sessions.inherited`
        self.STATE_TTL_WHEN_CLOSED = KEPT_FOR  # type: ignore[assignment]
        self._on_change = on_change

    def __setitem__(self, key: int, value: Any) -> None:
        block = self.blocks_config.blocks.get(key)
        if not isinstance(block, gr.State):
            self.blocks_config.blocks[key] = value
            return
        self._state_ttl[key] = block.time_to_live, datetime.now()
        self.state_data[key] = value
        self._on_change(self)

    def _update_config(self, key: int) -> None:
        """Nothing is kept of it."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Nothing is kept of it, either: anybody can send values of any size."""

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing that an event has put there."""
        return not self.state_data.keys() & self._state_ttl.keys()

    def leave(self) -> None:
        """Its page was closed: what it holds expires from now on, however long ago it was put there."""
        self.is_closed = True
        self._state_ttl = {key: (lasts, datetime.now()) for key, (lasts, _) in self._state_ttl.items()}

    def lose(self, expired_only: bool = False) -> None:
        """What it holds, or what of that has expired, is dropped, and nothing becomes of it."""
        for component, _, expired in list(self.state_components):
            if expired or not expired_only:
                del self.state_data[component._id]  # noqa: SLF001 # as Gradio does it

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return LEAST + sum(size_of(value) for value in list(self.state_data.values()))


class Sessions(StateHolder):
    """The sessions of all visitors: one is kept while its page is open, and for an hour where it holds something.

    What a call without a page doesn't fill is gone with the call. Whose a session is tells `network_of`.
    """

    def __init__(self, listeners: Listeners, network_of: Callable[[str], str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._listeners, self._network_of = listeners, network_of
        self._passing: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._ledger: Ledger[str] = Ledger(EACH, TOTAL, listeners.is_there)
        self._guard = RLock()

    def __getitem__(self, session_id: str) -> SessionState:
        with self._guard:
            found = self.session_data.get(session_id) or self._passing.get(session_id)
            if found is None:
                found = Session(self.blocks, lambda session: self._keep(session_id, session))
                self._passing[session_id] = found
            return found

    def __contains__(self, session_id: object) -> bool:
        return session_id in self.session_data or session_id in self._passing

    def update(self, session_id: str) -> None:
        """Gradio tells that a session is asked for: here that pushes nobody out."""

    def opened(self, session_id: str) -> None:
        """A page is there: from now on its session stays."""
        session = self[session_id]
        assert isinstance(session, Session)
        with self._guard:
            session.is_closed = False
            self._keep(session_id, session)

    def closed(self, session_id: str) -> None:
        """Nobody is there any more: what the session holds stays for a while, and one that holds nothing goes."""
        with self._guard:
            session = self.session_data.get(session_id)
            if isinstance(session, Session):
                session.leave()
                self._leave_empty(session_id, session)

    def delete_state(self, session_id: str, expired_only: bool = False) -> None:
        """What has expired goes, and with it its session, if nothing is left and nobody is there."""
        with self._guard:
            session = self.session_data.get(session_id)
            if isinstance(session, Session) and session.is_inherited:
                session.lose(expired_only)
            super().delete_state(session_id, expired_only)
            if isinstance(session, Session):
                self._leave_empty(session_id, session)

    def inherited(self, session_id: str) -> None:
        """What a session holds is another's as well: nothing becomes of it when this one is forgotten."""
        with self._guard:
            session = self.session_data.get(session_id)
            if isinstance(session, Session):
                session.is_inherited = True

    def used_paths(self) -> set[Path]:
        """The files and folders that sessions hold on to."""
        with self._guard:
            values = [value for session in self.session_data.values() for value in session.state_data.values()]
        return {path for value in values for path in paths_in(value)}

    def _keep(self, session_id: str, session: Session) -> None:
        """Keep a session that has changed, and let others go for it as the ledger says; `gr.Error` without room."""
        with self._guard:
            self.session_data[session_id] = session
            holds_nothing = session.is_empty
            for name in self._ledger.enter(session_id, self._network_of(session_id), session.size):
                self._drop(name)
            if session_id not in self._ledger and not holds_nothing:
                raise gr.Error(
                    say(language(LocalContext.request.get(None)), "visitors.no_memory"), print_exception=False
                )

    def _leave_empty(self, session_id: str, session: Session) -> None:
        if session.is_empty and not self._listeners.is_there(session_id):
            self.session_data.pop(session_id, None)
            self._ledger.remove(session_id)

    def _drop(self, session_id: str) -> None:
        """Forget what a session holds, its files too."""
        session = self.session_data.get(session_id)
        if isinstance(session, Session) and session.is_inherited:
            session.lose()
        super().delete_state(session_id)
        self.session_data.pop(session_id, None)


def size_of(value: Any) -> int:
    """About how many bytes a value of a `gr.State` takes."""
    return sum(each.nbytes if isinstance(each, np.ndarray) else _length(each) for each in _leaves(value))


def paths_in(value: Any) -> Iterator[Path]:
    """The files and folders that a value of a `gr.State` names."""
    for each in _leaves(value):
        if isinstance(each, Path):
            yield each
        elif isinstance(each, str) and each.startswith("/") and len(each) < 4096:
            yield Path(each)


def _length(leaf: Any) -> int:
    return LEAF + (len(leaf) if isinstance(leaf, str | bytes) else 0)


def _leaves(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        for each in fields(value):
            yield from _leaves(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, tuple | list | set | frozenset):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
