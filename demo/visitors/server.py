"""What a server knows of its visitors, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from threading import Event

import anyio.to_thread
from gradio.routes import App
from gradio.utils import get_upload_folder

from demo.visitors.absences import Absences
from demo.visitors.listeners import Listeners
from demo.visitors.mailboxes import Mailboxes
from demo.visitors.owners import Owners
from demo.visitors.sessions import Sessions
from demo.visitors.switches import Switches
from demo.visitors.temporary import watch_gradio
from demo.visitors.uploads import LARGEST, Uploads

logger = logging.getLogger(__name__)

TIDY_EVERY = 60.0  # seconds
# What the page may load, and from where. Gradio evaluates the scripts of its components, and writes styles into them.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """How it is reached, and who is there."""

    listeners: Listeners = field(default_factory=Listeners)
    hosts: set[str] = field(default_factory=set)  # by which the page is asked for, beside the one that a request names
    only_hosts: frozenset[str] = frozenset()  # the names, without ports, that it may be asked by; none = any
    framed_by: str = ""  # who may show the page within theirs, beside itself
    largest_upload: int = LARGEST  # megabytes of a file
    is_behind_proxy: bool = False  # which tells what host was asked for
    remove_unused: Callable[[Collection[Path]], None] = lambda used: None  # of what was made, by what sessions use
    switches: Switches = field(default_factory=Switches)
    ending: Event = field(default_factory=Event)  # set once it is being stopped
    _hanging_up: list[Callable[[], object]] = field(default_factory=list)  # of those that serve

    @cached_property
    def headers(self) -> dict[str, str]:
        """What each answer tells the browser of what this page may do."""
        policy = POLICY | {"frame-ancestors": f"'self' {self.framed_by}".strip()}
        return {
            "content-security-policy": "; ".join(f"{what} {sources}" for what, sources in policy.items()),
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        }

    def hang_up(self) -> None:
        """End the sign of life of all open pages, from whatever thread; else each lasts for up to 15 seconds more.

        Gradio's own `close` sets the same event, but not within the loop, which doesn't notice.
        """
        for each in self._hanging_up:
            each()

    @asynccontextmanager
    async def lifespan(self, app: App) -> AsyncIterator[None]:
        """For as long as Gradio's `app` serves: sessions are kept as `Sessions` does, and what nobody uses goes."""
        owners = Owners(lambda session: self.listeners.is_there(session) or session in sessions)
        sessions = Sessions(self.listeners, owners.network_of)
        sessions.set_blocks(app.get_blocks())
        app.state_holder = sessions
        mailboxes = Mailboxes(app.get_blocks()._queue, self.listeners, owners.network_of)  # noqa: SLF001
        uploads = Uploads(lambda: Path(get_upload_folder()), sessions.used_paths, self.largest_upload)
        uploads.spare_what_is_there()
        watch_gradio()
        app.state.visits = Visits(self, owners, sessions, mailboxes, uploads, Absences(self.listeners))
        tidying = asyncio.create_task(self._tidy_up(app.state.visits))
        self._hanging_up.append(partial(asyncio.get_running_loop().call_soon_threadsafe, app.stop_event.set))
        yield
        self._hanging_up.clear()
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying

    async def _tidy_up(self, visits: Visits) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY)
            visits.owners.forget_unused()
            for paths in visits.sessions.blocks.temp_file_sets:  # Gradio writes them down for ever, and reads none here
                paths.clear()
            try:
                await anyio.to_thread.run_sync(visits.uploads.tidy_up)
                await anyio.to_thread.run_sync(self.remove_unused, visits.sessions.used_paths())
            except Exception:  # whatever it is, it has to be tried again
                logger.exception("what nobody uses can't be removed")


@dataclass(frozen=True)
class Visits:
    """What is known while an app serves."""

    server: Server
    owners: Owners
    sessions: Sessions
    mailboxes: Mailboxes
    uploads: Uploads
    absences: Absences
