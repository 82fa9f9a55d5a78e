"""What a page left behind, for the page that comes in its place: whoever loads it anew has another session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo.visitors.owners import caller_of
from demo.visitors.server import Visits


@dataclass(frozen=True)
class Left:
    """The session of a page that isn't there any more, in the hands of its owner's next page."""

    visits: Visits
    session: str

    def look(self, state: gr.State) -> Any:
        """What it holds; None where that is nothing."""
        found = self.visits.sessions.session_data.get(self.session)
        return found.state_data.get(state._id) if found else None  # noqa: SLF001 # Gradio's name for a component

    def share(self) -> None:
        """What it holds is the next page's as well."""
        self.visits.sessions.inherited(self.session)

    def go_on_for(self, heir: str) -> None:
        """What it has begun goes on for as long as the session `heir` listens."""
        self.visits.absences.taken_up(self.session, heir)


def left_by(session: object, request: gr.Request) -> Left | None:
    """The session that a page names as the one before it; None where it isn't the same visitor's, or is gone."""
    if not isinstance(session, str):  # a program may send anything
        return None
    asked = request.request
    visits: Visits | None = getattr(asked.app.state, "visits", None) if asked else None
    if asked is None or visits is None or session == request.session_hash:
        return None
    is_theirs = visits.owners.has(session, caller_of(asked))
    return Left(visits, session) if is_theirs and session in visits.sessions.session_data else None
